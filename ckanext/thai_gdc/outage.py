"""What people and programs are told while the database does not answer."""

from __future__ import annotations

import logging

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint, Response, current_app, jsonify, make_response
from sqlalchemy import exc

from ckanext.thai_gdc import language

_ = tk._
_log = logging.getLogger(__name__)

#: Seconds after which a program may ask again.
_RETRY = 60

gdc_outage = Blueprint("gdc_outage", __name__)


@gdc_outage.app_errorhandler(exc.OperationalError)
@gdc_outage.app_errorhandler(exc.TimeoutError)
def database_is_down(error: Exception) -> Response:
    """No code list, no record and no user can be read: say so, and take nothing unchecked."""
    _log.error("The database does not answer: %s", error)
    try:
        model.Session.remove()
    except exc.DBAPIError:
        _log.debug("The session could not be given back either")
    said = _("The catalog cannot be read just now")
    if tk.request.path.startswith("/api/"):
        response = jsonify({
            "success": False, "error": {"__type": "Service Unavailable", "message": said},
        })
    else:
        # Without Flask's context: that would look for the reader's account.
        page = current_app.jinja_env.get_template("thai_gdc/database_down.html")
        response = make_response(page.render(language=language.current()))
    response.status_code = 503
    response.headers["Retry-After"] = str(_RETRY)
    response.cache_control.no_store = True
    return response

"""Tells the browser which form is saved, so that it drops the text that it kept of it.

The form's script (assets/drafts.js) keeps what is typed in the browser. When it sends a form it
names the text in the cookie ``gdc_draft``; what is saved is named in ``gdc_saved``.
"""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response, after_this_request

from ckanext.thai_gdc.record import understood

#: Actions that save a form.
SAVING = (
    "package_create", "package_update", "resource_create", "resource_update",
    "organization_create", "organization_update",
)

_SENT, _SAVED = "gdc_draft", "gdc_saved"
_ID = re.compile("[a-z0-9]{1,20}")
#: As long as the browser keeps a text, in seconds; and how many of them a cookie names.
_AGE = 14 * 24 * 3600
_MOST = 20


def saved(_sender: Any = None, **_of_the_action: Any) -> None:
    """Listens to the success of an action that saves."""
    if not understood.is_form():
        return
    draft = tk.request.cookies.get(_SENT, "")
    if not _ID.fullmatch(draft):
        return
    before = [one for one in tk.request.cookies.get(_SAVED, "").split(".") if _ID.fullmatch(one)]
    named = [*(one for one in before if one != draft), draft][-_MOST:]
    secure = tk.request.is_secure

    @after_this_request
    def tell(response: Response) -> Response:
        # The script reads it: it says nothing about the record.
        response.set_cookie(
            _SAVED, ".".join(named), max_age=_AGE, samesite="Lax", secure=secure
        )
        response.delete_cookie(_SENT)
        return response

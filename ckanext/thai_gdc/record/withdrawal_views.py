"""Pages by which a record is withdrawn and reinstated, and the list of the withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, current_app
from werkzeug.exceptions import NotFound

from ckanext.thai_gdc import language
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import paging, values, withdrawal

_ = tk._

gdc_withdrawal = Blueprint("gdc_withdrawal", __name__)


def _record(record_id: str, action: str, withdrawn: bool) -> dict[str, Any]:
    """The record in the state that the page is for, if the reader may do the action.

    Otherwise the reader gets the page of a record that never was.
    """
    try:
        record = tk.get_action("package_show")({}, {"id": record_id})
        tk.check_access(action, {"user": tk.current_user.name}, {"id": record["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, _("Dataset not found"))
    if record["type"] != "dataset" or (record["state"] == "deleted") is not withdrawn:
        tk.abort(404, _("Dataset not found"))
    return record


def withdraw(record_id: str) -> str | Response:
    """Ask for reason and date; withdraw the record with them."""
    return _asked(
        _record(record_id, "gdc_record_withdraw", withdrawn=False), "withdraw",
        [(withdrawal.REASON, ""),
         (withdrawal.DATE, tk.h.gdc_date(withdrawal.today().isoformat()))],
        _("The record is withdrawn. The public no longer sees it."),
    )


def reinstate(record_id: str) -> str | Response:
    """Ask for a note; make the record active again if no rule is broken."""
    return _asked(
        _record(record_id, "gdc_record_reinstate", withdrawn=True), "reinstate",
        [(withdrawal.NOTE, "")], _("The record is active again."),
    )


def _asked(
    record: dict[str, Any], name: str, offered: Sequence[tuple[Field, str]], done: str
) -> str | Response:
    """The page that asks for what an action wants, and does it with what was sent.

    Args:
        record: as package_show gives it.
        name: of the template and, after ``gdc_record_``, of the action.
        offered: the fields that are asked for, each with the text that stands in it first.
        done: what is said after the action.
    """
    data = {field.name: text for field, text in offered}
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        data = {field: tk.request.form.get(field, "") for field in data}
        try:
            tk.get_action(f"gdc_record_{name}")({}, {"id": record["id"], **data})
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(done)
            return tk.redirect_to("dataset.read", id=record["name"])
    return tk.render(
        f"package/{name}.html",
        {"pkg_dict": record, "dataset_type": "dataset", "data": data,
         "fields": [_control(field) for field, _text in offered], "messages": _messages(errors)},
    )


def withdrawn() -> str:
    """The withdrawn records of the reader's organizations."""
    return paging.own_records(
        "user/dashboard_withdrawn.html", "gdc_withdrawal.withdrawn",
        lambda limit, offset: tk.get_action("gdc_withdrawn_own_list")(
            {}, {"limit": limit, "offset": offset}
        ),
    )


def deleted(record_id: str) -> Response:
    """CKAN's page for deleting a record asks for no reason: ours does."""
    return tk.redirect_to("gdc_withdrawal.withdraw", record_id=record_id)


@gdc_withdrawal.app_errorhandler(tk.ObjectNotFound)
def absent(error: tk.ObjectNotFound) -> Any:
    """The page for what is not there, also where a view of CKAN expects no withdrawn record."""
    return current_app.handle_user_exception(NotFound())


def _control(field: Field) -> dict[str, Any]:
    """What the form shows of a field, in the reader's words."""
    return {
        "name": field.name, "label": values.label(field), "kind": field.kind,
        "help": language.pick(field.help_text), "example": language.pick(field.example),
        "limit": field.max_length, "starred": field is withdrawal.REASON,
    }


def _messages(errors: dict[str, Any]) -> list[dict[str, str]]:
    """What a refusal says: ``field`` of this form (empty for the record's) and ``message``."""
    own = {f.name for f in (withdrawal.REASON, withdrawal.DATE, withdrawal.NOTE)}
    found = [
        {"field": name, "message": str(m)} for name in own & set(errors) for m in errors[name]
    ]
    others = {k: v for k, v in errors.items() if k not in own and not k.startswith("__")}
    return found + [{"field": "", "message": m["message"]} for m in tk.h.gdc_errors(others)]


gdc_withdrawal.add_url_rule(
    "/dataset/withdraw/<record_id>", view_func=withdraw, methods=["GET", "POST"]
)
gdc_withdrawal.add_url_rule(
    "/dataset/reinstate/<record_id>", view_func=reinstate, methods=["GET", "POST"]
)
gdc_withdrawal.add_url_rule(
    "/dataset/delete/<record_id>", view_func=deleted, methods=["GET", "POST"]
)
gdc_withdrawal.add_url_rule("/dashboard/withdrawn", view_func=withdrawn)

"""Pages by which a code is replaced on all records: see what it means, confirm, watch, undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState

from ckanext.thai_gdc import codes
from ckanext.thai_gdc.admin import pages, replacement_job, words
from ckanext.thai_gdc.codes import CodeList
from ckanext.thai_gdc.harvest import code_lists

_ = tk._

gdc_replacement = Blueprint("gdc_replacement", __name__, url_prefix="/catalog-admin")

gdc_replacement.before_request(pages.only_managers)

#: Replacements, or records that failed, on one page.
_ROWS = 20


@gdc_replacement.record
def _registered(state: BlueprintSetupState) -> None:
    replacement_job.know(state.app)


def new(name: str, code: str) -> str | Response:
    """Choose the successor, see what it changes, confirm.

    Args:
        name: of the list.
        code: that goes.
    """
    if name not in code_lists.names() or code not in codes.get(name):
        tk.abort(404, _("The list has no such code."))
    code_list = codes.get(name)
    asked = tk.request.form if tk.request.method == "POST" else tk.request.args
    typed = {
        "by": asked.get("by", ""), "note": asked.get("note", ""),
        "retire": "retire" in asked or tk.request.method == "GET",
    }
    what = {"list": name, "code": code, "by": typed["by"]}
    errors: Mapping[str, Any] = {}
    if tk.request.method == "POST":
        try:
            begun = tk.get_action("gdc_code_replace")({}, {
                **what, "dry_run": False, "note": typed["note"], "retire": typed["retire"],
                "revision": asked.get("revision"),
            })
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(_("The replacement has begun."))
            return tk.redirect_to("gdc_replacement.show", number=begun["id"])
    effect = None
    if "by" in asked:
        try:
            effect = tk.get_action("gdc_code_replace")({}, what)
        except tk.ValidationError as refusal:
            errors = {**refusal.error_dict, **errors}
    return tk.render("thai_gdc/admin/replace_new.html", {
        "list": {"name": name, "title": words.list_title(name)},
        "code": _named(code_list, code), "successors": [
            _named(code_list, one.code) for one in code_list.choices() if one.code != code],
        "successor": _named(code_list, typed["by"]) if effect else None,
        "typed": typed, "effect": effect,
        "messages": pages.messages(errors, ("by", "note")),
    })


def _named(code_list: CodeList, code: str) -> dict[str, Any]:
    """A code for a template."""
    found = code_list.codes[code]
    return {"code": code, "label": code_list.label(code), "active": found.active,
            "is_other": found.is_other}


def _shown(number: int, page: int = 1) -> dict[str, Any]:
    try:
        return tk.get_action("gdc_replacement_show")({}, {
            "id": number, "limit": _ROWS, "offset": _ROWS * (page - 1)})
    except tk.ObjectNotFound:
        return tk.abort(404, _("There is no such replacement."))


def show(number: int) -> str:
    """How far a replacement is, and the records that failed."""
    page = tk.h.get_page_number(tk.request.args)
    found = _shown(number, page)
    return tk.render("thai_gdc/admin/replace_show.html", {
        "one": found,
        "page": Page(
            collection=found["failures"], page=page, item_count=found["failed"],
            items_per_page=_ROWS, presliced_list=True,
            url=lambda page: tk.h.url_for("gdc_replacement.show", number=number, page=page),
        ),
    })


def index() -> str:
    """The replacements, the latest first."""
    page = tk.h.get_page_number(tk.request.args)
    found = tk.get_action("gdc_replacement_list")({}, {
        "limit": _ROWS, "offset": _ROWS * (page - 1)})
    return tk.render("thai_gdc/admin/replace_index.html", {
        "found": found["results"],
        "page": Page(
            collection=found["results"], page=page, item_count=found["count"],
            items_per_page=_ROWS, presliced_list=True,
            url=lambda page: tk.h.url_for("gdc_replacement.index", page=page),
        ),
    })


def stop(number: int) -> Response:
    """Stop a replacement."""
    return _done("stop", number, _("The replacement has stopped. It can go on later."))


def resume(number: int) -> Response:
    """Let a replacement go on."""
    return _done("resume", number, _("The replacement goes on."))


def _done(what: str, number: int, said: str) -> Response:
    _shown(number)
    try:
        tk.get_action(f"gdc_replacement_{what}")({}, {"id": number})
    except tk.ValidationError as refusal:
        for one in pages.messages(refusal.error_dict, ()):
            tk.h.flash_error(one["message"])
    else:
        tk.h.flash_success(said)
    return tk.redirect_to("gdc_replacement.show", number=number)


def undo(number: int) -> str | Response:
    """Ask for the reason, then take a replacement back."""
    found = _shown(number)
    errors: Mapping[str, Any] = {}
    note = tk.request.form.get("note", "")
    if tk.request.method == "POST":
        try:
            begun = tk.get_action("gdc_replacement_undo")({}, {"id": number, "note": note})
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(_("Taking the replacement back has begun."))
            return tk.redirect_to("gdc_replacement.show", number=begun["id"])
    return tk.render("thai_gdc/admin/replace_undo.html", {
        "one": found, "note": note, "messages": pages.messages(errors, ("note",)),
    })


gdc_replacement.add_url_rule(
    "/lists/<name>/<path:code>/replace", view_func=new, methods=["GET", "POST"])
gdc_replacement.add_url_rule("/replacements", view_func=index)
gdc_replacement.add_url_rule("/replacements/<int:number>", view_func=show)
gdc_replacement.add_url_rule("/replacements/<int:number>/stop", view_func=stop, methods=["POST"])
gdc_replacement.add_url_rule(
    "/replacements/<int:number>/resume", view_func=resume, methods=["POST"])
gdc_replacement.add_url_rule(
    "/replacements/<int:number>/undo", view_func=undo, methods=["GET", "POST"])

"""Pages on what was changed of lists and rules, taking it back, and who may change them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.pagination import Page
from flask import Response

from ckanext.thai_gdc.admin import changes, pages, words
from ckanext.thai_gdc.admin.history_action import described
from ckanext.thai_gdc.harvest import code_lists

_ = tk._

_ROWS = 20

#: Changes that are read at once for the file.
_BATCH = 500

#: A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _asked_list() -> str:
    """The list whose history is asked for; empty for all changes."""
    name = tk.request.args.get("list", "")
    if name and name not in code_lists.names():
        tk.abort(404, _("There is no code list of that name."))
    return name


def history() -> str:
    """Every change, the latest first."""
    name, number = _asked_list(), tk.h.get_page_number(tk.request.args)
    offset = min(_ROWS * (number - 1), 2**31 - 1)
    found = tk.get_action("gdc_change_list")(
        {}, {"list": name, "limit": _ROWS, "offset": offset})
    is_sysadmin = tk.h.check_access("gdc_manager_set")
    return tk.render("thai_gdc/admin/history.html", {
        "changes": [{**one, "can_be_undone": is_sysadmin or not _is_of_managers(one)}
                    for one in found["results"]],
        "count": found["count"], "list": name,
        "lists": [{"name": one, "title": words.list_title(one)} for one in code_lists.names()],
        "page": Page(
            collection=found["results"], page=number, item_count=found["count"],
            items_per_page=_ROWS, presliced_list=True,
            url=lambda page: tk.h.url_for("gdc_lists.history", page=page, list=name or None),
        ),
    })


def _is_of_managers(change: Mapping[str, Any]) -> bool:
    return any(subject.startswith("manager:") for subject in change["parts"])


def history_file() -> Response:
    """The same as a table: a row for every single thing that was changed."""
    name = _asked_list()
    response = Response("".join(_file(name)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="history{"-" + name if name else ""}.csv"')
    return response


def _file(name: str) -> Iterator[str]:
    # Excel takes a file without the mark for one of an older encoding.
    yield "\ufeff" + _row([
        _("Number of the change"), _("When"), _("Who"), _("Reason for the change"), _("Takes back"),
        _("What"), _("What of it"), _("Before"), _("After"),
    ])
    offset, count = 0, 1
    while offset < count:
        found = tk.get_action("gdc_change_list")(
            {}, {"list": name, "limit": _BATCH, "offset": offset})
        count, offset = found["count"], offset + _BATCH
        for change in found["results"]:
            about = [str(change["id"]), tk.h.gdc_moment(change["created"]), change["user"],
                     change["note"], str(change["undoes"] or "")]
            for line in change["lines"]:
                yield _row([*about, line["subject"], line["attribute"], line["before"],
                            line["after"]])


def _row(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(
        [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def undo(number: str) -> str | Response:
    """Take a change back, after a look at what it changed."""
    change = model.Session.get(changes.Change, int(number)) if (
        number.isascii() and number.isdigit() and len(number) <= 18) else None
    if not change:
        return tk.abort(404, _("There is no such change."))
    shown = described(change)
    if _is_of_managers(shown) and not tk.h.check_access("gdc_manager_set"):
        tk.abort(403, _("Only system administrators choose the catalog managers."))
    errors: Mapping[str, Any] = {}
    note = tk.request.form.get("note", "")
    if tk.request.method == "POST":
        try:
            tk.get_action("gdc_change_undo")({}, {"id": number, "note": note})
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(_("The change is taken back."))
            return tk.redirect_to("gdc_lists.history")
    return tk.render("thai_gdc/admin/undo.html", {
        "change": shown, "data": {"note": note},
        "messages": pages.messages(errors, ("note",)),
    })


def managers() -> str | Response:
    """Who manages the catalog; sysadmins add somebody."""
    _sysadmins_only()
    names = ("user", "note")
    data = {name: tk.request.form.get(name, "") for name in names}
    errors: Mapping[str, Any] = {}
    if tk.request.method == "POST":
        try:
            tk.get_action("gdc_manager_set")(
                {}, {**data, "user": data["user"].strip(), "manager": True})
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(_("“%(name)s” manages the catalog now.") % {
                "name": data["user"].strip()})
            return tk.redirect_to("gdc_lists.managers")
    return tk.render("thai_gdc/admin/managers.html", {
        "managers": tk.get_action("gdc_manager_list")({}, {})["results"], "data": data,
        "messages": pages.messages(errors, names),
    })


def manager_remove(user: str) -> str | Response:
    """Take the role from somebody."""
    _sysadmins_only()
    who = next((one for one in tk.get_action("gdc_manager_list")({}, {})["results"]
                if one["name"] == user), None)
    if not who:
        return tk.abort(404, _("“%(name)s” is no catalog manager.") % {"name": user})
    errors: Mapping[str, Any] = {}
    note = tk.request.form.get("note", "")
    if tk.request.method == "POST":
        try:
            tk.get_action("gdc_manager_set")({}, {"user": user, "manager": False, "note": note})
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(_("“%(name)s” manages the catalog no more.") % {
                "name": who["display_name"]})
            return tk.redirect_to("gdc_lists.managers")
    return tk.render("thai_gdc/admin/manager_remove.html", {
        "who": who, "data": {"note": note}, "messages": pages.messages(errors, ("note",)),
    })


def _sysadmins_only() -> None:
    try:
        tk.check_access("gdc_manager_set", {"user": tk.current_user.name})
    except tk.NotAuthorized:
        tk.abort(403, _("Only system administrators choose the catalog managers."))

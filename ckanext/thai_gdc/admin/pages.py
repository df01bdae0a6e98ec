"""What the pages for catalog managers have in common: who comes in, tabs, refusals, times."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response

from ckanext.thai_gdc import language, settings
from ckanext.thai_gdc.admin import changes
from ckanext.thai_gdc.record import values, words

_ = tk._


def only_managers() -> Response | None:
    """Before any of the pages: visitors log in first, and others get nothing."""
    if tk.current_user.is_anonymous:
        return tk.redirect_to("user.login", came_from=tk.request.full_path.rstrip("?"))
    try:
        tk.check_access("gdc_catalog_manage", {"user": tk.current_user.name})
    except tk.NotAuthorized:
        tk.abort(403, _("Only catalog managers may change lists and rules."))
    if tk.request.method == "POST":
        # What somebody else saved in another process stands on the page that answers.
        settings.forget()
    # Before anything that the page shows is read: a change after that is one not seen.
    tk.g.gdc_seen = settings.current().version
    return None


def gdc_revision() -> int:
    """What a form says of the state that it shows (see changes.refuse_if_changed)."""
    return tk.g.gdc_seen


def gdc_admin_tabs() -> list[dict[str, Any]]:
    """The parts of the catalog managers' pages that are for the reader.

    Returns:
        ``title``, ``url`` and ``is_open`` (whether the page is of this part) of each.
    """
    parts = [
        ("gdc_lists.lists", _("Code lists")), ("gdc_rules.index", _("Rules")),
        ("gdc_lists.history", _("History")),
    ]
    if tk.h.check_access("gdc_manager_set"):
        parts.append(("gdc_lists.managers", _("Catalog managers")))
    return [
        {"title": title, "url": tk.h.url_for(endpoint), "is_open": endpoint == _part()}
        for endpoint, title in parts
    ]


def _part() -> str:
    """The endpoint of the tab to which the page of this request belongs."""
    blueprint, _dot, view = (tk.request.endpoint or "").partition(".")
    if blueprint == "gdc_rules":
        return "gdc_rules.index"
    if blueprint == "gdc_lists" and view.startswith(("history", "undo")):
        return "gdc_lists.history"
    return "gdc_lists.managers" if view.startswith("manager") else "gdc_lists.lists"


def gdc_may_manage() -> bool:
    """Whether links to these pages are for the reader."""
    return tk.current_user.is_authenticated and tk.h.check_access("gdc_catalog_manage")


def gdc_note() -> dict[str, Any]:
    """What a form says of the field for the reason: name, label, help, example, limit."""
    note = changes.NOTE
    return {
        "name": note.name, "label": values.label(note), "help": language.pick(note.help_text),
        "example": language.pick(note.example), "limit": note.max_length,
    }


def messages(errors: Mapping[str, Any], names: Collection[str]) -> list[dict[str, str]]:
    """What a refusal says, in the order of the form.

    Args:
        errors: field name to messages, as a ValidationError carries them.
        names: of the fields that the form has, in its order.

    Returns:
        ``field`` (empty for a message about no field of the form) and ``message`` of each.
    """
    order = [*(n for n in names if n in errors), *(n for n in errors if n not in names)]
    found = [
        (name if name in names else "", message)
        for name in order if not name.startswith("__")
        for message in _texts(errors[name])
    ]
    return [{"field": name, "message": m} for name, m in dict.fromkeys(found)]


def _texts(written: Any) -> Iterator[str]:
    if isinstance(written, str):
        yield str(written)
    elif isinstance(written, Mapping):
        yield from _texts(list(written.values()))
    else:
        for one in written:
            yield from _texts(one)


def get_helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers by name."""
    return {
        **{name: f for name, f in globals().items() if name.startswith("gdc_")},
        "gdc_moment": words.moment,
    }

"""What an activity says of a code that was replaced, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import codes
from ckanext.thai_gdc.admin import words
from ckanext.thai_gdc.admin.replacement_job import KEY
from ckanext.thai_gdc.harvest import code_lists

_ = tk._


def gdc_replaced(data: Mapping[str, Any] | None) -> str:
    """Which code took the place of which; empty for an activity about something else.

    Args:
        data: of the activity.
    """
    said = (data or {}).get(KEY)
    if not isinstance(said, Mapping):
        return ""
    name = str(said.get("list"))
    texts = {
        "list": words.list_title(name), "old": _named(name, said.get("old")),
        "new": _named(name, said.get("new")),
    }
    if said.get("undoes"):
        return _("%(list)s: code replaced back, %(old)s by %(new)s") % texts
    return _("%(list)s: code replaced, %(old)s by %(new)s") % texts


def gdc_time_left(seconds: int | None) -> str:
    """How long a job will take, as one says it; empty if that is not known."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return tk.ungettext(
        "about %(num)d minute left", "about %(num)d minutes left", minutes) % {"num": minutes}


def _named(name: str, code: Any) -> str:
    code = str(code)
    label = codes.get(name).label(code) if name in code_lists.names() else code
    return code if label == code else f"{code} {label}"


def get_helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers by name."""
    return {"gdc_replaced": gdc_replaced, "gdc_time_left": gdc_time_left}

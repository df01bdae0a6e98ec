"""What CKAN's helpers say without a translation, in the reader's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import codes, dates, fields, language
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import values

_ = tk._

#: What CKAN fills in before it asks for the translation, so that it finds none.
_FILLED = ("Promoted {} to sysadmin", "Revoked sysadmin permission from {}")


def _label(name: str, field: Field | None) -> str:
    return values.label(field) if field else name


def gdc_change(change: dict[str, Any]) -> dict[str, Any]:
    """What changed in a field, by its label and the labels of its codes.

    Args:
        change: one entry of the helper ``compare_pkg_dicts``, which knows keys and stored
            values only.

    Returns:
        The same entry, ``key``, ``key_list`` and the values of coded fields in words.
    """
    table = (
        fields.resource_fields() if str(change.get("type")).startswith("resource")
        else fields.dataset_fields()
    )
    said = dict(change)
    if field := table.get(str(change.get("key"))):
        said["key"] = values.label(field)
        for name in ("value", "new_value", "old_value"):
            if field.code_list and change.get(name):
                said[name] = ", ".join(codes.labels(field, change[name]))
    if "key_list" in change:
        said["key_list"] = [_label(key, table.get(key)) for key in change["key_list"]]
    if isinstance(change.get("value_list"), dict):
        said["value_list"] = {
            _label(key, table.get(key)): value for key, value in change["value_list"].items()
        }
    return said


def said(text: str) -> str:
    """A sentence of CKAN in the reader's language, also one whose places are filled already."""
    for pattern in _FILLED:
        before, after = pattern.split("{}")
        if text.startswith(before) and text.endswith(after) and len(text) > len(pattern) - 2:
            return _(pattern).format(text[len(before):len(text) - len(after)])
    return text


def gdc_role(capacity: str) -> str:
    """The name of a role."""
    return tk.h.roles_translated().get(capacity, capacity)


@tk.chained_helper
def humanize_entity_type(
    following: Callable[..., str | None], entity_type: str, object_type: str, purpose: str
) -> str | None:
    """CKAN's phrases for types of other plugins, with the type's name in them translated."""
    phrase = following(entity_type, object_type, purpose)
    name = object_type.replace("_", " ").capitalize()
    return phrase.replace(name, _(name)) if phrase else phrase


@tk.chained_helper
def get_allowed_view_types(
    following: Callable[..., list[tuple[str, str, str]]], *arguments: Any
) -> list[tuple[str, str, str]]:
    """The sorts of previews, all by translated titles."""
    return [(name, _(title), icon) for name, title, icon in following(*arguments)]


@tk.chained_helper
def get_flashed_messages(following: Callable[..., Any], *arguments: Any, **how: Any) -> Any:
    """What was said of the last request, in the reader's language."""
    return [
        (one[0], said(one[1])) if isinstance(one, tuple) else said(one)
        for one in following(*arguments, **how)
    ]


@tk.chained_helper
def render_datetime(
    following: Callable[..., str], datetime_: Any, date_format: str | None = None, **how: Any
) -> str:
    """CKAN's points in time with the year of the reader's era; in a format that is given, as it is.

    Args:
        following: CKAN's helper.
        datetime_: datetime or text of ISO 8601.
        date_format: of strftime.
        how: with_hours, with_seconds.
    """
    written = following(datetime_, date_format, **how)
    if date_format or language.current() != "th":
        return written
    # Thai writes "ค.ศ." before a year of the Common Era, and nothing before one of its own.
    return re.sub(
        r"(?:ค\.ศ\. ?)?\b(\d{4})\b", lambda year: str(int(year[1]) + dates.BUDDHIST_ERA), written,
        count=1,
    )


def get_helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers by name."""
    return {
        "gdc_change": gdc_change,
        "gdc_role": gdc_role,
        "humanize_entity_type": humanize_entity_type,
        "get_allowed_view_types": get_allowed_view_types,
        "get_flashed_messages": get_flashed_messages,
        "render_datetime": render_datetime,
    }

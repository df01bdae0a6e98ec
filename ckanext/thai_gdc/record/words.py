"""A value of a record in the words of its reader: labels, dates in their era, names."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.thai_gdc import codes, dates, fields, language
from ckanext.thai_gdc.fields import Field

_ = tk._


def of(field: Field, value: Any) -> str:
    """A stored value as the reader sees it; empty where there is none."""
    if value is None or value in ("", []):
        return ""
    if codes.of_field(field):
        return ", ".join(codes.labels(field, value))
    if field.kind == "date":
        return dates.show(str(value), language.current())
    if field.kind == "organization":
        organization = model.Group.get(str(value))
        return organization.title or organization.name if organization else str(value)
    if field.kind == "columns" and isinstance(value, list):
        return "\n".join(_column(one) for one in value if isinstance(one, dict))
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def _column(column: Mapping[str, Any]) -> str:
    parts = (of(part, column.get(name)) for name, part in fields.column_fields().items())
    return " · ".join(part for part in parts if part)


def visibility(value: Any) -> str:
    """``private`` of a record: False or True, also as the form sends them."""
    return _("Private") if str(value) == "True" else _("Public")


def moment(when: datetime.datetime | str) -> str:
    """A moment to the minute, in the site's time zone and the reader's era.

    Args:
        when: UTC where it has no time zone, as CKAN stores it; a text in ISO 8601.
    """
    if isinstance(when, str):
        when = datetime.datetime.fromisoformat(when)
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.timezone.utc)
    local = when.astimezone(tk.h.get_display_timezone())
    return _("%(date)s, %(time)s") % {
        "date": dates.show(local.date().isoformat(), language.current()),
        "time": f"{local:%H:%M}",
    }

"""How to cite a dataset: who, when, what, as of when, under which licence, where."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import dates, fields, language
from ckanext.thai_gdc.record import due, words

_ = tk._


def of(record: Mapping[str, Any]) -> str:
    """A record's citation in the reader's language, its dates in the reader's era.

    Args:
        record: as package_show gives it.

    Returns:
        One line: the organization, the year, the title, the day to which the data is up to
        date (or the record's last change), the catalog, the licence and the address, each
        left out where the record has none.
    """
    day = due.last_update(record)
    organization = (record.get("organization") or {}).get("title")
    title = _("%(title)s [Dataset]") % {"title": record.get("title") or record.get("name") or ""}
    parts = [
        _("%(organization)s (%(year)s).") % {"organization": organization, "year": _year(day)}
        if organization and day
        else "",
        f"{title}.",
        _("Last updated %(date)s.") % {"date": dates.show(day.isoformat(), language.current())}
        if day
        else "",
        f"{tk.config['ckan.site_title']}.",
        _licence(record),
        tk.h.url_for("dataset.read", id=record["name"], qualified=True, locale="default"),
    ]
    return " ".join(part for part in parts if part)


def _year(day: datetime.date | None) -> str:
    """The year in the reader's era."""
    if day is None:
        return ""
    buddhist = language.current().startswith("th")
    return str(day.year + dates.BUDDHIST_ERA if buddhist else day.year)


def _licence(record: Mapping[str, Any]) -> str:
    field = fields.dataset_fields()["license_id"]
    label = record.get(field.other) or words.of(field, record.get(field.name))
    return _("Licence: %(licence)s.") % {"licence": label} if label else ""

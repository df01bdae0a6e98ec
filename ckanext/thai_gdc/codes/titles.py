"""What the parts of a code list are called, in the reader's language."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

_ = tk._


def attribute(name: str) -> str:
    """What an attribute of a code, a field or a list is called."""
    return {
        "code": _("Code"), "th": _("Label in Thai"), "en": _("Label in English"),
        "legacy": _("Older values"), "other": _("Asks for free text"),
        "active": _("Can be chosen"), "explain": _("Explanation"), "for": _("Agrees with"),
        "access": _("Who may see the record"), "period": _("Duration of one unit"),
        "no_interval": _("Takes no interval"), "dcat": _("Address in linked data (DCAT)"),
        "uri": _("Address of the licence"), "open": _("Open licence"),
        "iso639": _("Language code (ISO 639)"), "datatype": _("Data type in linked data"),
        "datastore": _("Data type in the DataStore"),
        "order": _("Order"), "label": _("Name"), "pattern": _("How codes are written"),
        "hidden": _("Hidden"), "help_text": _("Help"), "example": _("Example"),
        "code_list": _("Code list"),
    }.get(name, name)


def access() -> dict[str, str]:
    """Who may see the records of a category (check.ACCESS), in words."""
    return {
        "public": _("Everybody may see the record and the data"),
        "restricted": _("Everybody may see the record, not the data"),
        "by-right": _("Only those with the right may see even the record"),
    }

"""Whether a record may be listed outside, and who may see it at all (spec 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.thai_gdc import codes


def access(data_category: str | None) -> str:
    """``public``, ``restricted`` or ``by-right``; an unknown category is by-right."""
    code = codes.get("data_category").codes.get(data_category or "")
    return code.attributes["access"] if code else "by-right"


def is_secret(data_category: str | None) -> bool:
    """Whether even the record's name is only for those with the right.

    A record without a category is no secret: old catalogs have many.
    """
    return bool(data_category) and access(data_category) == "by-right"


def may_be_listed(record: Mapping[str, Any]) -> bool:
    """Whether the owner consents to the record's listing in the national catalog.

    Args:
        record: as package_show gives it.

    Returns:
        The value of allow_harvest; where it is blank, yes for public data and no for
        the rest. Always no for what is private, secret or not active.
    """
    category = record.get("data_category")
    if record.get("private") or record.get("state", "active") != "active" or is_secret(category):
        return False
    return (record.get("allow_harvest") or str(access(category) == "public")) == "True"

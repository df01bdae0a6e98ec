"""Which records and files carry a code: for counts that a reader may see, and for jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model, types
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from ckanext.thai_gdc import codes, fields
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import consent, dictionary

#: The field of a resource that holds the columns of its data dictionary.
_DICTIONARY = next(f.name for f in fields.shipped("resource").values() if f.kind == "columns")


def fields_of(name: str) -> list[Field]:
    """The fields of every level that take their codes from the list."""
    return [
        field for level in fields.LEVELS for field in fields.of_level(level).values()
        if field.is_coded and field.code_list == name
    ]


def count(context: types.Context, name: str) -> dict[str, dict[str, Any]]:
    """How often each code of a list is used, as far as the caller may see.

    Returns:
        Code to ``records`` and ``resources`` (files and addresses, in which the columns of a
        data dictionary count too), and the same by field: ``fields``, ``<level>:<field>`` to
        number. A code that nothing uses is not in it.
    """
    found: dict[str, dict[str, Any]] = {}

    def add(field: Field, code: str, number: int) -> None:
        entry = found.setdefault(code, {"records": 0, "resources": 0, "fields": {}})
        entry["records" if field.level == "dataset" else "resources"] += number
        by_field = entry["fields"]
        key = f"{field.level}:{field.name}"
        by_field[key] = by_field.get(key, 0) + number

    used = fields_of(name)
    of_records = {f.name: f for f in used if f.level == "dataset"}
    if of_records:
        result = tk.get_action("package_search")(tk.fresh_context(context), {
            "rows": 0, "fq": "+dataset_type:dataset", "include_private": True,
            "facet.field": list(of_records), "facet.limit": -1,
        })
        for facet, field in of_records.items():
            for item in result["search_facets"].get(facet, {}).get("items", []):
                add(field, item["name"], item["count"])
    for field in used:
        if field.level in ("resource", "column"):
            for code, number in _in_resources(context, field):
                add(field, code, number)
    return found


def _in_resources(context: types.Context, field: Field) -> Iterator[tuple[str, int]]:
    """The codes of a field in files that the caller may see, and in how many each stands."""
    written = _written(field)
    chosen = (
        sa.select(written, sa.func.count())
        .select_from(model.Resource)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(
            model.Resource.state == "active", model.Package.state == "active",
            written.is_not(None),
        )
        .group_by(written)
    )
    if not authz.is_sysadmin(context.get("user") or ""):
        secret = [c for c in codes.get("data_category").codes if consent.is_secret(c)]
        chosen = chosen.where(
            model.Package.private.is_(False),
            sa.func.coalesce(model.Package.extras["data_category"].astext, "").not_in(secret),
        )
    for text, number in model.Session.execute(chosen):
        for code in codes_in(field, text):
            yield code, number


def _written(field: Field) -> Any:
    """What a resource holds for the field (or for the dictionary that has it), as text."""
    extras = sa.cast(model.Resource.extras, JSONB)
    return extras[_DICTIONARY if field.level == "column" else field.name].astext


def codes_in(field: Field, stored: str | None) -> set[str]:
    """The codes of a field in what is stored for it."""
    if not stored:
        return set()
    if field.level == "column":
        return {str(row[field.name]) for row in dictionary.rows(stored) if row.get(field.name)}
    return set(json.loads(stored)) if field.is_list else {stored}


def ever(name: str, code: str) -> bool:
    """Whether any record, file or column carries the code or once did, in whatever state."""
    for field in fields_of(name):
        if field.level == "dataset":
            carried = sa.select(_column(field))
        elif field.level == "organization":
            extras: Any = model.Group.extras  # pyright: ignore[reportAttributeAccessIssue]
            carried = sa.select(extras[field.name].astext)
        else:
            carried = sa.select(_written(field)).select_from(model.Resource)
        values = model.Session.scalars(carried.distinct())
        if any(code in codes_in(field, text) for text in values):
            return True
    return _in_activities(name, code)


def _column(field: Field) -> Any:
    """What a record holds for the field, as text."""
    if field.is_core_column:
        return getattr(model.Package, field.name)
    return model.Package.extras[field.name].astext


def _in_activities(name: str, code: str) -> bool:
    """Whether an earlier state of a record that CKAN kept carries the code."""
    if not p.plugin_loaded("activity"):
        return False
    from ckanext.activity.model import Activity  # its table is there only with its plugin

    kept = sa.cast(Activity.data, JSONB)["package"]
    for field in fields_of(name):
        if field.level == "dataset":
            said = [kept[field.name]]
        elif field.level == "resource":
            each = sa.func.jsonb_path_query_array(
                kept, sa.cast(f'$.resources[*]."{field.name}"', JSONPATH))
            said = [each]
        else:
            continue
        for one in said:
            found = sa.select(Activity.id).where(
                sa.or_(one == sa.cast(json.dumps(code), JSONB),
                       sa.cast(one, sa.UnicodeText).contains(f'"{code}"', autoescape=True))
            )
            if model.Session.scalars(found.limit(1)).first():
                return True
    return False


def records_with(name: str, code: str) -> list[str]:
    """Ids of the records of every state that carry the code, themselves or in a file."""
    found: dict[str, None] = {}
    for field in fields_of(name):
        if field.level == "dataset":
            chosen = sa.select(model.Package.id, _column(field)).where(
                model.Package.type == "dataset")
            column = _column(field)
        elif field.level in ("resource", "column"):
            column = _written(field)
            chosen = sa.select(model.Resource.package_id, column).where(
                model.Resource.state == "active")
        else:
            continue
        needle = column.contains(f'"{code}"', autoescape=True) if (
            field.is_list or field.level == "column") else column == code
        for package_id, text in model.Session.execute(chosen.where(needle)):
            if code in codes_in(field, text):
                found[package_id] = None
    return list(found)

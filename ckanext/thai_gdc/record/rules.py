"""Rules across the fields of a record (spec 1): each names the field that breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import codes
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import values
from ckanext.thai_gdc.record.errors import Message

_ = tk._


def violations(
    record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    """What the values of one record (or one resource) break together.

    Args:
        record: field name to normalised value; what is blank is absent.
        table: the fields by name, of a record or of a resource.

    Yields:
        Name of the field to mend, and the message for its reader.
    """
    yield from _other_needs_text(record, table)
    if "data_category" in table:
        yield from _interval_needs_unit(record, table)
        yield from _agrees_with_category(record, table)
        yield from _box_is_not_upside_down(record, table)
    yield from _years_in_order(record, table)


def _other_needs_text(
    record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    for field in table.values():
        if not field.is_coded or field.other not in table or not record.get(field.name):
            continue
        code_list = codes.of_coded(field)
        chosen = record[field.name]
        asked = code_list.others() & set(chosen if field.is_multiple else [chosen])
        if asked and not record.get(field.other):
            yield field.other, Message("missing_other", _(
                "Please fill in “%(label)s”, because “%(code)s” is chosen."
            ) % {
                "label": values.label(table[field.other]),
                "code": code_list.label(next(iter(asked))),
            })


def _interval_needs_unit(
    record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    if not record.get("update_frequency_interval"):
        return
    interval, unit = table["update_frequency_interval"], table["update_frequency_unit"]
    chosen = record.get(unit.name)
    if not chosen:
        yield interval.name, Message("contradiction", _(
            "“%(label)s” is filled in, so “%(unit)s” must be chosen too."
        ) % {"label": values.label(interval), "unit": values.label(unit)})
        return
    code_list = codes.get("update_frequency_unit")
    if chosen in code_list and code_list.codes[chosen].attributes.get("no_interval"):
        yield interval.name, Message("contradiction", _(
            "Leave “%(label)s” blank: it makes no sense with “%(code)s”."
        ) % {"label": values.label(interval), "code": code_list.label(chosen)})


def _agrees_with_category(
    record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    category = record.get("data_category")
    if not category:
        return
    categories = codes.get("data_category")
    for name in ("license_id", "data_classification"):
        code_list = codes.of_coded(table[name])
        chosen = record.get(name)
        if not chosen or chosen not in code_list:
            continue
        if category not in code_list.codes[chosen].attributes.get("for", [category]):
            allowed = ", ".join(
                code_list.label(c.code)
                for c in code_list.choices()
                if category in c.attributes.get("for", [])
            )
            yield name, Message("contradiction", _(
                "“%(label)s”: “%(code)s” does not agree with the category “%(category)s”. "
                "What agrees: %(allowed)s."
            ) % {
                "label": values.label(table[name]),
                "code": code_list.label(chosen),
                "category": categories.label(category),
                "allowed": allowed,
            })


def _box_is_not_upside_down(
    record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    north, south = record.get("north_bound_longitude"), record.get("south_bound_longitude")
    if north and south and float(north) < float(south):
        yield "north_bound_longitude", Message("contradiction", _(
            "“%(north)s” must not be less than “%(south)s”."
        ) % {
            "north": values.label(table["north_bound_longitude"]),
            "south": values.label(table["south_bound_longitude"]),
        })


def _years_in_order(
    record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    prefix = "" if "data_category" in table else "resource_"
    first, last = f"{prefix}first_year_of_data", f"{prefix}last_year_of_data"
    if record.get(first) and record.get(last) and record[first] > record[last]:
        yield last, Message("contradiction", _("“%(last)s” must not be before “%(first)s”.") % {
            "last": values.label(table[last]), "first": values.label(table[first]),
        })


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
    for field in table.values():
        if field.is_coded and field.other in table:
            yield from _other_needs_text(field, record, table)
    for field in table.values():
        if field.counts_in:
            yield from _counts_in_unit(field, record, table[field.counts_in])
        if field.agrees_with:
            yield from _agrees(field, record, table[field.agrees_with])
        if field.at_least:
            yield from _is_at_least(field, record, table[field.at_least])


def _other_needs_text(
    field: Field, record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    chosen = record.get(field.name)
    if not chosen or record.get(field.other):
        return
    code_list = codes.of_coded(field)
    asked = code_list.others() & set(chosen if field.is_multiple else [chosen])
    if asked:
        yield field.other, asks_for_text(table[field.other], code_list.label(next(iter(asked))))


def _counts_in_unit(
    field: Field, record: Mapping[str, Any], unit: Field
) -> Iterator[tuple[str, Message]]:
    if not record.get(field.name):
        return
    chosen = record.get(unit.name)
    if not chosen:
        yield field.name, needs_unit(field, unit)
    elif chosen in without_interval(unit):
        yield field.name, makes_no_sense(field, codes.of_coded(unit).label(chosen))


def without_interval(unit: Field) -> set[str]:
    """The codes of a unit that cannot be counted."""
    return {
        c.code for c in codes.of_coded(unit).codes.values() if c.attributes.get("no_interval")
    }


def _agrees(
    field: Field, record: Mapping[str, Any], other: Field
) -> Iterator[tuple[str, Message]]:
    chosen, wanted = record.get(field.name), record.get(other.name)
    code_list = codes.of_coded(field)
    if not chosen or not wanted or chosen not in code_list:
        return
    if wanted not in code_list.codes[chosen].attributes.get("for", [wanted]):
        allowed = ", ".join(
            code_list.label(c.code)
            for c in code_list.choices()
            if wanted in c.attributes.get("for", [])
        )
        yield field.name, does_not_agree(
            field, code_list.label(chosen), codes.of_coded(other).label(wanted), allowed
        )


def _is_at_least(
    field: Field, record: Mapping[str, Any], other: Field
) -> Iterator[tuple[str, Message]]:
    value, least = record.get(field.name), record.get(other.name)
    if value and least and float(value) < float(least):
        yield field.name, too_small(field, other)


# --- The messages: the form in the browser says the same, with places for what is not known yet


def asks_for_text(field: Field, code: str) -> Message:
    """The free text of an "other" code is not filled in."""
    return Message("missing_other", _(
        "Please fill in “%(label)s”, because “%(code)s” is chosen."
    ) % {"label": values.label(field), "code": code})


def needs_unit(field: Field, unit: Field) -> Message:
    """A number without the unit in which it counts."""
    return Message("contradiction", _(
        "“%(label)s” is filled in, so “%(unit)s” must be chosen too."
    ) % {"label": values.label(field), "unit": values.label(unit)})


def makes_no_sense(field: Field, code: str) -> Message:
    """A number of a unit that cannot be counted."""
    return Message("contradiction", _(
        "Leave “%(label)s” blank: it makes no sense with “%(code)s”."
    ) % {"label": values.label(field), "code": code})


def does_not_agree(field: Field, code: str, category: str, allowed: str) -> Message:
    """A code that the other field's code rules out."""
    return Message("contradiction", _(
        "“%(label)s”: “%(code)s” does not agree with the category “%(category)s”. "
        "What agrees: %(allowed)s."
    ) % {
        "label": values.label(field), "code": code, "category": category, "allowed": allowed,
    })


def too_small(field: Field, other: Field) -> Message:
    """A value that is less than the one it must not be less than."""
    names = {"last": values.label(field), "first": values.label(other)}
    if field.kind == "year":
        return Message("contradiction", _("“%(last)s” must not be before “%(first)s”.") % names)
    return Message("contradiction", _("“%(last)s” must not be less than “%(first)s”.") % names)

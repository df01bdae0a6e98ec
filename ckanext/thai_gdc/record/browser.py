"""The rules as data, for the form that checks in the browser while somebody types.

Made of the same definitions, patterns and sentences as the server's own check, which judges
again whatever is sent. Sentences carry places in braces for what is known only once something
is typed: ``{value}``, ``{count}``, ``{code}``, ``{category}``, ``{allowed}``, ``{tag}``, ``{row}``.
"""

from __future__ import annotations

from typing import Any

from ckan import model

from ckanext.thai_gdc import codes, fields, text
from ckanext.thai_gdc.fields import Field, Level
from ckanext.thai_gdc.record import rules, stars, values

#: Kinds whose length is limited.
_MEASURED = frozenset({"text", "other", "email", "url", "line"})

_NAME_PATTERN = "[a-z0-9_-]{2,100}"


def form_rules(level: Level) -> dict[str, Any]:
    """What the form of a record, a resource or an organization has to check.

    Returns:
        ``normalise``: the steps of text.normalise, each a pattern and what takes its place;
        ``fields``: rules by field name. Of each: ``missing`` (the sentence, if starred),
        ``missingIf`` (the same, and for which data types and organizations),
        ``max`` and ``tooLong``, ``pattern`` and ``wrong``, ``limit``, ``isDate``, ``tags``,
        ``columns``, ``other``, ``unit``, ``agrees``, ``atLeast``: what the kind and the
        definition ask.
    """
    table = fields.of_level(level)
    return {
        "normalise": {
            "once": [_step(*step) for step in text.ONCE],
            "untilStable": [_step(*step) for step in text.UNTIL_STABLE],
        },
        "fields": {name: _rules(field, table) for name, field in table.items()},
    }


def _step(pattern: str, new: str) -> tuple[str, str]:
    """A pattern and its replacement as a browser writes them."""
    return pattern, new.replace("\\", "$")


def _rules(field: Field, table: dict[str, Field]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if stars.always(field):
        found["missing"] = values.missing(field)
    elif stars.conditions(field):
        found["missingIf"] = {
            "message": values.missing(field),
            "when": [
                {"types": sorted(one.data_types), "organizations": sorted(one.organizations)}
                for one in stars.conditions(field)
            ],
        }
    if field.kind in _MEASURED:
        found["max"] = field.max_length or values.MAX_LENGTH
        found["tooLong"] = values.too_long(field, "{count}", found["max"])
    pattern = _NAME_PATTERN if field.kind == "name" else values.PATTERNS.get(field.kind)
    if pattern:
        found["pattern"] = pattern
    if values.expected(field):
        found["wrong"] = values.cannot_be_used(field, "{value}", values.expected(field))
    if field.kind == "degrees":
        found["limit"] = field.limit
    if field.kind == "date":
        found["isDate"] = True
    if field.kind == "tags":
        found |= _keywords(field)
    if field.kind == "columns":
        parts = fields.column_fields()
        found["columns"] = {
            "parts": {name: _rules(part, parts) for name, part in parts.items()},
            "inRow": values.naming(field, values.in_row("{row}", "{message}")),
            "repeated": values.is_in_row("{value}", "{row}"),
        }
    return found | _across(field, table)


def _keywords(field: Field) -> dict[str, Any]:
    least, most = model.MIN_TAG_LENGTH, model.MAX_TAG_LENGTH
    return {
        "max": field.max_length,
        "tooLong": values.too_long(field, "{count}", field.max_length or values.MAX_LENGTH),
        "tags": {
            "least": least,
            "most": most,
            "length": values.tag_length("{tag}", least, most),
            "damaged": values.cannot_be_used(field, "{tag}", values.damaged_tag()),
            "quotes": values.cannot_be_used(field, "{tag}", values.quotes_in_tag()),
        },
    }


def _across(field: Field, table: dict[str, Field]) -> dict[str, Any]:
    """The rules that need the value of a second field."""
    found: dict[str, Any] = {}
    if field.kind == "other":
        asking = table[field.name.removesuffix("_other")]
        found["other"] = {
            "of": asking.name,
            "codes": sorted(codes.of_coded(asking).others()),
            "message": rules.asks_for_text(field, "{code}"),
        }
    if field.counts_in:
        unit = table[field.counts_in]
        found["unit"] = {
            "of": unit.name,
            "needed": rules.needs_unit(field, unit),
            "without": sorted(rules.without_interval(unit)),
            "senseless": rules.makes_no_sense(field, "{code}"),
        }
    if field.agrees_with:
        found["agrees"] = {
            "with": field.agrees_with,
            "message": rules.does_not_agree(field, "{code}", "{category}", "{allowed}"),
        }
    if field.at_least:
        found["atLeast"] = {
            "of": field.at_least, "message": rules.too_small(field, table[field.at_least]),
        }
    return found

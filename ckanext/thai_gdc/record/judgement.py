"""What a stored record lacks by the rules of today.

A record that an older catalog or an earlier rule let in stays readable; its steward is told
what to mend. What is judged here is what a save would refuse.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from ckanext.thai_gdc import codes, fields
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import rules, values
from ckanext.thai_gdc.record.errors import Message

#: Kinds that CKAN judges, or that are never blank.
_NOT_JUDGED = frozenset({"name", "file", "format", "tags"})


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Attributes:
        field: its name.
        message: names the field by its label, in the reader's language.
        resource: name of the resource that has the field; empty for the record itself.
        resource_id: its id.
    """

    field: str
    message: Message
    resource: str = ""
    resource_id: str = ""


def problems(record: Mapping[str, Any]) -> list[Problem]:
    """Everything that a save of the record as it stands would be refused for.

    Args:
        record: as package_show gives it.
    """
    found = [*_keywords(record)]
    found += [Problem(name, m) for name, m in _judged(record, record, fields.dataset_fields())]
    for resource in record.get("resources", []):
        name = resource.get("name") or resource.get("url") or ""
        found += [
            Problem(field, m, name, resource.get("id") or "")
            for field, m in _judged(resource, record, fields.resource_fields())
        ]
    place = {name: number for number, name in enumerate(fields.dataset_fields())}
    return sorted(found, key=lambda p: (p.resource, place.get(p.field, 0)))


def _keywords(record: Mapping[str, Any]) -> Iterator[Problem]:
    field = fields.dataset_fields()["tag_string"]
    names = [tag["name"] for tag in record.get("tags", [])]
    if not names and values.is_starred(field, _data_type(record), record.get("owner_org")):
        yield Problem(field.name, values.missing(field))
    try:
        values.check_length(field, ",".join(names))
        for name in names:
            values.tag(field, name)
    except values.Refused as refusal:
        yield Problem(field.name, refusal.message)


def _data_type(record: Mapping[str, Any]) -> str | None:
    return codes.get("data_type").resolve(str(record.get("data_type") or ""))


def _judged(
    stored: Mapping[str, Any], record: Mapping[str, Any], table: Mapping[str, Field]
) -> Iterator[tuple[str, Message]]:
    data_type = _data_type(record)
    sound: dict[str, Any] = {}
    for name, field in table.items():
        if field.kind in _NOT_JUDGED or not field.applies_to(data_type):
            continue
        written = stored.get(name)
        try:
            value = values.normalise(field, written, values.codes_in(field, written))
        except values.Refused as refusal:
            for message in refusal.messages:
                yield name, message
            continue
        if value is not None:
            sound[name] = value
        elif values.is_starred(field, data_type, record.get("owner_org")):
            yield name, values.missing(field)
    yield from rules.violations(sound, table)

"""What replacing a code does to one record, and what taking that back does."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from ckanext.thai_gdc import codes, fields
from ckanext.thai_gdc.admin import uses
from ckanext.thai_gdc.fields import Field, Level
from ckanext.thai_gdc.record import dictionary

Record = dict[str, Any]

#: Of a record or a resource: name of a field to what it held before and after.
Changes = dict[str, list[Any]]

#: Columns of a record that a save may change besides the fields of the schema.
_ALSO = ("private",)


@dataclasses.dataclass(frozen=True)
class Swap:
    """One code in the place of another.

    Attributes:
        list: name of the list of both.
        old, new: the codes.
    """

    list: str
    old: str
    new: str

    def done_to(self, record: Mapping[str, Any]) -> Record | None:
        """The record with the new code wherever the old one stands; None if it stands nowhere.

        Args:
            record: as package_show gives it; it stays as it is.
        """
        result = copy.deepcopy(dict(record))
        found = [
            self._put(level, target)
            for level, target in [("dataset", result), *_resources(result)]
        ]
        return result if any(found) else None

    def _put(self, level: Level, target: MutableMapping[str, Any]) -> bool:
        found = False
        for field in self._fields(level):
            value = target.get(field.name)
            if field.is_multiple and isinstance(value, list):
                if self.old in value:
                    target[field.name] = self._in_order({*value, self.new} - {self.old})
                    found = True
            elif value == self.old:
                target[field.name] = self.new
                found = True
        for name, parts in self._dictionaries(level):
            rows = dictionary.rows(target.get(name))
            here = [(row, part) for row in rows for part in parts if row[part] == self.old]
            for row, part in here:
                row[part] = self.new
            if here:
                target[name] = rows
                found = True
        return found

    def undone_to(
        self, record: Mapping[str, Any], changes: Mapping[str, Any]
    ) -> Record | None:
        """The record with the old code where it stood and the new one still stands.

        What the replacement changed besides (a free text that was dropped, say) comes back
        with it, where it is as the replacement left it.

        Args:
            record: as package_show gives it; it stays as it is.
            changes: what ``differences`` said of the replacement.

        Returns:
            None if there is nothing to take back.
        """
        result = copy.deepcopy(dict(record))
        of_record: Changes = changes.get("record", {})
        hit = self._put_back("dataset", result, of_record)
        if hit:
            self._restore("dataset", result, of_record)
        hits = [hit]
        for level, resource in _resources(result):
            said: Changes = changes.get("resources", {}).get(resource.get("id"), {})
            here = self._put_back(level, resource, said)
            if here or hit:
                self._restore(level, resource, said)
            hits.append(here)
        return result if any(hits) else None

    def _put_back(self, level: Level, target: MutableMapping[str, Any], said: Changes) -> bool:
        found = False
        for field in self._fields(level):
            if field.name not in said:
                continue
            value, before = target.get(field.name), said[field.name][0]
            if field.is_multiple and isinstance(value, list):
                if self.old in (before or ()) and self.new in value:
                    gone = set() if self.new in before else {self.new}
                    target[field.name] = self._in_order({*value, self.old} - gone)
                    found = True
            elif before == self.old and value == self.new:
                target[field.name] = self.old
                found = True
        for name, parts in self._dictionaries(level):
            rows = dictionary.rows(target.get(name))
            before = {row["name"]: row for row in dictionary.rows(said.get(name, [None])[0])}
            here = [
                (row, part) for row in rows for part in parts
                if row[part] == self.new and before.get(row["name"], {}).get(part) == self.old
            ]
            for row, part in here:
                row[part] = self.old
            if here:
                target[name] = rows
                found = True
        return found

    def _restore(self, level: Level, target: MutableMapping[str, Any], said: Changes) -> None:
        own = {field.name for field in self._fields(level)}
        own |= {name for name, _parts in self._dictionaries(level)}
        for name, (before, after) in said.items():
            if name not in own and _worth(target.get(name)) == after:
                target[name] = "" if before is None else before

    def _in_order(self, chosen: set[str]) -> list[str]:
        place = {code: number for number, code in enumerate(codes.get(self.list).codes)}
        return sorted(chosen, key=lambda code: (place.get(code, len(place)), code))

    def _fields(self, level: Level) -> list[Field]:
        return [field for field in uses.fields_of(self.list) if field.level == level]

    def _dictionaries(self, level: Level) -> list[tuple[str, list[str]]]:
        """The fields that hold a data dictionary, each with its parts that take the codes."""
        parts = [field.name for field in self._fields("column")]
        if level != "resource" or not parts:
            return []
        return [(f.name, parts) for f in fields.resource_fields().values() if f.kind == "columns"]


def _resources(record: Mapping[str, Any]) -> Iterator[tuple[Level, Record]]:
    for resource in record.get("resources") or ():
        yield "resource", resource


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a save changed in the fields of the schema.

    Args:
        before: the record as package_show gave it.
        after: the same now.

    Returns:
        ``record``: see Changes; ``resources``: the same by id of each that changed.
    """
    was = {one["id"]: one for one in before.get("resources") or ()}
    resources = {
        one["id"]: changed for one in after.get("resources") or ()
        if one["id"] in was
        and (changed := _differences(was[one["id"]], one, fields.resource_fields()))
    }
    return {
        "record": _differences(before, after, [*fields.dataset_fields(), *_ALSO]),
        "resources": resources,
    }


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], names: Any) -> Changes:
    pairs = {name: [_worth(before.get(name)), _worth(after.get(name))] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _worth(value: Any) -> Any:
    """A value, None for every way to say nothing."""
    return None if value in ("", []) else value

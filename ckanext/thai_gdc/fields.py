"""The one definition of a field: reads schemas/ for everybody else.

Form, validation, search, DCAT and documentation ask here what a field is. What the site
changed (settings.py) is laid over what ships. Needs no running CKAN.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml

from ckanext.thai_gdc import settings

SCHEMAS = Path(__file__).parent / "schemas"

#: CKAN's own columns among the fields; the others are kept as extras.
CORE_COLUMNS = frozenset(
    {"title", "name", "owner_org", "maintainer", "maintainer_email", "tag_string",
     "notes", "license_id", "url"}
)

Level = Literal["dataset", "resource", "organization", "column"]


#: Where fields stand, in the order of the documentation.
LEVELS: tuple[Level, ...] = ("dataset", "resource", "organization", "column")


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a record, a resource, an organization or a column of a data dictionary.

    Attributes:
        name: key in the API.
        level: where it stands.
        kind: how it is typed in, checked and shown (see schemas/presets.yaml).
        label, help_text, example: language code to text.
        item: number in the mandatory metadata ("1" to "14", "9.1"), empty if optional.
        group: heading under which it is shown.
        stars: names of the star sets in which it must be filled in.
        max_length: in characters; None for no limit of its own.
        code_list: name of its list; None if it takes no code.
        data_types: codes of data_type that have the field; None for all.
        dcat: property that carries it as linked data, as prefix:name.
        limit: greatest absolute value of a number.
        agrees_with: name of the field whose code its own code must agree with.
        counts_in: name of the field that names the unit in which it counts.
        at_least: name of the field that it must not be less than.
        hidden: whether the site does without it: forms and guide leave it out, but a value
            that a record carries stays.
    """

    name: str
    level: Level
    kind: str
    label: Mapping[str, str]
    help_text: Mapping[str, str] | None = None
    example: Mapping[str, str] | None = None
    item: str = ""
    group: str = ""
    stars: frozenset[str] = frozenset()
    max_length: int | None = None
    code_list: str | None = None
    data_types: frozenset[str] | None = None
    dcat: str | None = None
    limit: float | None = None
    agrees_with: str | None = None
    counts_in: str | None = None
    at_least: str | None = None
    hidden: bool = False

    @property
    def is_core_column(self) -> bool:
        """Whether CKAN has a column of its own for it."""
        return self.level == "dataset" and self.name in CORE_COLUMNS

    @property
    def is_coded(self) -> bool:
        """Whether its values are codes of a list."""
        return self.kind in ("code", "codes")

    @property
    def is_multiple(self) -> bool:
        """Whether it holds a list of values."""
        return self.kind == "codes"

    @property
    def is_list(self) -> bool:
        """Whether its value is a list, kept as JSON text."""
        return self.kind in ("codes", "columns")

    @property
    def other(self) -> str:
        """Name of the field for the free text of an ``other`` code."""
        return f"{self.name}_other"

    def applies_to(self, data_type: str | None) -> bool:
        """Whether a record of this data type has the field; unknown types have all."""
        return self.data_types is None or not data_type or data_type in self.data_types


def read(file: str) -> dict[str, Any]:
    """The parsed content of one file of schemas/."""
    with (SCHEMAS / file).open(encoding="utf-8") as stream:
        return yaml.safe_load(stream)


@functools.cache
def _presets() -> dict[str, dict[str, Any]]:
    return {p["preset_name"]: p["values"] for p in read("presets.yaml")["presets"]}


def _field(definition: Mapping[str, Any], level: Level) -> Field:
    values = {**_presets().get(definition.get("preset", ""), {}), **definition}
    known = {f.name for f in dataclasses.fields(Field)} - {"name", "level", "stars", "data_types"}
    return Field(
        name=values["field_name"],
        level=level,
        stars=frozenset(values.get("stars", ())),
        data_types=frozenset(values["data_types"]) if "data_types" in values else None,
        **{key: values[key] for key in known if key in values},
    )


@functools.cache
def _load(file: str, key: str, level: Level) -> dict[str, Field]:
    return {d["field_name"]: _field(d, level) for d in read(file)[key]}


def shipped(level: Level) -> dict[str, Field]:
    """The fields as they ship, by name."""
    if level == "organization":
        return _load("organization.yaml", "fields", level)
    return _load("dataset.yaml", f"{level}_fields", level)


@functools.lru_cache(maxsize=16)
def _in_force(changed: settings.Settings, level: Level) -> dict[str, Field]:
    table = dict(shipped(level))
    for name, says in changed.of(f"field:{level}:").items():
        if name in table:
            table[name] = _saying(table[name], says)
    for name, field in table.items():
        asking = table.get(name.removesuffix("_other")) if field.kind == "other" else None
        if asking and asking.hidden:
            table[name] = dataclasses.replace(field, hidden=True)
    return table


def _saying(field: Field, says: Mapping[str, Any]) -> Field:
    """The field with what the site says; in a language in which it says nothing, what ships."""
    texts = {
        key: {**(getattr(field, key) or {}), **says[key]}
        for key in ("help_text", "example") if says.get(key)
    }
    return dataclasses.replace(field, **{**says, **texts})


def of_level(level: Level) -> dict[str, Field]:
    """The fields of a record, a resource, an organization or a column, by name.

    In the order of the schema, which is the standard's.
    """
    return _in_force(settings.current(), level)


def dataset_fields() -> dict[str, Field]:
    """Fields of a record by name."""
    return of_level("dataset")


def resource_fields() -> dict[str, Field]:
    """Fields of a resource by name."""
    return of_level("resource")


def column_fields() -> dict[str, Field]:
    """Fields of a column in the data dictionary of a resource, by name."""
    return of_level("column")


def organization_fields() -> dict[str, Field]:
    """Fields of an organization by name."""
    return of_level("organization")


def mandatory_items() -> list[Field]:
    """The 15 fields of the 14 items of the mandatory metadata, in order."""
    return [f for f in dataset_fields().values() if f.item]


@functools.cache
def groups() -> tuple[dict[str, Any], ...]:
    """Headings of the form and the page, in order: name, label, help_text."""
    return tuple(read("dataset.yaml")["groups"])


@functools.cache
def star_sets() -> dict[str, Mapping[str, str]]:
    """Names of the star sets that ship, with their labels."""
    return read("dataset.yaml")["star_sets"]


def lookup(name: str, level: Level) -> Field:
    """The field of that name.

    Raises:
        KeyError: there is none.
    """
    return of_level(level)[name]

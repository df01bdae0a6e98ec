"""Two people edit one record: what each changed, and what is kept.

A save may carry the ``metadata_modified`` that its writer had read (``SINCE``). A form also
carries the values with which it was opened (``BASE``), so that a field can be compared three
ways, and, once somebody was told of a conflict, what they chose (``CHOICE``).
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping
from typing import Any, Literal

from ckan.lib import munge
from dateutil import parser, tz

from ckanext.thai_gdc import codes, fields, text
from ckanext.thai_gdc.fields import Field, Level
from ckanext.thai_gdc.record import values

#: Parameter of the API and input of the form: the time since which nobody may have written.
SINCE = "if_unmodified_since"
#: Input of the form: the values with which it was opened, as JSON.
BASE = "gdc_base"
#: Inputs of the form, with a field's name behind: ``mine`` or ``theirs``.
CHOICE = "gdc_take_"

Side = Literal["mine", "theirs"]

#: How far the clock of a client may be ahead of ours.
_AHEAD = datetime.timedelta(days=1)

#: CKAN's own: no line of the schema.
_PRIVATE = Field(name="private", level="dataset", kind="private", label={})


@dataclasses.dataclass(frozen=True)
class Edit:
    """What a save says of the record that its writer had read.

    Attributes:
        sent: all of it, as it was sent, by name of the parameter.
    """

    sent: Mapping[str, Any]

    @property
    def is_guarded(self) -> bool:
        """Whether the save is to be refused if somebody else has written meanwhile."""
        return self.sent.get(SINCE) is not None

    @property
    def base(self) -> dict[str, Any] | None:
        """Field name to the value with which the form was opened; None if unknown."""
        return read_base(self.sent.get(BASE))

    def since(self) -> datetime.datetime:
        """The time that was sent, in UTC and without a time zone, as CKAN stores it.

        Raises:
            ValueError: it is no time of ISO 8601, or one that is yet to come.
        """
        return parse_time(self.sent[SINCE])


@dataclasses.dataclass(frozen=True)
class Difference:
    """A field in which the two versions differ.

    Attributes:
        field: its definition.
        mine, theirs: the values: as typed, and as stored.
        changed_by: who changed it since the form was opened; empty if that is unknown.
    """

    field: Field
    mine: Any
    theirs: Any
    changed_by: Literal["me", "them", "both", ""]

    @property
    def chosen(self) -> Side:
        """The side that is offered first: theirs only where I changed nothing."""
        return "theirs" if self.changed_by == "them" else "mine"


def parse_time(written: Any) -> datetime.datetime:
    """See Edit.since; a time without a zone is in UTC."""
    if not isinstance(written, str):
        raise ValueError(written)
    try:
        time = parser.isoparse(written.strip())
        if time.tzinfo:
            time = time.astimezone(tz.UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError(written) from error
    if time > datetime.datetime.now(tz.UTC).replace(tzinfo=None) + _AHEAD:
        # A year of the Buddhist Era would let every save through.
        raise ValueError(written)
    return time


def take_from(data: dict[str, Any]) -> Edit:
    """Take out of a save what only conflicts need, lest it is stored.

    What was chosen in a conflict is put in its place: after that the values are those that
    the writer wants, whatever else may be wrong with them.
    """
    sent = {name: data.pop(name) for name in (SINCE, BASE) if name in data}
    choices = {name: data.pop(name) for name in list(data) if name.startswith(CHOICE)}
    base = read_base(sent.get(BASE))
    for name, side in choices.items():
        if side == "theirs" and base is not None:
            _take(name.removeprefix(CHOICE), base, data)
    return Edit(sent)


def _take(name: str, base: Mapping[str, Any], data: dict[str, Any]) -> None:
    if name == "url" and data.get("upload"):
        return  # A file that was chosen after the conflict was shown.
    if name not in base:
        return
    data[name] = base[name]
    if isinstance(base[name], list) and base[name] and isinstance(base[name][0], dict):
        # A data dictionary: CKAN would take its rows apart.
        data[name] = json.dumps(base[name], ensure_ascii=False)
    if name == "url" and "url_type" in base:
        data["url_type"] = base["url_type"]
    if name == "tag_string":
        # CKAN's form has split the keywords that were typed already.
        data.pop("tags", None)


def table(level: Level) -> dict[str, Field]:
    """The fields of a form that are compared, by name, in its order."""
    if level == "resource":
        return fields.resource_fields()
    return {**fields.dataset_fields(), "private": _PRIVATE}


def base_of(level: Level, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values with which a form is opened.

    Args:
        level: what the form is about.
        stored: the record as package_show gives it, or one of its resources.
    """
    result = {name: _stored(field, stored) for name, field in table(level).items()}
    if level == "resource":
        result["url_type"] = stored.get("url_type") or ""
    return result


def _stored(field: Field, record: Mapping[str, Any]) -> Any:
    if field.kind == "tags" and "tags" in record:
        return ", ".join(tag["name"] for tag in record["tags"] if not tag.get("vocabulary_id"))
    if field.kind == "private":
        return str(bool(record.get("private")))
    value = _given(field, record)
    return "" if value is None else value


def _given(field: Field, record: Mapping[str, Any]) -> Any:
    """The field's value; of a file that the site has, its name.

    CKAN gives the name alone to a form, and to others a whole address with the munged name at
    its end; package_show may answer either when the record was saved a moment ago.
    """
    value = record.get(field.name)
    if field.kind == "file" and value and record.get("url_type") == "upload":
        name = str(value).rsplit("/download/", 1)[-1]
        # An address that was typed is none of ours, whatever the choice beside it says.
        return value if "/" in name else munge.munge_filename(name)
    return value


def write_base(base: Mapping[str, Any]) -> str:
    """``base_of`` as the form carries it."""
    return json.dumps(base, ensure_ascii=False, separators=(",", ":"))


def read_base(written: Any) -> dict[str, Any] | None:
    """``base_of`` as the form carried it; None if it carried none."""
    try:
        base = json.loads(written) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        return None
    return base if isinstance(base, dict) else None


def is_untouched(
    level: Level, base: Mapping[str, Any], theirs: Mapping[str, Any]
) -> bool:
    """Whether nobody changed a field of the form since it was opened.

    Then saving the form overwrites nothing: what was written stands elsewhere, in another
    resource for example.
    """
    return all(
        _comparable(field, _given(field, base)) == _comparable(field, _given(field, theirs))
        for field in table(level).values()
    )


def differences(
    level: Level, mine: Mapping[str, Any], theirs: Mapping[str, Any],
    base: Mapping[str, Any] | None,
) -> list[Difference]:
    """The fields in which what was typed differs from what stands now.

    Args:
        level: what the form is about.
        mine: field name to value as typed; a field that the form does not have is absent.
        theirs: as base_of gives it, now.
        base: as base_of gave it when the form was opened, if that is known.
    """
    result: list[Difference] = []
    for name, field in table(level).items():
        if name not in mine or (field.kind == "file" and mine.get("upload")):
            continue
        given = _given(field, mine)
        here = _comparable(field, given)
        there = _comparable(field, _given(field, theirs))
        if here == there:
            continue
        changed_by: Literal["me", "them", "both", ""] = ""
        if base is not None:
            before = _comparable(field, _given(field, base))
            changed_by = "me" if before == there else "them" if before == here else "both"
        result.append(Difference(field, given, theirs.get(name), changed_by))
    return result


def _comparable(field: Field, value: Any) -> Any:
    """The value in a form in which equal ones are equal, whoever wrote them."""
    if value is None or value in ("", []):
        return ""
    if field.kind == "tags":
        parts = value if isinstance(value, list) else str(value).split(",")
        return sorted({text.one_line(str(part)) for part in parts} - {""})
    if field.kind in ("private", "file"):
        return str(value).strip()
    if field.kind == "format":
        return str(value).strip().casefold()
    kept = codes.of_coded(field).codes if field.is_coded else ()
    try:
        normal = values.normalise(field, value, kept)
    except values.Refused:
        return value
    return normal or ""


def as_stored(field: Field, value: Any) -> Any:
    """What was typed as it would be stored, where it can be; else as it was typed."""
    return value if field.kind in ("tags", "private", "file") else _comparable(field, value)

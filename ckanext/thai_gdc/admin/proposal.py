"""What somebody wants of the rules: judged in words, and made into parts of a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.thai_gdc import codes, config, fields, settings
from ckanext.thai_gdc.codes import check, site
from ckanext.thai_gdc.fields import Field, Level
from ckanext.thai_gdc.record import stars, values
from ckanext.thai_gdc.record.errors import Message

_ = tk._

Errors = dict[str, list[Any]]
Parts = dict[str, Any]

#: What an admin may word for a field, by the key of settings.py and the language.
TEXTS: dict[str, dict[str, Field]] = {
    "help_text": {
        "th": Field("help_text", "dataset", "text", max_length=500, label={
            "th": "คำอธิบายภาษาไทย", "en": "Help in Thai"}),
        "en": Field("help_text", "dataset", "text", max_length=500, label={
            "th": "คำอธิบายภาษาอังกฤษ", "en": "Help in English"}),
    },
    "example": {
        "th": Field("example", "dataset", "line", max_length=300, label={
            "th": "ตัวอย่างภาษาไทย", "en": "Example in Thai"}),
        "en": Field("example", "dataset", "line", max_length=300, label={
            "th": "ตัวอย่างภาษาอังกฤษ", "en": "Example in English"}),
    },
}

#: Kinds of field that nobody can be asked for, or that no form can do without.
_MADE = frozenset({"other", "name", "file"})


# --- What a field can be: read off the definitions


def may_be_asked(field: Field) -> bool:
    """Whether a star can be put on the field of a record by somebody.

    Not on the name in the address, which the system makes; on free text that only some codes
    ask for; on a number that must be blank with some units.
    """
    return field.level == "dataset" and field.kind not in _MADE and not field.counts_in


def is_asked(field: Field) -> bool:
    """Whether some save asks for the field."""
    return stars.always(field) or bool(stars.conditions(field))


def may_hide(field: Field) -> bool:
    """Whether the forms can do without the field.

    Not without one that is asked for, nor without one by which another field goes.
    """
    return (
        field.kind not in _MADE and not is_asked(field)
        and not (field.level == "column" and field.stars) and not _goes_before(field)
    )


def _goes_before(field: Field) -> list[Field]:
    """The fields that go by this one."""
    return [
        one for one in fields.shipped(field.level).values()
        if field.name in (one.agrees_with, one.counts_in)
    ]


def may_take_list(field: Field) -> bool:
    """Whether the field can take its codes from another list.

    Not where rules need what the field's own list says of its codes.
    """
    ships = fields.shipped(field.level)[field.name]
    listed = site.shipped().get(ships.code_list or "", {}).get("codes", ())
    said = {key for entry in listed for key in entry}
    return (
        ships.is_coded and not ships.agrees_with and not _goes_before(ships)
        and ships.name != "data_type" and not said & {"access", "period", "datatype", "for"}
    )


def agreeing() -> dict[str, str]:
    """Names of the lists whose codes agree with those of another one: list to that list."""
    table = fields.dataset_fields()
    return {
        str(f.code_list): str(table[f.agrees_with].code_list)
        for f in table.values() if f.agrees_with
    }


# --- From what is asked for to the parts of a change


def parts(now: settings.Settings, data: Mapping[str, Any], errors: Errors) -> Parts:
    """The parts of a change that somebody asks for; what is wrong goes to ``errors``.

    Args:
        now: what is in force.
        data: any of ``star_set`` and ``stars`` (None: back to the settings file),
            ``mandatory`` (rows of ``field``, ``data_types``, ``organizations``), ``fields``
            (``<level>:<name>`` to what gdc_field_update takes) and ``agreements`` (list to
            code to the codes with which it agrees).
        errors: by these keys.
    """
    found: Parts = {}
    if "star_set" in data:
        found["rule:star_set"] = _star_set(data["star_set"], errors)
    if "stars" in data:
        found["rule:stars"] = _stars(data["stars"], errors)
    if "mandatory" in data:
        found["rule:mandatory"] = _mandatory(data["mandatory"], errors)
    if "fields" in data:
        found |= _fields(now, data["fields"], errors)
    if "agreements" in data:
        found |= _agreements(now, data["agreements"], errors)
    if "mandatory" in data and not errors:
        _refuse_conditions(_with(now, found), errors)
    return found


def _refuse_conditions(would_be: settings.Settings, errors: Errors) -> None:
    """Nobody asks a field of some records that the set of stars asks of all."""
    table = fields.dataset_fields()
    names = dict.fromkeys(row["field"] for row in would_be.values.get("rule:mandatory") or ())
    with settings.supposing(would_be):
        wrong = [
            Message("contradiction", _(
                "“%(label)s” is mandatory for all records already: take it off these rows."
            ) % {"label": values.label(table[name])})
            for name in names if stars.always(table[name])
        ]
    if wrong:
        errors["mandatory"] = wrong


def place(said: Parts, kind: str, field: Field) -> str:
    """Key of parts() under which an error about a conflict stands: what brought it about."""
    if f"field:{field.level}:{field.name}" in said:
        return "fields"
    if field.name in {row["field"] for row in said.get("rule:mandatory") or ()}:
        return "mandatory"
    return "stars" if field.name in (said.get("rule:stars") or ()) else "star_set"


def new_conflicts(
    now: settings.Settings, would_be: settings.Settings
) -> Iterator[tuple[str, Field, Message]]:
    """See conflicts: what was wrong before does not keep an admin from mending something else."""
    before = {(kind, field.level, field.name) for kind, field, _m in conflicts(now)}
    for kind, field, message in conflicts(would_be):
        if (kind, field.level, field.name) not in before:
            yield kind, field, message


def _star_set(chosen: Any, errors: Errors) -> str | None:
    if chosen in (None, ""):
        return None
    known = [*fields.star_sets(), config.OWN]
    if not isinstance(chosen, str) or chosen not in known:
        errors["star_set"] = [Message("not_in_list", _("Choose one of: %(names)s.")
                                      % {"names": ", ".join(known)})]
        return None
    return chosen


def _texts(written: Any) -> list[str] | None:
    """A list of texts, each once; one text stands for itself; None for anything else."""
    if written is None or written == "":
        return []
    if isinstance(written, str):
        return [written]
    if not isinstance(written, Sequence) or not all(isinstance(one, str) for one in written):
        return None
    return list(dict.fromkeys(one for one in written if one))


def _stars(written: Any, errors: Errors) -> list[str] | None:
    if written is None:
        return None
    names = _texts(written)
    if names is None:
        errors["stars"] = [Message("not_text", _("Give a list of names of fields."))]
        return None
    table = fields.dataset_fields()
    wrong = [_no_field(name) for name in names if name not in table]
    wrong += [
        Message("contradiction", _("“%(label)s” cannot be made mandatory: it is left blank "
                                   "with some choices, or made by the system.")
                % {"label": values.label(table[name])})
        for name in names if name in table and not may_be_asked(table[name])
    ]
    wrong += [
        Message("missing", _("“%(label)s” must stay mandatory: the standard asks every "
                             "catalog for it.") % {"label": values.label(table[name])})
        for name in table if name in config.least_stars() and name not in names
    ]
    if wrong:
        errors["stars"] = wrong
    return [name for name in table if name in names]


def _no_field(name: str) -> Message:
    return Message("unknown", _("A record has no field “%(name)s”.")
                   % {"name": values.quoted(name)})


def _mandatory(written: Any, errors: Errors) -> list[dict[str, Any]] | None:
    if written is None or written == "":
        return None
    wrong: list[Message] = []
    rows: list[dict[str, Any]] = []
    if not isinstance(written, Sequence) or isinstance(written, str):
        written = ()
        wrong.append(_no_row())
    for one in written:
        row = _row(one, wrong)
        if row and row not in rows:
            rows.append(row)
    if wrong:
        errors["mandatory"] = list(dict.fromkeys(wrong))
    place = {name: number for number, name in enumerate(fields.dataset_fields())}
    return sorted(rows, key=lambda row: place[row["field"]]) or None


def _no_row() -> Message:
    return Message("not_text", _(
        "Each row names a field, and may name data types and organizations."))


def _row(written: Any, wrong: list[Message]) -> dict[str, Any] | None:
    """One row as it is kept; None where it could not be."""
    known = {"field", "data_types", "organizations"}
    types, owners = (
        _texts(written.get(key)) if isinstance(written, Mapping) else None
        for key in ("data_types", "organizations")
    )
    if types is None or owners is None or not known >= set(written):
        wrong.append(_no_row())
        return None
    name = written.get("field")
    field = fields.dataset_fields().get(name) if isinstance(name, str) else None
    if not field:
        wrong.append(_no_field(str(name or "")))
        return None
    said = {"label": values.label(field)}
    if not may_be_asked(field):
        wrong.append(Message("contradiction", _(
            "“%(label)s” cannot be made mandatory: it is left blank with some choices, or made "
            "by the system.") % said))
    data_types = codes.get("data_type")
    for code in types:
        if code not in data_types:
            wrong.append(Message("not_in_list", _(
                "“%(label)s”: there is no data type “%(code)s”.")
                % {**said, "code": values.quoted(code)}))
        elif not field.applies_to(code):
            wrong.append(Message("contradiction", _(
                "“%(label)s” is no field of “%(type)s”.")
                % {**said, "type": data_types.label(code)}))
    ids: list[str] = []
    for owner in owners:
        organization = model.Group.get(owner)
        if organization and organization.is_organization and organization.state == "active":
            ids.append(organization.id)
        else:
            wrong.append(Message("unknown", _(
                "“%(label)s”: there is no organization “%(name)s”.")
                % {**said, "name": values.quoted(owner)}))
    return {
        "field": field.name, "data_types": [c for c in data_types.codes if c in types],
        "organizations": sorted(set(ids)),
    }


def _fields(now: settings.Settings, written: Any, errors: Errors) -> Parts:
    found: Parts = {}
    if not isinstance(written, Mapping):
        errors["fields"] = [Message("not_text", _("Give what is said of each field by its name."))]
        return found
    for key, says in written.items():
        level, _sep, name = str(key).partition(":")
        field = field_of(level, name)
        if not field or not isinstance(says, Mapping):
            errors.setdefault("fields", []).append(
                Message("unknown", _("There is no field “%(name)s”.")
                        % {"name": values.quoted(str(key))}))
            continue
        of_field: Errors = {}
        found |= field_part(now, field, says, of_field)
        for messages in of_field.values():
            errors.setdefault("fields", []).extend(
                Message(m.code, values.naming(field, m)) for m in messages)
    return found


def field_of(level: Any, name: Any) -> Field | None:
    """The field of that level and name; None if there is none."""
    if level not in fields.LEVELS or not isinstance(name, str):
        return None
    return fields.of_level(level).get(name)


def field_part(
    now: settings.Settings, field: Field, says: Mapping[str, Any], errors: Errors
) -> Parts:
    """The part of a change that says something of a field.

    Args:
        now: what is in force.
        field: the field.
        says: any of ``hidden``, ``help_text``, ``example``, ``code_list``; what is left out
            stays, what is blank is again as it ships.
        errors: by these keys.
    """
    subject = f"field:{field.level}:{field.name}"
    kept = dict(now.values.get(subject) or {})
    if "hidden" in says:
        kept["hidden"] = _hidden(field, says["hidden"], errors)
    for key in TEXTS:
        if key in says:
            kept[key] = _worded(field, key, says[key], errors)
    if "code_list" in says:
        kept["code_list"] = _code_list(now, field, says["code_list"], errors)
    kept = {key: value for key, value in kept.items() if value}
    return {subject: kept or None}


def _hidden(field: Field, wanted: Any, errors: Errors) -> bool:
    if wanted is None or isinstance(wanted, bool):
        if wanted and field.kind in _MADE:
            errors["hidden"] = [Message("contradiction", _(
                "“%(label)s” cannot be hidden: the form cannot do without it, or it is shown "
                "only when a choice asks for it.") % {"label": values.label(field)})]
        elif wanted and _goes_before(field):
            others = ", ".join(f"“{values.label(one)}”" for one in _goes_before(field))
            errors["hidden"] = [Message("contradiction", _(
                "“%(label)s” cannot be hidden: %(others)s goes by it.")
                % {"label": values.label(field), "others": others})]
        return bool(wanted)
    errors["hidden"] = [Message("not_text", _("Write true or false."))]
    return False


def _worded(field: Field, key: str, written: Any, errors: Errors) -> dict[str, str]:
    if written is None or written == "":
        return {}
    if not isinstance(written, Mapping) or not set(TEXTS[key]) >= set(written):
        errors[key] = [Message("not_text", _("Give the text in “th” (Thai) and “en” (English)."))]
        return {}
    ships = getattr(fields.shipped(field.level)[field.name], key) or {}
    found: dict[str, str] = {}
    for language, text in written.items():
        try:
            said = values.normalise(TEXTS[key][language], text)
        except values.Refused as refusal:
            errors.setdefault(key, []).append(refusal.message)
            continue
        if said and said != ships.get(language):
            found[language] = said
    return found


def _code_list(
    now: settings.Settings, field: Field, wanted: Any, errors: Errors
) -> str | None:
    if wanted in (None, "") or wanted == fields.shipped(field.level)[field.name].code_list:
        return None
    said = {"label": values.label(field)}
    if not may_take_list(field):
        errors["code_list"] = [Message("contradiction", _(
            "“%(label)s” keeps its own list: it takes no codes, or rules of the standard need "
            "what its list says.") % said)]
    elif not isinstance(wanted, str) or wanted not in site.definitions(now):
        errors["code_list"] = [Message("unknown", _("There is no code list of that name."))]
    else:
        return wanted
    return None


def _agreements(now: settings.Settings, written: Any, errors: Errors) -> Parts:
    found: Parts = {}
    if not isinstance(written, Mapping):
        errors["agreements"] = [_no_agreement()]
        return found
    for name, wanted in written.items():
        of_list: Errors = {}
        if name in agreeing():
            found |= agreement_parts(now, name, wanted, of_list)
            told = {str(one) for one in check.all_problems(now, [name])}
            of_list.setdefault("for", []).extend(
                one for one in check.all_problems(_with(now, found), [name])
                if str(one) not in told)
        else:
            of_list["for"] = [Message("unknown", _("There is no code list of that name."))]
        if of_list["for"]:
            errors.setdefault("agreements", []).extend(of_list["for"])
    return found


def _with(now: settings.Settings, said: Parts) -> settings.Settings:
    values_ = {s: v for s, v in {**now.values, **said}.items() if v is not None}
    return settings.Settings(now.version, values_)


def _no_agreement() -> Message:
    return Message("not_text", _(
        "Give for each code the list of the categories that may carry it."))


def agreement_parts(
    now: settings.Settings, name: str, wanted: Any, errors: Errors
) -> Parts:
    """The parts of a change that says with which codes those of a list agree.

    Args:
        now: what is in force.
        name: of the list, one of ``agreeing()``.
        wanted: code to the codes with which it is to agree; a code that is left out stays.
        errors: by ``for``.
    """
    found: Parts = {}
    definitions = site.definitions(now)
    entries = {entry["code"]: entry for entry in definitions[name]["codes"]}
    partners = [entry["code"] for entry in definitions[agreeing()[name]]["codes"]]
    wrong: list[Message] = []
    for code, chosen in (wanted.items() if isinstance(wanted, Mapping) else ()):
        named = _texts(chosen)
        if named is None:
            wrong.append(_no_agreement())
        elif code not in entries or not set(partners) >= set(named):
            missing = [one for one in named if one not in partners] or [str(code)]
            wrong.append(Message("not_in_list", _("There is no code “%(code)s”.")
                                 % {"code": values.quoted(missing[0])}))
        else:
            ordered = [one for one in partners if one in named]
            says = {**entries[code], "for": ordered}
            found[f"code:{name}:{code}"] = site.written(name, str(code), says)
    if not isinstance(wanted, Mapping):
        wrong.append(_no_agreement())
    if wrong:
        errors["for"] = list(dict.fromkeys(wrong))
    return found


# --- What cannot be in force together


def conflicts(changed: settings.Settings) -> Iterator[tuple[str, Field, Message]]:
    """What the rules would say that cannot be, once these settings were in force.

    Yields:
        ``hidden`` or ``code_list``, the field that it is about, and a sentence.
    """
    with settings.supposing(changed):
        for level in fields.LEVELS:
            for field in fields.of_level(level).values():
                yield from _conflicts_of(field, level)


def _conflicts_of(field: Field, level: Level) -> Iterator[tuple[str, Field, Message]]:
    said = {"label": values.label(field)}
    if field.hidden and field.kind != "other" and (
        is_asked(field) or (level == "column" and field.stars)
    ):
        yield "hidden", field, Message("contradiction", _(
            "“%(label)s” cannot be mandatory and hidden at the same time.") % said)
    if field.code_list and field.code_list not in codes.all_lists():
        yield "code_list", field, Message("in_use", _(
            "“%(label)s” takes its codes from this list: give the field another list first."
        ) % said)

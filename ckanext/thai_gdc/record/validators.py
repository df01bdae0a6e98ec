"""The rules as CKAN validators: scheming builds one for each field from its definition."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model, types
from ckan.logic import validators as core_validators
from slugify import slugify

from ckanext.thai_gdc import codes, fields, text
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import (
    consent,
    organizations,
    rules,
    stars,
    understood,
    values,
    withdrawal,
)
from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: A name made from a title is used from this length on; Thai titles leave nothing.
_SHORTEST_SLUG = 4
_LONGEST_SLUG = 80


def _scheming(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a validator that scheming calls with the field's definition and the schema."""
    function.is_a_scheming_validator = True  # type: ignore[attr-defined]
    return function


def _field_of(definition: Mapping[str, Any], schema: Mapping[str, Any]) -> Field:
    name = definition["field_name"]
    if "organization_type" in schema:
        return fields.lookup(name, "organization")
    if any(definition is d for d in schema["resource_fields"]):
        return fields.lookup(name, "resource")
    return fields.lookup(name, "dataset")


@_scheming
def gdc_field(definition: Mapping[str, Any], schema: Mapping[str, Any]) -> types.Validator:
    """Normalise and judge the field's value; a starred one must be filled in."""
    field = _field_of(definition, schema)

    def validator(
        key: types.FlattenKey, data: types.FlattenDataDict,
        errors: types.FlattenErrorDict, context: types.Context,
    ) -> None:
        written = data.get(key, tk.missing)
        package = context.get("package")
        if written is tk.missing and field.is_core_column and package:
            # CKAN keeps its own columns when an update leaves them out.
            data.pop(key, None)
            if not getattr(package, field.name) and _is_starred(field, data, context):
                errors[key].append(values.missing(field))
            raise tk.StopOnError
        if field.level != "organization" and not field.applies_to(_data_type(data)):
            understood.note_dropped(field, data.pop(key, None))
            raise tk.StopOnError
        if field.kind == "other" and not _is_asked_for(field, key, data, errors, context):
            understood.note_dropped(field, data.pop(key, None))
            raise tk.StopOnError
        try:
            value = values.normalise(field, written, _carried(field, key, data, context))
        except values.Refused as refusal:
            errors[key].extend(refusal.messages)
            raise tk.StopOnError from None
        understood.note(field, written, value)
        if value is None and _is_starred(field, data, context):
            errors[key].append(values.missing(field))
            raise tk.StopOnError
        if value is not None:
            data[key] = json.dumps(value) if field.is_list else value
        elif field.is_core_column and field.kind != "organization":
            data[key] = ""
        else:
            data.pop(key, None)
            raise tk.StopOnError

    return validator


def _data_type(data: types.FlattenDataDict) -> str | None:
    written = data.get(("data_type",))
    return codes.get("data_type").resolve(written) if isinstance(written, str) else None


def _is_starred(
    field: Field, data: types.FlattenDataDict, context: types.Context
) -> bool:
    """Whether the record that is being saved has to have the field."""
    owner: str | None = None
    if stars.goes_by_organization(field):
        written = data.get(("owner_org",), tk.missing)
        package = context.get("package")
        if written is tk.missing and package:
            owner = package.owner_org
        elif isinstance(written, str) and (organization := model.Group.get(written.strip())):
            owner = organization.id
    return values.is_starred(field, _data_type(data), owner)


def _is_asked_for(
    field: Field, key: types.FlattenKey, data: types.FlattenDataDict,
    errors: types.FlattenErrorDict, context: types.Context,
) -> bool:
    """Whether the code that asks for this free text is chosen, or could not be judged.

    A field is judged after its namesake without ``_other``: CKAN goes by the alphabet.
    """
    asking = fields.lookup(field.name.removesuffix("_other"), field.level)
    at = (*key[:-1], asking.name)
    chosen = data.get(at)
    package = context.get("package")
    if chosen is None and asking.is_core_column and package:
        chosen = getattr(package, asking.name)
    if errors.get(at):
        return True
    others = codes.of_coded(asking).others()
    if asking.is_multiple:
        return bool(others & set(json.loads(chosen))) if isinstance(chosen, str) else False
    return chosen in others


def _carried(
    field: Field, key: types.FlattenKey, data: types.FlattenDataDict, context: types.Context
) -> Collection[str]:
    """The codes that the record (or resource) carries already: a retired one stays valid.

    So does one that a replacement takes back (``gdc_restored`` of its context).
    """
    package = context.get("package")
    if not package or not (field.is_coded or field.kind == "columns"):
        return ()
    if field.level == "resource":
        resource = model.Resource.get(data.get((*key[:-1], "id")) or "")
        stored = (resource.extras or {}).get(field.name) if resource else None
    elif field.is_core_column:
        stored = getattr(package, field.name)
    else:
        stored = package.extras.get(field.name)
    restored: Collection[str] = context.get("gdc_restored", ())
    return {*restored, *values.codes_in(field, stored)}


@_scheming
def gdc_tags(definition: Mapping[str, Any], schema: Mapping[str, Any]) -> types.Validator:
    """Keywords, typed with commas between them or given as CKAN's ``tags`` (item 6)."""
    field = _field_of(definition, schema)

    def validator(
        key: types.FlattenKey, data: types.FlattenDataDict,
        errors: types.FlattenErrorDict, context: types.Context,
    ) -> None:
        typed = data.pop(key, None)
        given = {k: v for k, v in data.items() if k[0] == "tags" and k[-1] == "name"}
        problems: list[str] = []
        names: list[str] = []
        for place, name in given.items():
            if not isinstance(name, str) or data.get((*place[:-1], "vocabulary_id")):
                continue
            data[place] = text.one_line(name) if text.is_storable(name) else name
            understood.note(field, name, data[place])
            names.append(data[place])
        if typed and typed is not tk.missing:
            position = 1 + max((k[1] for k in given), default=-1)
            for written, one in _split(field, typed, problems):
                if one and one not in names:
                    names.append(one)
                    data[("tags", position, "name")] = one
                    understood.note(field, written, one)
                    position += 1
        if not problems and not names and _is_starred(field, data, context):
            problems.append(values.missing(field))
        try:
            values.check_length(field, ",".join(names))
        except values.Refused as refusal:
            problems.append(refusal.message)
        errors[key].extend(problems)
        raise tk.StopOnError

    return validator


def _split(field: Field, typed: Any, problems: list[str]) -> list[tuple[Any, str]]:
    """Each keyword as typed and as it is stored."""
    result: list[tuple[Any, str]] = []
    for part in typed.split(",") if isinstance(typed, str) else [typed]:
        try:
            keyword = values.tag(field, part)
            if keyword:
                _check_tag_length(keyword)
        except values.Refused as refusal:
            problems.append(refusal.message)
        except tk.Invalid as invalid:
            problems.append(invalid.error)
        else:
            result.append((part, keyword))
    return result


def _check_tag_length(keyword: str) -> None:
    shortest, longest = model.MIN_TAG_LENGTH, model.MAX_TAG_LENGTH
    if not shortest <= len(keyword) <= longest:
        raise tk.Invalid(
            Message(
                "too_short" if len(keyword) < shortest else "too_long",
                values.tag_length(values.quoted(keyword), shortest, longest),
            )
        )


def tag_length_validator(value: Any) -> Any:
    """CKAN's length check of a tag, with our message."""
    if not isinstance(value, str):
        raise tk.Invalid(Message("not_text", _("A keyword must be text.")))
    _check_tag_length(value)
    return value


def tag_name_validator(value: Any) -> Any:
    """In the place of CKAN's, which takes Thai vowel and tone marks for punctuation."""
    try:
        return values.tag(fields.dataset_fields()["tag_string"], value)
    except values.Refused as refusal:
        raise tk.Invalid(refusal.message) from None


def package_name_validator(
    key: types.FlattenKey, data: types.FlattenDataDict,
    errors: types.FlattenErrorDict, context: types.Context,
) -> None:
    """In the place of CKAN's, which gives the name of a withdrawn record to another one."""
    core_validators.package_name_validator(key, data, errors, context)
    package = context.get("package")
    own = package.id if package else data.get((*key[:-1], "id"))
    keeper = withdrawal.with_name(data[key], own if isinstance(own, str) else None)
    if keeper and not errors[key]:
        errors[key].append(
            Message(
                "taken",
                _("The name “%(name)s” belongs to a withdrawn record. Choose another name, or "
                  "reinstate that record.") % {"name": keeper.name}
                if withdrawal.may_know(keeper, context)
                else _("That URL is already in use."),
            )
        )


def gdc_name(
    key: types.FlattenKey, data: types.FlattenDataDict,
    errors: types.FlattenErrorDict, context: types.Context,
) -> None:
    """Make the record's name where none was typed; an update without one keeps it."""
    if data.get(key) and data[key] is not tk.missing:
        return
    if package := context.get("package"):
        data[key] = package.name
        return
    title = data.get(("title",))
    slug = slugify(title, allow_unicode=True) if isinstance(title, str) else ""
    slug = slug if re.fullmatch(r"[a-z0-9-]*", slug) else ""
    slug = slug[:_LONGEST_SLUG].strip("-")
    unique = secrets.token_hex(4)
    if len(slug) < _SHORTEST_SLUG:
        data[key] = f"dataset-{unique}"
    else:
        data[key] = f"{slug}-{unique}" if model.Package.get(slug) else slug


def gdc_org_code_unique(
    key: types.FlattenKey, data: types.FlattenDataDict,
    errors: types.FlattenErrorDict, context: types.Context,
) -> None:
    """No two organizations have the same 4-digit code (item 3)."""
    own = context.get("group")
    organizations.hold_codes()
    for group in organizations.with_code(data[key]):
        if not own or group.id != own.id:
            errors[key].append(
                Message(
                    "taken",
                    _("“%(label)s”: %(code)s is already the code of “%(title)s”.")
                    % {
                        "label": values.label(fields.organization_fields()["org_code"]),
                        "code": data[key],
                        "title": group.title,
                    },
                )
            )
            raise tk.StopOnError


def gdc_after(
    key: types.FlattenKey, data: types.FlattenDataDict,
    errors: types.FlattenErrorDict, context: types.Context,
) -> None:
    """The rules across fields; secrets become private in CKAN's sense."""
    package = context.get("package")
    table = fields.dataset_fields()
    record = _sound_values((), data, errors, table)
    if package:
        for name, field in table.items():
            if field.is_core_column and (name,) not in data:
                record.setdefault(name, getattr(package, name, None))
    _add(errors, (), rules.violations(record, table))
    for place in {k[:2] for k in data if k[0] == "resources" and len(k) > 2}:
        table = fields.resource_fields()
        _add(errors, place, rules.violations(_sound_values(place, data, errors, table), table))
    if consent.is_secret(record.get("data_category")):
        data[("private",)] = True


def _sound_values(
    place: types.FlattenKey, data: types.FlattenDataDict,
    errors: types.FlattenErrorDict, table: Mapping[str, Field],
) -> dict[str, Any]:
    """Field name to value, of the record (place ``()``) or of a resource.

    A value that was refused by itself is not judged a second time.
    """
    result: dict[str, Any] = {}
    for name, field in table.items():
        at = (*place, name)
        value = data.get(at)
        if value is tk.missing or value in (None, "") or errors.get(at):
            continue
        result[name] = json.loads(value) if field.is_list else value
    return result


def _add(errors: types.FlattenErrorDict, place: types.FlattenKey, found: Any) -> None:
    for name, message in found:
        errors.setdefault((*place, name), []).append(message)

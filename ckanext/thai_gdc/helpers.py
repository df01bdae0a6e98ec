"""What templates ask: fields, labels and dates in the reader's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.thai_gdc import (
    codes,
    dates,
    fields,
    form_helpers,
    language,
    page_helpers,
    typeface,
    wording,
)
from ckanext.thai_gdc.admin import pages as admin_pages
from ckanext.thai_gdc.admin import replaced
from ckanext.thai_gdc.fields import Field, Level
from ckanext.thai_gdc.record import (
    conflict_form,
    consent,
    dictionary,
    resources_form,
    stars,
    values,
    withdrawal,
)

_ = tk._


def gdc_choices(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Choices of a coded field for scheming: value and label (language code to text)."""
    code_list = codes.get(_list_in_force(definition) or "yes_no")
    return [{"value": c.code, "label": c.label} for c in code_list.choices()]


def _list_in_force(definition: Mapping[str, Any]) -> str | None:
    """The list of a field that scheming describes as it ships: the site may have given it another.

    The names of coded fields differ across the levels.
    """
    for level in fields.LEVELS:
        field = fields.of_level(level).get(definition["field_name"])
        if field and field.is_coded:
            return field.code_list
    return definition.get("code_list")


def gdc_field(name: str, level: Level = "dataset") -> Field | None:
    """The definition of a field; None if there is no such field."""
    try:
        return fields.lookup(name, level)
    except KeyError:
        return None


def gdc_groups() -> list[dict[str, Any]]:
    """Headings of form and page, each with its fields: name, label, help_text, fields."""
    return [
        {**group, "fields": [f for f in fields.dataset_fields().values()
                             if f.group == group["name"]]}
        for group in fields.groups()
    ]


def gdc_resource_fields() -> list[Field]:
    """The fields of a resource, in the order of its form."""
    return list(fields.resource_fields().values())


def gdc_organization_fields() -> list[Field]:
    """The fields of an organization, in the order of its form."""
    return list(fields.organization_fields().values())


def gdc_column_fields() -> list[Field]:
    """The fields of a column in a data dictionary, in the order of its form."""
    return list(fields.column_fields().values())


def gdc_filled_parts(rows: list[dict[str, str]]) -> set[str]:
    """Names of the parts of a column that some row of a data dictionary has."""
    return {name for row in rows for name, value in row.items() if value}


def gdc_columns(value: Any) -> list[dict[str, str]]:
    """The columns of a data dictionary, whatever form the page got them in."""
    return dictionary.rows(value)


def gdc_is_starred(
    name: str, level: Level = "dataset", data: Mapping[str, Any] | None = None
) -> bool:
    """Whether the field must be filled in before a save.

    Args:
        name: of the field.
        level: where it stands.
        data: values by field name, for a field that is asked of some records only; of no
            record in particular if not given.
    """
    field = gdc_field(name, level)
    if not field:
        return False
    data = data or {}
    data_type = codes.get("data_type").resolve(str(data.get("data_type") or ""))
    return values.is_starred(
        field, data_type, _owner(data) if stars.goes_by_organization(field) else None
    )


def _owner(data: Mapping[str, Any]) -> str | None:
    """Id of the organization that a form shows as the record's."""
    written = data.get("owner_org") or data.get("group_id")
    if not written and not data.get("id"):
        # A new record of somebody who can write in one organization only is that one's.
        mine = tk.h.organizations_available("create_dataset")
        written = mine[0]["id"] if len(mine) == 1 else None
    organization = model.Group.get(str(written)) if written else None
    return organization.id if organization else None


def gdc_conditions(name: str, level: Level = "dataset") -> list[str]:
    """Of which records the field is asked, in words; none where it is asked of all or none."""
    field = gdc_field(name, level)
    if not field or stars.always(field):
        return []
    return [stars.in_words(one) for one in stars.conditions(field)]


def gdc_is_shown(name: str, level: Level, data: Mapping[str, Any]) -> bool:
    """Whether a form shows the field: not if the site hid it and nothing stands in it."""
    field = gdc_field(name, level)
    return not field or not field.hidden or values.is_starred(field) or any(
        data.get(one) not in (None, "", [], "[]") for one in (name, f"{name}_other")
    )


def gdc_is_group_shown(
    group: list[Field], data: Mapping[str, Any], errors: Mapping[str, Any] | None
) -> bool:
    """Whether a form shows any of the fields of a group."""
    return any(
        gdc_is_shown(f.name, f.level, data) or f.name in (errors or {}) for f in group
    )


def gdc_text(text: Mapping[str, str] | str | None) -> str:
    """A text of the schema in the reader's language."""
    return language.pick(text)


def gdc_translated(text: str | None) -> str:
    """A sentence of CKAN or a library in the reader's language, where a catalog has it.

    A template must not do that with ``_()``: there what comes back counts as safe HTML, and
    ``%`` in it as a placeholder.
    """
    return _(str(text)) if text else ""


def gdc_selected(value: Any) -> list[str]:
    """The codes of a field of several, whatever form the page got them in."""
    if isinstance(value, list | tuple):
        return [str(v) for v in value]
    if isinstance(value, str) and value.startswith("["):
        try:
            return [str(v) for v in json.loads(value)]
        except ValueError:
            pass
    return [str(value)] if value else []


def gdc_options(
    name: str, selected: Collection[str] = (), level: Level = "dataset"
) -> list[dict[str, Any]]:
    """What the form offers for a coded field: value, label and what the list says of the code.

    ``explain`` is one sentence on what the choice means, ``agrees`` the codes of the field
    ``agrees_with`` with which it goes (None: with all), ``retired`` whether it can no longer
    be newly chosen. A retired code that the record carries stays on offer, and so does what
    was typed and is no code: neither may vanish because somebody opened the form.
    """
    field = gdc_field(name, level)
    code_list = codes.of_field(field) if field else None
    if not code_list:
        return []
    offered = [
        {
            "value": c.code, "label": code_list.label(c.code), "retired": not c.active,
            "explain": language.pick(c.attributes.get("explain")),
            "agrees": c.attributes.get("for") if field and field.agrees_with else None,
        }
        for c in code_list.codes.values()
        if c.active or c.code in selected
    ]
    unknown = [value for value in selected if value and value not in code_list]
    return offered + [
        {"value": c, "label": c, "retired": True, "explain": "", "agrees": None}
        for c in unknown
    ]


def gdc_others(name: str, level: Level = "dataset") -> list[str]:
    """The codes of a field that ask for free text in ``<name>_other``, sorted."""
    field = gdc_field(name, level)
    code_list = codes.of_field(field) if field else None
    return sorted(code_list.others()) if code_list else []


def gdc_labels(name: str, value: Any, level: Level = "dataset") -> list[str]:
    """The labels of a field's codes in the reader's language."""
    field = gdc_field(name, level)
    return codes.labels(field, value) if field else []


def gdc_date(value: Any) -> str:
    """A date for the reader: with Thai months and Buddhist Era in Thai."""
    return dates.show(str(value), language.current()) if value else ""


def gdc_date_rules() -> dict[str, Any] | None:
    """What assets/dates.js reads and writes dates by; None from the second time on a page.

    Returns:
        See dates.rules; and ``language``: the code of the reader's.
    """
    if tk.g.get("gdc_date_rules_given"):
        return None
    tk.g.gdc_date_rules_given = True
    return {**dates.rules(), "language": language.current()}


def gdc_errors(errors: Mapping[str, Any] | None, level: Level = "dataset") -> list[dict[str, str]]:
    """What a refused save has to say, in the order of the form.

    Args:
        errors: field name to messages, as a ValidationError carries them.
        level: what the form is about.

    Returns:
        One entry a message: ``field`` (name of the field to mend; empty for a message
        about the whole) and ``message`` (a sentence that names the field by its label).
    """
    left = {k: v for k, v in (errors or {}).items() if not k.startswith("__")}
    if not left:
        # Every field of a form asks: most forms have nothing to say.
        return []
    found: list[tuple[str, str]] = []
    for field in fields.of_level(level).values():
        written = [left.pop(field.name, None)]
        if field.kind == "tags":
            written.append(left.pop("tags", None))
        found += [(field.name, values.naming(field, m)) for m in _messages(written)]
    of_resources = left.pop("resources", None)
    for number, problems in enumerate(of_resources if isinstance(of_resources, list) else [], 1):
        found += [
            ("", _("Resource %(number)s: %(message)s") % {"number": number, **one})
            for one in gdc_errors(problems if isinstance(problems, Mapping) else None, "resource")
        ]
    for name, written in left.items():
        found += [("private" if name == "private" else "", m) for m in _messages(written)]
    return [{"field": name, "message": m} for name, m in dict.fromkeys(found)]


def _messages(written: Any) -> Iterator[str]:
    """The texts in whatever nesting CKAN gives errors."""
    if isinstance(written, Mapping):
        written = list(written.values())
    if isinstance(written, list | tuple):
        for one in written:
            yield from _messages(one)
    elif written:
        yield str(written)


def gdc_is_secret(data_category: str | None) -> bool:
    """Whether records of the category are only for those with the right."""
    return consent.is_secret(data_category)


def gdc_may_be_listed(record: Mapping[str, Any]) -> bool:
    """Whether the record is in harvest output."""
    return consent.may_be_listed(record)


def gdc_org_codes() -> dict[str, str]:
    """The 4-digit code of every organization that has one, by the organization's id."""
    organizations: list[Any] = (
        model.Session.query(model.Group).filter_by(is_organization=True).all()
    )
    return {o.id: o.extras["org_code"] for o in organizations if o.extras.get("org_code")}


def gdc_relatives(organization_id: str) -> dict[str, list[dict[str, str]]]:
    """The organizations directly above (``parents``) and below (``children``) one.

    Each has name and title; those below stand in the order of their titles.
    """
    organization = model.Group.get(organization_id)
    if not organization:
        return {"parents": [], "children": []}

    def listed(groups: list[model.Group]) -> list[dict[str, str]]:
        titled = [{"name": g.name, "title": g.title or g.name} for g in groups]
        return sorted(titled, key=lambda g: g["title"])

    return {
        "parents": listed(organization.get_parent_groups("organization")),
        "children": listed(organization.get_children_groups("organization")),
    }


def gdc_data_type(package_id: str) -> str:
    """The data type's code of a record by its id or name, empty if it has none.

    For the form of a resource, which CKAN gives no more than the record's name.
    """
    package = model.Package.get(package_id)
    return package.extras.get("data_type") or "" if package else ""


def gdc_withdrawal(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """The withdrawal under which a record is, as gdc_withdrawal_show gives it.

    None for a record that is not withdrawn, and for readers who may not know.
    """
    try:
        history = tk.get_action("gdc_withdrawal_show")({}, {"id": record["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    return next((w for w in history if not w["reinstated_at"] and not w["purged_at"]), None)


def gdc_withdrawal_reason(reason: str) -> str:
    """Why a record was withdrawn; what the system wrote itself in the reader's language."""
    return _("Deleted over the API, without a reason") if reason == withdrawal.OVER_API else reason


def gdc_opened(
    data: dict[str, Any], errors: Mapping[str, Any] | None, level: Level, record: str
) -> dict[str, Any] | None:
    """See record.conflict_form.opened."""
    return conflict_form.opened(data, errors or {}, level, record)


def gdc_typeface() -> dict[int, str]:
    """Address of each file of the Thai typeface by its weight in CSS; none if it is not there."""
    return typeface.addresses()


def get_helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers by name."""
    own = {name: f for name, f in globals().items() if name.startswith("gdc_")}
    return {
        **own, **page_helpers.get_helpers(), **form_helpers.get_helpers(),
        **resources_form.get_helpers(), **wording.get_helpers(),
        **admin_pages.get_helpers(), **replaced.get_helpers(),
    }

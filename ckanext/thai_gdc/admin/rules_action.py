"""The actions that show and change the rules; the pages and the command line call the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc import codes, config, fields, language, settings
from ckanext.thai_gdc.admin import changes, code_action, effect, proposal
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import stars, values

_ = tk._

#: What the rules are made of, as changes.refuse_if_changed takes it.
SCOPE = ("rule:", "field:")


@tk.side_effect_free
def gdc_rules_show(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """The rules in force, and what can be changed of them.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: nothing is asked.

    Returns:
        - ``star_set``: name of the set in force; ``star_set_shipped``: of the one in the
          settings file; ``star_sets``: name to label.
        - ``stars``: names of the fields of the site's own set; ``minimum``: those that it
          cannot do without.
        - ``mandatory``: rows of ``field``, ``label``, ``data_types`` (codes) and
          ``organizations`` (ids), with ``data_type_labels`` and ``organization_titles``.
        - ``fields``: of every level ``level``, ``name``, ``label``, ``item``, ``group``,
          ``hidden``, ``may_hide``, ``help_text`` and ``example`` (what the site says, by
          language), ``code_list``, ``may_take_list``, ``starred`` (asked of every record),
          ``may_star``, ``data_types`` (codes that have it; None for all), and ``shipped``
          with ``help_text``, ``example`` and ``code_list``.
        - ``agreements``: of each list whose codes agree with those of another one ``list``,
          ``partner``, ``codes`` (``code``, ``label``, ``for``, ``active``) and ``categories``
          (``code``, ``label``).
        - ``revision``: number of the last change of any of this; for the actions that
          change it.
    """
    tk.check_access("gdc_rules_show", context, data_dict)
    lists = [one for name in proposal.agreeing() for one in code_action.scope(name)]
    said = settings.current().values
    return {
        "star_set": config.star_set(),
        "star_set_shipped": tk.config[config.STAR_SET],
        "star_sets": {
            **{name: language.pick(label) for name, label in fields.star_sets().items()},
            config.OWN: _("The site's own set"),
        },
        "stars": [n for n in fields.dataset_fields() if n in config.stars() | config.least_stars()],
        "minimum": [n for n in fields.dataset_fields() if n in config.least_stars()],
        "mandatory": [_row(row) for row in said.get("rule:mandatory") or ()],
        "fields": [
            _field(field) for level in fields.LEVELS for field in fields.of_level(level).values()
        ],
        "agreements": [_agreement(name, partner) for name, partner in proposal.agreeing().items()],
        "revision": changes.revision((*SCOPE, *lists)),
    }


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    field = fields.dataset_fields().get(row["field"])
    organizations = [model.Group.get(one) for one in row["organizations"]]
    return {
        **row,
        "label": values.label(field) if field else row["field"],
        "data_type_labels": [codes.get("data_type").label(code) for code in row["data_types"]],
        "organization_titles": [
            (one.title or one.name) if one else _("An organization that is gone")
            for one in organizations
        ],
    }


def _field(field: Field) -> dict[str, Any]:
    ships = fields.shipped(field.level)[field.name]
    says = settings.current().values.get(f"field:{field.level}:{field.name}") or {}
    return {
        "level": field.level, "name": field.name, "label": values.label(field),
        "item": field.item, "group": field.group, "hidden": field.hidden,
        "may_hide": proposal.may_hide(field),
        "help_text": says.get("help_text") or {}, "example": says.get("example") or {},
        "code_list": field.code_list, "may_take_list": proposal.may_take_list(field),
        "starred": stars.always(field), "may_star": proposal.may_be_asked(field),
        "data_types": sorted(field.data_types) if field.data_types else None,
        "shipped": {
            "help_text": dict(ships.help_text or {}), "example": dict(ships.example or {}),
            "code_list": ships.code_list,
        },
    }


def _agreement(name: str, partner: str) -> dict[str, Any]:
    return {
        "list": name, "partner": partner,
        "codes": [
            {"code": c.code, "label": codes.get(name).label(c.code),
             "for": list(c.attributes.get("for", ())), "active": c.active}
            for c in codes.get(name).codes.values()
        ],
        "categories": [
            {"code": c.code, "label": codes.get(partner).label(c.code)}
            for c in codes.get(partner).codes.values()
        ],
    }


def change_rules(
    context: types.Context, data_dict: Mapping[str, Any], scope: tuple[str, ...],
    compute: Callable[[settings.Settings, proposal.Errors], proposal.Parts],
    place: Callable[[proposal.Parts, str, Field], str] = proposal.place,
) -> changes.Change | None:
    """Change rules as one writer, judged as a whole.

    Args:
        context: of the caller, whose right has been checked.
        data_dict: with ``note`` and, where the caller says what was seen, ``revision``.
        scope: the subjects that nobody may have changed since.
        compute: gets the settings in force and the errors so far (to add to); gives the
            parts of the change.
        place: key of the error about a conflict; see proposal.place.

    Returns:
        The change; None if there was nothing to change.

    Raises:
        ValidationError: all that is wrong, by field.
    """
    errors: proposal.Errors = {}
    note = changes.note_of(data_dict, errors)
    with changes.writing() as now:
        changes.refuse_if_changed(scope, data_dict.get("revision"))
        parts = compute(now, errors)
        for kind, field, message in proposal.new_conflicts(now, changes.proposed(now, parts)):
            errors.setdefault(place(parts, kind, field), []).append(message)
        if errors:
            raise tk.ValidationError(cast(Any, errors))
        return changes.write(context, now, parts, note)


def gdc_rules_update(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Change which fields must be filled in; what is left out stays.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``star_set`` (name of a set; null: what the settings file says), ``stars``
            (names of the fields of the site's own set, with all of the standard's minimum),
            ``mandatory`` (all rows: ``field``, ``data_types``, ``organizations``; none of
            the latter two means all; organizations by id or name), ``note`` (why),
            ``revision`` (of gdc_rules_show: is refused if somebody changed it since).

    Returns:
        See gdc_rules_show; and ``change``: number of the change, None if there was nothing
        to change.

    Raises:
        ValidationError: all that is wrong, by field.
    """
    tk.check_access("gdc_rules_update", context, data_dict)
    said = {key: data_dict[key] for key in ("star_set", "stars", "mandatory") if key in data_dict}

    def compute(now: settings.Settings, errors: proposal.Errors) -> proposal.Parts:
        return proposal.parts(now, said, errors)

    change = change_rules(context, data_dict, ("rule:",), compute)
    return {**gdc_rules_show(context, {}), "change": change.id if change else None}


def gdc_field_update(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Change what the site says of a field; what is left out stays.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``level`` (``dataset``, ``resource``, ``organization``, ``column``),
            ``name``; any of ``hidden`` (true or false), ``help_text`` and ``example`` (text
            by ``th`` and ``en``; blank is what ships), ``code_list`` (name of a list; blank
            is the one that ships); ``note``, ``revision``.

    Returns:
        The field as gdc_rules_show has it; and ``revision``, ``change`` (number of the
        change, None if there was nothing to change).

    Raises:
        ObjectNotFound: there is no such field.
        ValidationError: all that is wrong, by field.
    """
    tk.check_access("gdc_field_update", context, data_dict)
    field = proposal.field_of(data_dict.get("level"), data_dict.get("name"))
    if not field:
        raise tk.ObjectNotFound(_("There is no such field."))

    def compute(now: settings.Settings, errors: proposal.Errors) -> proposal.Parts:
        return proposal.field_part(now, field, data_dict, errors)

    subject = f"field:{field.level}:{field.name}"
    change = change_rules(context, data_dict, (subject,), compute, lambda _p, kind, _f: kind)
    return {
        **_field(fields.lookup(field.name, field.level)),
        "revision": changes.revision((subject,)), "change": change.id if change else None,
    }


def gdc_agreements_update(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Change which codes of a list go with which categories, as one change.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list`` (one of ``agreements`` in gdc_rules_show), ``for`` (code to the
            categories that may carry it; a code that is left out stays), ``note``,
            ``revision``.

    Returns:
        See code_action.change_list.

    Raises:
        ObjectNotFound: there is no such list, or its codes agree with those of no other.
        ValidationError: all that is wrong, by field.
    """
    tk.check_access("gdc_agreements_update", context, data_dict)
    name = data_dict.get("list")
    if not isinstance(name, str) or name not in proposal.agreeing():
        raise tk.ObjectNotFound(_("There is no code list of that name."))

    def compute(now: settings.Settings, errors: proposal.Errors) -> proposal.Parts:
        return proposal.agreement_parts(now, name, data_dict.get("for"), errors)

    return code_action.change_list(context, data_dict, name, compute)


@tk.side_effect_free
def gdc_rules_effect(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Which records would break a rule that they keep today; nothing is changed.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: what gdc_rules_update takes; ``fields`` (``<level>:<name>`` to what
            gdc_field_update takes), ``agreements`` (list to what gdc_agreements_update
            takes as ``for``); ``limit`` (20 unless given, 100 at most) and ``offset``.

    Returns:
        ``count`` (records), ``by_organization`` (``id``, ``name``, ``title``, ``count``),
        ``by_field`` (``name``, ``label``, ``count``), ``results``: ``id``, ``name``,
        ``title``, ``organization`` (title), ``fields`` (labels). Records that the caller
        may not see, drafts and withdrawn ones do not count.

    Raises:
        ValidationError: all that is wrong with the proposal, by field.
    """
    tk.check_access("gdc_rules_effect", context, data_dict)
    return effect.of(context, data_dict)


def get_actions() -> dict[str, types.Action]:
    """Actions by name."""
    return {name: f for name, f in globals().items() if name.startswith("gdc_")}

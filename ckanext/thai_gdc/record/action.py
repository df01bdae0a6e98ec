"""Actions about what records lack."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc.record import judgement, mine, paging

_ = tk._


@tk.side_effect_free
def gdc_incomplete_list(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """The records that the caller may mend and that break a rule of today.

    Args:
        context: of the caller, who must be logged in.
        data_dict: ``rows`` (20 unless given, 100 at most) and ``start``.

    Returns:
        ``count``, and ``results``: records as package_search gives them, those that were
        changed longest ago first.

    Raises:
        NotAuthorized: nobody is logged in.
        ValidationError: ``rows`` or ``start`` is no number that can be.
    """
    tk.check_access("gdc_incomplete_list", context, data_dict)
    return mine.find(context, "mend", *paging.part(data_dict, "rows", "start"))


@tk.side_effect_free
def gdc_record_problems(
    context: types.Context, data_dict: types.DataDict
) -> list[dict[str, str]]:
    """What a save of the record as it stands would be refused for.

    Args:
        context: of the caller, who may change the record.
        data_dict: ``id``: id or name of the record.

    Returns:
        For each problem: ``field``, ``message`` (in the caller's language), ``code`` (see
        docs/api.md) and ``resource`` (its name; empty for the record itself).

    Raises:
        NotAuthorized: the caller may not change the record.
        ObjectNotFound: there is none.
    """
    record_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("package_update", context, {"id": record_id})
    record = tk.get_action("package_show")(tk.fresh_context(context), {"id": record_id})
    return [
        {"field": p.field, "message": p.message, "code": p.message.code, "resource": p.resource}
        for p in judgement.problems(record)
    ]


def _whole_or_not_at_all(name: str) -> types.ChainedAction:
    """CKAN changes records one by one: one that is refused would leave the rest undone."""

    def bulk_update(
        original: types.Action, context: types.Context, data_dict: types.DataDict
    ) -> Any:
        tk.check_access(name, context, data_dict)
        wrong = [
            _("“%(title)s” breaks a rule: %(message)s")
            % {"title": record["title"] or record["name"], "message": problems[0].message}
            for record in _owned(context, data_dict)
            if (problems := judgement.problems(record))
        ]
        if wrong:
            raise tk.ValidationError({"datasets": wrong})
        return original(context, data_dict)

    bulk_update.__name__ = name
    return tk.chained_action(bulk_update)


def _owned(context: types.Context, data_dict: types.DataDict) -> list[dict[str, Any]]:
    """Those of the given records that the organization owns: CKAN leaves the others out."""
    owned = model.Session.query(model.Package.id).filter(
        model.Package.id.in_(data_dict.get("datasets", [])),
        model.Package.owner_org == data_dict.get("org_id"),
    )
    show = tk.get_action("package_show")
    return [show(tk.fresh_context(context), {"id": package_id}) for (package_id,) in owned.all()]


def get_actions() -> dict[str, types.Action | types.ChainedAction]:
    """Actions by name."""
    return {
        "gdc_incomplete_list": gdc_incomplete_list,
        "gdc_record_problems": gdc_record_problems,
        **{
            name: _whole_or_not_at_all(name)
            for name in ("bulk_update_public", "bulk_update_private")
        },
    }

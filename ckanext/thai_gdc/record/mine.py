"""The records that a steward answers for, in lists: what to do today, and what was done last.

Each list is one query of the search index: nothing is looked up record by record, so the lists
stay quick with tens of thousands of records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model, types
from ckan.lib.search import SearchError
from ckan.lib.search.common import SolrConnectionError

from ckanext.thai_gdc.record import due, paging
from ckanext.thai_gdc.record.errors import Message
from ckanext.thai_gdc.search.solr import DUE, PROBLEMS

_ = tk._

#: The search refuses, or does not answer at all.
SEARCH_FAILS = (SearchError, SolrConnectionError)

#: The lists, in the order of the page.
LISTS = ("mend", "due", "drafts", "edited")

_ORDERS = {
    "mend": "metadata_modified asc, id asc",
    "due": f"{DUE} asc, id asc",
    "drafts": "metadata_modified desc, id asc",
    "edited": "metadata_modified desc, id asc",
}


def _filters(name: str) -> list[str]:
    """What makes a record stand in a list, as Solr's filter queries."""
    return {
        "mend": [f"{PROBLEMS}:[* TO *]"],
        "due": [f"{DUE}:[* TO {due.today().isoformat()}T00:00:00Z}}"],
        "drafts": ["+state:draft"],
        "edited": [],
    }[name]


def _owners(context: types.Context, name: str) -> list[str] | None:
    """The filter by who answers for a record; None if the caller answers for none."""
    user = model.User.get(context.get("user"))
    if name == "drafts":
        return [f"creator_user_id:{user.id}"] if user else None
    if user and authz.is_sysadmin(user.name):
        return []
    mine = tk.get_action("organization_list_for_user")(
        tk.fresh_context(context), {"permission": "update_dataset"}
    )
    if not mine:
        return None
    return ["owner_org:({})".format(" OR ".join(one["id"] for one in mine))]


def find(context: types.Context, name: str, rows: int, start: int = 0) -> dict[str, Any]:
    """One list of the caller's records.

    Args:
        context: of the caller; who may ask has been checked.
        name: one of LISTS.
        rows: how many records to give; 0 for the count alone.
        start: how many to leave out before.

    Returns:
        ``count``, and ``results``: records as package_search gives them.
    """
    owners = _owners(context, name)
    if owners is None:
        return {"count": 0, "results": []}
    found = tk.get_action("package_search")(
        tk.fresh_context(context),
        {
            "fq_list": ["+dataset_type:dataset", *_filters(name), *owners],
            "include_private": True,
            "include_drafts": name == "drafts",
            "rows": rows,
            "start": start,
            "sort": _ORDERS[name],
            "facet": "false",
        },
    )
    return {"count": found["count"], "results": found["results"]}


@tk.side_effect_free
def gdc_due_list(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """The records that the caller may change and whose data should be newer than it is.

    Args:
        context: of the caller, who must be logged in.
        data_dict: ``rows`` (20 unless given, 100 at most) and ``start``.

    Returns:
        ``count``, and ``results``: records as package_search gives them, each with
        ``gdc_due`` (ISO 8601 date), those that are overdue for longest first.

    Raises:
        NotAuthorized: nobody is logged in.
        ValidationError: ``rows`` or ``start`` is no number that can be.
    """
    tk.check_access("gdc_due_list", context, data_dict)
    return _with_due_date(find(context, "due", *paging.part(data_dict, "rows", "start")))


@tk.side_effect_free
def gdc_my_records(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """One list of the caller's records, and how many stand in each.

    Args:
        context: of the caller, who must be logged in.
        data_dict: ``list``: ``mend`` (break a rule of today; the default), ``due`` (their
            data should be newer), ``drafts`` (begun by the caller and never published) or
            ``edited`` (all, those that were changed last first); ``rows`` (20 unless given,
            100 at most) and ``start``.

    Returns:
        ``list``, ``count``, ``results`` (records as package_search gives them, in ``due``
        with ``gdc_due``, an ISO 8601 date) and ``counts`` (name of each list to a number).

    Raises:
        NotAuthorized: nobody is logged in.
        ValidationError: there is no such list, or a number cannot be.
    """
    tk.check_access("gdc_my_records", context, data_dict)
    name = data_dict.get("list", LISTS[0])
    if name not in LISTS:
        raise tk.ValidationError(
            {"list": [Message("not_in_list", _("Choose one of: %(names)s.")
                              % {"names": ", ".join(LISTS)})]}
        )
    found = find(context, name, *paging.part(data_dict, "rows", "start"))
    counts = {
        one: found["count"] if one == name else find(context, one, 0)["count"] for one in LISTS
    }
    return {"list": name, **_with_due_date(found), "counts": counts}


def _with_due_date(found: dict[str, Any]) -> dict[str, Any]:
    """The records with the day by which the data of each is due, where it ever is."""
    return {**found, "results": [{**record, DUE: _day(record)} for record in found["results"]]}


def _day(record: Mapping[str, Any]) -> str | None:
    day = due.on(record)
    return day.isoformat() if day else None


def get_actions() -> dict[str, types.Action | types.ChainedAction]:
    """Actions by name."""
    return {"gdc_my_records": gdc_my_records, "gdc_due_list": gdc_due_list}

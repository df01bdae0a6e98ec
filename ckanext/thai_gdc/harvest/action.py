"""The DCAT feeds, without what must not be in them."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import types
from ckanext.dcat.converters import ckan_to_dcat
from ckanext.dcat.processors import RDFSerializer
from ckanext.dcat.utils import catalog_uri

from ckanext.thai_gdc.record import consent

_ = tk._

#: Parameters of the request that the links to other pages repeat.
_REPEATED = ("q", "fq", "modified_since", "profiles")


def _page_of(data_dict: types.DataDict) -> int:
    try:
        page = int(data_dict.get("page") or 1)
    except ValueError:
        page = 0
    if page < 1:
        raise tk.ValidationError({"page": [_("Write a page number, 1 or more.")]})
    return page


def _search(context: types.Context, data_dict: types.DataDict, rows: int) -> dict[str, Any]:
    """Records that may be listed, in an order that edits do not change."""
    filters = ["+dataset_type:dataset", "+allow_harvest:True"]
    if since := data_dict.get("modified_since"):
        try:
            moment = tk.h.date_str_to_datetime(since)
        except (TypeError, ValueError):
            raise tk.ValidationError(
                {"modified_since": [_("Write a date and time of ISO 8601.")]}
            ) from None
        filters.append(f"metadata_modified:[{moment.isoformat()}Z TO *]")
    return tk.get_action("package_search")(
        context,
        {
            "q": data_dict.get("q") or "*:*",
            "fq": data_dict.get("fq") or "",
            "fq_list": filters,
            "sort": "metadata_created asc, id asc",
            "rows": rows,
            "start": rows * (_page_of(data_dict) - 1),
        },
    )


def _links(data_dict: types.DataDict, count: int, rows: int) -> dict[str, Any]:
    """The hydra paging of a page: counts, and addresses of the pages around it."""
    page, last = _page_of(data_dict), max(1, math.ceil(count / rows))
    profiles = data_dict.get("profiles")
    repeated = {
        **{key: data_dict[key] for key in _REPEATED if data_dict.get(key)},
        **({"profiles": ",".join(profiles)} if profiles else {}),
    }
    endpoint = tk.config["ckanext.dcat.catalog_endpoint"].format(
        _format=data_dict.get("format") or "xml"
    )
    address = catalog_uri().rstrip("/") + endpoint

    def link(number: int) -> str:
        return f"{address}?{urlencode({**repeated, 'page': number})}"

    links = {
        "count": count, "items_per_page": rows,
        "current": link(page), "first": link(1), "last": link(last),
    }
    if page > 1:
        links["previous"] = link(min(page - 1, last))
    if page < last:
        links["next"] = link(page + 1)
    return links


def _catalog(context: types.Context, data_dict: types.DataDict) -> Any:
    rows = tk.config["ckanext.dcat.datasets_per_page"]
    found = _search(context, data_dict, rows)
    return RDFSerializer(profiles=data_dict.get("profiles")).serialize_catalog(
        {},
        found["results"],
        _format=data_dict.get("format") or "xml",
        pagination_info=_links(data_dict, found["count"], rows),
    )


@tk.chained_action
@tk.side_effect_free
def dcat_catalog_show(
    original: types.Action, context: types.Context, data_dict: types.DataDict
) -> Any:
    """A page of the catalog as linked data, of records whose owner consents.

    Unlike ckanext-dcat's own it keeps one order whatever is edited between two pages, and
    its paging links are proper URLs.
    """
    tk.check_access("dcat_catalog_show", context, data_dict)
    return _catalog(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def dcat_catalog_search(
    original: types.Action, context: types.Context, data_dict: types.DataDict
) -> Any:
    """The same page under ckanext-dcat's other name."""
    tk.check_access("dcat_catalog_search", context, data_dict)
    return _catalog(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def dcat_datasets_list(
    original: types.Action, context: types.Context, data_dict: types.DataDict
) -> Any:
    """The JSON feed of older aggregators, of records whose owner consents."""
    tk.check_access("dcat_datasets_list", context, data_dict)
    found = _search(context, data_dict, tk.config["ckanext.dcat.datasets_per_page"])
    return [ckan_to_dcat(record) for record in found["results"]]


@tk.chained_action
def dcat_dataset_show(
    original: types.Action, context: types.Context, data_dict: types.DataDict
) -> Any:
    """One record as linked data.

    Raises:
        ObjectNotFound: there is none, or its owner does not consent to its listing.
    """
    record_id = tk.get_or_bust(data_dict, "id")
    try:
        record = tk.get_action("package_show")(tk.fresh_context(context), {"id": record_id})
    except tk.NotAuthorized:
        # Not even that there is such a record.
        raise tk.ObjectNotFound(_("Dataset not found")) from None
    if record["type"] == "dataset" and not consent.may_be_listed(record):
        raise tk.ObjectNotFound(_("Dataset not found"))
    return original(context, data_dict)


def get_actions() -> dict[str, types.Action | types.ChainedAction]:
    """Actions by name: those of the ckanext-dcat plugins that are enabled."""
    actions: dict[str, types.Action | types.ChainedAction] = {}
    if p.plugin_loaded("dcat"):
        actions |= {
            "dcat_catalog_show": dcat_catalog_show,
            "dcat_catalog_search": dcat_catalog_search,
            "dcat_dataset_show": dcat_dataset_show,
        }
    if p.plugin_loaded("dcat_json_interface"):
        actions["dcat_datasets_list"] = dcat_datasets_list
    return actions

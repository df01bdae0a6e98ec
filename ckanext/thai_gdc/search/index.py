"""What the search index holds of a record beyond CKAN's own, and what facets are called."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search import commit, rebuild
from redis.exceptions import RedisError

from ckanext.thai_gdc import codes, fields, language
from ckanext.thai_gdc.record import consent, due, judgement
from ckanext.thai_gdc.search.solr import DUE, PROBLEMS

_ = tk._

_log = logging.getLogger(__name__)

#: How many records are indexed before readers see the new state of them.
_BATCH = 500

#: The coded fields by which a reader can narrow a search, in this order.
FACETS = ("data_category", "data_type", "license_id")


def document(pkg_dict: dict[str, Any]) -> dict[str, Any]:
    """The record as Solr gets it: several codes as values of their own.

    ``allow_harvest`` always stands in the index, also where the record leaves it to the
    rule, so that a harvest can filter by it.
    """
    table = fields.dataset_fields()
    record = json.loads(pkg_dict["validated_data_dict"])
    if record.get("type") != "dataset":
        return pkg_dict
    for name, field in table.items():
        if field.is_multiple and name in pkg_dict:
            pkg_dict[name] = record.get(name) or []
            pkg_dict.pop(f"extras_{name}", None)
    pkg_dict["allow_harvest"] = str(consent.may_be_listed(record))
    pkg_dict[PROBLEMS] = sorted({p.field for p in judgement.problems(record)})
    if day := due.on(record):
        pkg_dict[DUE] = f"{day.isoformat()}T00:00:00Z"
    return pkg_dict


def organization_changed(sender: str, **kwargs: Any) -> None:
    """Index an organization's records anew: they carry its title and code."""
    organization = model.Group.get(kwargs["data_dict"]["id"])
    if organization:
        enqueue(reindex, organization.id, title="thai_gdc: reindex an organization")


def enqueue(job: Callable[..., None], *arguments: Any, title: str) -> None:
    """Have a background job done. What was saved holds also where Redis is down: the log has it."""
    try:
        tk.enqueue_job(job, list(arguments), title=title)
    except RedisError:
        _log.exception("No background job: %s", title)


def reindex(organization_id: str) -> None:
    """Index every record of the organization anew; runs as a background job."""
    owned = model.Session.query(model.Package.id).filter_by(
        owner_org=organization_id, state="active"
    )
    renew(package_id for (package_id,) in owned.all())


def renew(package_ids: Iterable[str]) -> None:
    """Index records anew; one that cannot be indexed does not keep the others from it."""
    for number, package_id in enumerate(package_ids, 1):
        try:
            rebuild(package_ids=[package_id])
        except Exception:
            # Whatever is wrong with one record: the log has it, and the next is another one.
            _log.exception("Record %s was not indexed", package_id)
            model.Session.rollback()
        if number % _BATCH == 0:
            commit()
            model.Session.expunge_all()
    commit()


def facets() -> dict[str, str]:
    """Facet field to title, in the reader's language."""
    table = fields.dataset_fields()
    named = {name: language.pick(table[name].label) for name in FACETS}
    return {
        "organization": _("Organizations"),
        **named,
        "res_format": _("Formats"),
        "tags": language.pick(table["tag_string"].label),
    }


def label_facets(results: dict[str, Any]) -> dict[str, Any]:
    """Search results whose facet items carry labels, not codes."""
    for name in FACETS:
        code_list = codes.get(name)
        for item in results.get("search_facets", {}).get(name, {}).get("items", []):
            item["display_name"] = code_list.label(item["name"])
    return results

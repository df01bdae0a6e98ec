"""What the search index holds of a record beyond CKAN's own, and what facets are called."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search import commit, rebuild
from redis.exceptions import RedisError

from ckanext.thai_gdc import codes, fields, language
from ckanext.thai_gdc.record import consent, dictionary, due, judgement, values
from ckanext.thai_gdc.search.solr import DUE, FILE_CODES, PROBLEMS

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
    pkg_dict[FILE_CODES] = sorted(set(_of_files(record.get("resources", ()))))
    if day := due.on(record):
        pkg_dict[DUE] = f"{day.isoformat()}T00:00:00Z"
    return pkg_dict


def _of_files(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The codes of files and of their columns, as the index keeps them."""
    for resource in resources:
        for field in fields.of_level("resource").values():
            value = resource.get(field.name)
            if field.is_coded:
                yield from (file_code(field, code) for code in values.codes_in(field, value))
            elif field.kind == "columns":
                for row, part in itertools.product(
                    dictionary.rows(value), fields.column_fields().values()
                ):
                    if part.is_coded and row[part.name]:
                        yield file_code(part, row[part.name])


def file_code(field: fields.Field, code: str) -> str:
    """A code in a field of files or of their columns, as FILE_CODES has it."""
    return f"{field.level}:{field.name}:{code}"


def file_code_label(value: str) -> str:
    """The same in words; as it is where no field is called so."""
    level, name, code = [*value.split(":", 2), "", ""][:3]
    field = fields.of_level(level).get(name) if level in fields.LEVELS else None
    if not field or not field.is_coded:
        return value
    return f"{language.pick(field.label)}: {', '.join(codes.labels(field, code))}"


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
    """Search results whose facet items carry labels, not codes, whichever facets were asked for."""
    table = fields.dataset_fields()
    for name, facet in results.get("search_facets", {}).items():
        if name in table and table[name].is_coded:
            code_list = codes.of_coded(table[name])
            for item in facet["items"]:
                item["display_name"] = code_list.label(item["name"])
    return results

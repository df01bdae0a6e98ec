"""What the reading pages ask: what is there, what is missing, what may be previewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.thai_gdc import codes, config, dates, fields, language
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import citation, consent, due, judgement, mine, values
from ckanext.thai_gdc.search import index
from ckanext.thai_gdc.search.solr import FILE_CODES

_ = tk._


def gdc_problem_link(record: Mapping[str, Any], problem: judgement.Problem) -> str:
    """The address at which a problem is mended: the form, at the field."""
    if problem.resource_id:
        page = tk.h.url_for(
            f"{record['type']}_resource.edit", id=record["name"], resource_id=problem.resource_id
        )
    else:
        page = tk.h.url_for(f"{record['type']}.edit", id=record["name"])
    return f"{page}#field-{problem.field}"


def gdc_problems(record: Mapping[str, Any]) -> list[judgement.Problem]:
    """What a save of the record as it stands would be refused for."""
    return judgement.problems(record)


def gdc_due(record: Mapping[str, Any]) -> dict[str, Any] | None:
    """When the data of a record is due: ``day`` (ISO 8601) and ``late`` (days, 0 if not yet).

    None for data that is never due.
    """
    day = due.on(record)
    return {"day": day.isoformat(), "late": max((due.today() - day).days, 0)} if day else None


def gdc_day(moment: Any) -> str:
    """The day of a moment that CKAN stored, in the site's time zone and the reader's era."""
    day = tk.h.render_datetime(moment, date_format="%Y-%m-%d") if moment else ""
    return dates.show(day, language.current())


def gdc_how_long(days: int) -> str:
    """See record.due.how_long."""
    return due.how_long(days)


def gdc_other_standards(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the star sets that are not in force would ask of a record in addition.

    Returns:
        For each set that asks for something: ``label`` in the reader's language and
        ``fields`` that are blank in the record, in the order of the form.
    """
    blank = [
        f for f in fields.dataset_fields().values()
        if _is_blank(f, record) and not values.is_starred(
            f, codes.get("data_type").resolve(str(record.get("data_type") or "")),
            record.get("owner_org"),
        )
    ]
    asked = [
        {
            "label": language.pick(label),
            "fields": [f for f in blank if name in f.stars],
        }
        for name, label in fields.star_sets().items()
        if name != config.star_set()
    ]
    return [one for one in asked if one["fields"]]


def _is_blank(field: Field, record: Mapping[str, Any]) -> bool:
    held = record.get("tags") if field.kind == "tags" else record.get(field.name)
    return field.applies_to(record.get("data_type")) and not held


def gdc_may_preview(record: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Whether the reader may look into the data of a resource.

    Data that is not public, or private by itself, is previewed only for those who may change
    the record.
    """
    public = (
        consent.access(record.get("data_category")) == "public"
        and resource.get("resource_private") != "True"
    )
    return public or tk.h.check_access("package_update", {"id": record["id"]})


def gdc_views(record: Mapping[str, Any], resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The previews of a resource that the reader may see, as resource_view_list gives them."""
    if not gdc_may_preview(record, resource):
        return []
    try:
        return tk.get_action("resource_view_list")({}, {"id": resource["id"]})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return []


def gdc_citation(record: Mapping[str, Any]) -> str:
    """How to cite a record, in the reader's language; see record.citation.of."""
    return citation.of(record)


def gdc_filter_name(name: str, title: str | None) -> str:
    """What a filter of the search is called, also one that is no facet of the page.

    Args:
        name: of the field in the index.
        title: of the facet, if it is one.
    """
    if title:
        return _(str(title))
    if name == FILE_CODES:
        return _("Files")
    field = fields.dataset_fields().get(name)
    return language.pick(field.label) if field else name


def gdc_filter_label(name: str, value: str) -> str:
    """What a filter of the search is set to, in words, also where it found nothing.

    Args:
        name: of the facet.
        value: a code of it, the name of an organization, or a code that files carry.
    """
    field = fields.dataset_fields().get(name)
    if field:
        return ", ".join(codes.labels(field, value))
    if name == FILE_CODES:
        return index.file_code_label(value)
    organization = model.Group.get(value) if name == "organization" else None
    return organization.title or organization.name if organization else value


def gdc_tree(organization_id: str) -> dict[str, Any]:
    """Where an organization stands: ``above`` (from the root down) and ``below``.

    Each organization has ``name``, ``title`` and ``count`` (its records that the reader may
    see); those below also ``children`` and ``size`` (how many stand under it in all), sorted
    by title.
    """
    organization = model.Group.get(organization_id)
    above = organization.get_parent_group_hierarchy("organization") if organization else []
    rows = organization.get_children_group_hierarchy("organization") if organization else []
    if not above and not rows:
        return {"above": [], "below": []}
    counts = _counts()

    def entry(name: str, title: str | None) -> dict[str, Any]:
        return {"name": name, "title": title or name, "count": counts.get(name, 0)}

    made: dict[str, dict[str, Any]] = {}
    below: list[dict[str, Any]] = []
    # Parents come before their children. In a circle every organization is listed once.
    for id_, name, title, parent in rows:
        if id_ in made or id_ == organization_id:
            continue
        made[id_] = {**entry(name, title), "children": [], "size": 0}
        (made[parent]["children"] if parent in made else below).append(made[id_])
    for one in reversed(made.values()):
        one["children"].sort(key=lambda child: child["title"])
        one["size"] = sum(child["size"] + 1 for child in one["children"])
    below.sort(key=lambda one: one["title"])
    return {"above": [entry(one.name, one.title) for one in above], "below": below}


def _counts() -> dict[str, int]:
    """How many records the reader may see of each organization, by its name."""
    try:
        found = tk.get_action("package_search")({}, {
            "fq": "+dataset_type:dataset", "include_private": True, "rows": 0,
            "facet.field": ["organization"], "facet.limit": -1,
        })
    except mine.SEARCH_FAILS:
        return {}
    return found["facets"]["organization"]


#: What the front page counts, and how many entries of each it shows at most.
_FRONT = {"organization": 12, "data_category": 9, "data_type": 9, "res_format": 12, "tags": 8}
_NEWEST = 6


def gdc_front() -> dict[str, Any] | None:
    """What the front page says of the catalog, from one query of the search index.

    Returns:
        ``count`` of the records that the reader may see; ``newest``: those that were changed
        last; ``facets``: name to items with ``name``, ``display_name`` and ``count``, the
        greatest first. None if the search does not answer.
    """
    try:
        found = tk.get_action("package_search")({}, {
            "fq": "+dataset_type:dataset", "include_private": True, "rows": _NEWEST,
            "sort": "metadata_modified desc, id asc",
            "facet.field": list(_FRONT), "facet.limit": max(_FRONT.values()),
        })
    except mine.SEARCH_FAILS:
        return None
    facets = {
        name: sorted(
            found["search_facets"].get(name, {}).get("items", []),
            key=lambda item: (-item["count"], item["display_name"]),
        )[:most]
        for name, most in _FRONT.items()
    }
    return {"count": found["count"], "newest": found["results"], "facets": facets}


def get_helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers by name."""
    return {name: f for name, f in globals().items() if name.startswith("gdc_")}

"""What rules would mean for the records there are: counted by the search index.

A proposal is turned into filters of the index, one or more for each field that some records
would break and do not break today. So the answer costs a few queries, however many records
there are, and no record is judged one by one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc import codes, fields, settings
from ckanext.thai_gdc.admin import changes, proposal
from ckanext.thai_gdc.codes import CodeList
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import paging, stars, values
from ckanext.thai_gdc.search.solr import PROBLEMS

_ = tk._

#: Name of a field of a record to the filters that find the records that would break it.
Filters = dict[str, list[str]]

#: Where the index holds a field under another name, or something else under its name.
_INDEXED = {"tag_string": "tags", "allow_harvest": "extras_allow_harvest"}

_BATCH = 1000

#: What the index keeps of a record and a row shows.
_SHOWN = ["id", "name", "title", "organization"]

#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def filters(context: types.Context, before: settings.Settings, after: settings.Settings) -> Filters:
    """Filters for the records that keep a rule before and break it after, by the field.

    Args:
        context: of the caller, for the values that the records hold.
        before: the settings in force.
        after: the settings as they would be.
    """
    found: Filters = {}
    for name, field in fields.shipped("dataset").items():
        was, would_be = _asked(before, field), _asked(after, field)
        if would_be and was != would_be:
            said = [would_be, _blank(name), *_applies(after, field)]
            if was:
                said.append(_not(was))
            found.setdefault(name, []).append(_all(said))
        now, then = _laid_over(before, name), _laid_over(after, name)
        if field.agrees_with:
            for one in _disagreeing(before, after, now):
                found.setdefault(name, []).append(one)
        if now.code_list != then.code_list:
            for broken, one in _unknown(context, before, after, now):
                found.setdefault(broken, []).append(one)
    return found


def _laid_over(changed: settings.Settings, name: str) -> Field:
    with settings.supposing(changed):
        return fields.dataset_fields()[name]


def _asked(changed: settings.Settings, field: Field) -> str:
    """The filter for the records of which the field is asked; empty for none."""
    with settings.supposing(changed):
        if stars.always(field):
            return "*:*"
        return _any(
            _all([
                *([_type(one.data_types)] if one.data_types else []),
                *([f"owner_org:({_words(one.organizations)})"] if one.organizations else []),
            ] or ["*:*"])
            for one in stars.conditions(field)
        )


def _applies(changed: settings.Settings, field: Field) -> list[str]:
    """A record whose data type is not known has all fields."""
    if not field.data_types:
        return []
    with settings.supposing(changed):
        known = _type(codes.get("data_type").codes)
        return [_any([_type(field.data_types), _not(known)])]


def _type(wanted: Iterable[str]) -> str:
    return f"data_type:({_words(_written(codes.get('data_type'), wanted))})"


def _written(code_list: CodeList, wanted: Iterable[str]) -> list[str]:
    """All that stands for some codes in records."""
    found: dict[str, None] = {}
    for code in wanted:
        entry = code_list.codes.get(code)
        found.update(dict.fromkeys([code, *(entry.label.values() if entry else ()),
                                    *(entry.legacy if entry else ())]))
    return list(found)


def _blank(name: str) -> str:
    return _not(f"{_INDEXED.get(name, name)}:[* TO *]")


def _disagreeing(
    before: settings.Settings, after: settings.Settings, field: Field
) -> Iterator[str]:
    """The pairs of codes that go together before and no longer after."""
    with settings.supposing(before):
        was = codes.of_coded(field)
    with settings.supposing(after):
        now = codes.of_coded(field)
        partner = fields.dataset_fields()[str(field.agrees_with)]
        categories = codes.of_coded(partner)
        for code, entry in now.codes.items():
            if code not in was or was.codes[code].attributes.get("for") == entry.attributes.get(
                "for"
            ):
                continue
            lost = [
                one for one in categories.codes
                if one in was.codes[code].attributes.get("for", [one])
                and one not in entry.attributes.get("for", [one])
            ]
            if lost:
                yield _all([
                    f"{field.name}:({_words(_written(now, [code]))})",
                    f"{partner.name}:({_words(_written(categories, lost))})",
                ])


def _unknown(
    context: types.Context, before: settings.Settings, after: settings.Settings, field: Field
) -> Iterator[tuple[str, str]]:
    """What records hold in the field and its other list does not know, or asks a text for."""
    held = _search(context, [], **{"facet.field": [field.name], "facet.limit": -1})["facets"]
    with settings.supposing(before):
        was = codes.of_coded(field)
    with settings.supposing(after):
        now = codes.of_coded(fields.dataset_fields()[field.name])
    there = list(held.get(field.name, {}))
    lost = [one for one in there if _takes(was, one) and not _takes(now, one)]
    if lost:
        yield field.name, f"{field.name}:({_words(lost)})"
    asking = [
        one for one in there
        if _takes(now, one) and now.resolve(one) in now.others()
        and was.resolve(one) not in was.others()
    ]
    if asking and field.other in fields.shipped("dataset"):
        yield field.other, _all([f"{field.name}:({_words(asking)})", _blank(field.other)])


def _takes(code_list: CodeList, stored: str) -> bool:
    """Whether a record that carries the value already may keep it."""
    code = code_list.resolve(stored)
    return bool(code) and (code_list.codes[code].active or code == stored)


def _words(wanted: Iterable[str]) -> str:
    escaped = (one.replace("\\", "\\\\").replace('"', '\\"') for one in wanted)
    return " OR ".join(f'"{one}"' for one in sorted(escaped)) or '""'


def _not(one: str) -> str:
    # A query of nothing but exclusions finds nothing.
    return f"(*:* -({one}))"


def _all(these: Iterable[str]) -> str:
    return "(" + " AND ".join(these) + ")"


def _any(these: Iterable[str]) -> str:
    listed = list(these)
    return "(" + " OR ".join(listed) + ")" if listed else ""


def _search(context: types.Context, chosen: list[str], **more: Any) -> dict[str, Any]:
    return tk.get_action("package_search")(tk.fresh_context(context), {
        "fq_list": ["+dataset_type:dataset", *chosen],
        "include_private": True, "rows": 0, **more,
    })


# --- A proposal


#: The keys of a proposal; the others of an action say how to show what it means.
_KEYS = ("star_set", "stars", "mandatory", "fields", "agreements")


def proposed(data_dict: Mapping[str, Any]) -> tuple[settings.Settings, settings.Settings]:
    """The settings in force, and as they would be with a proposal.

    Raises:
        ValidationError: all that is wrong with it, by field.
    """
    now = settings.current()
    errors: proposal.Errors = {}
    said = {key: data_dict[key] for key in _KEYS if key in data_dict}
    parts = proposal.parts(now, said, errors)
    would_be = changes.proposed(now, parts)
    for kind, field, message in proposal.new_conflicts(now, would_be):
        errors.setdefault(proposal.place(parts, kind, field), []).append(message)
    if errors:
        raise tk.ValidationError(cast(Any, errors))
    return now, would_be


def of(context: types.Context, data_dict: Mapping[str, Any]) -> dict[str, Any]:
    """See rules_action.gdc_rules_effect; who may ask has been checked."""
    limit, offset = paging.part(data_dict)
    now, would_be = proposed(data_dict)
    found = filters(context, now, would_be)
    if not found:
        return {"count": 0, "by_organization": [], "by_field": [], "results": []}
    table = fields.dataset_fields()
    answer = _search(
        context, [_union(found)], rows=limit, start=offset, sort="title_string asc, id asc",
        fl=_SHOWN, **{"facet.field": ["owner_org"], "facet.limit": -1},
    )
    by_field = [
        {"name": name, "label": values.label(table[name]),
         "count": _search(context, [_any(some)], facet="false")["count"]}
        for name, some in found.items()
    ]
    return {
        "count": answer["count"],
        "by_organization": _by_organization(answer["facets"].get("owner_org", {})),
        "by_field": [one for one in by_field if one["count"]],
        "results": list(_rows(context, found, answer["results"],
                              f"id:({_words(one['id'] for one in answer['results'])})")),
    }


def _union(found: Filters) -> str:
    return _any(one for some in found.values() for one in some)


def _by_organization(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    group: Any = model.Group
    organizations = model.Session.query(group).filter(group.id.in_(list(counts))).all()
    listed = [
        {"id": one.id, "name": one.name, "title": one.title or one.name, "count": counts[one.id]}
        for one in organizations
    ]
    return sorted(listed, key=lambda one: (-one["count"], one["title"]))


def _rows(
    context: types.Context, found: Filters, batch: list[dict[str, Any]], these: str
) -> Iterator[dict[str, Any]]:
    """Records of the index as gdc_rules_effect lists them, in the same order.

    Args:
        context: of the caller.
        found: the filters of the proposal.
        batch: the records as the index keeps them.
        these: a filter that finds just these among those of the proposal.
    """
    if not batch:
        return
    table = fields.dataset_fields()
    labels: dict[str, list[str]] = {one["id"]: [] for one in batch}
    for name, field in table.items():
        if name in found:
            broken = _search(context, [_any(found[name]), these], fl=["id"], rows=len(batch),
                             facet="false")["results"]
            for one in broken:
                labels[one["id"]].append(values.label(field))
    group: Any = model.Group
    names = {one.get("organization") for one in batch}
    owners = {one.name: one.title or one.name
              for one in model.Session.query(group).filter(group.name.in_(list(names)))}
    for one in batch:
        yield {
            "id": one["id"], "name": one["name"], "title": one.get("title") or one["name"],
            "organization": owners.get(one.get("organization"), ""), "fields": labels[one["id"]],
        }


def concerned(
    context: types.Context, before: settings.Settings, after: settings.Settings
) -> Iterator[str]:
    """Ids of the records, drafts too, of which the index has to say something else after it.

    Args:
        context: of somebody who may see every record.
        before: the settings before a change.
        after: the settings after it.
    """
    found = filters(context, before, after)
    for name, some in filters(context, after, before).items():
        found.setdefault(name, []).extend(some)
    if found:
        found[PROBLEMS] = [f"{PROBLEMS}:({_words(found)})"]
    for batch in _batches(context, found, fl=["id"], include_drafts=True):
        yield from (one["id"] for one in batch)


def _batches(
    context: types.Context, found: Filters, **more: Any
) -> Iterator[list[dict[str, Any]]]:
    """All records that the filters find, by their ids: the last batch is as quick as the first."""
    last = ""
    while found:
        beyond = [f'id:{{"{last}" TO *]'] if last else []
        batch = _search(context, [_union(found), *beyond], rows=_BATCH, sort="id asc",
                        facet="false", **more)["results"]
        yield batch
        if len(batch) < _BATCH:
            return
        last = batch[-1]["id"]


def as_csv(context: types.Context, data_dict: Mapping[str, Any]) -> Iterator[bytes]:
    """All rows of gdc_rules_effect as a CSV file, in parts, while they are found.

    The caller keeps the request alive until the last part (flask.stream_with_context).

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: the proposal, as for gdc_rules_effect.

    Raises:
        NotAuthorized: the caller does not manage the catalog.
        ValidationError: all that is wrong with the proposal, by field.
    """
    tk.check_access("gdc_rules_effect", context, dict(data_dict))
    now, would_be = proposed(data_dict)
    return _csv(context, filters(context, now, would_be))


def _csv(context: types.Context, found: Filters) -> Iterator[bytes]:
    # Excel takes a file without the mark for one of an older encoding.
    yield b"\xef\xbb\xbf" + _line([
        _("Organization"), _("Title"), _("Fields to fill in or mend"), _("Address of the form"),
        _("Name"), "ID",
    ])
    for batch in _batches(context, found, fl=_SHOWN):
        ends = f'id:["{batch[0]["id"]}" TO "{batch[-1]["id"]}"]' if batch else ""
        for row in _rows(context, found, batch, ends):
            form = tk.h.url_for("dataset.edit", id=row["name"], qualified=True)
            yield _line([row["organization"], row["title"], ", ".join(row["fields"]), form,
                         row["name"], row["id"]])


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow("'" + c if c.startswith(_FORMULA) else c for c in cells)
    return out.getvalue().encode()

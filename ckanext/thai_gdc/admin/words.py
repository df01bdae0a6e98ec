"""A change in words: what of what, before and after, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.thai_gdc import config, fields, language
from ckanext.thai_gdc.admin.changes import Change
from ckanext.thai_gdc.codes import check, get, site, titles
from ckanext.thai_gdc.harvest import code_lists
from ckanext.thai_gdc.record import stars

_ = tk._


def list_title(name: str) -> str:
    """What a list is called; its name if it has nothing better."""
    if name not in code_lists.names():
        return name
    return language.pick(code_lists.summary(name)["label"]) or name


def lines(change: Change) -> list[dict[str, str]]:
    """Every single thing that a change changed.

    Returns:
        ``subject`` (what it is about), ``attribute`` (what of it), ``before`` and ``after``
        (texts; empty for nothing).
    """
    return [
        {"subject": title(subject), "attribute": attribute,
         "before": worded(was), "after": worded(now)}
        for subject, (before, after) in sorted(change.parts.items())
        for attribute, was, now in _differences(subject, before, after)
    ]


def title(subject: str) -> str:
    """What a subject of settings.py is, in words."""
    kind, name, rest = [*subject.split(":", 2), "", ""][:3]
    if kind == "code":
        code_list = list_title(name)
        label = get(name).label(rest) if name in code_lists.names() else rest
        return f"{code_list}: {rest} {label}" if label != rest else f"{code_list}: {rest}"
    if kind == "list":
        return list_title(name)
    if kind == "field":
        try:
            return language.pick(fields.lookup(rest, name).label)  # pyright: ignore
        except KeyError:
            return rest
    if kind == "manager":
        user = model.User.get(name)
        who = (user.fullname or user.name) if user else name
        return _("Catalog manager: %(who)s") % {"who": who}
    return {
        "star_set": _("Set of stars"), "stars": _("Starred fields of the site's own set"),
        "mandatory": _("Further mandatory fields"),
    }.get(name, subject)


def _differences(subject: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if subject.startswith("code:"):
        _kind, name, code = subject.split(":", 2)
        ships = site.shipped_entry(name, code) or {}
        # What the site does not say is what ships.
        before = {**ships, **before["says"]} if before else dict(ships)
        after = {**ships, **after["says"]} if after else dict(ships)
        for entry in (before, after) if before and after else ():
            # Not to say it means that the code can be chosen.
            entry["active"] = entry.get("active") is not False
    elif subject.startswith("list:"):
        before, after = _ordered(subject, before, after)
    if isinstance(before or after, Mapping):
        before, after = before or {}, after or {}
        for key in sorted({*before, *after}, key=_rank):
            if key not in ("own", "code") and before.get(key) != after.get(key):
                yield titles.attribute(key), before.get(key), after.get(key)
    elif subject.startswith("rule:"):
        yield "", _of_rule(subject, before), _of_rule(subject, after)
    else:
        yield "", before, after


def _rank(key: str) -> tuple[int, str]:
    """Sorts what is said of a code or a list as forms have it."""
    order = ("label", "pattern", "order", "th", "en", *check.ATTRIBUTES)
    return order.index(key) if key in order else len(order), key


def _ordered(subject: str, before: Any, after: Any) -> list[dict[str, Any]]:
    """What the site said of a list, with an order only if codes changed places in it."""
    name = subject.removeprefix("list:")
    ships = [entry["code"] for entry in site.shipped().get(name, {}).get("codes", ())]
    said = [{"order": ships, **(one or {})} for one in (before, after)]
    common = set(said[0]["order"]) & set(said[1]["order"])
    places = [[code for code in one["order"] if code in common] for one in said]
    if places[0] == places[1]:
        # Codes that came and went are told by themselves.
        said = [{key: value for key, value in one.items() if key != "order"} for one in said]
    return said


def _of_rule(subject: str, value: Any) -> str:
    """What a rule says, in words; empty for nothing."""
    table = fields.dataset_fields()

    def label(name: str) -> str:
        return language.pick(table[name].label) if name in table else name

    if subject == "rule:star_set":
        names = {**fields.star_sets(), config.OWN: _("The site's own set")}
        return language.pick(names.get(value, value))
    if subject == "rule:stars":
        return ", ".join(label(name) for name in value or ())
    return "; ".join(
        _("%(field)s for %(records)s") % {"field": label(row["field"]), "records": stars.in_words(
            stars.Condition(frozenset(row["data_types"]), frozenset(row["organizations"])))}
        for row in value or ()
    )


def worded(value: Any) -> str:
    """A value of a setting as text."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return get("yes_no").label(str(value))
    if isinstance(value, Mapping):
        if set(value) <= {"th", "en"}:
            return " / ".join(str(value[key]) for key in ("th", "en") if value.get(key))
        return "; ".join(f"{titles.attribute(k)}: {worded(v)}" for k, v in value.items() if v)
    if isinstance(value, list | tuple):
        return ", ".join(worded(one) for one in value)
    return str(value)

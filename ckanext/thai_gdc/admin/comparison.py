"""What a file of lists would change of those in force, line by line, and as parts of a change."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import settings, text
from ckanext.thai_gdc.admin import changes, code_action, importing
from ckanext.thai_gdc.admin.importing import Line, Listed
from ckanext.thai_gdc.codes import check, site
from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: What can become of a line, in the order in which it is counted.
RESULTS: tuple[str, ...] = ("added", "changed", "retired", "reactivated", "unchanged", "refused")

#: What a code says that does not say it.
_UNSAID = {"active": True, "other": False}

#: What can become of the codes that a file does not name.
MISSING: tuple[str, ...] = ("keep", "retire")


@dataclasses.dataclass
class Outcome:
    """What becomes of a code.

    Attributes:
        line: number in the file; None for a code that the file does not name.
        before, after: as in code_lists.yaml; None for a code that there is not.
        reasons: why it is refused.
    """

    line: int | None
    code: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    reasons: list[Message] = dataclasses.field(default_factory=list)

    @property
    def result(self) -> str:
        """One of RESULTS."""
        if self.reasons:
            return "refused"
        if self.before is None:
            return "added"
        was, is_in_use = (one.get("active", True) for one in (self.before, self.after))
        if was != is_in_use:
            return "reactivated" if is_in_use else "retired"
        return "changed" if self.differences else "unchanged"

    @property
    def differences(self) -> list[dict[str, Any]]:
        """``attribute``, ``before`` and ``after`` of what changes; None for nothing."""
        if self.before is None:
            return [{"attribute": key, "before": None, "after": self.after[key]}
                    for key in importing.code_attributes() if key in self.after]
        return [
            {"attribute": key, "before": self.before.get(key, _UNSAID.get(key)),
             "after": self.after.get(key, _UNSAID.get(key))}
            for key in importing.code_attributes() if self.before.get(key) != self.after.get(key)
        ]


@dataclasses.dataclass
class Compared:
    """What becomes of a list.

    Attributes:
        name: of the list.
        is_new: whether there is no such list yet.
        outcomes: of the lines, and of the codes that are retired because the file has not got
            them.
        unnamed: codes that the file does not name and that stay as they are.
        order: of the codes, before and after.
        about: what else the list says, before and after (label, pattern).
        reasons: why the list as a whole is refused.
    """

    name: str
    is_new: bool
    outcomes: list[Outcome]
    unnamed: list[str]
    order: tuple[list[str], list[str]]
    about: tuple[dict[str, Any], dict[str, Any]]
    reasons: list[Message]

    @property
    def is_refused(self) -> bool:
        """Whether anything of it is."""
        return bool(self.reasons) or any(one.reasons for one in self.outcomes)

    @property
    def differences(self) -> list[dict[str, Any]]:
        """What changes of the list itself, as Outcome.differences."""
        before, after = self.about
        found = [
            {"attribute": key, "before": before.get(key), "after": after.get(key)}
            for key in after if before.get(key) != after.get(key)
        ]
        # That new codes stand somewhere is no other order.
        kept = [code for code in self.order[1] if code in set(self.order[0])]
        if kept != self.order[0]:
            found.append(
                {"attribute": "order", "before": self.order[0], "after": self.order[1]})
        return found

    def parts(self, now: settings.Settings) -> dict[str, Any]:
        """Subject to what it would say, of what changes."""
        found: dict[str, Any] = {}
        subject = f"list:{self.name}"
        if self.is_new or self.about[0] != self.about[1] or self.order[0] != self.order[1]:
            said = dict(now.values.get(subject, {}))
            if self.is_new or said.get("own"):
                said |= {"own": True, **self.about[1]}
            found[subject] = {**said, "order": self.order[1]}
        for one in self.outcomes:
            if one.code and (one.before is None or one.differences):
                found[f"code:{self.name}:{one.code}"] = site.written(
                    self.name, one.code, one.after)
        return found


def compare(
    now: settings.Settings, found: Mapping[str, Listed], missing: str
) -> list[Compared]:
    """What the lists of a file would change.

    Args:
        now: what is in force.
        found: name to list, see importing.read.
        missing: one of MISSING.

    Returns:
        One entry a list, judged together with the lists that have to agree with it.
    """
    compared = [_of_list(now, name, listed, missing) for name, listed in found.items()]
    usable = [one for one in compared if not one.reasons]
    names = [one.name for one in usable]
    parts = {s: v for one in usable for s, v in one.parts(now).items()}
    before = {str(problem) for problem in check.all_problems(now, names)}
    for problem in check.all_problems(changes.proposed(now, parts), names):
        if str(problem) not in before:
            _attach(problem, usable)
    return compared


def _attach(problem: check.Problem, compared: Sequence[Compared]) -> None:
    """Say what is wrong at its line; a list that has to agree with them is none of the file's."""
    lists = {one.name: one for one in compared}
    owner = lists.get(problem.list)
    if owner:
        for outcome in owner.outcomes:
            if problem.entry and outcome.code == problem.entry:
                outcome.reasons.append(problem)
                return
    (owner or compared[0]).reasons.append(problem)


def _of_list(
    now: settings.Settings, name: str, listed: Listed, missing: str
) -> Compared:
    there = site.definitions(now)
    definition = there.get(name)
    reasons = list(listed.reasons)
    about: tuple[dict[str, Any], dict[str, Any]]
    if definition is None:
        about = {}, _wanted(listed, {})
        reasons += _wrong(now, name, about[1])
    else:
        about = _about(now, name, definition, listed, reasons)
    have = {entry["code"]: entry for entry in (definition or {}).get("codes", ())}
    pattern = about[1].get("pattern")
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    for line in listed.lines:
        if not line.reasons and not reasons:
            line.code = importing.restored(line.code, pattern, have)
        outcome = _of_line(line, have.get(line.code))
        if line.code in seen:
            outcome.reasons.append(Message("bad_list", _(
                "The code “%(code)s” stands in the list twice.") % {"code": line.code}))
        if line.code:
            seen.add(line.code)
        outcomes.append(outcome)
    absent = [code for code in have if code not in seen]
    if missing == "retire":
        outcomes += [
            Outcome(None, code, have[code], {**have[code], "active": False})
            for code in absent if have[code].get("active", True)
        ]
    unnamed = absent if missing == "keep" else []
    order = _order(list(have), [one.code for one in outcomes if one.line and one.code],
                   have, listed.is_ordered, is_whole=not unnamed)
    return Compared(
        name, definition is None, outcomes, unnamed, (list(have), order), about, reasons)


def _about(
    now: settings.Settings, name: str, definition: Mapping[str, Any], listed: Listed,
    reasons: list[Message],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a list that there is says of itself, now and as the file has it."""
    before = {key: definition[key] for key in ("label", "pattern") if definition.get(key)}
    if name in site.shipped():
        if listed.pattern and listed.pattern != before.get("pattern"):
            reasons.append(Message("bad_list", _(
                "The codes of this list are written as the standard says (%(pattern)s): that "
                "cannot change.") % {"pattern": before.get("pattern")}))
        return before, before
    after = _wanted(listed, before)
    reasons += _wrong(now, None, after)
    return before, after


def _wanted(listed: Listed, before: Mapping[str, Any]) -> dict[str, Any]:
    """What a list of the site's own is called and how its codes are written, tidied."""
    label = listed.label if isinstance(listed.label, Mapping) else {}
    said = {key: text.one_line(label[key]) for key in ("th", "en")
            if isinstance(label.get(key), str) and text.is_storable(label[key])}
    wanted = {"label": said or before.get("label"),
              "pattern": listed.pattern or before.get("pattern")}
    return {key: value for key, value in wanted.items() if value}


def _wrong(now: settings.Settings, name: str | None, about: Mapping[str, Any]) -> list[Message]:
    """What is wrong with what a list says of itself; ``name`` is that of a new one."""
    label = about.get("label", {})
    found = code_action.wrong_list(
        now, {"list": name, "pattern": about.get("pattern")},
        {key: label.get(key) for key in ("th", "en")})
    if name is None:
        del found["list"]
    return [message for messages in found.values() for message in messages]


def _of_line(line: Line, before: dict[str, Any] | None) -> Outcome:
    after = {**(before or {"code": line.code}), **line.says}
    after = {
        key: _as_before(value, (before or {}).get(key))
        for key, value in after.items() if value is not None
    }
    for key, unsaid in _UNSAID.items():
        if after.get(key) is unsaid:
            del after[key]
    return Outcome(line.number, line.code, before, after, list(line.reasons))


def _as_before(value: Any, before: Any) -> Any:
    """Of two lists that say the same in another order the one that there is."""
    if isinstance(value, list) and isinstance(before, list):
        same = len(value) == len(before) and all(one in before for one in value)
        return before if same else value
    return value


def _order(
    have: list[str], named: list[str], entries: Mapping[str, Mapping[str, Any]],
    is_ordered: bool, is_whole: bool,
) -> list[str]:
    """The codes in the order in which they will stand.

    A file that names all of them, in an order, says how; else the codes there are stay in
    place, and a new one comes after the one before it in the file.
    """
    named = list(dict.fromkeys(named))
    if is_whole and is_ordered:
        order, rest = list(named), have
    else:
        order, rest = list(have), named
    # Behind all the others, but before the code for them that closes the list.
    end = len(order) - bool(order and entries.get(order[-1], {}).get("other"))
    placed = set(order)
    last: str | None = None
    for code in rest:
        if code not in placed:
            placed.add(code)
            if last is not None and is_ordered:
                order.insert(order.index(last) + 1, code)
            else:
                order.insert(end, code)
            end += 1
        last = code
    return order

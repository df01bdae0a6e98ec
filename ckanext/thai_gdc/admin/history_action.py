"""The history of lists and rules, taking a change back, and who manages the catalog."""

from __future__ import annotations

import re
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc import settings
from ckanext.thai_gdc.admin import changes, proposal, uses, words
from ckanext.thai_gdc.codes import check, site
from ckanext.thai_gdc.record import paging
from ckanext.thai_gdc.record.errors import Message

_ = tk._

_ROWS = 50
_MOST_ROWS = 1000


def described(change: changes.Change) -> dict[str, Any]:
    """A change for a client.

    Returns:
        ``id``, ``created`` (ISO 8601, UTC), ``user_id``, ``user`` (name to show), ``note``,
        ``undoes`` (number of the change that it takes back), ``parts`` (subject to
        ``before`` and ``after``, see settings.py) and ``lines`` (the same in words).
    """
    return {
        "id": change.id, "created": change.created.isoformat(), "user_id": change.user_id,
        "user": changes.name_of(change.user_id), "note": change.note, "undoes": change.undoes,
        "parts": {s: {"before": b, "after": a} for s, (b, a) in change.parts.items()},
        "lines": words.lines(change),
    }


@tk.side_effect_free
def gdc_change_list(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """The history of every change to lists and rules, the latest first.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list`` (only of that list), ``limit`` (50, at most 1,000), ``offset``.

    Returns:
        ``count``, and ``results``: see described; also ``undone_by`` (number of the change
        that took it back last; None if none did).
    """
    tk.check_access("gdc_change_list", context, data_dict)
    limit, offset = paging.part(data_dict, rows=_ROWS, most=_MOST_ROWS)
    name = data_dict.get("list")
    subjects = (f"code:{name}:", f"list:{name}") if name else ()
    count, rows = changes.history(subjects, limit, offset)
    undone = changes.undone([row.id for row in rows])
    return {"count": count, "results": [
        {**described(row), "undone_by": undone.get(row.id)} for row in rows]}


def gdc_change_undo(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Take a change back: what it changed is again as it was before.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``id`` (number of the change) and ``note`` (why).

    Returns:
        The change that does it; see described.

    Raises:
        ObjectNotFound: there is no such change.
        NotAuthorized: it is about catalog managers, and the caller is no sysadmin.
        ValidationError: something that it changed was changed again later, or a list
            could not be used as it was.
    """
    tk.check_access("gdc_change_undo", context, data_dict)
    errors: dict[str, Any] = {}
    note = changes.note_of(data_dict, errors)
    with changes.writing() as now:
        change = _change(data_dict.get("id"))
        if any(s.startswith("manager:") for s in change.parts):
            tk.check_access("gdc_manager_set", context, data_dict)
        parts = {s: before for s, (before, _a) in change.parts.items()}
        later = [s for s, (_b, after) in change.parts.items() if now.values.get(s) != after]
        for subject in [s for s in later if _is_order_only(change.parts[s])]:
            # The order that somebody gave the list since then stays.
            later.remove(subject)
            del parts[subject]
        if later:
            errors["id"] = [Message("changed_meanwhile", _(
                "This was changed again later: %(names)s. Take the later change back first."
            ) % {"names": ", ".join(words.title(s) for s in later)})]
        gone = [s for s, before in parts.items() if before is None and _is_own_code(s)]
        used = [s for s in gone if not later and uses.ever(*s.split(":", 2)[1:])]
        if used:
            errors["id"] = [Message("in_use", _(
                "Records use what this change added, or did once: %(names)s. Retire it instead."
            ) % {"names": ", ".join(words.title(s) for s in used)})]
        names = {s.split(":")[1] for s in parts if s.startswith(("code:", "list:"))}
        if not errors:
            would_be = changes.proposed(now, parts)
            problems = check.all_problems(would_be, sorted(names))
            if problems:
                errors["code_list"] = list(problems)
            told = {str(message) for _kind, _field, message in proposal.conflicts(now)}
            clashing = [m for _kind, _field, m in proposal.conflicts(would_be) if m not in told]
            if clashing:
                errors["id"] = clashing
        if errors:
            raise tk.ValidationError(cast(Any, errors))
        undone = changes.write(context, now, parts, note, undoes=change.id)
    if undone is None:
        raise tk.ValidationError({"id": [Message("contradiction", _(
            "There is nothing to take back: it is already as it was before."))]})
    return described(undone)


def _is_order_only(part: list[Any]) -> bool:
    """Whether a part of a change only puts the codes of a list into another order."""
    before, after = ({k: v for k, v in (one or {}).items() if k != "order"}
                     if isinstance(one or {}, dict) else one for one in part)
    return before == after


def _is_own_code(subject: str) -> bool:
    kind, name, code = [*subject.split(":", 2), "", ""][:3]
    return kind == "code" and not site.shipped_entry(name, code)


def _change(number: Any) -> changes.Change:
    if re.fullmatch(r"[0-9]{1,18}", str(number)):
        change = model.Session.get(changes.Change, int(number))
        if change:
            return change
    raise tk.ObjectNotFound(_("There is no such change."))


def gdc_manager_set(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Make somebody a catalog manager, or no longer one.

    Args:
        context: of a sysadmin.
        data_dict: ``user`` (name or id), ``manager`` (true or false), ``note``.

    Returns:
        The managers; see gdc_manager_list.

    Raises:
        ValidationError: there is no such user, or the note is missing.
    """
    tk.check_access("gdc_manager_set", context, data_dict)
    errors: dict[str, Any] = {}
    note = changes.note_of(data_dict, errors)
    user = model.User.get(str(data_dict.get("user") or ""))
    if not user or user.state != model.State.ACTIVE:
        errors["user"] = [Message("unknown", _("There is no user “%(name)s”.")
                                  % {"name": data_dict.get("user") or ""})]
    wanted = data_dict.get("manager")
    if not isinstance(wanted, bool):
        errors["manager"] = [Message("not_text", _("Write true or false."))]
    if errors or not user:
        raise tk.ValidationError(cast(Any, errors))
    subject = f"manager:{user.id}"
    with changes.writing() as now:
        changes.write(context, now, {subject: True if wanted else None}, note)
    return gdc_manager_list(context, {})


@tk.side_effect_free
def gdc_manager_list(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """The catalog managers.

    Returns:
        ``results``: ``id``, ``name`` and ``display_name`` of each, by what they are called.
    """
    tk.check_access("gdc_manager_list", context, data_dict)
    users = [model.User.get(user_id) for user_id in settings.current().of("manager:")]
    return {"results": sorted(
        ({"id": u.id, "name": u.name, "display_name": u.fullname or u.name}
         for u in users if u and u.state == model.State.ACTIVE),
        key=lambda one: one["display_name"],
    )}


def get_actions() -> dict[str, types.Action]:
    """Actions by name."""
    return {name: f for name, f in globals().items() if name.startswith("gdc_")}

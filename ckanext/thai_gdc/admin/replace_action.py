"""The actions that replace a code on all records; the pages call the same."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc import codes, language
from ckanext.thai_gdc.admin import changes, code_action, replacement_job, uses, words
from ckanext.thai_gdc.admin import replacement as kept
from ckanext.thai_gdc.admin.replacement import Replacement
from ckanext.thai_gdc.admin.swap import Swap
from ckanext.thai_gdc.harvest import code_lists
from ckanext.thai_gdc.record import judgement, paging
from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: How many records are shown before a replacement.
_SAMPLE = 20

#: After so long without a worker, people are offered to begin a new job.
_LATE = datetime.timedelta(minutes=1)

_ROWS = 50
_MOST_ROWS = 1000


def gdc_code_replace(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Replace a code by another one of its list on all records, as a background job.

    Records, their files and addresses, and the columns of data dictionaries are changed;
    withdrawn records stay as they are.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list`` (its name), ``code`` (that goes), ``by`` (its successor);
            ``dry_run``: true unless given: only tells what it would do; false begins, and
            then ``note`` (why) is asked for; ``retire``: true to retire the code in the same
            step; ``revision``: number of the last change of the list that the caller saw.

    Returns:
        For a dry run ``count`` (records that carry the code, as far as the caller may see)
        and ``sample`` (at most 20 of them: ``id``, ``name``, ``title`` and ``problems``, the
        sentences for which the record would be refused); else the replacement, see
        gdc_replacement_show.

    Raises:
        ObjectNotFound: there is no such list or code.
        ValidationError: all that is wrong, by parameter.
    """
    tk.check_access("gdc_code_replace", context, data_dict)
    name, code = data_dict.get("list"), data_dict.get("code")
    if not isinstance(name, str) or name not in code_lists.names():
        raise tk.ObjectNotFound(_("There is no code list of that name."))
    if not isinstance(code, str) or code not in codes.get(name):
        raise tk.ObjectNotFound(_("The list has no such code."))
    errors: dict[str, Any] = {}
    by = _successor(name, code, data_dict.get("by"), errors)
    dry_run = _yes_or_no(data_dict, "dry_run", True, errors)
    retire = _yes_or_no(data_dict, "retire", False, errors)
    note = "" if dry_run else changes.note_of(data_dict, errors)
    if kept.running(name, [code, by]):
        errors["code"] = [_not_finished()]
    if errors:
        raise tk.ValidationError(cast(Any, errors))
    swap = Swap(name, code, by)
    if dry_run:
        return _effect(context, swap)
    return described(context, _begun(context, data_dict, swap, note, retire))


def _successor(name: str, code: str, by: Any, errors: dict[str, Any]) -> str:
    """The code in the place of another; what is wrong with it goes to ``errors``."""
    code_list = codes.get(name)
    if by in (None, ""):
        errors["by"] = [Message("missing", _("Please choose “%(label)s”.")
                                % {"label": _("Successor")})]
    elif not isinstance(by, str) or by not in code_list:
        errors["by"] = [Message("not_in_list", _(
            "“%(code)s” is no code of this list. Choose the successor from the list."
        ) % {"code": str(by)[:60]})]
    elif by == code:
        errors["by"] = [Message("contradiction", _(
            "A code cannot be its own successor. Choose another one."))]
    elif not code_list.codes[by].active:
        errors["by"] = [Message("retired", _(
            "“%(label)s” is retired itself. Choose a successor that is in use."
        ) % {"label": code_list.label(by)})]
    return by if isinstance(by, str) else ""


def _yes_or_no(
    data_dict: Mapping[str, Any], name: str, default: bool, errors: dict[str, Any]
) -> bool:
    value = data_dict.get(name, default)
    if not isinstance(value, bool):
        errors[name] = [Message("not_text", _("Write true or false."))]
    return value is True


def _effect(context: types.Context, swap: Swap) -> dict[str, Any]:
    seen = kept.seen(context, _carrying(swap))
    return {
        "count": len(seen),
        "sample": [one for found in seen[:_SAMPLE] if (one := _would_be(found, swap))],
    }


def _carrying(swap: Swap) -> list[str]:
    """Ids of the records that carry the code and are not withdrawn."""
    row: Any = model.Package
    withdrawn = set(model.Session.scalars(
        model.Session.query(row.id).filter(row.state == model.State.DELETED).statement))
    return [one for one in uses.records_with(swap.list, swap.old) if one not in withdrawn]


def _would_be(package_id: str, swap: Swap) -> dict[str, Any] | None:
    record = tk.get_action("package_show")({"ignore_auth": True}, {"id": package_id})
    wanted = swap.done_to(record)
    if wanted is None:
        return None
    return {
        "id": record["id"], "name": record["name"], "title": record["title"] or record["name"],
        "problems": [str(one.message) for one in judgement.problems(wanted)],
    }


def _begun(
    context: types.Context, data_dict: Mapping[str, Any], swap: Swap, note: str, retire: bool
) -> Replacement:
    """Write the replacement down, retire the code with it if that is wanted, and begin."""
    user = model.User.get(context.get("user") or "")
    retire = retire and codes.get(swap.list).codes[swap.old].active
    with changes.writing():
        changes.refuse_if_changed(code_action.scope(swap.list), data_dict.get("revision"))
        # Once more, alone now: two may have asked at the same moment.
        if kept.running(swap.list, [swap.old, swap.new]):
            raise tk.ValidationError(cast(Any, {"code": [_not_finished()]}))
        begun = kept.begin(
            user.id if user else None, swap, note, _carrying(swap), retired=retire)
        number = begun.id
        if retire:
            # The same transaction: it is committed with the change of the list.
            tk.get_action("gdc_code_retire")(tk.fresh_context(context), {
                "list": swap.list, "code": swap.old, "note": note})
        model.Session.commit()
    replacement_job.later(number)
    return _found({"id": number})


@tk.side_effect_free
def gdc_replacement_show(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """A replacement, how far it is, and the records that failed.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``id`` (its number); of the records that failed: ``limit`` (50, at most
            1,000) and ``offset``.

    Returns:
        See described; and ``failures``: ``id``, ``name`` and ``title`` of each record (empty
        for one that was purged) and ``reasons`` (sentences in the caller's language). Who is
        no sysadmin gets numbers and records of public records alone.

    Raises:
        ObjectNotFound: there is no such replacement.
    """
    tk.check_access("gdc_replacement_show", context, data_dict)
    limit, offset = paging.part(data_dict, rows=_ROWS, most=_MOST_ROWS)
    found = _found(data_dict)
    return {
        **described(context, found),
        "failures": [
            {"id": row.package_id, "name": package.name if package else "",
             "title": (package.title or package.name) if package else "",
             "reasons": _in_words(row.reason)}
            for row, package in kept.failures(context, found, limit, offset)
        ],
    }


@tk.side_effect_free
def gdc_replacement_list(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """The replacements, the latest first.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list`` (only of that list), ``limit`` (50, at most 1,000), ``offset``.

    Returns:
        ``count``, and ``results``: see described.
    """
    tk.check_access("gdc_replacement_list", context, data_dict)
    limit, offset = paging.part(data_dict, rows=_ROWS, most=_MOST_ROWS)
    count, rows = kept.part(limit, offset, str(data_dict.get("list") or ""))
    return {"count": count, "results": [described(context, row) for row in rows]}


def described(context: types.Context, replacement: Replacement) -> dict[str, Any]:
    """A replacement for a client.

    Returns:
        ``id``, ``list``, ``title`` (of the list), ``old`` and ``new`` (each ``code`` and
        ``label``; of one that takes another back in that sense: from old to new),
        ``user_id``, ``user``, ``note``, ``created`` (ISO 8601, UTC), ``state`` (``running``,
        ``stopped`` or ``done``), ``is_worked_on`` (whether a worker is at it now),
        ``heartbeat`` (when one was last), ``is_late`` (it runs, and no worker has been at it
        for a minute), ``may_go_on`` (whether gdc_replacement_resume has something to do),
        ``retired``, ``undoes``, ``undone_by`` (numbers or
        None); and of the records that the caller may see: ``total``, ``done``, ``changed``
        (of the done ones: the rest no longer carried the code), ``failed``, ``left``;
        ``per_second`` and ``seconds_left`` (None while there is nothing to go by).
    """
    said = kept.counts(context, [replacement.id])[replacement.id]
    done, failed = said.get(kept.DONE, 0), said.get(kept.FAILED, 0)
    left = said.get(kept.TODO, 0)
    rate = (done + failed) / replacement.seconds if replacement.seconds else None
    one, other = replacement.old, replacement.new
    if replacement.undoes:
        one, other = other, one
    undone = kept.undone_by(replacement)
    beat = replacement.heartbeat
    is_worked_on = kept.is_worked_on(replacement.id)
    since = kept.now() - (beat or replacement.created)
    is_late = replacement.state == kept.RUNNING and not is_worked_on and since > _LATE
    may_go_on = not undone and (is_late or replacement.state == kept.STOPPED or (
        replacement.state == kept.DONE and failed > 0))
    return {
        "id": replacement.id, "list": replacement.list,
        "title": words.list_title(replacement.list),
        "old": _coded(replacement.list, one), "new": _coded(replacement.list, other),
        "user_id": replacement.user_id, "user": changes.name_of(replacement.user_id),
        "note": replacement.note, "created": replacement.created.isoformat(),
        "state": replacement.state, "is_worked_on": is_worked_on, "is_late": is_late,
        "may_go_on": may_go_on, "heartbeat": beat.isoformat() if beat else None,
        "retired": replacement.retired,
        "undoes": replacement.undoes, "undone_by": undone.id if undone else None,
        "total": done + failed + left, "done": done, "changed": said.get("changed", 0),
        "failed": failed, "left": left,
        "per_second": round(rate, 2) if rate else None,
        "seconds_left": round(left / rate) if rate else None,
    }


def _in_words(reason: Mapping[str, list[str]] | None) -> list[str]:
    """Why a record failed, in the reader's language."""
    said = reason or {}
    return said.get(language.current()) or said.get("en") or []


def _coded(name: str, code: str) -> dict[str, str]:
    label = codes.get(name).label(code) if name in code_lists.names() else code
    return {"code": code, "label": label}


def gdc_replacement_stop(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Stop a replacement after the record that is being changed.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``id`` (its number).

    Returns:
        The replacement; see described.

    Raises:
        ObjectNotFound: there is no such replacement.
        ValidationError: it is not running.
    """
    tk.check_access("gdc_replacement_stop", context, data_dict)
    found = _held(data_dict)
    if found.state != kept.RUNNING:
        raise _refused(_("The replacement is not running."))
    found.state = kept.STOPPED
    model.Session.commit()
    return described(context, found)


def gdc_replacement_resume(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Let a replacement go on where it was; of one that is over, try again what failed.

    Nothing happens twice: a replacement that a worker is at is left alone.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``id`` (its number).

    Returns:
        The replacement; see described.

    Raises:
        ObjectNotFound: there is no such replacement.
        ValidationError: it was taken back, or there is nothing left to do.
    """
    tk.check_access("gdc_replacement_resume", context, data_dict)
    with changes.writing():
        found = _held(data_dict)
        if kept.undone_by(found):
            raise _refused(_("The replacement was taken back and does not go on."))
        if found.state != kept.RUNNING and kept.running(found.list, [found.old, found.new]):
            raise tk.ValidationError(cast(Any, {"id": [_not_finished()]}))
        if found.state == kept.DONE and not kept.retry(context, found):
            raise _refused(_("There is nothing left to do."))
        found.state, found.heartbeat = kept.RUNNING, kept.now()
        number = found.id
        model.Session.commit()
    replacement_job.later(number)
    return described(context, _found({"id": number}))


def gdc_replacement_undo(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Take a replacement back: the old code comes where it stood and the new one still stands.

    That is a replacement of its own, over the records that were changed. If the old code was
    retired with the replacement, it can be chosen again.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``id`` (its number) and ``note`` (why).

    Returns:
        The replacement that takes it back; see described.

    Raises:
        ObjectNotFound: there is no such replacement.
        ValidationError: it is running, was taken back already, or takes another one back;
            or the note is missing.
    """
    tk.check_access("gdc_replacement_undo", context, data_dict)
    errors: dict[str, Any] = {}
    note = changes.note_of(data_dict, errors)
    with changes.writing():
        found = _held(data_dict)
        wrong = _not_undone(found)
        if wrong:
            errors["id"] = [wrong]
        if errors:
            raise tk.ValidationError(cast(Any, errors))
        user = model.User.get(context.get("user") or "")
        begun = kept.begin(
            user.id if user else None, found.swap, note, kept.changed_by(found),
            undoes=found.id)
        number = begun.id
        if found.retired and not _is_active(found.list, found.old):
            tk.get_action("gdc_code_reactivate")(tk.fresh_context(context), {
                "list": found.list, "code": found.old, "note": note})
        model.Session.commit()
    replacement_job.later(number)
    return described(context, _found({"id": number}))


def _not_undone(found: Replacement) -> Message | None:
    """Why a replacement cannot be taken back."""
    if found.undoes:
        return Message("contradiction", _(
            "This took another replacement back. To have that again, replace the code anew."))
    if kept.undone_by(found):
        return Message("contradiction", _("The replacement was taken back already."))
    if found.state == kept.RUNNING:
        return Message("running", _("The replacement is running. Stop it first."))
    if kept.running(found.list, [found.old, found.new]):
        return _not_finished()
    return None


def _is_active(name: str, code: str) -> bool:
    found = codes.get(name).codes.get(code) if name in code_lists.names() else None
    return found is None or found.active


def _found(data_dict: Mapping[str, Any]) -> Replacement:
    number = data_dict.get("id")
    if re.fullmatch(r"[0-9]{1,18}", str(number)):
        found = model.Session.get(Replacement, int(str(number)))
        if found:
            return found
    raise tk.ObjectNotFound(_("There is no such replacement."))


def _held(data_dict: Mapping[str, Any]) -> Replacement:
    """The replacement as it is now, for this caller alone until the transaction ends."""
    found = _found(data_dict)
    model.Session.refresh(found, with_for_update=True)
    return found


def _not_finished() -> Message:
    return Message("running", _(
        "Another replacement with one of these codes is not finished. Wait for it, or stop it "
        "first."))


def _refused(sentence: str) -> tk.ValidationError:
    model.Session.rollback()
    return tk.ValidationError({"id": [Message("contradiction", sentence)]})


def get_actions() -> dict[str, types.Action]:
    """Actions by name."""
    return {name: f for name, f in globals().items() if name.startswith("gdc_")}

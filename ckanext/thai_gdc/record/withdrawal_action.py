"""Withdrawing a record and reinstating it, through the API; who may, and who learns of it."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import authz, model, types

from ckanext.thai_gdc import dates, request
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import paging, values, withdrawal
from ckanext.thai_gdc.record.errors import KEY, Message, codes_of
from ckanext.thai_gdc.record.withdrawal import Withdrawal

_ = tk._

#: How many rows a list gives, if not asked otherwise, and at most.
_ROWS, _MOST_ROWS = 100, 1000


def gdc_record_withdraw(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Withdraw a record: it leaves the public pages, and its name stays taken.

    Args:
        context: of CKAN.
        data_dict: ``id`` (or name) of the record, ``reason``, and ``date`` in either era;
            today in Thailand if there is none.

    Returns:
        The withdrawal, as gdc_withdrawal_show gives it.

    Raises:
        ObjectNotFound: there is no such record for this user.
        NotAuthorized: the user may not delete it.
        ValidationError: no reason, a date that is none or in the future, or the record is
            withdrawn already.
    """
    package = _record(context, data_dict)
    tk.check_access("gdc_record_withdraw", context, {"id": package.id})
    reason, withdrawn_on = _judged(data_dict)
    model.Session.refresh(package, with_for_update=True)
    if package.state == model.State.DELETED:
        model.Session.rollback()
        raise tk.ValidationError(
            {"id": [Message("withdrawn", _("The record is withdrawn already."))]}
        )
    written = withdrawal.begin(package, withdrawal.user_id(context), reason, withdrawn_on)
    tk.get_action("package_delete")(tk.fresh_context(context), {"id": package.id})
    return _described(written)


def gdc_record_reinstate(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Make a withdrawn record active again; all rules judge it, also its resources.

    Args:
        context: of CKAN.
        data_dict: ``id`` (or name) of the record, and a ``note`` or none.

    Returns:
        The record, as package_update gives it.

    Raises:
        ObjectNotFound: there is no such record for this user.
        NotAuthorized: the user may not change its state.
        ValidationError: the record breaks a rule, or is not withdrawn.
    """
    package = _record(context, data_dict)
    tk.check_access("gdc_record_reinstate", context, {"id": package.id})
    note = _normalised(withdrawal.NOTE, data_dict)
    model.Session.refresh(package, with_for_update=True)
    if package.state != model.State.DELETED:
        model.Session.rollback()
        raise tk.ValidationError(
            {"id": [Message("not_withdrawn", _("The record is not withdrawn."))]}
        )
    if written := withdrawal.open_of(package.id):
        written.reinstate_note = note
    stored = tk.get_action("package_show")(
        tk.fresh_context(context, ignore_auth=True), {"id": package.id}
    )
    update = tk.fresh_context(context)
    # CKAN leaves a resource unjudged that is as it was: compared with none, all are new.
    update["original_package"] = {**stored, "resources": []}
    record = {**stored, "state": model.State.ACTIVE}
    del record["metadata_modified"]
    return tk.get_action("package_update")(update, record)


@tk.side_effect_free
def gdc_withdrawal_show(
    context: types.Context, data_dict: types.DataDict
) -> list[dict[str, Any]]:
    """Every withdrawal of a record, the newest first, also of one that is active again.

    Args:
        context: of CKAN.
        data_dict: ``id`` (or name) of the record; sysadmins may ask for the id of one that
            was purged.

    Returns:
        Each with id, package_id, name, reason, withdrawn_on, withdrawn_by and
        withdrawn_by_name, created, was_listed, reinstated_at, reinstated_by,
        reinstated_by_name, reinstate_note, purged_at, purged_by, purged_by_name.

    Raises:
        ObjectNotFound: there is no such record for this user.
        NotAuthorized: the user may not edit it.
    """
    asked = tk.get_or_bust(data_dict, "id")
    gone = [] if model.Package.get(asked) else withdrawal.history(asked)
    if gone and authz.is_sysadmin(context.get("user") or ""):
        return [_described(row) for row in gone]
    package = _record(context, data_dict)
    tk.check_access("gdc_withdrawal_show", context, {"id": package.id})
    return [_described(row) for row in withdrawal.history(package.id)]


@tk.side_effect_free
def gdc_withdrawn_list(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Withdrawn records that were listed outside, so that harvesters learn of it.

    Args:
        context: of CKAN.
        data_dict: ``since`` (a date in either era or a time of ISO 8601: leaves out what
            was written down before), ``limit`` (100, at most 1000) and ``offset``.

    Returns:
        ``count``, and ``results`` in the order in which they were written down: ``id``,
        ``name``, ``date`` of withdrawal and ``created`` (the time to ask ``since``).

    Raises:
        ValidationError: a parameter makes no sense.
    """
    tk.check_access("gdc_withdrawn_list", context, data_dict)
    limit, offset = paging.part(data_dict, rows=_ROWS, most=_MOST_ROWS)
    count, rows = withdrawal.listed(_since(data_dict.get("since")), limit, offset)
    return {
        "count": count,
        "results": [
            {"id": row["id"], "name": row["name"], "date": row["date"].isoformat(),
             "created": row["created"].isoformat()}
            for row in rows
        ],
    }


@tk.side_effect_free
def gdc_withdrawn_own_list(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """The withdrawn records that the user may edit by an organization, the latest first.

    Args:
        context: of CKAN.
        data_dict: ``limit`` (100, at most 1000) and ``offset``.

    Returns:
        ``count``, and ``results``: ``id``, ``name``, ``title``, ``organization`` (title)
        of the record, and ``withdrawal`` as gdc_withdrawal_show gives it (None for a record
        that was deleted before withdrawals were written down).
    """
    tk.check_access("gdc_withdrawn_own_list", context, data_dict)
    limit, offset = paging.part(data_dict, rows=_ROWS, most=_MOST_ROWS)
    organizations = tk.get_action("organization_list_for_user")(
        tk.fresh_context(context), {"permission": "update_dataset"}
    )
    titles = {o["id"]: o["display_name"] for o in organizations}
    everything = authz.is_sysadmin(context.get("user") or "")
    count, rows = withdrawal.of_organizations(None if everything else list(titles), limit, offset)
    return {
        "count": count,
        "results": [
            {"id": package.id, "name": package.name, "title": package.title or package.name,
             "organization": titles.get(package.owner_org or "", ""),
             "withdrawal": _described(row) if row else None}
            for package, row in rows
        ],
    }


@tk.chained_action
def dataset_purge(
    original: types.Action, context: types.Context, data_dict: types.DataDict
) -> Any:
    """Purge a dataset, as CKAN does; that there was such a record is kept for audit."""
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    if package:
        tk.check_access("dataset_purge", context, data_dict)
        withdrawal.purged(package, withdrawal.user_id(context))
    return original(context, data_dict)


def _record(context: types.Context, data_dict: types.DataDict) -> model.Package:
    """The record that is asked for.

    Raises:
        ObjectNotFound: there is none, or the user may not know of it.
    """
    package = model.Package.get(tk.get_or_bust(data_dict, "id"))
    try:
        if package and package.type == "dataset":
            tk.check_access("package_show", tk.fresh_context(context), {"id": package.id})
            return package
    except tk.NotAuthorized:
        pass
    # The same words as of a withdrawn record: see record.auth.package_show.
    raise tk.ObjectNotFound()


def _with_codes(action: Callable[..., Any]) -> types.Action:
    """The action, whose refusals give clients of the API the code of each message."""

    @functools.wraps(action)
    def run(context: types.Context, data_dict: types.DataDict) -> Any:
        try:
            return action(context, data_dict)
        except tk.ValidationError as refusal:
            if request.is_call_of(action.__name__):
                errors: Any = refusal.error_dict
                errors[KEY] = codes_of(errors)
            raise

    return run


def _judged(data_dict: Mapping[str, Any]) -> tuple[str, datetime.date]:
    """Reason and date of a withdrawal.

    Raises:
        ValidationError: with all that is wrong with them.
    """
    errors: dict[str, list[str]] = {}
    written: dict[str, Any] = {}
    for field in (withdrawal.REASON, withdrawal.DATE):
        try:
            written[field.name] = _normalised(field, data_dict)
        except tk.ValidationError as refusal:
            errors |= cast("dict[str, list[str]]", refusal.error_dict)
    if "reason" not in errors and not written["reason"]:
        errors["reason"] = [values.missing(withdrawal.REASON)]
    day = withdrawal.today()
    if written.get("date"):
        day = datetime.date.fromisoformat(written["date"])
        if day > withdrawal.today():
            errors["date"] = [
                Message(
                    "in_future",
                    _("“%(label)s” must not be in the future.")
                    % {"label": values.label(withdrawal.DATE)},
                )
            ]
    if errors:
        raise tk.ValidationError(cast(Any, errors))
    return written["reason"], day


def _normalised(field: Field, data_dict: Mapping[str, Any]) -> Any:
    try:
        return values.normalise(field, data_dict.get(field.name))
    except values.Refused as refusal:
        raise tk.ValidationError({field.name: [refusal.message]}) from None


def _since(written: Any) -> datetime.datetime | None:
    """The time that is asked for: a day begins when it does in Thailand, a time is UTC.

    Raises:
        ValidationError: it is none.
    """
    if written in (None, ""):
        return None
    if isinstance(written, str):
        try:
            if "T" in written:
                moment = datetime.datetime.fromisoformat(written.replace("Z", "+00:00"))
                return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            pass
        else:
            if day := dates.parse(written):
                return withdrawal.start_of(day)
    raise tk.ValidationError(
        {"since": [Message("bad_format", _("Write a date, or a date and time of ISO 8601."))]}
    )


def _described(row: Withdrawal) -> dict[str, Any]:
    """The row as clients get it: times in ISO 8601, users by name."""
    result: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("id", "package_id", "name", "reason", "was_listed", "reinstate_note")
    }
    for name in ("withdrawn_on", "created", "reinstated_at", "purged_at"):
        value = getattr(row, name)
        result[name] = value.isoformat() if value else None
    for name in ("withdrawn_by", "reinstated_by", "purged_by"):
        user = model.User.get(getattr(row, name) or "")
        result[name] = user.name if user else None
        result[f"{name}_name"] = user.display_name if user else None
    return result


def get_actions() -> dict[str, types.Action | types.ChainedAction]:
    """Actions by name."""
    own = (
        gdc_record_withdraw, gdc_record_reinstate, gdc_withdrawal_show,
        gdc_withdrawn_list, gdc_withdrawn_own_list,
    )
    return {**{f.__name__: _with_codes(f) for f in own}, "dataset_purge": dataset_purge}

"""The background job that works on a replacement, one record after the other.

Each record is a transaction of its own: the save, its activity and the mark that it is done are
committed together, so a job that is killed at any moment has changed a record or has not, and
whoever goes on sees which. Only one process works on a replacement at a time.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Mapping
from typing import Any, cast

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import logic, model, types
from ckan.lib import search
from ckan.lib.plugins import get_permission_labels
from flask import Flask
from redis.exceptions import RedisError
from rq import Retry
from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import InterfaceError, OperationalError

from ckanext.thai_gdc.admin import replacement as kept
from ckanext.thai_gdc.admin import swap
from ckanext.thai_gdc.admin.replacement import ReplacedRecord, Replacement

_ = tk._

_log = logging.getLogger(__name__)

#: Seconds after which a job leaves the worker to others, and goes on in a new one.
TURN = 60.0

#: Seconds between two moments at which readers of the search see what is done.
_SHOWN = 5.0

#: A job that ends badly (or whose worker does) is begun anew so many times.
_ATTEMPTS = 3

#: Languages in which it is said why a record failed.
_LANGUAGES = ("th", "en")

#: In the data of an activity: which code took the place of which.
KEY = "gdc_replaced"

_app: list[Flask] = []


def know(app: Any) -> None:
    """Remember the application: a job has no request, whose language texts could take."""
    _app[:] = [app]


def later(replacement_id: int) -> bool:
    """Have a worker begin the replacement, or go on with it.

    Returns:
        False where Redis is down: the replacement waits until somebody lets it go on.
    """
    try:
        tk.enqueue_job(
            run, [replacement_id], title=f"thai_gdc: replace a code ({replacement_id})",
            rq_kwargs={"timeout": -1, "retry": Retry(max=_ATTEMPTS)},
        )
    except RedisError:
        _log.exception("No background job for the replacement %s", replacement_id)
        return False
    return True


def run(replacement_id: int, turn: float = TURN) -> None:
    """Work on a replacement for a while; runs as a background job.

    Args:
        replacement_id: its number.
        turn: seconds after which the rest is left to a new job.
    """
    with kept.Alone(replacement_id) as mine:
        if not mine:
            return
        _work(replacement_id, time.monotonic() + turn)
    # Also when somebody stopped it and let it go on before this job saw it.
    state = model.Session.scalar(
        sa.select(Replacement.state).where(Replacement.id == replacement_id))
    model.Session.rollback()
    if state == kept.RUNNING:
        later(replacement_id)


def _work(replacement_id: int, until: float) -> None:
    """Records one by one, until there is none left, the time is over or somebody stops it."""
    began = shown = time.monotonic()
    last = ""
    try:
        while time.monotonic() < until:
            taken = _next(replacement_id, last)
            if taken is None:
                _end(replacement_id)
                break
            row, replacement = taken
            last = row.package_id
            _turn_of(row, replacement)
            moment = time.monotonic()
            if moment - shown >= _SHOWN:
                _beat(replacement_id, moment - began)
                search.commit()
                began = shown = moment
    finally:
        search.commit()
    _beat(replacement_id, time.monotonic() - began)


def _next(replacement_id: int, last: str) -> tuple[ReplacedRecord, Replacement] | None:
    """The next record, held until its transaction ends; None if there is none to do."""
    found = model.Session.execute(
        sa.select(ReplacedRecord, Replacement)
        .join(Replacement, Replacement.id == ReplacedRecord.replacement_id)
        .where(
            Replacement.id == replacement_id, Replacement.state == kept.RUNNING,
            ReplacedRecord.state == kept.TODO, ReplacedRecord.package_id > last,
        )
        .order_by(ReplacedRecord.package_id).limit(1)
        .with_for_update(of=ReplacedRecord)
    ).first()
    return (found[0], found[1]) if found else None


def _end(replacement_id: int) -> None:
    left = sa.exists().where(
        ReplacedRecord.replacement_id == replacement_id, ReplacedRecord.state == kept.TODO)
    model.Session.execute(
        sa.update(Replacement)
        .where(Replacement.id == replacement_id, Replacement.state == kept.RUNNING, ~left)
        .values(state=kept.DONE)
    )
    model.Session.commit()


def _beat(replacement_id: int, seconds: float) -> None:
    model.Session.execute(
        sa.update(Replacement).where(Replacement.id == replacement_id)
        .values(heartbeat=kept.now(), seconds=Replacement.seconds + seconds)
    )
    model.Session.commit()


def _turn_of(row: ReplacedRecord, replacement: Replacement) -> None:
    """Change a record and mark it, in one transaction."""
    key = (row.replacement_id, row.package_id)
    try:
        changed = _change(row.package_id, replacement)
        row.state, row.reason, row.changed = kept.DONE, None, changed
        model.Session.commit()
    except Exception as error:
        if _is_down(error):
            # Not the record's fault: the job ends here, and whoever goes on begins with it.
            model.Session.rollback()
            raise
        if not isinstance(error, tk.ValidationError):
            _log.exception("Record %s could not be changed", key[1])
        model.Session.rollback()
        reason = _reason(key, error)
        failed = model.Session.get(ReplacedRecord, key)
        if failed:
            failed.state, failed.reason = kept.FAILED, reason
        model.Session.commit()
        if not isinstance(error, tk.ValidationError):
            _index_as_stored(key[1])
    # Thousands of records would fill the memory.
    model.Session.expunge_all()


def _is_down(error: Exception) -> bool:
    """Whether a server or the job itself failed, and not the record."""
    if isinstance(error, (search.SearchError, search.SearchIndexError)):
        # The search engine also refuses single records; then it answers.
        return not search.is_available()
    return isinstance(error, (BaseTimeoutException, OperationalError, InterfaceError))


def _change(package_id: str, replacement: Replacement) -> dict[str, Any] | None:
    """Save the record with the other code, with its activity; nothing is committed.

    Returns:
        What changed (see swap.differences); None if there was nothing to change.
    """
    user = _user(replacement)
    before = _save(package_id, replacement, user)
    if before is None:
        return None
    model.Session.flush()
    both = logic.package_show_default_and_custom_schemas(
        {"user": user.name, "ignore_auth": True}, package_id)
    _tell(both[1], user, replacement)
    logic.index_update_package_dicts(both, defer_commit=True)
    return swap.differences(before, both[1])


def _save(
    package_id: str, replacement: Replacement, user: model.User
) -> dict[str, Any] | None:
    """Save the record with the other code; nothing is committed.

    Returns:
        The record as it was; None if there was nothing to change.
    """
    package = model.Session.get(model.Package, package_id, with_for_update=True)
    if not package or package.state == model.State.DELETED:
        return None
    context: types.Context = {"user": user.name, "ignore_auth": True}
    record = tk.get_action("package_show")(
        tk.fresh_context(context, use_cache=False), {"id": package_id})
    if replacement.undoes:
        before = kept.what_changed(replacement.undoes, package_id) or {}
        wanted = replacement.swap.undone_to(record, before)
    else:
        wanted = replacement.swap.done_to(record)
    if wanted is None:
        return None
    del wanted["metadata_modified"]
    saving: Any = tk.fresh_context(
        context, defer_commit=True, return_id_only=True, original_package=record)
    if replacement.undoes:
        saving["gdc_restored"] = {replacement.old}
    tk.get_action("package_update")(saving, copy.deepcopy(wanted))
    return record


def _user(replacement: Replacement) -> model.User:
    """Whoever asked for it; the site itself where that is nobody that CKAN knows."""
    user = model.User.get(replacement.user_id) if replacement.user_id else None
    if user:
        return user
    site = tk.get_action("get_site_user")({"ignore_auth": True, "defer_commit": True}, {})
    return cast(model.User, model.User.get(site["name"]))


def _tell(record: Mapping[str, Any], user: model.User, replacement: Replacement) -> None:
    """The activity “code replaced”, as CKAN writes one after a save."""
    package = model.Package.get(record["id"])
    if not package or not p.plugin_loaded("activity"):
        return
    one, other = replacement.old, replacement.new
    if replacement.undoes:
        one, other = other, one
    tk.get_action("activity_create")(
        {"user": user.name, "ignore_auth": True, "defer_commit": True},
        {
            "user_id": user.id, "object_id": package.id, "activity_type": "changed package",
            "data": {
                "package": dict(record), "actor": user.name,
                KEY: {"list": replacement.list, "old": one, "new": other,
                      "replacement": replacement.id, "undoes": replacement.undoes},
            },
            "permission_labels": get_permission_labels().get_dataset_labels(package),
        },
    )


def _index_as_stored(package_id: str) -> None:
    """What was indexed of a save that did not come about is taken back."""
    try:
        search.rebuild(package_ids=[package_id])
    except (tk.ObjectNotFound, search.SearchIndexError):
        _log.exception("Record %s could not be indexed", package_id)
        model.Session.rollback()


def _reason(key: tuple[int, str], error: Exception) -> dict[str, list[str]]:
    """Why a record failed, in each language: it is tried once more in each of them."""
    if not isinstance(error, tk.ValidationError) or not _app:
        return {language: _sentences(error) for language in _LANGUAGES}
    found: dict[str, list[str]] = {}
    for language in _LANGUAGES:
        environment = {"CKAN_LANG": language, "CKAN_LANG_IS_DEFAULT": False}
        with _app[0].test_request_context(environ_overrides=environment):
            try:
                replacement = model.Session.get_one(Replacement, key[0])
                _save(key[1], replacement, _user(replacement))
            except tk.ValidationError as again:
                error = again
            finally:
                model.Session.rollback()
            found[language] = _sentences(error)
    return found


def _sentences(error: Exception) -> list[str]:
    if isinstance(error, tk.ValidationError):
        return [one["message"] for one in tk.h.gdc_errors(error.error_dict)]
    return [_("The record could not be saved. The log of the site says why.")]

"""A save is refused if somebody else has written since its writer read the record.

Chained before CKAN's actions that write in a record. The outermost one checks and takes the
parameter away; the row of the record is locked from the check to the end of the save, so that
of two saves at the same time one comes second.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc.fields import Level
from ckanext.thai_gdc.record import conflict, words
from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: Finds the record that a call is about; None if there is none.
_Find = Callable[[types.DataDict], "model.Package | None"]


def _by_id_or_name(data_dict: types.DataDict) -> model.Package | None:
    return _package(data_dict.get("id") or data_dict.get("name"))


def _by_match(data_dict: types.DataDict) -> model.Package | None:
    match = data_dict.get("match")
    if isinstance(match, str):
        try:
            match = json.loads(match)
        except ValueError:
            match = None
    match = match if isinstance(match, dict) else {}
    return _package(
        data_dict.get("match__id") or match.get("id")
        or data_dict.get("match__name") or match.get("name")
    )


def _by_package_id(data_dict: types.DataDict) -> model.Package | None:
    return _package(data_dict.get("package_id"))


def _by_resource(data_dict: types.DataDict) -> model.Package | None:
    named = data_dict.get("id")
    resource = model.Resource.get(named) if isinstance(named, str) else None
    return resource.package if resource else None


def _package(named: Any) -> model.Package | None:
    return model.Package.get(named) if named and isinstance(named, str) else None


def _guarded(level: Level, find: _Find) -> types.ChainedAction:
    """The chained action for a call that writes in the record that ``find`` finds."""

    @tk.chained_action
    def action(
        original: types.Action, context: types.Context, data_dict: types.DataDict
    ) -> Any:
        edit = conflict.take_from(data_dict)
        try:
            if edit.is_guarded and (package := find(data_dict)):
                _refuse_if_changed(context, package, edit, level, data_dict)
            return original(context, data_dict)
        except tk.ValidationError:
            # The form comes back with what it carried.
            data_dict.update(edit.sent)
            raise

    return action


def _refuse_if_changed(
    context: types.Context, package: model.Package, edit: conflict.Edit, level: Level,
    data_dict: types.DataDict,
) -> None:
    tk.check_access("package_update", tk.fresh_context(context), {"id": package.id})
    try:
        since = edit.since()
    except ValueError:
        raise tk.ValidationError({conflict.SINCE: [Message("bad_format", _(
            "Give the time as metadata_modified of the record has it, "
            "like 2026-01-31T09:30:00.123456 (ISO 8601, UTC, Common Era)."
        ))]}) from None
    row: Any = model.Package
    stored = (
        model.Session.query(row.metadata_modified, row.private)
        .filter(row.id == package.id)
        .with_for_update()
        .first()
    )
    if stored is None:
        return  # Purged a moment ago: the action will say so.
    modified, private = stored
    base = edit.base
    # Records that are published or hidden in bulk keep their time.
    hidden = base is not None and base.get("private", str(private)) != str(private)
    if modified <= since and not hidden:
        return
    if base is not None:
        # What was loaded before the lock may be older than what is stored now.
        model.Session.expire_all()
        theirs = _current(context, package.id, level, data_dict)
        if theirs is not None and conflict.is_untouched(level, base, theirs):
            return
    message = _told(context, package.id, modified)
    model.Session.rollback()
    raise tk.ValidationError({conflict.SINCE: [Message("changed_meanwhile", message)]})


def _current(
    context: types.Context, package_id: str, level: Level, data_dict: types.DataDict
) -> dict[str, Any] | None:
    """The values that stand now; None if the resource is gone."""
    record = tk.get_action("package_show")(
        tk.fresh_context(context, ignore_auth=True, use_cache=False), {"id": package_id}
    )
    if level == "dataset":
        return conflict.base_of(level, record)
    for resource in record["resources"]:
        if resource["id"] == data_dict.get("id"):
            return conflict.base_of(level, resource)
    return None


def _told(context: types.Context, package_id: str, modified: datetime.datetime) -> str:
    """Who changed the record and when, for the one who is refused."""
    changer, changed = _last_change(package_id, modified)
    time = words.moment(changed)
    if changer and changer.name == context.get("user"):
        return _(
            "You changed this record yourself on %(time)s, in another window or program."
        ) % {"time": time}
    if changer and _may_be_named(context, package_id, changer):
        return _("This record was changed by %(name)s on %(time)s while you were editing it.") % {
            "name": changer.display_name, "time": time,
        }
    return _("This record was changed on %(time)s while you were editing it.") % {"time": time}


def _last_change(
    package_id: str, modified: datetime.datetime
) -> tuple[model.User | None, datetime.datetime]:
    """Who wrote the record as it is and when, as the activity stream knows it.

    CKAN notes an activity right after the save that it is about.
    """
    if not p.plugin_loaded("activity"):
        return None, modified
    from ckanext.activity.model import Activity

    activity: Any = Activity
    last = (
        model.Session.query(activity.user_id, activity.timestamp)
        .filter(
            activity.object_id == package_id,
            activity.activity_type.in_(("new package", "changed package")),
            activity.timestamp >= modified,
        )
        .order_by(activity.timestamp.desc())
        .first()
    )
    return (model.User.get(last.user_id), last.timestamp) if last else (None, modified)


def _may_be_named(context: types.Context, package_id: str, changer: model.User) -> bool:
    """Whether the reader may see who changed the record."""
    try:
        for action, about in (
            ("package_activity_list", package_id), ("user_show", changer.id),
        ):
            tk.check_access(action, tk.fresh_context(context), {"id": about})
    except tk.NotAuthorized:
        return False
    return True


_guarded_update = _guarded("dataset", _by_id_or_name)


@tk.chained_action
def package_update(
    original: types.Action, context: types.Context, data_dict: types.DataDict
) -> Any:
    """As CKAN's, and ``metadata_modified`` moves with every change.

    CKAN lets an administrator set it: one who sends a record back as it was read would leave
    it where it stood or set it back, and nobody could tell by it that the record changed.
    """
    if "metadata_modified" in data_dict and (package := _by_id_or_name(data_dict)):
        try:
            written = conflict.parse_time(data_dict["metadata_modified"])
        except ValueError:
            written = None
        if written and written <= package.metadata_modified:
            del data_dict["metadata_modified"]
    call: Any = _guarded_update
    return call(original, context, data_dict)


def get_actions() -> dict[str, types.ChainedAction]:
    """The chained actions by name."""
    return {
        "package_update": package_update,
        "package_patch": _guarded("dataset", _by_id_or_name),
        "package_revise": _guarded("dataset", _by_match),
        "resource_create": _guarded("resource", _by_package_id),
        "resource_update": _guarded("resource", _by_resource),
        "resource_patch": _guarded("resource", _by_resource),
        "resource_delete": _guarded("resource", _by_resource),
    }

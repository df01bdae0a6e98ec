"""What a form carries so that nothing is overwritten silently, and what it shows if it would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc.fields import Level
from ckanext.thai_gdc.record import conflict, values, words

_ = tk._


def opened(
    data: dict[str, Any], errors: Mapping[str, Any], level: Level, record: str
) -> dict[str, Any] | None:
    """For the form of a record or a resource, as the page shows it now.

    Args:
        data: values by field name: stored ones, or as typed where a save was refused. A file
            that was chosen cannot come back: the stored one takes its place.
        errors: messages by field name.
        level: ``dataset`` or ``resource``.
        record: id or name of the record.

    Returns:
        None for what is not saved yet. Else ``since`` and ``base`` (the form's hidden
        inputs), ``refused`` (whether somebody else changed the record meanwhile),
        ``lost_file`` (name of a file that has to be chosen again), and ``rows`` of the table
        of both versions: name, label, mine, theirs, changed_by, chosen.
    """
    if not data.get("id") or not record:
        return None
    refused = bool(errors.get(conflict.SINCE))
    if data.get(conflict.SINCE) and not refused:
        # Refused by a rule: what counts is still when the form was first opened.
        return _result(data[conflict.SINCE], data.get(conflict.BASE) or "")
    stored = data if level == "dataset" and not refused else _stored(record, level, data["id"])
    if stored is None:
        return None
    theirs = conflict.base_of(level, stored)
    since = stored["metadata_modified"]
    if level == "resource" and not refused:
        mine = conflict.base_of(level, data)
        if not conflict.is_untouched(level, mine, theirs):
            # Changed while the page was being made: the save will tell.
            since, theirs = data.get("metadata_modified") or since, mine
    result = _result(since, conflict.write_base(theirs))
    if refused:
        lost_file = getattr(data.get("upload"), "filename", "") or ""
        result |= {"refused": True, "lost_file": lost_file, "rows": _rows(level, data, theirs)}
        if lost_file:
            data |= {"url": theirs["url"], "url_type": theirs["url_type"]}
    return result


def _result(since: str, base: str) -> dict[str, Any]:
    return {"since": since, "base": base, "refused": False, "lost_file": "", "rows": []}


def _stored(record: str, level: Level, named: str) -> dict[str, Any] | None:
    """The record or the resource now; with the record's time of change, not the resource's."""
    try:
        found = tk.get_action("package_show")({"user": tk.current_user.name}, {"id": record})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    if level == "dataset":
        return found
    for resource in found["resources"]:
        if resource["id"] == named:
            return {**resource, "metadata_modified": found["metadata_modified"]}
    return None


def _rows(
    level: Level, data: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[dict[str, str]]:
    base = conflict.read_base(data.get(conflict.BASE))
    said = {
        "me": _("You changed it"), "them": _("The other changed it"),
        "both": _("Both changed it"), "": "",
    }
    rows: list[dict[str, str]] = []
    for one in conflict.differences(level, data, theirs, base):
        private = one.field.kind == "private"
        rows.append({
            "name": one.field.name,
            "label": _("Visibility") if private else values.label(one.field),
            "mine": words.visibility(one.mine) if private
            else words.of(one.field, conflict.as_stored(one.field, one.mine)),
            "theirs": words.visibility(one.theirs) if private
            else words.of(one.field, one.theirs),
            "changed_by": said[one.changed_by],
            "chosen": one.chosen,
        })
    return rows

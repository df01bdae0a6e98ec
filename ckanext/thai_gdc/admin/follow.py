"""What follows a change by itself: the search index tells what the records are by today's rules.

Pages, validation and output look everything up and need nothing; only what Solr keeps of a
record (its licence's name, what is to mend in it, when it is due) was made at its last save.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model, types

from ckanext.thai_gdc import settings
from ckanext.thai_gdc.admin import effect, uses
from ckanext.thai_gdc.admin.changes import Change, Setting, proposed
from ckanext.thai_gdc.search import index

#: Of a row of gdc_setting that says nothing, but up to which change the index has followed.
_FOLLOWED = "followed"


def later(change_id: int) -> None:
    """Index what a change concerns anew, in a background job.

    Without Redis there is no job: the change holds all the same, and the job of the next one
    catches up (see ``waiting``).
    """
    change = model.Session.get(Change, change_id)
    if not change or not _concerning(change):
        return
    index.enqueue(after, title="thai_gdc: index after a change of lists or rules")


def _concerning(change: Change) -> list[str]:
    """The subjects of a change by which the index may tell something else."""
    return [
        subject for subject, (was, now) in change.parts.items()
        if subject.startswith(("rule:", "field:"))
        or (subject.startswith("code:") and _told(was) != _told(now))
    ]


def _told(said: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a code says that the index could tell: not whether it can be newly chosen."""
    return {k: v for k, v in said["says"].items() if k != "active"} if said else {}


def waiting() -> Sequence[Change]:
    """The changes that the search index does not follow yet, in their order."""
    done = model.Session.get(Setting, _FOLLOWED)
    later_ones = sa.select(Change).order_by(Change.id)
    if done:
        later_ones = later_ones.where(Change.id > done.change_id)
    return [
        change for change in model.Session.scalars(later_ones)
        if _concerning(change)
    ]


def after() -> None:
    """Index the records that the changes since the last time concern; a background job.

    Whoever is killed in it leaves the work to the next one: it is noted when it is done.
    """
    # A worker may have looked at the settings in the very moment before the change.
    settings.forget()
    changes = waiting()
    if not changes:
        return
    last = changes[-1].id
    subjects = {subject for change in changes for subject in _concerning(change)}
    index.renew(dict.fromkeys([*_by_rules(changes), *_carrying(sorted(subjects))]))
    model.Session.merge(Setting(subject=_FOLLOWED, value=None, change_id=last))
    model.Session.commit()


def _by_rules(done: Sequence[Change]) -> Iterator[str]:
    """The records that break a rule since, or no longer, or did in between."""
    context: types.Context = {"ignore_auth": True, "user": ""}
    after = settings.current()
    for change in reversed(done):
        parts = {s: was for s, (was, _n) in change.parts.items() if not s.startswith("code:")}
        before = proposed(after, parts)
        if any(subject.startswith(("rule:", "field:")) for subject in parts):
            yield from effect.concerned(context, before, after)
        after = before


def _carrying(subjects: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for subject in subjects:
        kind, name, code = [*subject.split(":", 2), "", ""][:3]
        if kind == "code":
            for package_id in uses.records_with(name, code):
                if package_id not in seen:
                    seen.add(package_id)
                    yield package_id

"""What follows a change by itself: the search index tells what the records are by today's rules.

Pages, validation and output look everything up and need nothing; only what Solr keeps of a
record (its licence's name, what is to mend in it, when it is due) was made at its last save.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from ckan import model

from ckanext.thai_gdc import settings
from ckanext.thai_gdc.admin import uses
from ckanext.thai_gdc.admin.changes import Change, Setting
from ckanext.thai_gdc.search import index

#: Of a row of gdc_setting that says nothing, but up to which change the index has followed.
_FOLLOWED = "followed"


def later(change_id: int) -> None:
    """Index what a change concerns anew, in a background job.

    Without Redis there is no job: the change holds all the same, and the job of the next one
    catches up (see ``waiting``).
    """
    change = model.Session.get(Change, change_id)
    if not change or not any(_concerns_index(subject) for subject in change.parts):
        return
    index.enqueue(after, title="thai_gdc: index after a change of lists or rules")


def _concerns_index(subject: str) -> bool:
    return subject.startswith(("code:", "rule:", "field:"))


def waiting() -> Sequence[Change]:
    """The changes that the search index does not follow yet, in their order."""
    done = model.Session.get(Setting, _FOLLOWED)
    later_ones = sa.select(Change).order_by(Change.id)
    if done:
        later_ones = later_ones.where(Change.id > done.change_id)
    return [
        change for change in model.Session.scalars(later_ones)
        if any(_concerns_index(subject) for subject in change.parts)
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
    subjects = {subject for change in changes for subject in change.parts}
    rules = any(s.startswith(("rule:", "field:")) for s in subjects)
    index.renew(_all() if rules else _carrying(sorted(subjects)))
    model.Session.merge(Setting(subject=_FOLLOWED, value=None, change_id=last))
    model.Session.commit()


def _all() -> Iterator[str]:
    yield from model.Session.scalars(
        sa.select(model.Package.id).where(
            model.Package.type == "dataset", model.Package.state != model.State.DELETED
        )
    ).all()


def _carrying(subjects: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for subject in subjects:
        kind, name, code = [*subject.split(":", 2), "", ""][:3]
        if kind == "code":
            for package_id in uses.records_with(name, code):
                if package_id not in seen:
                    seen.add(package_id)
                    yield package_id

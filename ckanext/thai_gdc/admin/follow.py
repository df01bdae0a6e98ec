"""What follows a change by itself: the search index tells what the records are by today's rules.

Pages, validation and output look everything up and need nothing; only what Solr keeps of a
record (its licence's name, what is to mend in it, when it is due) was made at its last save.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.thai_gdc.admin import uses
from ckanext.thai_gdc.admin.changes import Change
from ckanext.thai_gdc.search import index


def later(change_id: int) -> None:
    """Index what a change concerns anew, in a background job."""
    change = model.Session.get(Change, change_id)
    if change and any(_concerns_index(subject) for subject in change.parts):
        tk.enqueue_job(after, [change_id], title="thai_gdc: index after a change of the rules")


def _concerns_index(subject: str) -> bool:
    return subject.startswith(("code:", "rule:", "field:"))


def after(change_id: int) -> None:
    """Index the records that a change concerns anew; runs as a background job.

    A record that cannot be indexed does not keep the others from it.
    """
    change = model.Session.get(Change, change_id)
    if not change:
        return
    rules = any(s.startswith(("rule:", "field:")) for s in change.parts)
    index.renew(_all() if rules else _carrying(change.parts))


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

"""Replacements of a code on records: what is kept of them, and how far they are.

A replacement is a row of ``gdc_replacement``; each record that it is about is a row of
``gdc_replacement_record``, which is marked in the very transaction that changes the record. So
whatever ends the job that works on it (replacement_job), the rows say what is left.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model, types
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.thai_gdc import codes
from ckanext.thai_gdc.admin.swap import Swap
from ckanext.thai_gdc.record import consent

#: States of a replacement. ``done``: every record had its turn.
RUNNING, STOPPED, DONE = "running", "stopped", "done"

#: States of a record in it; ``done`` is also one that no longer carried the code.
TODO, FAILED = "todo", "failed"

#: First key of the lock that the process holds that works on a replacement; its number is the
#: second.
_LOCK = 0x67646372  # "gdcr"

#: Rows that are written or asked for at once.
_BATCH = 10_000


class Replacement(tk.BaseModel):
    """One replacement.

    Attributes:
        id: number.
        list: name of the list.
        old, new: the code that goes, and the one in its place.
        user_id: who asked for it; None for the command line.
        note: why.
        created: when (UTC).
        state: RUNNING (also while it waits for a worker), STOPPED or DONE.
        retired: whether the old code was retired with it.
        undoes: number of the replacement that this one takes back: then ``new`` is the code
            that goes.
        heartbeat: when the job last worked on it; None before it began.
        seconds: how long the job has worked on it.
    """

    __tablename__ = "gdc_replacement"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=True)
    list: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    old: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    new: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    user_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    note: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    created: Mapped[datetime.datetime] = mapped_column(
        sa.DateTime(timezone=True), nullable=False
    )
    state: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    retired: Mapped[bool] = mapped_column(sa.Boolean, nullable=False)
    undoes: Mapped[int | None] = mapped_column(sa.BigInteger)
    heartbeat: Mapped[datetime.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    seconds: Mapped[float] = mapped_column(sa.Float, nullable=False)

    @property
    def swap(self) -> Swap:
        """What it does to a record (or, if it undoes one, takes back)."""
        return Swap(self.list, self.old, self.new)


class ReplacedRecord(tk.BaseModel):
    """A record in a replacement.

    Attributes:
        replacement_id, package_id: of what.
        state: TODO, DONE or FAILED.
        reason: why it failed: language code to sentences.
        changed: what the replacement changed (see swap.differences); None for nothing.
    """

    __tablename__ = "gdc_replacement_record"

    replacement_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    package_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    state: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    reason: Mapped[dict[str, list[str]] | None] = mapped_column(JSONB(none_as_null=True))
    changed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


def now() -> datetime.datetime:
    """This moment, UTC."""
    return datetime.datetime.now(datetime.timezone.utc)


def begin(
    user_id: str | None, swap: Swap, note: str, package_ids: Iterable[str],
    retired: bool = False, undoes: int | None = None,
) -> Replacement:
    """Write a replacement down, with the records that it is about; nothing is committed."""
    replacement = Replacement(
        list=swap.list, old=swap.old, new=swap.new, user_id=user_id, note=note, created=now(),
        state=RUNNING, retired=retired, undoes=undoes, seconds=0.0,
    )
    model.Session.add(replacement)
    model.Session.flush()
    for some in _parts(list(package_ids)):
        model.Session.execute(insert(ReplacedRecord), [
            {"replacement_id": replacement.id, "package_id": one, "state": TODO} for one in some
        ])
    return replacement


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids, as many at once as a statement should have."""
    return (ids[start:start + _BATCH] for start in range(0, len(ids), _BATCH))


def changed_by(replacement: Replacement) -> Sequence[str]:
    """Ids of the records that a replacement changed."""
    return model.Session.scalars(
        sa.select(ReplacedRecord.package_id).where(
            ReplacedRecord.replacement_id == replacement.id,
            ReplacedRecord.state == DONE, ReplacedRecord.changed.is_not(None),
        )
    ).all()


def what_changed(replacement_id: int, package_id: str) -> dict[str, Any] | None:
    """What a replacement changed in a record."""
    row = model.Session.get(ReplacedRecord, (replacement_id, package_id))
    return row.changed if row else None


def undone_by(replacement: Replacement) -> Replacement | None:
    """The replacement that takes this one back."""
    return model.Session.scalars(
        sa.select(Replacement).where(Replacement.undoes == replacement.id)
    ).first()


def running(name: str, used: Iterable[str]) -> Replacement | None:
    """A replacement that is not over and has to do with one of the codes of the list."""
    used = list(used)
    return model.Session.scalars(
        sa.select(Replacement).where(
            Replacement.list == name, Replacement.state == RUNNING,
            sa.or_(Replacement.old.in_(used), Replacement.new.in_(used)),
        )
    ).first()


def unfinished() -> Sequence[int]:
    """Numbers of the replacements that are to go on."""
    return model.Session.scalars(
        sa.select(Replacement.id).where(Replacement.state == RUNNING).order_by(Replacement.id)
    ).all()


def part(rows: int, offset: int, name: str = "") -> tuple[int, Sequence[Replacement]]:
    """Replacements, the latest first: how many there are, and those of a page."""
    chosen = sa.select(Replacement)
    if name:
        chosen = chosen.where(Replacement.list == name)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    return count, model.Session.scalars(
        chosen.order_by(Replacement.id.desc()).limit(rows).offset(offset)
    ).all()


def counts(context: types.Context, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Of each replacement: how many records that the caller may see are in each state."""
    found: dict[int, dict[str, int]] = {one: {} for one in ids}
    chosen = _seen(context, sa.select(
        ReplacedRecord.replacement_id, ReplacedRecord.state, sa.func.count(),
        sa.func.count(ReplacedRecord.changed),
    )).where(ReplacedRecord.replacement_id.in_(ids)).group_by(
        ReplacedRecord.replacement_id, ReplacedRecord.state)
    for number, state, many, changed in model.Session.execute(chosen):
        found[number][state] = many
        if state == DONE:
            found[number]["changed"] = changed
    return found


def failures(
    context: types.Context, replacement: Replacement, limit: int, offset: int
) -> list[tuple[ReplacedRecord, model.Package | None]]:
    """The records that failed and that the caller may see, with the record itself."""
    chosen = _seen(context, sa.select(ReplacedRecord, model.Package)).where(
        ReplacedRecord.replacement_id == replacement.id, ReplacedRecord.state == FAILED
    ).order_by(ReplacedRecord.package_id).limit(limit).offset(offset)
    return [(row, package) for row, package in model.Session.execute(chosen)]


def retry(context: types.Context, replacement: Replacement) -> int:
    """Put the records that failed and that the caller may see back among what is to do.

    Returns:
        How many they are.
    """
    chosen = _seen(context, sa.select(ReplacedRecord.package_id)).where(
        ReplacedRecord.replacement_id == replacement.id, ReplacedRecord.state == FAILED)
    ids = model.Session.scalars(chosen).all()
    model.Session.execute(
        sa.update(ReplacedRecord)
        .where(ReplacedRecord.replacement_id == replacement.id,
               ReplacedRecord.package_id.in_(ids))
        .values(state=TODO, reason=None)
    )
    return len(ids)


def seen(context: types.Context, package_ids: Sequence[str]) -> list[str]:
    """Those of the records that the caller may see, by title."""
    found: list[tuple[str, str]] = []
    for some in _parts(package_ids):
        found.extend((row[0], row[1]) for row in model.Session.execute(
            sa.select(sa.func.coalesce(model.Package.title, ""), model.Package.id)
            .where(model.Package.id.in_(some), *_visible(context))
        ))
    return [package_id for _title, package_id in sorted(found)]


def _seen(context: types.Context, chosen: Any) -> Any:
    # A purged record has no row any more; only sysadmins are told that there was one.
    return chosen.outerjoin_from(
        ReplacedRecord, model.Package, model.Package.id == ReplacedRecord.package_id
    ).where(*_visible(context))


def _visible(context: types.Context) -> list[Any]:
    """What narrows a query to the records that the caller may see."""
    if authz.is_sysadmin(context.get("user") or "") or context.get("ignore_auth"):
        return []
    secret = [c for c in codes.get("data_category").codes if consent.is_secret(c)]
    return [
        model.Package.state == "active", model.Package.private.is_(False),
        sa.func.coalesce(model.Package.extras["data_category"].astext, "").not_in(secret),
    ]


# --- Who works on it --------------------------------------------------------------------


class Alone:
    """The right to work on a replacement: one process has it, and a dead one has it no more.

    The lock belongs to a connection of its own, which the database closes with the process.
    """

    def __init__(self, replacement_id: int) -> None:
        self._connection = model.ensure_engine().connect()
        self._key = (_LOCK, replacement_id % 2**31)
        self.is_mine = bool(self._connection.scalar(
            sa.select(sa.func.pg_try_advisory_lock(*self._key))))
        self._connection.commit()

    def __enter__(self) -> bool:
        """Whether this process has it."""
        return self.is_mine

    def __exit__(self, *_: Any) -> None:
        """Give it back."""
        with self._connection as connection:
            if self.is_mine:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(*self._key)))
                connection.commit()


def is_worked_on(replacement_id: int) -> bool:
    """Whether a process works on it at this moment.

    Asks who holds the lock: to try it would keep a job from it that begins just then.
    """
    locks = sa.table("pg_locks", *map(sa.column, (
        "locktype", "classid", "objid", "objsubid", "database")))
    databases = sa.table("pg_database", sa.column("oid"), sa.column("datname"))
    here = sa.select(databases.c.oid).where(
        databases.c.datname == sa.func.current_database()).scalar_subquery()
    return bool(model.Session.scalar(sa.select(sa.func.count()).select_from(locks).where(
        locks.c.locktype == "advisory", locks.c.objsubid == 2, locks.c.database == here,
        sa.cast(locks.c.classid, sa.BigInteger) == _LOCK,
        sa.cast(locks.c.objid, sa.BigInteger) == replacement_id % 2**31,
    )))

"""The changes that this site made: written in one order, read by every process, undone.

Every change is a row of ``gdc_change`` that says what was there before and after; what is in
force now stands in ``gdc_setting``. Changes are written one after the other, so the number of
the last one is the version of everything.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model, types
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.thai_gdc import settings
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import values, words
from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: Key of the lock that a writer holds until its transaction ends.
_LOCK = 0x6764635F  # "gdc_"

#: What is asked of whoever changes something.
NOTE = Field(
    name="note", level="dataset", kind="text", max_length=1000,
    label={"th": "เหตุผลที่เปลี่ยน", "en": "Reason for the change"},
    help_text={
        "th": "เก็บไว้ในประวัติ เพื่อให้ผู้ตรวจสอบทราบว่าเปลี่ยนเพราะเหตุใด",
        "en": "Kept in the history, so that an auditor knows why.",
    },
    example={"th": "ตามหนังสือเวียนฉบับใหม่", "en": "As the new circular asks"},
)


class Change(tk.BaseModel):
    """One thing that somebody did.

    Attributes:
        id: number, in the order of writing.
        created: when (UTC).
        user_id: who; None for the command line.
        note: why.
        parts: subject to ``[before, after]``, each as in settings.py; None for nothing.
        undoes: number of the change that this one takes back.
    """

    __tablename__ = "gdc_change"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=True)
    created: Mapped[datetime.datetime] = mapped_column(
        sa.DateTime(timezone=True), nullable=False
    )
    user_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    note: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    parts: Mapped[dict[str, list[Any]]] = mapped_column(JSONB, nullable=False)
    undoes: Mapped[int | None] = mapped_column(sa.BigInteger)


class Setting(tk.BaseModel):
    """What the site says of a subject; a row stays after the last change is taken back.

    Attributes:
        subject: see settings.py.
        value: None for nothing.
        change_id: number of the change that wrote it.
    """

    __tablename__ = "gdc_setting"

    subject: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=True))
    change_id: Mapped[int] = mapped_column(sa.BigInteger, nullable=False)


def read(kept: settings.Settings) -> settings.Settings:
    """The settings as the database has them; ``kept`` if it is of the last change.

    On a connection of its own: what a request has not committed is not in force.
    """
    engine = model.ensure_engine()
    with engine.connect() as connection:
        try:
            version = connection.scalar(sa.select(sa.func.max(Change.id))) or 0
        except ProgrammingError:
            # CKAN starts, to make the tables, before there are any.
            if sa.inspect(engine).has_table(Change.__tablename__):
                raise
            return settings.Settings()
        if version == kept.version:
            return kept
        return _read(connection, version)


def _read(connection: Any, version: int) -> settings.Settings:
    rows = connection.execute(
        sa.select(Setting.subject, Setting.value).where(Setting.value.is_not(None))
        .order_by(Setting.subject)
    )
    return settings.Settings(version, dict(tuple(row) for row in rows))


@contextlib.contextmanager
def writing() -> Iterator[settings.Settings]:
    """What is in force, as the only writer until the session commits or gives up."""
    model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    version = model.Session.scalar(sa.select(sa.func.max(Change.id))) or 0
    try:
        yield _read(model.Session, version)
    except Exception:
        model.Session.rollback()
        raise


def note_of(data_dict: Mapping[str, Any], errors: dict[str, Any]) -> str:
    """Why the caller changes something; what is wrong with it goes to ``errors``."""
    try:
        note = values.normalise(NOTE, data_dict.get("note"))
    except values.Refused as refusal:
        errors[NOTE.name] = refusal.messages
        return ""
    if note is None:
        errors[NOTE.name] = [values.missing(NOTE)]
    return note or ""


def refuse_if_changed(subjects: Sequence[str], revision: Any) -> None:
    """Tell a caller who saw an older state than there is; within ``writing``.

    Args:
        subjects: what the caller is about to change; one that ends in ``:`` stands for all
            that begin so.
        revision: number of the last change that the caller saw (see ``revision``); None or
            blank for a caller who does not say.

    Raises:
        ValidationError: somebody else changed it since, or ``revision`` is no number.
    """
    if revision in (None, ""):
        return
    try:
        seen = int(revision)
    except (TypeError, ValueError):
        raise tk.ValidationError({"revision": [
            Message("not_text", _("“%(value)s” is no number of a change.") % {"value": revision})
        ]}) from None
    latest = model.Session.scalar(sa.select(sa.func.max(Setting.change_id)).where(_any(subjects)))
    if latest and latest > seen:
        change = model.Session.get(Change, latest)
        who, at = "?", ""
        if change:
            who, at = name_of(change.user_id), words.moment(change.created)
        raise tk.ValidationError({"revision": [Message("changed_meanwhile", _(
            "%(who)s changed this meanwhile (%(when)s). Nothing of yours was saved: look at "
            "what it says now, and save again."
        ) % {"who": who, "when": at})]})


def _any(subjects: Sequence[str], column: Any = Setting.subject) -> Any:
    return sa.or_(*(
        column.startswith(one, autoescape=True) if one.endswith(":") else column == one
        for one in subjects
    ))


def revision(subjects: Sequence[str]) -> int:
    """Number of the last change of any of the subjects (see refuse_if_changed); 0 for none."""
    return model.Session.scalar(
        sa.select(sa.func.max(Setting.change_id)).where(_any(subjects))
    ) or 0


def proposed(now: settings.Settings, parts: Mapping[str, Any]) -> settings.Settings:
    """The settings as they would be with these parts (subject to value; None for nothing)."""
    said = {**now.values, **parts}
    return settings.Settings(now.version, {s: v for s, v in said.items() if v is not None})


def write(
    context: types.Context, now: settings.Settings, parts: Mapping[str, Any], note: str,
    undoes: int | None = None,
) -> Change | None:
    """Write a change, commit it and put it in force; within ``writing``.

    Args:
        context: of the caller.
        now: what is in force.
        parts: subject to what it says from now on; None for nothing.
        note: why.
        undoes: number of the change that it takes back.

    Returns:
        The change; None if the parts say what is in force already.
    """
    new = {s: v for s, v in parts.items() if v != now.values.get(s)}
    if not new:
        model.Session.rollback()
        return None
    _refuse_broken(new)
    user = model.User.get(context.get("user") or "")
    change = Change(
        created=datetime.datetime.now(datetime.timezone.utc), user_id=user.id if user else None,
        note=note, undoes=undoes,
        parts={s: [now.values.get(s), v] for s, v in new.items()},
    )
    model.Session.add(change)
    model.Session.flush()
    for subject, value in new.items():
        model.Session.merge(Setting(subject=subject, value=value, change_id=change.id))
    number = change.id
    model.Session.commit()
    settings.forget()
    from ckanext.thai_gdc.admin import follow  # follow reads records, which read settings

    follow.later(number)
    return model.Session.get(Change, number)


def _refuse_broken(parts: Mapping[str, Any]) -> None:
    """Refuse what PostgreSQL cannot hold as text: halves of characters, and NUL."""
    try:
        json.dumps(parts, ensure_ascii=False).encode()
        broken = "\\u0000" in json.dumps(parts)
    except UnicodeEncodeError:
        broken = True
    if broken:
        raise tk.ValidationError({"value": [Message("broken_character", _(
            "There is a damaged character in the text, which cannot be stored. Type it again."
        ))]})


def history(
    subjects: Sequence[str] = (), limit: int = 50, offset: int = 0
) -> tuple[int, Sequence[Change]]:
    """The changes, the latest first.

    Args:
        subjects: only those of these subjects, which are as refuse_if_changed takes them;
            all if none is given.
        limit: how many at most.
        offset: how many of the latest to leave out.

    Returns:
        How many there are in all, and the chosen ones.
    """
    chosen = sa.select(Change)
    if subjects:
        subject = sa.func.jsonb_object_keys(Change.parts, type_=sa.UnicodeText).column_valued()
        chosen = chosen.where(sa.exists(
            sa.select(subject).where(_any(subjects, subject))
        ))
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    rows = model.Session.scalars(
        chosen.order_by(Change.id.desc()).limit(limit).offset(offset)
    ).all()
    return count, rows


def undone(numbers: Sequence[int]) -> dict[int, int]:
    """Which of the changes were taken back, and by which change (the last one)."""
    rows = model.Session.execute(
        sa.select(Change.undoes, sa.func.max(Change.id)).where(Change.undoes.in_(numbers))
        .group_by(Change.undoes)
    )
    return {was: by for was, by in rows if was is not None}


def name_of(user_id: str | None) -> str:
    """What to call whoever made a change."""
    user = model.User.get(user_id) if user_id else None
    if user:
        return user.fullname or user.name
    return _("Somebody whose account is gone") if user_id else _("The command line")

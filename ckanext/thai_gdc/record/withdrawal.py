"""Withdrawn records: out of sight, their names kept, their history known (spec 2).

A record is withdrawn when its state in CKAN is ``deleted``: so every page, feed and search
of CKAN drops it. Why and when stands in a row of ``gdc_withdrawal``, written in the very
transaction that deletes the record, whoever deletes it; rows stay for audit.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Sequence
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model, types
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import consent

#: The reason of a record that was deleted by a way that asks for none.
OVER_API = "deleted over the API"

#: What is asked of whoever withdraws or reinstates a record.
REASON = Field(
    name="reason", level="dataset", kind="text", max_length=1000,
    label={"th": "เหตุผลที่ถอน", "en": "Reason for withdrawing"},
    help_text={
        "th": "เก็บไว้ตรวจสอบภายหลัง เฉพาะผู้ดูแลระเบียนเท่านั้นที่เห็น",
        "en": "Kept for audit. Only those in charge of the record see it.",
    },
    example={"th": "ทำลายข้อมูลตามตารางกำหนดอายุ", "en": "The data was destroyed as scheduled"},
)
DATE = Field(
    name="date", level="dataset", kind="date",
    label={"th": "วันที่ถอน", "en": "Date of withdrawal"},
)
NOTE = Field(
    name="note", level="dataset", kind="text", max_length=1000,
    label={"th": "หมายเหตุการนำกลับมา", "en": "Note on reinstating"},
)

#: In the place of CKAN's permission label ``public`` on what was done to the record before.
_HIDDEN = "gdc-withdrawn"

#: Thailand has no summer time.
_BANGKOK = datetime.timezone(datetime.timedelta(hours=7))


class Withdrawal(tk.BaseModel):
    """One withdrawal of a record, and its undoing.

    Attributes:
        package_id: the record's id; it outlives the record.
        name: the record's name when it was withdrawn.
        reason, withdrawn_on, withdrawn_by: why, when (Thai calendar day) and the id of
            the user who did it; None for a user unknown to CKAN.
        created: when the row was written (UTC).
        was_listed: whether the record was listed outside until then, so that harvesters
            may learn that it is gone.
        group_ids: CKAN's groups that the record was in: deleting forgets them.
        reinstated_at, reinstated_by, reinstate_note: its undoing; None before it.
        purged_at, purged_by: when the record was purged; None before it.
    """

    __tablename__ = "gdc_withdrawal"

    id: Mapped[str] = mapped_column(
        sa.UnicodeText, primary_key=True, default=lambda: str(uuid.uuid4())
    )
    package_id: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    name: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    reason: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    withdrawn_on: Mapped[datetime.date] = mapped_column(sa.Date, nullable=False)
    withdrawn_by: Mapped[str | None] = mapped_column(sa.UnicodeText)
    created: Mapped[datetime.datetime] = mapped_column(
        sa.DateTime(timezone=True), nullable=False
    )
    was_listed: Mapped[bool] = mapped_column(sa.Boolean, nullable=False)
    group_ids: Mapped[list[str]] = mapped_column(JSONB, nullable=False)
    reinstated_at: Mapped[datetime.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    reinstated_by: Mapped[str | None] = mapped_column(sa.UnicodeText)
    reinstate_note: Mapped[str | None] = mapped_column(sa.UnicodeText)
    purged_at: Mapped[datetime.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    purged_by: Mapped[str | None] = mapped_column(sa.UnicodeText)


def today() -> datetime.date:
    """The day in Thailand."""
    return datetime.datetime.now(_BANGKOK).date()


def start_of(day: datetime.date) -> datetime.datetime:
    """The moment at which a day begins in Thailand."""
    return datetime.datetime.combine(day, datetime.time(), _BANGKOK)


def user_id(context: types.Context) -> str | None:
    """The id of the user who acts; None for nobody that CKAN knows."""
    user = model.User.get(context.get("user") or "")
    return user.id if user else None


def open_of(package_id: str) -> Withdrawal | None:
    """The withdrawal of a record that is neither undone nor ended by purging."""
    return model.Session.scalars(_open().where(Withdrawal.package_id == package_id)).first()


def history(package_id: str) -> Sequence[Withdrawal]:
    """All withdrawals of a record, the newest first."""
    return model.Session.scalars(
        sa.select(Withdrawal)
        .where(Withdrawal.package_id == package_id)
        .order_by(Withdrawal.created.desc(), Withdrawal.id)
    ).all()


def begin(
    package: model.Package, by: str | None,
    reason: str = OVER_API, withdrawn_on: datetime.date | None = None,
) -> Withdrawal:
    """Write down a withdrawal in the session that is about to delete the record.

    Args:
        package: the record.
        by: id of the user.
        reason: why.
        withdrawn_on: the day; None for today.
    """
    withdrawal = Withdrawal(
        package_id=package.id, name=package.name, reason=reason,
        withdrawn_on=withdrawn_on or today(), withdrawn_by=by, created=_now(),
        was_listed=_is_listed(package.id), group_ids=_group_ids(package.id),
    )
    model.Session.add(withdrawal)
    # CKAN's session does not flush before a query by itself.
    model.Session.flush()
    _hide_activities(package)
    return withdrawal


def deleted(package: model.Package, by: str | None) -> None:
    """Follow a deletion in the session's transaction: it never goes without a row."""
    model.Session.execute(
        sa.select(model.Package.id).where(model.Package.id == package.id).with_for_update()
    )
    if package.type == "dataset" and not open_of(package.id):
        begin(package, by)


def updated(package: model.Package, by: str | None) -> None:
    """Follow an update in the session's transaction: it may delete the record or undo that."""
    if package.type != "dataset":
        return
    if package.state != model.State.DELETED:
        if withdrawal := open_of(package.id):
            withdrawal.reinstated_at, withdrawal.reinstated_by = _now(), by
            _rejoin_groups(package.id, withdrawal.group_ids)
            _show_activities(package)
        return
    withdrawal = open_of(package.id)
    if not withdrawal:
        begin(package, by)
    elif withdrawal.was_listed:
        # A withdrawn record that turns out to be a secret is no longer told of.
        withdrawal.was_listed = consent.may_be_listed(
            {**package.extras, "private": package.private}
        )


def purged(package: model.Package, by: str | None) -> None:
    """Write down in the session that a record is purged, with its name for audit."""
    if package.type != "dataset":
        return
    withdrawal = open_of(package.id) or begin(package, by)
    withdrawal.name = package.name
    withdrawal.purged_at, withdrawal.purged_by = _now(), by


def with_name(name: str, except_id: str | None = None) -> model.Package | None:
    """The withdrawn record that keeps a name from others; None if the name is free."""
    asked = sa.select(model.Package).where(
        model.Package.name == name,
        model.Package.type == "dataset",
        model.Package.state == model.State.DELETED,
    )
    if except_id:
        asked = asked.where(model.Package.id != except_id)
    return model.Session.scalars(asked).first()


def may_know(package: model.Package, context: types.Context) -> bool:
    """Whether the user may learn that a record is withdrawn: it was listed, or is theirs."""
    told = open_of(package.id)
    if told and told.was_listed:
        return True
    asking: Any = {"user": context.get("user") or "", "ignore_auth": False}
    return bool(authz.is_authorized("package_update", asking, {"id": package.id}).get("success"))


def listed(
    since: datetime.datetime | None, limit: int, offset: int
) -> tuple[int, list[sa.RowMapping]]:
    """Withdrawals that the public may know of, in the order in which they were written.

    Args:
        since: leaves out what was written down before.
        limit: how many to give.
        offset: how many to pass over.

    Returns:
        How many there are, and of each ``id`` and ``name`` of the record, ``date`` and
        ``created``.
    """
    package = model.Package
    told = _told().outerjoin(package, package.id == Withdrawal.package_id)
    if since:
        told = told.where(Withdrawal.created >= since)
    count = model.Session.scalar(told.with_only_columns(sa.func.count(Withdrawal.id)))
    rows = model.Session.execute(
        told.with_only_columns(
            Withdrawal.package_id.label("id"),
            sa.func.coalesce(package.name, Withdrawal.name).label("name"),
            Withdrawal.withdrawn_on.label("date"),
            Withdrawal.created,
        )
        .order_by(Withdrawal.created, Withdrawal.id).limit(limit).offset(offset)
    )
    return count or 0, [row._mapping for row in rows]


def of_organizations(
    organization_ids: Collection[str] | None, limit: int, offset: int
) -> tuple[int, list[tuple[model.Package, Withdrawal | None]]]:
    """The withdrawn records of organizations (None for all), the latest first.

    Returns:
        How many there are, and the chosen ones: each with its withdrawal, or None if it
        was deleted before withdrawals were written down.
    """
    package: Any = model.Package
    asked = (
        sa.select(package, Withdrawal)
        .outerjoin(
            Withdrawal,
            sa.and_(
                Withdrawal.package_id == package.id,
                Withdrawal.reinstated_at.is_(None), Withdrawal.purged_at.is_(None),
            ),
        )
        .where(package.type == "dataset", package.state == model.State.DELETED)
    )
    if organization_ids is not None:
        asked = asked.where(package.owner_org.in_(organization_ids))
    count = model.Session.scalar(asked.with_only_columns(sa.func.count(package.id)))
    rows = model.Session.execute(
        asked.order_by(Withdrawal.created.desc().nulls_last(), package.id)
        .limit(limit).offset(offset)
    )
    return count or 0, [(row[0], row[1]) for row in rows]


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _open() -> sa.Select[tuple[Withdrawal]]:
    return sa.select(Withdrawal).where(
        Withdrawal.reinstated_at.is_(None), Withdrawal.purged_at.is_(None)
    )


def _told() -> sa.Select[tuple[Withdrawal]]:
    """Withdrawals of listed records, also of purged ones: gone is gone."""
    return sa.select(Withdrawal).where(
        Withdrawal.reinstated_at.is_(None), Withdrawal.was_listed.is_(True)
    )


def _is_listed(package_id: str) -> bool:
    """Whether the public could know of the record up to now.

    Asked on a connection of its own, for what is committed: the session may hold another
    state of the record already, and what nobody has seen is not withdrawn from anybody.
    """
    package: Any = model.Package
    engine: Any = model.meta.engine
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(package.private, package.state, package.extras)
            .where(package.id == package_id)
        ).first()
    return bool(row) and consent.may_be_listed(
        {**(row.extras or {}), "private": row.private, "state": row.state}
    )


def _hide_activities(package: model.Package) -> None:
    """Keep the record's public activities to its organization: CKAN labels them once for all."""
    if p.plugin_loaded("activity"):
        model.Session.execute(
            sa.text(
                "UPDATE activity SET permission_labels ="
                " array_replace(permission_labels, 'public', :hidden) || ARRAY[:members]"
                " WHERE object_id = :id AND 'public' = ANY(permission_labels)"
            ),
            {"id": package.id, "hidden": _HIDDEN, "members": f"member-{package.owner_org}"},
        )


def _show_activities(package: model.Package) -> None:
    """Undo _hide_activities."""
    if p.plugin_loaded("activity"):
        model.Session.execute(
            sa.text(
                "UPDATE activity SET permission_labels ="
                " array_replace(permission_labels, :hidden, 'public')"
                " WHERE object_id = :id AND :hidden = ANY(permission_labels)"
            ),
            {"id": package.id, "hidden": _HIDDEN},
        )


def _members(package_id: str) -> sa.Select[tuple[model.Member]]:
    member: Any = model.Member
    return (
        sa.select(member)
        .join(model.Group, model.Group.id == member.group_id)
        .where(
            member.table_name == "package", member.table_id == package_id,
            model.Group.is_organization.is_(False), model.Group.state == "active",
        )
    )


def _group_ids(package_id: str) -> list[str]:
    active = _members(package_id).where(model.Member.state == "active")
    return sorted(m.group_id for m in model.Session.scalars(active) if m.group_id)


def _rejoin_groups(package_id: str, group_ids: Collection[str]) -> None:
    kept = _members(package_id).where(model.Member.group_id.in_(group_ids))
    for member in model.Session.scalars(kept):
        member.state = "active"
    model.Session.flush()

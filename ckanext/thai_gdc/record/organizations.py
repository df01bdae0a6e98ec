"""Organizations by the 4-digit code of item 3."""

from __future__ import annotations

from typing import Any

from ckan import model
from sqlalchemy import func, select

#: Number of the lock under which codes are given out.
_LOCK = 1001


def hold_codes() -> None:
    """Let no other transaction look for a free code until this one has ended."""
    model.Session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def with_code(org_code: str) -> list[model.Group]:
    """The active organizations that have this code: one at most, unless data is damaged."""
    group: Any = model.Group
    return (
        model.Session.query(group)
        .filter(
            group.is_organization.is_(True),
            group.state == "active",
            group.extras["org_code"].astext == org_code,
        )
        .all()
    )

"""Organizations by the 4-digit code of item 3."""

from __future__ import annotations

from typing import Any

from ckan import model


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

"""Organizations by the 4-digit code of item 3."""

from __future__ import annotations

from ckan import model


def with_code(org_code: str) -> list[model.Group]:
    """The active organizations that have this code: one at most, unless data is damaged."""
    return (
        model.Session.query(model.Group)
        .filter(
            model.Group.is_organization.is_(True),
            model.Group.state == "active",
            model.Group.extras["org_code"].astext == org_code,
        )
        .all()
    )

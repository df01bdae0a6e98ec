"""What the example made: so that it can be removed, and nothing else with it."""

from __future__ import annotations

import datetime

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Mapped, Query, mapped_column


class ExampleObject(tk.BaseModel):
    """A dataset, organization or user that belongs to the example.

    Attributes:
        object_id: its id in CKAN.
        kind: ``dataset``, ``organization`` or ``user``.
        created: when the object and all that hangs on it stood complete (UTC); None while
            it is being made. The row is written before the object: however a load ends, no
            object of the example is left unknown.
    """

    __tablename__ = "gdc_example_object"

    object_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.UnicodeText, nullable=False)
    created: Mapped[datetime.datetime | None] = mapped_column(sa.DateTime(timezone=True))


def get(object_id: str) -> ExampleObject | None:
    """The row of an object; None when the example did not make it."""
    return model.Session.get(ExampleObject, object_id)


def of_kind(kind: str) -> list[str]:
    """Ids of the example's objects of one kind, the newest first."""
    rows = model.Session.scalars(
        sa.select(ExampleObject.object_id)
        .where(ExampleObject.kind == kind)
        .order_by(ExampleObject.created.desc().nulls_first(), ExampleObject.object_id)
    )
    return list(rows)


def begin(object_id: str, kind: str) -> None:
    """Remember an object that is about to be made."""
    model.Session.merge(ExampleObject(object_id=object_id, kind=kind, created=None))
    model.Session.commit()


def finish(object_id: str) -> None:
    """Remember that an object stands complete."""
    _where(object_id).update({"created": datetime.datetime.now(datetime.timezone.utc)})
    model.Session.commit()


def forget(object_id: str) -> None:
    """Forget an object that is gone."""
    _where(object_id).delete()
    model.Session.commit()


def _where(object_id: str) -> Query[ExampleObject]:
    return model.Session.query(ExampleObject).filter_by(object_id=object_id)

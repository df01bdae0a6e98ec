"""Copies of a record, made in the database: python copies.py INI NUMBER NAME.

With ``count LIST CODE REPLACEMENT`` in the place of the last two: how many records carry the
code, and how many of them have how many activities of that replacement.
"""

from __future__ import annotations

import collections
import sys
import uuid
from typing import Any

from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from sqlalchemy import insert, select

_BATCH = 1000


def copies(number: str, name: str) -> None:
    """Copy the record of that name, with its resources and its place in the organization."""
    package: Any = model.Package.get(name)
    tables = [
        (model.Package.__table__, "id", select(model.Package).filter_by(id=package.id)),
        (model.Resource.__table__, "package_id",
         select(model.Resource).filter_by(package_id=package.id)),
        (model.Member.__table__, "table_id",
         select(model.Member).filter_by(table_id=package.id, table_name="package")),
        (model.PackageTag.__table__, "package_id",
         select(model.PackageTag).filter_by(package_id=package.id)),
    ]
    templates = [
        (table, key, [dict(row) for row in model.Session.execute(
            chosen.with_only_columns(*table.c)).mappings()])
        for table, key, chosen in tables
    ]
    for start in range(0, int(number), _BATCH):
        ids = [str(uuid.uuid4()) for _one in range(start, min(start + _BATCH, int(number)))]
        for table, key, rows in templates:
            model.Session.execute(insert(table), [
                {**row, "id": str(uuid.uuid4()), key: one,
                 **({"name": f"{name}-{one}"} if key == "id" else {})}
                for one in ids for row in rows
            ])
        model.Session.commit()


def count(name: str, code: str, replacement: str) -> None:
    """Print how many records carry the code, and how many activities they have."""
    from ckanext.activity.model import Activity

    carrying = model.Session.scalars(
        select(model.Package.id).where(model.Package.extras[name].astext == code)).all()
    told: collections.Counter[str] = collections.Counter(
        row.object_id for row in model.Session.execute(
            select(Activity.object_id, Activity.data)).all()
        if row.data.get("gdc_replaced", {}).get("replacement") == int(replacement)
    )
    times = collections.Counter(told[one] for one in carrying)
    print(f"{len(carrying):,} records carry {code}; activities of each: "
          + ", ".join(f"{n} on {many:,}" for n, many in sorted(times.items())))


def main(ini: str, *arguments: str) -> None:
    """See above."""
    app: Any = make_app(CKANConfigLoader(ini).get_config())
    with app._wsgi_app.test_request_context():
        if arguments[0] == "count":
            count(*arguments[1:])
        else:
            copies(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])

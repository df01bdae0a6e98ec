"""Real records of an open data portal, completed with what the GD Catalog asks of them.

The portal's records have no mandatory metadata: codes that could be true are chosen by
the record's place in the file, so that every run offers the same. As a program it offers
them to a catalog: ``python tests/real_records.py FILE URL TOKEN [COUNT]``.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

_DATA_TYPES = ("1", "2", "3", "4", "9")
_OBJECTIVES = (["11"], ["09", "11"], ["01", "04"], ["10"], ["99"])
_FREQUENCIES = (("A", "1"), ("A", "2"), ("M", "1"), ("Q", ""), ("R", ""), ("U", ""), ("", ""))
_COVERAGE = ("04", "06", "07", "08", "98")
_FORMATS = {"CSV": "02", "XML": "03", "JSON": "08", "XLS": "11", "XLSX": "11", "PDF": "12"}

#: Every so many records one is of another kind.
_PERSONAL, _SECURITY, _NO_CONSENT = 11, 29, 13

#: The fifteen fields of the mandatory metadata, and the free text that goes with codes.
COMPARED = (
    "data_type", "data_type_other", "title", "maintainer", "maintainer_email", "notes",
    "objective", "objective_other", "update_frequency_unit", "update_frequency_interval",
    "geo_coverage", "data_source", "data_format", "data_category", "license_id",
)


def read(file: Path, count: int) -> list[dict[str, Any]]:
    """The first records of the file."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, count)]


def org_name(title: str, titles: list[str]) -> str:
    """The name of an agency in addresses: by its place among them."""
    return f"agency-{titles.index(title) + 1:03d}"


def agencies(records: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """The organizations of the records, each with a 4-digit code of its own."""
    titles = sorted({r["organization"]["title"] for r in records})
    return [
        {"name": org_name(title, titles), "title": title, "org_code": f"{1001 + place}"}
        for place, title in enumerate(titles)
    ]


def complete(records: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The records as they are offered: as they are, with what they lack."""
    titles = sorted({r["organization"]["title"] for r in records})
    for place, record in enumerate(records):
        category = "3" if place % _SECURITY == 0 else "2" if place % _PERSONAL == 0 else "1"
        unit, interval = _FREQUENCIES[place % len(_FREQUENCIES)]
        data_type = _DATA_TYPES[place % len(_DATA_TYPES)]
        objective = _OBJECTIVES[place % len(_OBJECTIVES)]
        formats = sorted(
            {_FORMATS[r["format"]] for r in record["resources"] if r.get("format") in _FORMATS}
        )
        yield {
            "name": f"real-{record['name']}",
            "title": record["title"],
            "notes": record["notes"],
            "owner_org": org_name(record["organization"]["title"], titles),
            "data_type": data_type,
            "data_type_other": "แผนที่และตาราง" if data_type == "9" else "",
            "maintainer": f"กองที่ {place % 9 + 1}",
            "maintainer_email": f"data{place % 50}@example.go.th",
            "tags": [{"name": t["name"]} for t in record["tags"]] or [{"name": "ข้อมูลเปิด"}],
            "objective": objective,
            "objective_other": "ตามคำขอของประชาชน" if "99" in objective else "",
            "update_frequency_unit": unit,
            "update_frequency_interval": interval,
            "geo_coverage": _COVERAGE[place % len(_COVERAGE)],
            "data_source": record["organization"]["title"],
            "data_format": formats or ["98"],
            "data_category": category,
            "license_id": record.get("license_title") or "8" if category == "1" else "8",
            "allow_harvest": "False" if place % _NO_CONSENT == 0 else "True",
            "resources": [
                {"name": r.get("name") or "ไฟล์ข้อมูล", "url": r["url"], "format": r.get("format")}
                for r in record["resources"]
            ],
        }


class Refused(Exception):
    """The catalog refused a record; ``args[0]`` is the error by field."""


def offer(
    call: Callable[[str, dict[str, Any]], Any], records: list[dict[str, Any]]
) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Create the records' organizations, then the records.

    Args:
        call: calls an action of the catalog with parameters; raises Refused.
        records: as ``read`` gives them.

    Returns:
        The names of the records that were created, and name to errors of those refused.
    """
    for agency in agencies(records):
        call("organization_create", agency)
    refused: dict[str, dict[str, Any]] = {}

    def create(record: dict[str, Any]) -> str | None:
        try:
            call("package_create", record)
        except Refused as refusal:
            refused[record["name"]] = refusal.args[0]
            return None
        return record["name"]

    with ThreadPoolExecutor(4) as threads:
        created = [name for name in threads.map(create, complete(records)) if name]
    return created, refused


def _main(file: str, url: str, token: str, count: str = "500") -> None:
    def call(action: str, parameters: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{url.rstrip('/')}/api/3/action/{action}",
            data=json.dumps(parameters).encode(),
            headers={"Content-Type": "application/json", "Authorization": token},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error)["error"]) from None

    created, refused = offer(call, read(Path(file), int(count)))
    print(f"{len(created)} records created, {len(refused)} refused:")
    fields = Counter(f for errors in refused.values() for f in errors if not f.startswith("__"))
    for field, number in fields.most_common():
        print(f"  {field}: {number}")


if __name__ == "__main__":
    _main(*sys.argv[1:])

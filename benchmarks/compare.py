"""What users wait for, beside stock CKAN in the same run.

``make services``, then ``.venv/bin/python benchmarks/compare.py [RECORDS]``.

Two catalogs are started on the instance's servers: this plugin, and CKAN with
ckanext-scheming's own example schema and ckanext-dcat's own profile. Both get the same
number of records with all fields that each knows; then each is asked the same, in turns,
so that whatever else the machine does meets both. Median of the runs, in milliseconds.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "deploy"))

from stack import lanes, live  # noqa: E402

_RUNS = 7

_STOCK_PLUGINS = (
    "scheming_datasets", "scheming_organizations", "dcat", "datastore", "datatables_view",
    "text_view", "image_view", "webpage_view", "activity",
)
_STOCK_SETTINGS = {
    "scheming.dataset_schemas": "ckanext.scheming:ckan_dataset.yaml",
    "scheming.organization_schemas": "ckanext.scheming:org_with_dept_id.json",
    "scheming.presets": "ckanext.scheming:presets.json",
    "ckanext.dcat.rdf.profiles": "euro_dcat_ap_3",
}


def _ours(number: int) -> dict[str, Any]:
    return {
        "name": f"record-{number}", "title": f"จำนวนผู้ป่วยนอกจำแนกตามกลุ่มโรค ชุดที่ {number}",
        "owner_org": "agency", "data_type": "2", "maintainer": "กลุ่มงานยุทธศาสตร์",
        "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข,ผู้ป่วยนอก,โรค",
        "notes": "จำนวนผู้ป่วยนอกที่มารับบริการ จำแนกตามกลุ่มโรค เป็นรายเดือน " * 5,
        "objective": ["09", "11"], "update_frequency_unit": "M", "update_frequency_interval": "1",
        "geo_coverage": "06", "data_source": "ระบบเวชระเบียน โรงพยาบาล", "data_format": ["02", "11"],
        "data_category": "1", "license_id": "1", "last_updated_date": "2026-01-31",
        "first_year_of_data": "2560", "last_year_of_data": "2568", "unit_of_measure": "คน",
        "disaggregate": ["01", "02"], "data_language": ["01"], "official_statistics": "True",
        "resources": _resources(number),
    }


def _stock(number: int) -> dict[str, Any]:
    ours = _ours(number)
    known = ("name", "title", "owner_org", "maintainer", "maintainer_email", "notes", "resources")
    return {
        **{key: ours[key] for key in known},
        "tag_string": ours["tag_string"].replace("ผู้ป่วยนอก", "opd").replace("สาธารณสุข", "health")
        .replace("โรค", "disease"),
        "license_id": "cc-by", "url": "https://example.go.th", "version": "1", "author": "กลุ่มงาน",
        "author_email": "data@example.go.th",
    }


def _resources(number: int) -> list[dict[str, str]]:
    return [
        {"name": f"ไฟล์ที่ {n}", "format": "CSV", "url": f"https://example.go.th/{number}/{n}.csv"}
        for n in range(3)
    ]


def _timed(action: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def _get(site: live.LiveSite, path: str) -> Callable[[], None]:
    def get() -> None:
        status, _ = site.get(path, site.sysadmin_token)
        assert status == 200, (path, status)

    return get


def _main(records: int) -> None:
    with live.Sites(lanes.current_instance()) as sites:
        ours = sites.start("bench-ours")
        stock = sites.start("bench-stock", _STOCK_PLUGINS, _STOCK_SETTINGS)
        ours.api("organization_create", name="agency", title="หน่วยงาน", org_code="1001")
        stock.api("organization_create", name="agency", title="หน่วยงาน", department_id="1")
        made: dict[str, list[float]] = {"ours": [], "stock": []}
        for number in range(records):
            for name, site, record in (("ours", ours, _ours), ("stock", stock, _stock)):
                sent = record(number)
                made[name].append(_timed(lambda: site.api("package_create", **sent)))  # noqa: B023
        rows = [("package_create", made["ours"], made["stock"])]
        for label, path in (
            ("record page", "/dataset/record-0"),
            ("search page", "/dataset/"),
            ("form", "/dataset/new"),
            ("package_search, 100 rows", "/api/3/action/package_search?rows=100"),
            ("catalog.ttl, 100 records", "/catalog.ttl"),
        ):
            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(_RUNS):
                times[0].append(_timed(_get(ours, path)))
                times[1].append(_timed(_get(stock, path)))
            rows.append((label, *times))
    print(f"{records} records, medians in ms")
    print(f"{'':28}{'ours':>9}{'stock':>9}{'ratio':>7}")
    for label, first, second in rows:
        a, b = statistics.median(first), statistics.median(second)
        print(f"{label:28}{a:9.1f}{b:9.1f}{a / b:7.2f}")


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

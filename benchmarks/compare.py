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
from typing import Any

import catalogs
from stack import lanes, live

_RUNS = 7

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
        ours = catalogs.start_ours(sites)
        stock = catalogs.start_stock(sites)
        made: dict[str, list[float]] = {"ours": [], "stock": []}
        for number in range(records):
            for name, site, record in (
                ("ours", ours, catalogs.our_record), ("stock", stock, catalogs.stock_record)
            ):
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

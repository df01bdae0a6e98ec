"""A code is replaced on many records by a worker that is killed in the middle.

``make services``, then ``.venv/bin/python benchmarks/replacement.py [RECORDS]`` (10,000).

A catalog of its own is started on the instance's servers (see catalogs.py). One record is saved
over the API and copied in the database; it has three resources. The worker, with all its
processes, is killed when half of the records are done; another one goes on after
``ckan thai-gdc codes resume``. Printed are the records per second, the most memory that a
process of the worker took (RSS), and whether each record has the new code and exactly one
activity that says so.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import catalogs
from stack import lanes, live

_RECORDS = 10_000
_LIST, _OLD, _NEW = "geo_coverage", "06", "05"


def fill(site: live.LiveSite, records: int) -> None:
    """Have so many records in the catalog."""
    site.api("package_create", **catalogs.our_record(1))
    site.run(Path(__file__).with_name("copies.py"), str(records - 1), "record-1")


def kill_worker(site: live.LiveSite, at: int, number: int) -> float:
    """Kill the worker and its child when so many records are done.

    Returns:
        The most megabytes that one of its processes took until then.
    """
    most = 0.0
    while True:
        most = max(most, site.memory("worker"))
        if site.api("gdc_replacement_show", id=number)["done"] >= at:
            site.kill("worker")
            return most
        time.sleep(1)


def main() -> None:
    """See above."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else _RECORDS
    with live.Sites(lanes.current_instance()) as sites:
        site = catalogs.start_ours(sites, "bench-replacement")
        fill(site, records)
        begun = site.api(
            "gdc_code_replace", list=_LIST, code=_OLD, by=_NEW, dry_run=False, retire=True,
            note="ตามหนังสือเวียน")
        print(f"{begun['total']:,} records")
        site.start("worker")
        most = kill_worker(site, records // 2, begun["id"])
        now = site.api("gdc_replacement_show", id=begun["id"])
        print(f"killed after {now['done']:,}; worked on: {now['is_worked_on']}")
        print(site.ckan("thai-gdc", "codes", "resume").stdout.strip())
        site.start("worker")
        while (now := site.api("gdc_replacement_show", id=begun["id"]))["state"] == "running":
            most = max(most, site.memory("worker"))
            time.sleep(1)
        print(f"{now['changed']:,} changed, {now['failed']:,} failed, {now['left']:,} left")
        print(f"{now['per_second']} records a second; at most {most:,.0f} MB in one process")
        counted = site.run(
            Path(__file__).with_name("copies.py"), "count", _LIST, _NEW, str(begun["id"]))
        print(counted.strip().splitlines()[-1])


if __name__ == "__main__":
    main()

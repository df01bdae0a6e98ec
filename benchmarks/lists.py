"""How soon a change of a code list is in force elsewhere, and what labels cost on a page.

``make services``, then ``.venv/bin/python benchmarks/lists.py [CHANGES]``.

One live site takes the changes over its API; another process of it asks for the label every
2 ms and notes when it is the new one. Then the labels of every code of 20 records are looked up
as pages do it: from memory, with a question for the version before each, and with no memory
at all, as by a query for each value.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import catalogs
from stack import lanes, live, python
from stack.state import VENV

_OTHER = """
import sys, time
from ckan.cli import load_config
from ckan.config.middleware import make_app
make_app(load_config(sys.argv[1]))
from ckanext.thai_gdc import codes
last = None
while True:
    now = codes.get("data_type").label("2", "en")
    if now != last:
        with open(sys.argv[2], "a") as log:
            log.write(f"{time.time()} {now}\\n")
        last = now
    time.sleep(0.002)
"""

_COST = """
import statistics, sys, time
sys.path.insert(0, sys.argv[2])
import catalogs
from ckan.cli import load_config
from ckan.config.middleware import make_app
make_app(load_config(sys.argv[1]))
from ckanext.thai_gdc import codes, fields, settings
from ckanext.thai_gdc.codes import lists, site

records = [catalogs.our_record(number) for number in range(20)]

def page(before=lambda: None):
    shown = 0
    begin = time.perf_counter()
    for record in records:
        for name, field in fields.dataset_fields().items():
            if field.is_coded and record.get(name):
                before()
                shown += len(codes.labels(field, record[name], "th"))
    return (time.perf_counter() - begin) * 1000, shown

def without():
    settings._kept = settings.Settings(-1)
    settings.forget()
    lists._in_force.cache_clear()
    site.definitions.cache_clear()

first, shown = page()
print(f"labels on a page of 20 records: {shown}")
for title, before, runs in (
    ("from memory", lambda: None, 200),
    ("asking for the version each time", settings.forget, 20),
    ("no memory: read and laid together each time", without, 3),
):
    took = statistics.median(page(before)[0] for _ in range(runs))
    print(f"{title:46}{took:10.3f} ms")
print(f"{'the very first page of a process':46}{first:10.3f} ms")
"""


def _run(script: str, site: live.LiveSite, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [VENV / "bin" / "python", "-c", script, str(site.ini), *arguments],
        env=python.environment(), stderr=subprocess.DEVNULL,
    )


def _main(changes: int) -> None:
    with live.Sites(lanes.current_instance()) as sites, tempfile.TemporaryDirectory() as folder:
        site = catalogs.start_ours(sites)
        log = Path(folder) / "log"
        other = _run(_OTHER, site, str(log))
        while not log.exists():
            time.sleep(0.1)
        took: list[float] = []
        for number in range(changes):
            label = f"Label-{number}"
            site.api("gdc_code_update", list="data_type", code="2", en=label, note="benchmark")
            answered = time.time()
            while not log.read_text().endswith(f" {label}\n"):
                time.sleep(0.01)
            seen = float(log.read_text().splitlines()[-1].split()[0])
            took.append((seen - answered) * 1000)
            # Not in step with the other process's own rhythm.
            time.sleep(0.037 * (number % 13))
        other.kill()
        other.wait()
        print(f"a change in force in another process, of {changes}, after the answer, in ms: "
              f"median {statistics.median(took):.0f}, most {max(took):.0f}", flush=True)
        _run(_COST, site, str(Path(__file__).parent)).wait()


if __name__ == "__main__":
    _main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)

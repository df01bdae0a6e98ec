"""Code lists in several processes: one is told what another changed; none goes without a list."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from stack import python
from stack.live import LiveSite
from stack.state import VENV

#: Another process of the site: says the label of a code again and again.
_OTHER = """
import sys, time
from ckan.cli import load_config
from ckan.config.middleware import make_app
app = make_app(load_config(sys.argv[1]))
from ckanext.thai_gdc import codes
while True:
    print(codes.get("data_type").label("2", "en"), flush=True)
    time.sleep(0.05)
"""


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A site with a worker."""
    site = live_site("lists", processes=("worker",))
    site.api("organization_create", name="agency", title="หน่วยงาน", org_code="1001")
    return site


@pytest.fixture
def other(site: LiveSite) -> Iterator[list[str]]:
    """What another process of the site says, line by line, as it says it."""
    said: list[str] = []
    process = subprocess.Popen(
        [VENV / "bin" / "python", "-c", _OTHER, str(site.ini)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=python.environment(),
    )

    def listen() -> None:
        said.extend(line.strip() for line in process.stdout or ())

    thread = threading.Thread(target=listen)
    thread.start()
    yield said
    process.kill()
    thread.join()
    process.wait()


def until(holds: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something that follows by itself."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def record(site: LiveSite, **more: Any) -> dict[str, Any]:
    """A public record of the agency."""
    return site.api("package_create", **{
        "name": "visits", "title": "จำนวนผู้ป่วยนอก", "owner_org": "agency", "data_type": "2",
        "maintainer_email": "data@example.go.th", "tag_string": "สุขภาพ", "objective": ["09"],
        "data_source": "โรงพยาบาล", "data_category": "1", "license_id": "1", **more,
    })


def test_every_process_follows_a_change_without_a_restart(
    site: LiveSite, other: list[str]
) -> None:
    """The site, another process of it and the command line say the new label."""
    until(lambda: other)
    assert other[-1] == "Statistical data"
    site.api("gdc_code_update", list="data_type", code="2", en="Statistics", note="ตามหนังสือเวียน")
    until(lambda: other[-1] == "Statistics")
    assert "Statistics" in site.get("/en/guide/fields")[1]
    assert "Statistics" in site.ckan("thai-gdc", "codes", "export", "data_type").stdout


def test_what_the_index_keeps_of_a_licence_follows_by_itself(site: LiveSite) -> None:
    """A search gives the new name of the licence, though nobody saved the record again."""
    record(site)
    site.api("gdc_code_update", list="license_id", code="1", th="แสดงที่มา", note="ภาษาไทย")

    def title() -> str:
        return site.api("package_search", q="name:visits")["results"][0]["license_title"]

    until(lambda: title() == "แสดงที่มา")


def test_an_answer_about_a_list_can_be_kept_until_the_list_changes(site: LiveSite) -> None:
    """The API gives an ETag, says that nothing is new, and gives the list after a change."""
    address = f"{site.url}/api/3/action/gdc_code_list_show?id=data_support"
    first = requests.get(address, timeout=30)
    assert "public" in first.headers["Cache-Control"]
    kept = {"If-None-Match": first.headers["ETag"]}
    assert requests.get(address, headers=kept, timeout=30).status_code == 304
    site.api("gdc_code_retire", list="data_support", code="3", note="ไม่ใช้แล้ว")
    again = requests.get(address, headers=kept, timeout=30)
    assert again.status_code == 200
    assert [c["code"] for c in again.json()["result"]["codes"] if not c["active"]] == ["3"]


def test_without_its_database_the_site_says_so_and_takes_nothing(site: LiveSite) -> None:
    """Form, save and API answer 503 with a sentence, no empty list; all is well after it."""
    token = {"Authorization": site.sysadmin_token}
    site.close_database()
    try:
        for path in ("/dataset/new", "/en/dataset/new", "/guide/fields", "/dataset/"):
            page = requests.get(site.url + path, headers=token, timeout=60)
            assert page.status_code == 503, path
            assert "<form" not in page.text and "<option" not in page.text
            assert ("try again" if "/en/" in path else "โปรดลอง") in page.text
        saved = requests.post(
            f"{site.url}/api/3/action/package_create", json={"name": "unchecked"},
            headers=token, timeout=60,
        )
        assert saved.status_code == 503
        assert json.loads(saved.text)["success"] is False
        assert saved.headers["Retry-After"] == "60"
    finally:
        site.open_database()
    until(lambda: site.get("/dataset/new", site.sysadmin_token)[0] == 200)
    assert site.api("package_search", q="name:unchecked")["count"] == 0


def test_without_redis_lists_are_whole_and_changes_hold(
    live_site: Callable[..., LiveSite],
) -> None:
    """Forms show every choice, a change is in force; only the index waits for the next job."""
    site = live_site("noredis", extra_config={"ckan.redis.url": "redis://127.0.0.1:9/0"})
    site.api("organization_create", name="agency", title="หน่วยงาน", org_code="1001")
    site.api("gdc_code_update", list="data_type", code="2", en="Statistics", note="ตามหนังสือเวียน")
    status, form = site.get("/en/dataset/new", site.sysadmin_token)
    assert status == 200
    for label in ("Record data", "Statistics", "Geospatial data", "Mixed data"):
        assert label in form

"""A replacement with a real worker, which is killed, and its pages in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import catalogs
import pytest
import tour
from playwright.sync_api import Browser, Page, expect
from stack.live import LiveSite

pytestmark = pytest.mark.timeout(300)

RECORDS = 60
COPIES = Path(catalogs.__file__).with_name("copies.py")
WHY = {"note": "ตามหนังสือเวียน"}


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog of 60 like records, without a worker."""
    site = live_site("replacement")
    catalogs.make_agency(site)
    site.api("package_create", **catalogs.our_record(1))
    site.run(COPIES, str(RECORDS - 1), "record-1")
    return site


@pytest.fixture(scope="module")
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A page of the sysadmin."""
    context = tour.log_in(chromium, site, "sysadmin")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def begun(site: LiveSite, old: str, new: str) -> int:
    """Number of a replacement that waits for a worker."""
    return site.api("gdc_code_replace", list="geo_coverage", code=old, by=new, dry_run=False,
                    **WHY)["id"]


def await_state(site: LiveSite, number: int, reached: Callable[[dict[str, Any]], bool]) -> Any:
    """The replacement, as soon as it is so."""
    deadline = time.monotonic() + 120
    while not reached(now := site.api("gdc_replacement_show", id=number)):
        assert time.monotonic() < deadline, (now, site.tail("worker"))
        time.sleep(0.1)
    return now


def test_a_killed_worker_loses_nothing_and_nothing_is_done_twice(site: LiveSite) -> None:
    """SIGKILL to the worker and its child in the middle; ``codes resume`` lets it go on."""
    number = begun(site, "06", "05")
    site.start("worker")
    await_state(site, number, lambda now: now["done"] >= 10)
    site.kill("worker")
    now = await_state(site, number, lambda now: not now["is_worked_on"])
    assert now["state"] == "running" and 10 <= now["done"] < RECORDS
    assert now["done"] + now["left"] == RECORDS
    assert site.ckan("thai-gdc", "codes", "resume").stdout == f"{number}: goes on\n"
    site.start("worker")
    now = await_state(site, number, lambda now: now["state"] == "done")
    site.stop("worker")
    assert (now["changed"], now["failed"], now["left"]) == (RECORDS, 0, 0)
    counted = site.run(COPIES, "count", "geo_coverage", "05", str(number))
    assert counted.strip().splitlines()[-1] == (
        f"{RECORDS} records carry 05; activities of each: 1 on {RECORDS}")
    found = site.api("package_search", fq="geo_coverage:05", rows=0)
    assert found["count"] == RECORDS
    assert site.ckan("thai-gdc", "codes", "resume").stdout == ""


def test_the_page_shows_the_end_by_itself(site: LiveSite, page: Page) -> None:
    """Confirmed with the keyboard; the figures follow, the end is told, the focus is kept."""
    page.goto("/catalog-admin/lists/geo_coverage/05/replace")
    page.locator("#field-by").select_option("04")
    page.locator(".gdc-replace-choose button").press("Enter")
    expect(page.locator("#effect")).to_be_focused()
    page.locator("#field-retire").uncheck()
    page.locator("#field-note").fill("ตามหนังสือเวียน")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalog-admin/replacements/*")
    bar = page.locator("[role=progressbar]")
    expect(bar).to_have_attribute("aria-valuenow", "0")
    page.locator("form[action$='/stop'] button").focus()
    site.start("worker")
    expect(page.locator("[data-gdc-replacement=done]")).to_be_visible(timeout=60_000)
    expect(bar).to_have_attribute("aria-valuenow", "100")
    expect(page.locator("[data-gdc-told]")).to_have_text("การแทนที่เสร็จแล้ว")
    assert page.evaluate("document.activeElement.id") == "progress"
    site.stop("worker")


def test_no_page_of_a_replacement_breaks_a_rule_of_accessibility(
    site: LiveSite, page: Page
) -> None:
    """Choice, effect with what would fail, refusal, progress, end with failures, undo, list."""
    other = "99"
    site.start("worker")
    failed = begun(site, "04", other)
    await_state(site, failed, lambda now: now["state"] == "done")
    site.stop("worker")
    waiting = begun(site, "01", "02")
    new = "/catalog-admin/lists/geo_coverage/04/replace"

    def confirm(shown: Page, _site: LiveSite) -> None:
        shown.locator(".gdc-replace-effect form button").click()
        shown.locator(".gdc-errors").wait_for()

    stops = [
        tour.Stop("choice", "sysadmin", new),
        tour.Stop("refusal", "sysadmin", f"{new}?by={other}", act=confirm),
        tour.Stop("waiting", "sysadmin", f"/catalog-admin/replacements/{waiting}"),
        tour.Stop("failures", "sysadmin", f"/catalog-admin/replacements/{failed}"),
        tour.Stop("undo", "sysadmin", f"/catalog-admin/replacements/{failed}/undo"),
        tour.Stop("list", "sysadmin", "/catalog-admin/replacements"),
    ]
    found = {
        (stop.name, *view): nodes
        for stop in stops for view, nodes in tour.look(page, site, stop, {}).items() if nodes
    }
    assert not found
    for device in (390, 1280):
        page.set_viewport_size({"width": device, "height": 900})
        for stop in stops:
            page.goto(stop.path)
            assert page.evaluate("document.documentElement.scrollWidth") <= device

"""The form by the site's own rules, in a real browser: stars follow what is chosen."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import cookies_of, page_of
from playwright.sync_api import Browser, BrowserContext, Page, expect
from stack.live import LiveSite
from test_browser import PASSWORD

from ckanext.thai_gdc import fields, settings
from ckanext.thai_gdc.record import stars

pytestmark = pytest.mark.timeout(180)

NEW = "/dataset/new"
SAVE = "บันทึกการแก้ไขชุดข้อมูล"

OWNERS = ("health", "roads")

RECORD = {
    "title": "จำนวนผู้ป่วยนอก", "maintainer_email": "data@example.go.th",
    "tag_string": "สาธารณสุข", "objective": ["11"], "data_source": "โรงพยาบาล",
    "data_category": "1", "owner_org": "health",
}

#: Of a text, a list of boxes, a choice and a field of statistics only.
MANDATORY: list[dict[str, Any]] = [
    {"field": "url", "data_types": ["1", "2"], "organizations": ["health"]},
    {"field": "url", "data_types": ["3"]},
    {"field": "data_format", "organizations": ["roads"]},
    {"field": "license_id", "data_types": ["4"]},
    {"field": "unit_of_measure"},
]


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with rules of its own, and a steward in two organizations."""
    site = live_site("rules")
    site.api("user_create", name="steward", email="steward@example.go.th", password=PASSWORD)
    for number, name in enumerate(OWNERS):
        site.api("organization_create", name=name, title=name, org_code=f"10{number:02}",
                 users=[{"name": "steward", "capacity": "editor"}])
    site.api("package_create", name="opd", data_type="2", data_support="1", **RECORD)
    site.api("package_create", name="survey", data_type="1", data_support="1", **RECORD)
    site.api("gdc_rules_update", mandatory=MANDATORY, note="ก")
    site.api("gdc_field_update", level="dataset", name="data_support", hidden=True, note="ก")
    # A process of the site looks at the settings twice a second.
    time.sleep(settings.FRESH)
    return site


@pytest.fixture(scope="module")
def login(chromium: Browser, site: LiveSite) -> Any:
    """The cookies of the steward's login."""
    return cookies_of(chromium, site, "steward", PASSWORD)


@pytest.fixture
def context(chromium: Browser, site: LiveSite, login: Any) -> Iterator[BrowserContext]:
    """A browser of the steward, who is logged in."""
    context = chromium.new_context(base_url=site.url, locale="th-TH", storage_state=login)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page in which no script may fail; leaving a form is always confirmed."""
    with page_of(context) as page:
        page.on("dialog", lambda dialog: dialog.accept())
        yield page


_SEEN = """(names) => {
  const form = document.querySelector("[data-gdc-form]");
  const checker = gdc.checker(JSON.parse(document.querySelector("[data-gdc-rules]").textContent));
  const found = {};
  for (const name of names) {
    const block = form.querySelector(`[data-gdc-field="${name}"]`);
    const star = block.querySelector(".gdc-star");
    found[name] = {
      star: Boolean(star) && !star.hidden,
      refused: checker.ofField(form, name).length > 0,
      required: block.querySelector("fieldset")
        ? !block.querySelector("legend .visually-hidden").hidden
        : document.getElementById(`field-${name}`).getAttribute("aria-required") === "true",
    };
  }
  return found;
}"""


def test_the_browser_asks_what_the_server_asks(page: Page, site: LiveSite) -> None:
    """For every data type and organization: star, what is said to a screen reader, judgement."""
    ids = {name: site.api("organization_show", id=name)["id"] for name in OWNERS}
    rows = [{"data_types": [], **row, "organizations": [ids[o] for o in row.get(
        "organizations", [])]} for row in MANDATORY]
    asked = {row["field"] for row in rows}
    page.goto(NEW)
    compared = 0
    for data_type, owner in itertools.product(["", "1", "2", "3", "4", "9"], ["", *OWNERS]):
        page.locator("#field-data_type").select_option(data_type)
        page.locator("#field-owner_org").select_option(ids.get(owner, ""))
        seen = page.evaluate(_SEEN, sorted(asked))
        with settings.supposing(settings.Settings(1, {"rule:mandatory": rows})):
            expected = {
                name: stars.asks(fields.lookup(name, "dataset"), data_type or None, ids.get(owner))
                for name in asked
            }
        for name, is_asked in expected.items():
            compared += 1
            assert seen[name] == {
                "star": is_asked, "refused": is_asked, "required": is_asked,
            }, (name, data_type, owner)
    assert compared == 18 * len(asked)


def test_what_is_asked_no_longer_is_no_error_any_more(page: Page) -> None:
    """A refused save names the field; another organization takes the message away."""
    page.goto("/dataset/edit/survey")
    page.get_by_role("button", name=SAVE).click()
    summary = page.locator("[data-gdc-errors]")
    expect(summary.get_by_role("link")).to_have_count(1)
    expect(summary).to_contain_text("URL")
    expect(page.locator("#field-url-error")).to_be_visible()
    page.locator("#field-owner_org").select_option(label="1001 roads")
    expect(page.locator("#field-url-error")).to_have_count(0)
    page.locator("#field-owner_org").select_option(label="1000 health")
    page.locator("#field-url").fill("https://example.go.th/opd")
    page.get_by_role("button", name=SAVE).click()
    page.wait_for_url("**/dataset/survey")


@pytest.mark.parametrize(("record", "stars_seen"), [("opd", {"unit_of_measure", "url"})])
def test_the_stars_are_right_without_a_script(
    chromium: Browser, site: LiveSite, login: Any, record: str, stars_seen: set[str]
) -> None:
    """As the record is stored; and the field that the site hides is there where it has a value."""
    context = chromium.new_context(
        base_url=site.url, storage_state=login, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/dataset/edit/{record}")
    for row in MANDATORY:
        star = page.locator(f'[data-gdc-field="{row["field"]}"] .gdc-star')
        expect(star).to_be_visible(visible=row["field"] in stars_seen)
    expect(page.locator('[data-gdc-field="data_support"]')).to_have_count(0)
    page.goto("/dataset/edit/survey")
    expect(page.locator('[data-gdc-field="data_support"]')).to_have_count(1)
    page.goto(NEW)
    expect(page.locator('[data-gdc-field="data_support"]')).to_have_count(0)
    context.close()

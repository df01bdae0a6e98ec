"""The pages of the rules in a real browser: by keyboard alone, with what their script adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from browsing import log_in, page_of
from playwright.sync_api import Browser, Page, expect
from stack.live import LiveSite

from ckanext.thai_gdc import fields

pytestmark = pytest.mark.timeout(180)

PASSWORD = "รหัสผ่านของผู้จัดการ"
RULES = "/catalog-admin/rules"


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog of twelve organizations, a record and a catalog manager."""
    site = live_site("rules-pages")
    for number in range(12):
        site.api("organization_create", name=f"office-{number}", title=f"สำนักงานที่ {number}",
                 org_code=f"10{number:02}")
    site.api(
        "package_create", name="opd", owner_org="office-3", data_type="2", title="ผู้ป่วยนอก",
        maintainer_email="data@example.go.th", tag_string="สุขภาพ", objective=["11"],
        data_source="โรงพยาบาล", data_category="1", license_id="1",
    )
    site.api("user_create", name="manager", email="m@example.go.th", password=PASSWORD)
    site.api("gdc_manager_set", user="manager", manager=True, note="แต่งตั้ง")
    return site


@pytest.fixture
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A page of the catalog manager, in which no script may fail."""
    context = chromium.new_context(base_url=site.url, locale="th-TH")
    with page_of(context) as page:
        log_in(page, "manager", PASSWORD)
        yield page


def test_the_own_set_is_made_by_keyboard_alone(page: Page, site: LiveSite) -> None:
    """Its boxes come with the choice; a refusal takes the focus; the save is told."""
    page.goto(RULES + "/stars")
    own = page.locator("[data-gdc-own-stars]")
    expect(own).to_be_hidden()
    page.locator("input[name=star_set]:checked").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#star-set-custom")).to_be_checked()
    expect(own).to_be_visible()
    expect(page.locator("#star-title")).to_be_disabled()
    page.locator("#star-notes").focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("ผลของการเปลี่ยน")
    expect(page.locator(".gdc-rules-records")).to_contain_text("ผู้ป่วยนอก")
    with page.expect_navigation():
        page.get_by_role("button", name="บันทึกและใช้ทันที").press("Enter")
    expect(page.locator("[data-gdc-errors]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#field-note")).to_be_focused()
    page.keyboard.type("ตามมติคณะกรรมการ")
    with page.expect_navigation():
        page.get_by_role("button", name="บันทึกและใช้ทันที").press("Enter")
    expect(page.locator(".flash-messages")).to_contain_text("บันทึกแล้ว")
    assert site.api("gdc_rules_show")["star_set"] == "custom"
    assert "notes" in site.api("gdc_rules_show")["stars"]


def test_a_condition_is_put_together_with_what_applies(page: Page) -> None:
    """Data types without the field cannot be ticked; organizations are found by typing."""
    page.goto(RULES + "/mandatory")
    page.locator("#field-field").select_option("unit_of_measure")
    types = fields.dataset_fields()["unit_of_measure"].data_types
    assert types
    for box in page.locator("input[name=data_types]").all():
        assert box.is_disabled() == (box.get_attribute("value") not in types)
    search = page.get_by_role("searchbox", name="ค้นหาองค์กร")
    search.fill("ที่ 11")
    boxes = page.locator(".gdc-rules-organizations label:visible")
    expect(boxes).to_have_count(1)
    boxes.first.locator("input").check()
    search.fill("ที่ 7")
    expect(boxes).to_have_count(2)
    search.press("Enter")
    expect(page.get_by_text("แสดง 2 จาก 12")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="เพิ่มลงในตาราง").click()
    row = page.locator(".gdc-rules-table tbody tr")
    expect(row).to_contain_text("สำนักงานที่ 11")
    assert page.url.endswith("#field-mandatory")


def test_fields_are_found_while_typing(page: Page) -> None:
    """By what they are called in either language; headings without a field go."""
    page.goto(RULES + "/fields")
    page.locator("#rules-q").press_sequentially("multiplier")
    shown = page.locator(".gdc-rules-fields li:visible")
    expect(shown).to_have_count(4)
    expect(page.locator("#rules-levels h2:visible")).to_have_count(2)
    expect(page.get_by_text("แสดง 4 จาก")).to_be_visible()

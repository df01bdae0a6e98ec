"""A steward's main job in a real browser, on a real site: with the mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from browsing import log_in, page_of
from playwright.sync_api import Browser, Page, expect
from stack.live import LiveSite

pytestmark = pytest.mark.timeout(180)

PASSWORD = "รหัสผ่านของเจ้าหน้าที่"


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with two organizations and a steward in one of them."""
    site = live_site("pages")
    site.api("organization_create", name="province", title="จังหวัด", org_code="1000")
    site.api(
        "organization_create", name="hospital", title="โรงพยาบาล", org_code="1002",
        groups=[{"name": "province"}],
    )
    site.api("user_create", name="steward", email="steward@example.go.th", password=PASSWORD)
    site.api("organization_member_create", id="hospital", username="steward", role="editor")
    return site


@pytest.fixture
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A page in which the steward is logged in; no script may fail in it."""
    context = chromium.new_context(base_url=site.url, locale="th-TH")
    with page_of(context) as page:
        log_in(page, "steward", PASSWORD)
        yield page


def test_register_is_stopped_mend_and_save(page: Page, site: LiveSite) -> None:
    """The record is refused in plain Thai, mended where the links lead, saved and read."""
    page.goto("/dataset/new")
    # The only organization of the steward is chosen already.
    expect(page.get_by_label("องค์กร *")).to_have_value(
        site.api("organization_show", id="hospital")["id"]
    )
    expect(page.locator("#field-first_year_of_data")).to_be_hidden()
    page.get_by_label("ประเภทข้อมูล *").select_option(label="ข้อมูลสถิติ")
    expect(page.locator("#field-first_year_of_data")).to_be_visible()
    expect(page.locator("#field-data_collect")).to_be_hidden()

    page.get_by_label("ชื่อชุดข้อมูล *").fill("จำนวนผู้ป่วยนอก")
    expect(page.locator("#field-title-count")).to_have_text("15 จาก 150 ตัวอักษร")
    page.get_by_label("อีเมลผู้ติดต่อ *").fill("data@example.go.th")
    page.get_by_label("คำสำคัญ *").fill("สาธารณสุข, ผู้ป่วยนอก")
    expect(page.locator("#field-objective_other")).to_be_hidden()
    page.locator("#field-objective").get_by_label("อื่นๆ").check()
    expect(page.locator("#field-objective_other")).to_be_visible()
    page.get_by_label("หมวดหมู่ข้อมูลตามธรรมาภิบาลข้อมูลภาครัฐ *").select_option(
        label="ข้อมูลสาธารณะ"
    )
    page.get_by_role("textbox", name="วันที่ปรับปรุงข้อมูลล่าสุด").fill("๑๖/๐๓/๒๕๖๔")
    page.get_by_role("button", name="ถัดไป: เพิ่มไฟล์ข้อมูล").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text(
        ["กรุณากรอก “วัตถุประสงค์อื่นๆ (ระบุ)” เพราะได้เลือก “อื่นๆ” ไว้", "กรุณากรอก “แหล่งที่มา”"]
    )
    summary.get_by_role("link", name="แหล่งที่มา").click()
    expect(page.locator("#field-data_source")).to_be_focused()
    page.keyboard.type("ระบบเวชระเบียน")
    page.locator("#field-objective_other").fill("เพื่อการวิจัย")
    page.get_by_role("button", name="ถัดไป: เพิ่มไฟล์ข้อมูล").click()

    page.wait_for_url("**/resource/new")
    page.get_by_label("ที่อยู่บนเว็บ").check()
    page.locator("#field-resource-url").fill("https://example.go.th/opd.csv")
    page.get_by_label("ชื่อทรัพยากร *").fill("ผู้ป่วยนอก 2567")
    page.get_by_role("button", name="เผยแพร่", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("จำนวนผู้ป่วยนอก")
    items = page.locator(".gdc-items").first
    expect(items).to_contain_text("โรงพยาบาล (1002)")
    expect(items).to_contain_text("อื่นๆ: เพื่อการวิจัย")
    expect(page.get_by_role("main")).to_contain_text("16 มีนาคม 2564")
    expect(page.locator("#dataset-resources")).to_contain_text("ผู้ป่วยนอก 2567")
    status, text = site.get("/dataset/" + page.url.rsplit("/", 1)[1])
    assert status == 200
    assert "จำนวนผู้ป่วยนอก" in text


def test_what_was_typed_returns_with_the_data_type(page: Page) -> None:
    """Fields of another type are hidden, not emptied."""
    page.goto("/dataset/new")
    kind = page.get_by_label("ประเภทข้อมูล *")
    kind.select_option(label="ข้อมูลสถิติ")
    page.locator("#field-unit_of_measure").fill("คน")
    kind.select_option(label="ข้อมูลภูมิสารสนเทศเชิงพื้นที่")
    expect(page.locator("#field-unit_of_measure")).to_be_hidden()
    expect(page.locator("#gdc-group-statistics")).to_be_hidden()
    kind.select_option(label="ข้อมูลสถิติ")
    expect(page.locator("#field-unit_of_measure")).to_have_value("คน")


def by_keyboard(page: Page, typed: dict[str, str], pressed: dict[str, str], button: str) -> None:
    """Go from field to field with Tab, type or press what each gets, then press the button.

    Args:
        page: the form, with the focus before its first field.
        typed: text by the id of its field.
        pressed: key by the id of its field.
        button: value of the button that saves.
    """
    left = {**typed, **pressed}
    for _ in range(200):
        focused, value = page.evaluate(
            "[document.activeElement.id, document.activeElement.name === 'save'"
            " ? document.activeElement.value : null]"
        )
        if focused in left and focused in typed:
            page.keyboard.type(left.pop(focused))
        elif focused in left:
            page.keyboard.press(left.pop(focused))
        elif value == button and not left:
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by keyboard: {left or button}")


def test_register_by_keyboard_alone(page: Page) -> None:
    """A record with a file's address is registered and published without the mouse."""
    page.goto("/dataset/new")
    page.locator("#field-data_type").focus()
    by_keyboard(
        page,
        {
            "field-title": "ทะเบียนโรงเรียน", "field-maintainer_email": "data@example.go.th",
            "field-tag_string": "โรงเรียน", "field-data_source": "กองการศึกษา",
            "field-geo_coverage": "จังหวัด",
        },
        {
            "field-data_type": "ArrowDown", "field-data_category": "ArrowDown",
            "field-objective-11": "Space",
        },
        "",
    )
    page.wait_for_url("**/resource/new")
    by_keyboard(
        page,
        {"field-resource-url": "https://example.go.th/schools.csv", "field-name": "โรงเรียน"},
        {"field-url-file": "ArrowDown"},
        "go-metadata",
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("ทะเบียนโรงเรียน")
    expect(page.locator(".gdc-items").first).to_contain_text("จังหวัด")


def test_no_page_is_wider_than_a_phone(page: Page) -> None:
    """Nothing sticks out at 390 pixels: the form, a refused one, search, organization."""
    page.set_viewport_size({"width": 390, "height": 800})
    for path in ("/", "/dataset/", "/organization/hospital", "/dataset/new"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.get_by_role("button", name="ถัดไป: เพิ่มไฟล์ข้อมูล").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

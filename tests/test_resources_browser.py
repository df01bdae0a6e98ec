"""The resources of a record in a real browser: order, several at once, a file with its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import log_in, page_of
from playwright.sync_api import Browser, Page, Route, expect
from stack.live import LiveSite
from test_browser import PASSWORD

pytestmark = pytest.mark.timeout(180)

PAGE = "/dataset/resources/opd"
NEW = "/dataset/opd/resource/new"


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with a steward, whose files may have 1 MB."""
    site = live_site("resources", extra_config={"ckan.max_resource_size": "1"})
    site.api("organization_create", name="hospital", title="โรงพยาบาล", org_code="1002")
    site.api("user_create", name="steward", email="steward@example.go.th", password=PASSWORD)
    site.api("organization_member_create", id="hospital", username="steward", role="editor")
    site.api(
        "package_create", name="opd", title="ผู้ป่วยนอก", owner_org="hospital", data_type="1",
        maintainer_email="data@example.go.th", tag_string="ข่าว", objective=["11"],
        data_source="หน่วยงาน", data_category="1",
    )
    return site


@pytest.fixture(autouse=True)
def _three(site: LiveSite) -> None:
    """The record has three addresses at the start of each test."""
    site.api(
        "package_patch", id="opd", state="active", resources=[
            {"name": name, "url": f"https://example.go.th/{name}.csv", "format": "CSV"}
            for name in ("one", "two", "three")
        ],
    )


@pytest.fixture
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A page in which the steward is logged in with a cookie; no script may fail in it."""
    context = chromium.new_context(base_url=site.url, locale="th-TH")
    context.set_default_timeout(10000)
    with page_of(context) as page:
        log_in(page, "steward", PASSWORD)
        yield page


def names(site: LiveSite) -> list[str]:
    """The names of the record's resources, as they are stored."""
    return [resource["name"] for resource in site.api("package_show", id="opd")["resources"]]


def shown(page: Page) -> list[str]:
    """The names in the list of the page."""
    return page.locator("[data-gdc-order] [data-gdc-name]").all_inner_texts()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A file that can be sent, and one that is too large."""
    contents = {"ผู้ป่วย 2567.csv": b"a,b\n1,2\n" * 9000, "big.csv": b"0" * (1024 * 1024 + 1)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


def test_order_by_keyboard(page: Page, site: LiveSite) -> None:
    """The button keeps the focus, the new place is said, the order is saved at once."""
    page.goto(PAGE)
    said = page.locator("[data-gdc-said]")
    up = page.get_by_role("button", name="เลื่อนขึ้น: three")
    up.press("Enter")
    expect(said).to_have_text("“three” อยู่ลำดับที่ 2 จาก 3 บันทึกลำดับแล้ว")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    expect(said).to_have_text("“three” อยู่ลำดับที่ 1 จาก 3 บันทึกลำดับแล้ว")
    expect(up).to_be_focused()
    expect(up).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    assert shown(page) == names(site) == ["three", "one", "two"]
    page.get_by_role("button", name="เลื่อนลง: three").press("Enter")
    page.keyboard.press("Enter")
    expect(said).to_have_text("“three” อยู่ลำดับที่ 3 จาก 3 บันทึกลำดับแล้ว")
    assert names(site) == ["one", "two", "three"]


def test_order_by_dragging(page: Page, site: LiveSite) -> None:
    """The last is dragged to the top; Escape while dragging changes nothing."""
    page.goto(PAGE)

    def drag(cancel: bool) -> None:
        handle = page.locator("[data-gdc-handle]").nth(2).bounding_box()
        top = page.locator("[data-gdc-order] > li").first.bounding_box()
        assert handle and top
        page.mouse.move(handle["x"] + 8, handle["y"] + 8)
        page.mouse.down()
        page.mouse.move(handle["x"] + 8, top["y"] + 2, steps=8)
        assert shown(page) == ["three", "one", "two"]
        if cancel:
            page.keyboard.press("Escape")
        page.mouse.up()

    drag(cancel=True)
    assert shown(page) == ["one", "two", "three"]
    drag(cancel=False)
    expect(page.locator("[data-gdc-said]")).to_contain_text("บันทึกลำดับแล้ว")
    assert names(site) == ["three", "one", "two"]


def test_order_that_cannot_be_saved_goes_back(page: Page, site: LiveSite) -> None:
    """No server, no login any more, changed by somebody else: said in words, nothing changed."""
    page.goto(PAGE)
    failed = page.locator("[data-gdc-failed]")
    down = page.get_by_role("button", name="เลื่อนลง: one")
    page.context.set_offline(True)
    down.press("Enter")
    expect(failed).to_contain_text("ไม่ได้บันทึกลำดับใหม่ จึงแสดงลำดับเดิม ติดต่อเซิร์ฟเวอร์ไม่ได้")
    expect(down).to_be_focused()
    assert shown(page) == ["one", "two", "three"]
    page.context.set_offline(False)

    other = site.api("package_show", id="opd")["resources"]
    site.api("package_resource_reorder", id="opd", order=[r["id"] for r in other[::-1]])
    down.press("Enter")
    expect(failed).to_contain_text("มีผู้อื่นเพิ่ม ลบ หรือย้ายทรัพยากรระหว่างนี้")
    assert shown(page) == ["one", "two", "three"]
    assert names(site) == ["three", "two", "one"]

    page.goto(PAGE)
    page.context.clear_cookies()
    down = page.get_by_role("button", name="เลื่อนลง: three")
    down.press("Enter")
    expect(failed).to_contain_text("การเข้าสู่ระบบของท่านสิ้นสุดแล้ว")
    log_in(page.context.new_page(), "steward", PASSWORD)
    down.press("Enter")
    expect(page.locator("[data-gdc-said]")).to_contain_text("บันทึกลำดับแล้ว")
    expect(failed).to_be_empty()
    assert names(site) == ["two", "three", "one"]


def test_several_at_once(page: Page, site: LiveSite, files: dict[str, Path]) -> None:
    """Files and addresses become rows; what is too large or no address is said before."""
    page.goto(PAGE)
    page.locator("#gdc-files").set_input_files(list(files.values()))
    rows = page.locator("[data-gdc-rows] > li")
    expect(rows).to_have_count(2)
    large = rows.filter(has_text="big.csv")
    expect(large).to_contain_text("ไฟล์ใหญ่เกินไป (1.1 MB) รับได้ไม่เกิน 1 MB")
    expect(large.get_by_role("button")).to_have_text(["นำออกจากรายการ"])
    page.locator("#gdc-files").set_input_files([files["ผู้ป่วย 2567.csv"]])
    said = page.locator("[data-gdc-adding-said]")
    expect(said).to_have_text("“ผู้ป่วย 2567.csv” อยู่ในรายการแล้ว")

    addresses = page.get_by_label("ที่อยู่เว็บ บรรทัดละหนึ่งที่อยู่")
    addresses.fill("https://example.go.th/new.json?a=1\nข่าว\n\nhttps://example.go.th/one.csv")
    page.get_by_role("button", name="นำที่อยู่เหล่านี้เข้ารายการ").press("Enter")
    expect(said).to_contain_text("เพิ่มในรายการด้านล่างแล้ว 2 รายการ “ข่าว” ไม่ใช่ที่อยู่เว็บ")
    expect(addresses).to_have_value("ข่าว")
    addresses.fill("")
    expect(rows.filter(has_text="new.json")).to_contain_text("JSON")
    twice = rows.filter(has_text="one.csv")
    expect(twice).to_contain_text("ชุดข้อมูลนี้มีรายการนี้อยู่แล้ว")
    twice.get_by_role("button", name="นำออกจากรายการ").press("Enter")

    bad = rows.filter(has_text="new.json")
    bad.get_by_role("textbox").fill("")
    page.get_by_role("button", name="บันทึกทั้งหมด").press("Enter")
    expect(said).to_have_text("บันทึกแล้ว 1 รายการ ยังไม่ได้บันทึก 2 รายการ")
    assert names(site)[3:] == ["ผู้ป่วย 2567"]
    expect(bad).to_contain_text("กรุณากรอก “ชื่อทรัพยากร”")
    expect(bad.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    bad.get_by_role("textbox").fill("รายการใหม่")
    page.keyboard.press("Enter")
    expect(page.locator("[data-gdc-order] > li")).to_have_count(5)
    large.get_by_role("button", name="นำออกจากรายการ").click()
    expect(rows).to_have_count(0)

    stored = site.api("package_show", id="opd")["resources"][3:]
    assert [(r["name"], r["format"], r["url_type"]) for r in stored] == [
        ("ผู้ป่วย 2567", "CSV", "upload"), ("รายการใหม่", "JSON", ""),
    ]
    assert stored[0]["size"] == files["ผู้ป่วย 2567.csv"].stat().st_size
    page.get_by_role("button", name="เลื่อนขึ้น: รายการใหม่").press("Enter")
    expect(page.locator("[data-gdc-said]")).to_contain_text("บันทึกลำดับแล้ว")
    assert names(site)[3:] == ["รายการใหม่", "ผู้ป่วย 2567"]
    page.get_by_role("link", name="กรอกรายละเอียด: ผู้ป่วย 2567").click()
    expect(page.get_by_label("ชื่อทรัพยากร *")).to_have_value("ผู้ป่วย 2567")


def test_a_row_waits_for_the_server(page: Page, site: LiveSite) -> None:
    """Without the server, or after the login has ended, the row stays and is sent again."""
    page.goto(PAGE)
    page.locator("#gdc-addresses").fill("https://example.go.th/later.csv")
    page.context.set_offline(True)
    page.get_by_role("button", name="บันทึกทั้งหมด").click()
    row = page.locator("[data-gdc-rows] > li")
    expect(row).to_contain_text("ติดต่อเซิร์ฟเวอร์ไม่ได้")
    page.context.set_offline(False)
    page.context.clear_cookies()
    row.get_by_role("button", name="บันทึกรายการนี้").click()
    expect(row).to_contain_text("การเข้าสู่ระบบของท่านสิ้นสุดแล้ว")
    log_in(page.context.new_page(), "steward", PASSWORD)
    row.get_by_role("button", name="บันทึกรายการนี้").click()
    expect(row).to_have_count(0)
    assert names(site) == ["one", "two", "three", "later"]


def test_leaving_with_something_unsent_asks(page: Page) -> None:
    """Rows that are not saved are not lost by a click."""
    page.goto(PAGE)
    page.locator("#gdc-addresses").fill("https://example.go.th/x.csv")
    page.get_by_role("button", name="นำที่อยู่เหล่านี้เข้ารายการ").click()
    asked: list[str] = []

    def dismiss(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.get_by_role("link", name="ดูชุดข้อมูล").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith(PAGE)
    page.get_by_role("button", name="นำออกจากรายการ").click()
    page.get_by_role("link", name="ดูชุดข้อมูล").click()
    page.wait_for_url("**/dataset/opd")


def test_a_file_is_sent_with_its_progress(
    page: Page, site: LiveSite, files: dict[str, Path]
) -> None:
    """The form of one resource: too large, no server, no login are said; then it is saved."""
    page.goto(NEW)
    chooser = page.locator("#field-resource-upload")
    expect(page.locator("#field-resource-url")).to_be_hidden()
    page.get_by_label("ที่อยู่บนเว็บ").check()
    expect(chooser).to_be_hidden()
    page.get_by_label("ไฟล์จากเครื่องนี้").press("Space")
    chooser.set_input_files(files["big.csv"])
    expect(page.get_by_role("alert").filter(has_text="ใหญ่เกินไป (1.1 MB)")).to_be_visible()
    page.get_by_role("button", name="เพิ่ม", exact=True).click()
    expect(chooser).to_be_focused()
    assert page.url.endswith(NEW)

    chooser.set_input_files(files["ผู้ป่วย 2567.csv"])
    name = page.get_by_label("ชื่อทรัพยากร *")
    expect(name).to_have_value("ผู้ป่วย 2567")
    page.context.set_offline(True)
    page.get_by_role("button", name="เพิ่ม", exact=True).click()
    failed = page.locator("[data-gdc-send-failed]")
    expect(failed).to_contain_text("ยังไม่ได้บันทึก เพราะติดต่อเซิร์ฟเวอร์ไม่ได้")
    expect(failed).to_be_focused()
    expect(name).to_have_value("ผู้ป่วย 2567")
    page.context.set_offline(False)

    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="เพิ่ม", exact=True).click()
    expect(failed).to_contain_text("การเข้าสู่ระบบสิ้นสุดแล้ว")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]

    page.evaluate("""() => {
        const bar = document.querySelector("[data-gdc-sending] [role=progressbar]");
        new MutationObserver(() => {
          localStorage.setItem("told", bar.getAttribute("aria-valuenow"));
        }).observe(bar, { attributes: true });
    }""")
    page.get_by_role("button", name="เพิ่ม", exact=True).click()
    page.wait_for_url("**/dataset/opd")
    assert page.evaluate("localStorage.getItem('told')") == "100"
    stored = site.api("package_show", id="opd")["resources"][-1]
    assert (stored["name"], stored["url_type"]) == ("ผู้ป่วย 2567", "upload")
    assert stored["size"] == files["ผู้ป่วย 2567.csv"].stat().st_size


def test_a_refused_file_is_named_on_the_page_that_answers(
    page: Page, site: LiveSite, files: dict[str, Path]
) -> None:
    """What the server alone refuses is shown as after an ordinary save, scripts and all."""
    def without_rules(route: Route) -> None:
        if route.request.method == "POST":
            route.continue_()
            return
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("data-gdc-rules", "data-none"))

    # The browser would say it before: here the server has to.
    page.route("**/resource/new", without_rules)
    page.goto(NEW)
    page.locator("#field-resource-upload").set_input_files(files["ผู้ป่วย 2567.csv"])
    page.get_by_label("ชื่อทรัพยากร *").fill("ก" * 251)
    page.locator("button[name=save][value=again]").click()
    expect(page.locator("#field-url-lost")).to_contain_text("ผู้ป่วย 2567.csv")
    expect(page.locator("[data-gdc-errors]")).to_be_focused()
    page.locator("#field-resource-upload").set_input_files(files["ผู้ป่วย 2567.csv"])
    page.get_by_label("ชื่อทรัพยากร *").fill("ใหม่")
    page.get_by_role("button", name="เพิ่ม", exact=True).click()
    page.wait_for_url("**/dataset/opd")
    assert names(site)[-1] == "ใหม่"


@pytest.mark.parametrize("path", [PAGE, NEW])
def test_the_pages_fit_a_phone(page: Page, files: dict[str, Path], path: str) -> None:
    """Nothing sticks out at 390 pixels, rows included; targets have 24 pixels."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(path)
    if path == PAGE:
        page.locator("#gdc-files").set_input_files(list(files.values()))
        for button in page.locator("[data-gdc-resources] button:visible").all():
            size = button.bounding_box()
            assert size and min(size["width"], size["height"]) >= 24
        for button in page.get_by_role("button", name="นำออกจากรายการ").all()[::-1]:
            button.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("window.onbeforeunload = null")


def test_a_form_of_another_site_changes_nothing(page: Page, site: LiveSite) -> None:
    """The login alone is not enough: without the token of the page the server refuses."""
    for sent in ({"do": "publish"}, {"do": "add", "addresses": "https://example.go.th/x"}):
        assert page.request.post(PAGE, form=sent).status == 400
    assert names(site) == ["one", "two", "three"]

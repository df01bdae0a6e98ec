"""The pages of code lists in a real browser: by keyboard, by dragging, while somebody types."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browsing import log_in, page_of
from playwright.sync_api import Browser, Page, expect
from stack.live import LiveSite

pytestmark = pytest.mark.timeout(180)

PASSWORD = "รหัสผ่านของผู้จัดการ"
WHY = "ตามหนังสือเวียน"

#: What axe is asked: every rule but those of AAA, and the size of targets too.
_AXE = """() => axe.run(document, {resultTypes: ['violations'],
  rules: {'target-size': {enabled: true}}, preload: false}).then(found =>
  found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}`)))"""


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with a catalog manager who has no other right."""
    site = live_site("lists-pages")
    site.api("user_create", name="manager", email="m@example.go.th", password=PASSWORD)
    site.api("gdc_manager_set", user="manager", manager=True, note=WHY)
    site.api("gdc_code_retire", list="data_support", code="3", note=WHY)
    return site


@pytest.fixture
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A page of the manager; no script may fail in it."""
    context = chromium.new_context(base_url=site.url, locale="th-TH", reduced_motion="reduce")
    context.add_init_script(AXE_SCRIPT)
    with page_of(context) as page:
        log_in(page, "manager", PASSWORD)
        yield page


def axe(page: Page) -> list[str]:
    """What axe finds on the page, when its styles are there: the rule and the node of each."""
    page.wait_for_load_state("load")
    return page.evaluate(_AXE)


def order(site: LiveSite, name: str) -> list[str]:
    """The codes of a list as a client reads them."""
    return [code["code"] for code in site.api("gdc_code_list_show", id=name)["codes"]]


def shown(page: Page) -> list[str]:
    """The codes in the order of the form."""
    return [box.input_value() for box in page.locator("li input[name=code]").all()]


def test_from_the_head_of_a_page_to_a_new_code_by_keyboard(page: Page, site: LiveSite) -> None:
    """The link is in the head; a refused form takes the focus and leads to the field."""
    page.goto("/about")
    page.get_by_role("link", name="จัดการบัญชีข้อมูล").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="ผู้สนับสนุนหรือผู้ร่วมดำเนินการ").press("Enter")
    page.get_by_role("link", name="เพิ่มรหัส").press("Enter")
    page.get_by_label("รหัส *").fill("6")
    page.get_by_label("ป้ายชื่อภาษาไทย *").fill("ภาคประชาชน")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    summary.get_by_role("link").first.press("Enter")
    expect(page.get_by_label("ป้ายชื่อภาษาอังกฤษ *")).to_be_focused()
    page.keyboard.type("Civil society")
    page.get_by_label("เหตุผลที่เปลี่ยน *").fill(WHY)
    page.get_by_role("button", name="บันทึก", exact=True).press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("บันทึกแล้ว")
    expect(page.locator("#gdc-codes")).to_contain_text("ภาคประชาชน")
    assert "6" in order(site, "data_support")


def test_the_order_by_keyboard(page: Page, site: LiveSite) -> None:
    """A button keeps the focus and says the new place; a place is typed; one save for all."""
    page.goto("/catalog-admin/lists/data_type/order")
    down = page.get_by_role("button", name="เลื่อนลง: 1 ข้อมูลระเบียน")
    down.focus()
    page.keyboard.press("Enter")
    expect(down).to_be_focused()
    page.keyboard.press("Space")
    expect(down).to_be_focused()
    assert shown(page) == list("23149")
    said = page.locator("[data-gdc-said]")
    expect(said).to_contain_text("“1 ข้อมูลระเบียน” อยู่ลำดับที่ 3 จาก 5")
    place = page.get_by_label("ลำดับที่ของ 9")
    place.fill("๑")
    place.press("Enter")
    expect(place).to_be_focused()
    assert shown(page) == list("92314")
    first = page.get_by_role("button", name="เลื่อนขึ้น: 9")
    expect(first).to_have_attribute("aria-disabled", "true")
    assert order(site, "data_type") == list("12349")
    page.get_by_label("เหตุผลที่เปลี่ยน *").fill(WHY)
    page.get_by_role("button", name="บันทึกลำดับ").last.press("Enter")
    page.wait_for_url("**/lists/data_type")
    assert order(site, "data_type") == list("92314")


def test_the_order_by_dragging(page: Page, site: LiveSite) -> None:
    """A code is pulled over two others; the places are numbered anew."""
    before = order(site, "equivalent_scale")
    page.goto("/catalog-admin/lists/equivalent_scale/order")
    handles = page.locator("[data-gdc-handle]")
    start, end = handles.nth(0).bounding_box(), handles.nth(2).bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 5, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + 5, steps=8)
    page.mouse.move(end["x"] + 5, end["y"] + end["height"], steps=4)
    page.mouse.up()
    wanted = [before[1], before[2], before[0], *before[3:]]
    assert shown(page) == wanted
    assert [box.input_value() for box in page.locator("[name=place]").all()] == [
        str(number) for number in range(1, len(before) + 1)]
    page.get_by_label("เหตุผลที่เปลี่ยน *").fill(WHY)
    page.get_by_role("button", name="บันทึกลำดับ").last.click()
    page.wait_for_url("**/lists/equivalent_scale")
    assert order(site, "equivalent_scale") == wanted


def test_the_order_without_a_script(chromium: Browser, site: LiveSite, page: Page) -> None:
    """The button that moved has the focus after the page came back."""
    context = chromium.new_context(
        base_url=site.url, java_script_enabled=False, storage_state=page.context.storage_state())
    bare = context.new_page()
    bare.goto("/catalog-admin/lists/data_language/order")
    before = order(site, "data_language")
    bare.locator("button[value^='down:']").first.click()
    assert shown(bare) == [before[1], before[0], *before[2:]]
    expect(bare.locator("button[autofocus]")).to_be_focused()
    context.close()


def test_a_form_of_another_site_is_refused(page: Page, site: LiveSite) -> None:
    """With the manager's cookies but without the token of our form nothing is changed."""
    answer = page.request.post(
        "/catalog-admin/lists/data_support/1/retire", form={"note": WHY})
    assert answer.status == 400
    entries = site.api("gdc_code_list_show", id="data_support")["codes"]
    assert next(entry for entry in entries if entry["code"] == "1")["active"] is True


def test_search_while_somebody_types(page: Page) -> None:
    """Rows that do not match go, the count is said, and all come back."""
    page.goto("/catalog-admin/lists")
    rows = page.locator("#gdc-all-lists tbody tr")
    count = rows.count()
    page.get_by_role("searchbox", name="ค้นหารายการรหัส").fill("สัญญา")
    expect(rows.filter(visible=True)).to_have_count(1)
    expect(page.locator("[data-gdc-found-count]")).to_have_text(f"แสดง 1 จาก {count}")
    page.get_by_role("searchbox", name="ค้นหารายการรหัส").fill("")
    expect(rows.filter(visible=True)).to_have_count(count)
    page.goto("/catalog-admin/lists/objective")
    page.get_by_role("searchbox", name="ค้นหารหัส").fill("UNKNOWN")
    expect(page.locator("#gdc-codes tbody tr").filter(visible=True)).to_have_count(1)


@pytest.mark.parametrize("path", [
    "lists", "new-list", "lists/data_support", "lists/license_id/1/edit", "lists/objective/new",
    "lists/objective/order", "lists/data_support/3/reactivate", "history", "history/2/undo",
])
def test_no_rule_of_access_is_broken(page: Page, path: str) -> None:
    """Axe finds nothing, wide and narrow, in both languages; nothing is wider than the page."""
    for prefix in ("", "/en"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 850})
            page.goto(f"{prefix}/catalog-admin/{path}")
            assert axe(page) == [], (prefix, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_refused_form_breaks_no_rule(page: Page, site: LiveSite) -> None:
    """The form of a code with mistakes, and after somebody else was quicker."""
    page.goto("/catalog-admin/lists/data_collect/01/edit")
    site.api("gdc_code_update", list="data_collect", code="01", en="Quicker", note=WHY)
    page.get_by_label("ป้ายชื่อภาษาไทย *").fill("ของฉัน")
    page.get_by_label("เหตุผลที่เปลี่ยน *").fill(WHY)
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.locator(".gdc-meanwhile")).to_be_visible()
    expect(page.get_by_label("ป้ายชื่อภาษาไทย *")).to_have_value("ของฉัน")
    assert axe(page) == []
    page.get_by_label("ป้ายชื่อภาษาไทย *").fill("")
    page.get_by_label("เหตุผลที่เปลี่ยน *").fill("")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    assert axe(page) == []

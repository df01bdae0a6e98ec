"""The form in a real browser: checked while typing, nothing lost, lists that can be searched."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from browsing import cookies_of, log_in, page_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect
from stack.live import LiveSite
from test_browser import PASSWORD

from ckanext.thai_gdc import fields
from ckanext.thai_gdc.record import validators, values

pytestmark = pytest.mark.timeout(180)

NEW = "/dataset/new"
NEXT = "ถัดไป: เพิ่มไฟล์ข้อมูล"
RECORD = {
    "data_type": "2", "title": "จำนวนผู้ป่วยนอก", "maintainer_email": "data@example.go.th",
    "tag_string": "สาธารณสุข,ผู้ป่วย", "objective": ["11"], "data_source": "โรงพยาบาล",
    "data_category": "1", "license_id": "1", "unit_of_measure": "คน",
    "last_updated_date": "2021-03-16",
}


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog of twelve organizations with a steward in all of them."""
    site = live_site("form")
    site.api("user_create", name="steward", email="steward@example.go.th", password=PASSWORD)
    for number in range(12):
        name = f"office-{number}"
        site.api(
            "organization_create", name=name, title=f"สำนักงานที่ {number}",
            org_code=f"10{number:02}", users=[{"name": "steward", "capacity": "editor"}],
        )
    site.api("package_create", name="opd", owner_org="office-3", **RECORD)
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


def fill_in(page: Page, **changes: str) -> None:
    """The starred fields of a record, with the eleven-entry lists by their search."""
    filled = {
        "title": "จำนวนผู้ป่วยนอก", "maintainer_email": "data@example.go.th",
        "tag_string": "สาธารณสุข", "data_source": "โรงพยาบาล", **changes,
    }
    page.locator("#field-data_type").select_option("2")
    page.locator("#field-owner_org").fill("ที่ 7")
    page.keyboard.press("Enter")
    for name, value in filled.items():
        page.locator(f"#field-{name}").fill(value)
    page.locator("#field-objective").get_by_label("พันธกิจหน่วยงาน").check()
    page.locator("#field-data_category").select_option("1")


# --- The same rules in the browser and on the server ------------------------------------------

#: What people type, right and wrong, for every field that takes typing.
TYPED = [
    "", " ", "\u200b", "ก", "a", "1", "0", "-1", "+2", "1.0", "1.5", "๑๒", "007", "9999999999",
    "2568", "๒๕๖๘", "พ.ศ. 2568", "พศ2568", "ค.ศ. 2025", "568", "16/03/2564", "๑๖ มี.ค. ๒๕๖๔",
    "31/02/2564", "16 March 2021", "2021-03-16", "181", "-180", "90.5", "100.32°", "100.32 °",
    "1e5", "NaN", "data@example.go.th", "mailto:data@example.go.th", "data@example..go.th", "a@b",
    "a b@c.th", "a@b.th, c@d.th", "ก@ข.ไทย", '"a"@b.th', "x" * 45 + "@b.th", "https://example.go.th/ก?a=[1]",
    "http://", "ftp://a", "HTTPS://A", "www.example.go.th", "https://a b", "javascript:alert(1)",
    "สาธารณสุข,ผู้ป่วย", "ก,ข", ",", "ab,,cd", 'คำ"อ้าง"', "a\\b", "\u0e34ิด", "เสีย\ufffd", "x" * 101,
    ",".join(f"คำที่{n}" for n in range(40)), "ก" * 150, "ก" * 151, "ก\u0e4d\u0e32" * 76, "เเ" * 149,
    "é" * 150, "e\u0301" * 151, "😀" * 150, "😀" * 151, "ก" * 1000, "ก" * 1001, "ก" * 10_001,
    "a" * 2001, "opd-patients", "OPD", "opd patients", "o", "ก-ข", "a\u00a0b", "tab\there",
]


def typed_fields() -> dict[str, fields.Field]:
    """The fields of a record into which something is typed."""
    typed = {"text", "email", "url", "whole_number", "degrees", "year", "date", "tags"}
    return {n: f for n, f in fields.dataset_fields().items() if f.kind in typed}


def is_refused(field: fields.Field, value: str) -> bool:
    """Whether the server refuses the value by itself."""
    if field.kind == "tags":
        definition = {"field_name": field.name}
        errors: dict[Any, list[str]] = {("tag_string",): []}
        validator = validators.gdc_tags(definition, {"resource_fields": []})
        with contextlib.suppress(tk.StopOnError):
            validator(("tag_string",), {("tag_string",): value}, errors, {})
        return bool(errors["tag_string",])
    try:
        return values.normalise(field, value) is None and values.is_starred(field)
    except values.Refused:
        return True


_JUDGE = """(cases) => {
  const form = document.querySelector("[data-gdc-form]");
  const rules = JSON.parse(document.querySelector("[data-gdc-rules]").textContent);
  // Only what a field says by itself: the other fields are blank here.
  for (const rule of Object.values(rules.fields)) { delete rule.unit; delete rule.atLeast; }
  const checker = window.gdc.checker(rules);
  return cases.map(([name, value]) => {
    const control = document.getElementById(`field-${name}`);
    control.value = value;
    // What the control made of it is what it would send.
    return [control.value, checker.ofField(form, name).length > 0];
  });
}"""


def disagreements(page: Page, cases: list[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """Values on which browser and server differ: field, value, whether the browser refuses it."""
    table = fields.dataset_fields()
    judged = page.evaluate(_JUDGE, [list(case) for case in cases])
    return [
        (name, value, refused)
        for (name, _), (value, refused) in zip(cases, judged, strict=True)
        if refused != is_refused(table[name], value)
    ]


@pytest.mark.usefixtures("with_request_context")
def test_browser_and_server_judge_alike(page: Page) -> None:
    """Every field that takes typing refuses in the browser what the server refuses."""
    page.goto(NEW)
    cases = [(name, value) for name in typed_fields() for value in TYPED]
    assert len(cases) > 1500
    assert not disagreements(page, cases)


@pytest.mark.usefixtures("with_request_context")
def test_browser_and_server_judge_any_text_alike(page: Page) -> None:
    """The same for whatever hypothesis thinks of."""
    page.goto(NEW)
    letters = st.characters(exclude_categories=("Cs", "Cn"), max_codepoint=0x2FFFF)
    thai = st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B)
    pieces = st.sampled_from(["@", ".", "https://", ",", "2568", "/", "-", "°", '"', "\u200b", " "])
    text = st.lists(st.one_of(letters, thai, pieces), max_size=20).map("".join)
    cases: list[tuple[str, str]] = []

    @settings(max_examples=300, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(typed_fields())), text)
    def collect(name: str, value: str) -> None:
        cases.append((name, value))

    collect()
    assert len(cases) >= 250
    assert not disagreements(page, cases)


def test_refused_before_it_is_sent_and_mended_while_typing(page: Page) -> None:
    """All errors at once in the words of the server, without a request; gone once mended."""
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    page.goto(NEW)
    fill_in(page, title="ก" * 151, maintainer_email="abc", data_source="")
    page.locator("#field-update_frequency_interval").fill("2")
    page.get_by_role("button", name=NEXT).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text([
        "“ชื่อชุดข้อมูล” ยาวเกินกำหนด: 151 ตัวอักษร จากที่รับได้ไม่เกิน 150 ตัวอักษร",
        "“อีเมลผู้ติดต่อ”: ใช้ “abc” ไม่ได้ กรุณากรอกอีเมลเดียว เช่น name@example.go.th",
        "กรอก “ค่าความถี่ของการปรับปรุงข้อมูล” ไว้แล้ว จึงต้องเลือก "
        "“หน่วยความถี่ของการปรับปรุงข้อมูล” ด้วย",
        "กรุณากรอก “แหล่งที่มา”",
    ])
    assert not sent
    title = page.locator("#field-title")
    expect(title).to_have_attribute("aria-invalid", "true")
    described = str(title.get_attribute("aria-describedby"))
    assert "field-title-error" in described
    summary.get_by_role("link").first.click()
    expect(title).to_be_focused()
    title.press("End")
    title.press("Backspace")
    expect(page.locator("#field-title-error")).to_have_count(0)
    expect(title).not_to_have_attribute("aria-invalid", "true")
    assert "field-title-error" not in str(title.get_attribute("aria-describedby"))


def test_rows_of_a_data_dictionary_are_checked_too(page: Page) -> None:
    """A row without its name or type, and a name that stands in an earlier row."""
    page.goto("/dataset/opd/resource/new")
    page.locator("#field-name").fill("ไฟล์")
    for row, (name, kind) in enumerate([("ปี", "integer"), ("ปี", ""), ("", "text")], 1):
        page.locator("[data-gdc-column-add]").click()
        page.locator(f"#field-data_dictionary-{row}-name").fill(name)
        page.locator(f"#field-data_dictionary-{row}-type").select_option(kind)
    page.locator("#resource-edit .form-actions .btn-primary").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text([
        "“พจนานุกรมข้อมูล”: แถวที่ 2: “ชื่อคอลัมน์”: มี “ปี” อยู่แล้วในแถวที่ 1",
        "“พจนานุกรมข้อมูล”: แถวที่ 2: กรุณาเลือก “ชนิดข้อมูล”",
        "“พจนานุกรมข้อมูล”: แถวที่ 3: กรุณากรอก “ชื่อคอลัมน์”",
    ])


def test_what_a_category_means_and_what_licence_agrees(page: Page) -> None:
    """The sentence of the chosen category; only licences that agree, and why."""
    page.goto(NEW)
    explained = page.locator("#field-data_category-explain")
    assert explained.locator("div:visible").count() == 4
    page.locator("#field-data_category").select_option("2")
    expect(explained.locator("div:visible")).to_have_count(1)
    expect(explained).to_contain_text("ข้อมูลไม่เปิดต่อสาธารณะ")
    offered = page.locator("#field-license_id option:not([hidden])")
    expect(offered).to_have_text(["— เลือก —", "License not specified", "อื่นๆ"])
    expect(page.locator("#field-license_id-agrees")).to_have_text(
        "แสดงเฉพาะรายการที่สอดคล้องกับ “ข้อมูลส่วนบุคคล”"
    )
    page.locator("#field-data_category").select_option("1")
    page.locator("#field-license_id").select_option("1")
    page.locator("#field-data_category").select_option("4")
    expect(page.locator("#field-license_id-error")).to_contain_text("ไม่สอดคล้องกับหมวดหมู่")
    expect(page.locator("#field-license_id")).to_have_value("1")


def test_what_a_change_of_type_will_drop_is_said(page: Page) -> None:
    """Before the save, beside the type and above the buttons; taken back with the type."""
    page.goto(NEW)
    kind = page.locator("#field-data_type")
    kind.select_option("2")
    page.locator("#field-unit_of_measure").fill("คน")
    kind.select_option("3")
    said = page.locator("[data-gdc-dropped]")
    expect(said).to_have_count(2)
    for one in said.all():
        expect(one).to_contain_text("ข้อความในช่องจะไม่ถูกบันทึก: หน่วยวัด")
    kind.select_option("2")
    expect(said.first).to_be_empty()
    expect(page.locator("#field-unit_of_measure")).to_have_value("คน")


def test_a_long_list_is_searched_by_keyboard(page: Page, site: LiveSite) -> None:
    """Typing narrows the list, arrows and Enter choose, Escape leaves the choice as it was."""
    page.goto(NEW)
    box = page.get_by_role("combobox", name="องค์กร")
    box.focus()
    page.keyboard.type("ที่ 1")
    options = page.locator("#field-owner_org-list [role=option]:visible")
    expect(options).to_have_text(["1001 สำนักงานที่ 1", "1010 สำนักงานที่ 10", "1011 สำนักงานที่ 11"])
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "field-owner_org-list-1")
    page.keyboard.press("Enter")
    expect(box).to_have_value("1010 สำนักงานที่ 10")
    expect(page.locator("#field-owner_org-select")).to_have_value(
        site.api("organization_show", id="office-10")["id"]
    )
    page.keyboard.type("ไม่มี")
    expect(page.locator(".gdc-combo-said").filter(has_text="ไม่พบในรายการ")).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_value("1010 สำนักงานที่ 10")
    box.click()
    expect(options).to_have_count(12)
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("1010 สำนักงานที่ 10")
    page.get_by_label("ค้นในรายการ “วัตถุประสงค์”").fill("พันธกิจ")
    expect(page.locator("#field-objective label:visible")).to_have_text(["พันธกิจหน่วยงาน"])


# --- Nothing is lost --------------------------------------------------------------------------


def test_what_was_typed_is_offered_again_after_the_tab_was_closed(
    context: BrowserContext, page: Page
) -> None:
    """Every kind of control comes back, once somebody wants it; saved, it is offered no more."""
    page.goto(NEW)
    fill_in(page, title="ทะเบียนโรงเรียน")
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('gdc-draft:'))")
    page.close()

    again = context.new_page()
    again.goto(NEW)
    offer = again.get_by_role("region", name="มีข้อความที่กรอกไว้แต่ยังไม่ได้บันทึก")
    expect(offer).to_contain_text("ทะเบียนโรงเรียน")
    expect(again.locator("#field-title")).to_have_value("")
    offer.get_by_role("button", name="นำกลับมาใส่ในแบบฟอร์ม").click()
    expect(offer).to_have_count(0)
    expect(again.locator("#field-title")).to_have_value("ทะเบียนโรงเรียน")
    expect(again.locator("#field-owner_org")).to_have_value("1007 สำนักงานที่ 7")
    expect(again.locator("#field-objective").get_by_label("พันธกิจหน่วยงาน")).to_be_checked()
    expect(again.locator("#field-unit_of_measure")).to_be_visible()
    again.get_by_role("button", name=NEXT).click()
    again.wait_for_url("**/resource/new")
    again.goto(NEW)
    expect(again.locator("#field-title")).to_be_visible()
    expect(offer).to_have_count(0)
    assert again.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('gdc-draft:')).length"
    ) == 0


def test_a_text_that_nobody_wants_is_deleted(context: BrowserContext, page: Page) -> None:
    """Deleted at a press of the button, and not offered again; another form is not touched."""
    page.goto(NEW)
    page.locator("#field-title").fill("ไม่ใช้แล้ว")
    page.goto("/dataset/edit/opd")
    expect(page.locator("#field-title")).to_have_value(RECORD["title"])
    expect(page.locator(".gdc-draft")).to_have_count(0)
    page.goto(NEW)
    page.get_by_role("button", name="ลบทิ้ง").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.reload()
    expect(page.locator("#field-title")).to_be_visible()
    expect(page.locator(".gdc-draft")).to_have_count(0)


def test_an_expired_login_loses_nothing(context: BrowserContext, page: Page) -> None:
    """Sent after the login expired: after logging in again the text is offered."""
    page.goto(NEW)
    fill_in(page, title="กรอกอยู่นาน")
    context.clear_cookies()
    page.get_by_role("button", name=NEXT).click()
    page.wait_for_load_state()
    log_in(page, "steward", PASSWORD)
    page.goto(NEW)
    page.get_by_role("button", name="นำกลับมาใส่ในแบบฟอร์ม").click()
    expect(page.locator("#field-title")).to_have_value("กรอกอยู่นาน")


def test_a_server_that_is_down_loses_nothing(page: Page) -> None:
    """The request never arrives: the text is offered when the form is opened again."""
    def down(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.route("**/dataset/new", down)
    page.goto(NEW)
    fill_in(page, title="เซิร์ฟเวอร์ล่ม")
    page.get_by_role("button", name=NEXT).click()
    page.wait_for_timeout(300)
    page.unroute("**/dataset/new")
    page.goto(NEW)
    page.get_by_role("button", name="นำกลับมาใส่ในแบบฟอร์ม").click()
    expect(page.locator("#field-title")).to_have_value("เซิร์ฟเวอร์ล่ม")


def test_a_refused_save_keeps_the_text_and_goes_on(page: Page, site: LiveSite) -> None:
    """Refused by the server alone: nothing to restore, nothing lost, and closed it is offered."""
    page.goto(NEW)
    fill_in(page, name="opd")
    page.get_by_role("button", name=NEXT).click()
    expect(page.get_by_role("alert")).to_contain_text("ชื่อในที่อยู่เว็บ")
    expect(page.locator(".gdc-draft")).to_have_count(0)
    expect(page.locator("#field-title")).to_have_value("จำนวนผู้ป่วยนอก")
    page.goto("/")
    page.goto(NEW)
    expect(page.locator(".gdc-draft")).to_contain_text("จำนวนผู้ป่วยนอก")


def test_kept_text_does_not_overwrite_what_others_saved(page: Page, site: LiveSite) -> None:
    """Put back after somebody else saved the record: the save is stopped and both are shown."""
    page.goto("/dataset/edit/opd")
    page.locator("#field-maintainer").fill("กลุ่มงานของฉัน")
    page.goto("/dataset/opd")
    site.api("package_patch", id="opd", maintainer="กลุ่มงานของเขา")
    page.goto("/dataset/edit/opd")
    page.get_by_role("button", name="นำกลับมาใส่ในแบบฟอร์ม").click()
    expect(page.locator("#field-maintainer")).to_have_value("กลุ่มงานของฉัน")
    page.locator("#dataset-edit button.btn-primary[name=save]").click()
    expect(page.locator("#gdc-conflict")).to_contain_text("กลุ่มงานของเขา")
    assert site.api("package_show", id="opd")["maintainer"] == "กลุ่มงานของเขา"


def test_a_file_that_has_to_be_chosen_again_is_named(page: Page) -> None:
    """A browser cannot keep a file: with the kept text it is said which one it was."""
    page.goto("/dataset/opd/resource/new")
    page.locator("#field-name").fill("ผู้ป่วยนอก 2567")
    page.locator("#field-resource-upload").set_input_files(
        {"name": "opd.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
    )
    page.goto("/dataset/opd")
    page.goto("/dataset/opd/resource/new")
    page.get_by_role("button", name="นำกลับมาใส่ในแบบฟอร์ม").click()
    expect(page.locator("#field-name")).to_have_value("ผู้ป่วยนอก 2567")
    expect(page.locator(".gdc-files-again")).to_have_text(
        "กรุณาเลือกไฟล์เหล่านี้อีกครั้ง: opd.csv"
    )


def test_leaving_with_unsaved_changes_asks(context: BrowserContext) -> None:
    """A form that was only opened can be left; one that was changed asks."""
    page = context.new_page()
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    for form in (NEW, "/dataset/edit/opd", "/dataset/opd/resource/new"):
        page.goto(form)
        # A browser asks nobody who did nothing on the page.
        page.get_by_role("heading", level=1).click()
        page.goto("/dataset/")
        assert not asked, form
    page.goto(NEW)
    page.locator("#field-title").press_sequentially("ก")
    page.goto("/dataset/")
    assert asked == ["beforeunload"]


def test_another_like_this_one(page: Page, site: LiveSite) -> None:
    """The values of the record, but for its name, files and dates."""
    page.goto(f"{NEW}?like=opd")
    expect(page.locator(".gdc-like")).to_contain_text(RECORD["title"])
    expect(page.locator("#field-title")).to_have_value(RECORD["title"])
    expect(page.locator("#field-owner_org")).to_have_value("1003 สำนักงานที่ 3")
    expect(page.locator("#field-tag_string")).to_have_value("ผู้ป่วย, สาธารณสุข")
    expect(page.locator("#field-unit_of_measure")).to_have_value("คน")
    expect(page.locator("#field-name")).to_have_value("")
    expect(page.locator("#field-last_updated_date")).to_have_value("")
    page.get_by_role("button", name=NEXT).click()
    page.wait_for_url("**/resource/new")
    made = page.url.split("/dataset/")[1].split("/")[0]
    assert site.api("package_show", id=made)["unit_of_measure"] == "คน"


def test_a_hidden_record_lends_nothing(chromium: Browser, site: LiveSite, page: Page) -> None:
    """A record that the reader may not see answers like one that does not exist."""
    site.api("organization_create", name="other", title="หน่วยงานอื่น", org_code="2000")
    secret = {**RECORD, "data_category": "4", "license_id": "8", "title": "แผนเผชิญเหตุ"}
    site.api("package_create", name="hidden", owner_org="other", **secret)
    page.goto(f"{NEW}?like=hidden")
    hidden = page.locator("#dataset-edit").inner_text()
    page.goto(f"{NEW}?like=nowhere")
    assert page.locator("#dataset-edit").inner_text() == hidden
    assert "แผนเผชิญเหตุ" not in hidden


def test_the_guide_explains_every_field(page: Page) -> None:
    """Each field of the form links to its place in the guide."""
    page.goto(NEW)
    links = page.eval_on_selector_all(
        "a.gdc-standard", "links => links.map((one) => one.getAttribute('href'))"
    )
    assert len(links) == len(fields.dataset_fields())
    page.goto("/guide/fields")
    anchors = set(json.loads(page.evaluate(
        "JSON.stringify(Array.from(document.querySelectorAll('h3[id]'), (one) => one.id))"
    )))
    assert {link.split("#")[1] for link in links} <= anchors

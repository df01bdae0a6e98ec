"""The calendar beside a date, and what the page understands of what was typed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest
from browsing import page_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect
from stack.live import LiveSite

from ckanext.thai_gdc import dates, text

pytestmark = pytest.mark.timeout(180)

FORM = "/dataset/new"
FIELD = "#field-last_updated_date"

#: Written forms that people use, with mistakes that people make.
WRITTEN = [
    "2564-03-16", "2021-03-16", "16/3/2564", "16-03-2021", "16.3.2564", "16 มีนาคม 2564",
    "16 มี.ค. 2564", "16 มี.ค 2564", "16มี.ค.2564", "๑๖ มีนาคม พ.ศ. ๒๕๖๔", "วันที่ 16 มีนาคม 2564",
    "16 March 2021", "16 Mar 2021", "16 MARCH 2021", "16 mar. 2021", "2021-03-16T10:20:30",
    "2564-03-16 00:00:00", "16 มีนาคม ค.ศ. 2021", "29/02/2567", "29/02/2566",
    "31/04/2564", "0/1/2564",
    "16/13/2564", "16/3/64", "2564", "0000-01-01", "0999-01-01", "1000-01-01", "2399-12-31",
    "2400-01-01", "9999-12-31", "16 เดือน 2564", "", "เร็วๆ นี้", "16\u00a0มีนาคม\u00a02564",
    "16\u200b/3/2564", "\t16 มีนาคม\n2564 ", "٣/٣/2564", "16 Sept 2021", "29 ก.พ. 2567",
]


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with an organization."""
    site = live_site("calendar")
    site.api("organization_create", name="hospital", title="โรงพยาบาล", org_code="1002")
    return site


@pytest.fixture(scope="module")
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A page of somebody who may edit; no script may fail in it."""
    context = chromium.new_context(
        base_url=site.url, extra_http_headers={"Authorization": site.sysadmin_token}
    )
    context.set_default_timeout(8000)
    with page_of(context) as page:
        yield page


def written_forms() -> st.SearchStrategy[str]:
    """Texts of the shapes that a date has, right and wrong."""
    number = st.integers(0, 40).map(str)
    year = st.sampled_from(["2564", "2021", "2399", "2400", "64", "0900"]) | st.integers(
        0, 99999
    ).map(str)
    mark = st.sampled_from(["/", "-", ".", " ", "", "\u200b", "\u00a0", "\n", " ปี "])
    month = st.sampled_from([
        *dates.MONTHS_TH, *dates.MONTHS_TH_SHORT, *dates.MONTHS_EN,
        *(name[:3].upper() for name in dates.MONTHS_EN), "เดือน", "มกรา", "พ.ศ.",
    ])
    name = st.one_of(number, month)
    start = st.sampled_from(["", "วันที่ ", "วันที่", " "])
    end = st.sampled_from(["", "T10:00", " 00:00:00", " พ.ศ.", "."])
    era = st.sampled_from(["", "พ.ศ. ", "ค.ศ.", "พศ"])
    thai = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
    parts = st.tuples(start, number, mark, name, mark, era, year, end).map("".join)
    backwards = st.tuples(year, mark, name, mark, number, end).map("".join)
    likely = st.tuples(
        start, st.integers(1, 29).map(str), st.sampled_from(["", " ", "\u00a0"]), month, era,
        st.sampled_from(["2564", "2021", "2567"]),
    ).map("".join)
    numbers = st.builds(
        lambda mark, day, number, year: mark.join([day, number, year]),
        st.sampled_from("/-."), number, st.integers(1, 13).map(str),
        st.sampled_from(["2564", "2021", "2400", "2399"]),
    )
    return st.one_of(
        likely, numbers, likely.map(lambda one: one.translate(thai)), parts, backwards,
        parts.map(lambda one: one.translate(thai)),
        st.text(alphabet="0123456789/-. ๐๑๒๕๖๔มีนาคพ.ศMarch\u200b", max_size=20),
    )


def test_the_page_reads_dates_as_the_server_does(page: Page) -> None:
    """Hundreds of written forms, drawn at random among them, in one go."""
    drawn: list[str] = []

    @settings(
        max_examples=1000, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(written_forms())
    def draw(written: str) -> None:
        drawn.append(written)

    draw()
    page.goto(FORM)
    forms = list(dict.fromkeys([*WRITTEN, *drawn]))
    read = page.evaluate("(all) => all.map((one) => window.gdcDates.parse(one))", forms)
    expected = [d.isoformat() if (d := dates.parse(one)) else None for one in forms]
    wrong = [(f, r, e) for f, r, e in zip(forms, read, expected, strict=True) if r != e]
    assert not wrong
    assert len(forms) > 500
    assert 200 < sum(one is not None for one in expected) < len(forms) - 200


def test_the_page_shows_dates_as_the_server_does(page: Page) -> None:
    """In the words of both languages, every month and the ends of what can be chosen."""
    page.goto(FORM)
    days = [f"2024-{month:02}-29" for month in range(1, 13)] + ["1857-01-01", "2399-12-31"]
    for language in ("th", "en"):
        shown = page.evaluate(
            "([days, language]) => days.map((day) => window.gdcDates.show(day, language))",
            [days, language],
        )
        assert shown == [dates.show(day, language) for day in days]


@pytest.mark.parametrize(
    ("path", "written", "said"),
    [
        ("/dataset/new", "๑๖/๓/๒๕๖๔", "เข้าใจว่า 16 มีนาคม 2564"),
        ("/dataset/new", "16 March 2021", "เข้าใจว่า 16 มีนาคม 2564"),
        ("/en/dataset/new", "16 มี.ค. 2564", "Understood: 16 March 2021"),
    ],
)
def test_what_was_understood_is_said(page: Page, path: str, written: str, said: str) -> None:
    """While it is typed, in the reader's era; nothing for what is no date."""
    page.goto(path)
    understood = page.locator(f"{FIELD}-understood")
    page.locator(FIELD).fill(written)
    expect(understood).to_have_text(said)
    page.locator(FIELD).fill("31/2/2564")
    expect(understood).to_be_empty()


def focused_day(page: Page) -> str:
    """The day of the calendar that has the focus."""
    return page.evaluate("document.activeElement.dataset.day")


def test_choose_by_keyboard(page: Page) -> None:
    """Arrows, pages, ends; Enter writes the date in the reader's form; Escape writes nothing."""
    page.goto(FORM)
    page.locator(FIELD).fill("31/1/2567")
    opener = page.get_by_role("button", name="เลือกวันที่: วันที่ปรับปรุงข้อมูลล่าสุด")
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name="เลือกวันที่")
    expect(dialog).to_be_visible()
    assert focused_day(page) == "2024-01-31"
    expect(dialog.locator("[aria-selected=true]")).to_have_text("31")
    expect(dialog.get_by_label("เดือน", exact=True)).to_have_value("1")
    expect(dialog.get_by_label("ปี (พ.ศ.)")).to_have_value("2567")
    for key, day in {
        "PageDown": "2024-02-29", "Shift+PageDown": "2025-02-28", "PageUp": "2025-01-28",
        "Shift+PageUp": "2024-01-28", "ArrowLeft": "2024-01-27", "ArrowRight": "2024-01-28",
        "ArrowUp": "2024-01-21", "End": "2024-01-27", "ArrowDown": "2024-02-03",
        "Home": "2024-01-28",
    }.items():
        page.keyboard.press(key)
        assert focused_day(page) == day, key
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(page.locator(FIELD)).to_have_value("31/1/2567")
    page.keyboard.press("Space")
    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    expect(page.locator(FIELD)).to_have_value("29 กุมภาพันธ์ 2567")
    expect(page.locator(f"{FIELD}-understood")).to_have_text("เข้าใจว่า 29 กุมภาพันธ์ 2567")
    expect(opener).to_be_focused()


def test_choose_by_month_and_year(page: Page) -> None:
    """In English in the Common Era; today is marked, and a year beyond reach is drawn in."""
    page.goto("/en/dataset/new")
    page.get_by_role("button", name="Choose a date: Data last updated on").click()
    dialog = page.get_by_role("dialog", name="Choose a date")
    assert focused_day(page) == datetime.date.today().isoformat()
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "date"
    dialog.get_by_label("Month", exact=True).select_option("March")
    dialog.get_by_label("Year").fill("2021")
    dialog.get_by_label("Year").press("Tab")
    dialog.get_by_role("button", name="16 March 2021", exact=True).click()
    expect(page.locator(FIELD)).to_have_value("16 March 2021")
    page.get_by_role("button", name="Choose a date: Data last updated on").click()
    dialog.get_by_label("Year").fill("1")
    dialog.get_by_label("Year").press("Enter")
    expect(dialog.get_by_label("Year")).to_have_value("1857")
    assert dates.parse(text.one_line("1 January 1857")) == datetime.date(1857, 1, 1)
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator(FIELD)).to_have_value("16 March 2021")


def test_the_calendar_fits_a_phone(page: Page) -> None:
    """Nothing sticks out at 390 pixels, and every day is a target of 24 pixels at least."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(FORM)
    page.get_by_role("button", name="เลือกวันที่: วันที่ปรับปรุงข้อมูลล่าสุด").click()
    box = page.get_by_role("dialog").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    for day in page.locator(".gdc-calendar td button").all():
        size = day.bounding_box()
        assert size and min(size["width"], size["height"]) >= 24
    page.set_viewport_size({"width": 1280, "height": 800})

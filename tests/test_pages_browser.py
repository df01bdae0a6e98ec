"""The reading pages in a real browser: what is loaded when, and where the focus is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from browsing import page_of
from playwright.sync_api import Browser, Page, expect
from stack.live import LiveSite

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with two records, one of which has a file with a preview."""
    site = live_site("reading")
    site.api("organization_create", name="hospital", title="โรงพยาบาล", org_code="1002")
    for name, data_type in (("outpatients", "2"), ("beds", "1")):
        record = site.api(
            "package_create", name=name, title=f"ข้อมูล {name}", owner_org="hospital",
            data_type=data_type, maintainer_email="data@example.go.th", tag_string="สาธารณสุข",
            objective=["09"], data_source="โรงพยาบาล", data_category="1", license_id="1",
        )
    resource = site.api(
        "resource_create", package_id=record["id"], format="PNG", name="แผนผัง",
        url=f"{site.url}/thai_gdc/favicon.svg",
    )
    site.api(
        "resource_view_create", resource_id=resource["id"], title="ภาพ", view_type="image_view",
    )
    return site


@pytest.fixture
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A visitor's page; no script may fail in it."""
    context = chromium.new_context(base_url=site.url, locale="th-TH")
    with page_of(context) as page:
        yield page


def test_a_preview_is_loaded_when_it_is_opened(page: Page) -> None:
    """Not before, not even when it is scrolled past; by keyboard alone."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/dataset/beds")
    summary = page.locator(".gdc-preview summary")
    summary.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/view/" in url]
    summary.focus()
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe[title='ตัวอย่างข้อมูลของ “แผนผัง”']")
    expect(frame.locator("img")).to_be_attached()
    assert [url for url in asked if "/view/" in url]


def test_the_citation_is_copied_by_keyboard(page: Page, site: LiveSite) -> None:
    """The button says that it copied, or, where it may not, selects the text to copy by hand."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/dataset/beds")
    cited = page.locator("#gdc-citation").inner_text()
    button = page.get_by_role("button", name="คัดลอกข้อความอ้างอิง")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#gdc-copied")).to_have_text("คัดลอกแล้ว")
    assert page.evaluate("navigator.clipboard.readText()") == cited
    assert f"{site.url}/dataset/beds" in cited
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    button.press("Enter")
    expect(page.locator("#gdc-copied")).to_contain_text("Ctrl+C")
    assert page.evaluate("getSelection().toString()").strip() == cited
    expect(button).to_be_focused()


def test_a_filter_keeps_the_focus_and_is_announced(page: Page) -> None:
    """Set and removed by keyboard; what was found is said each time."""
    page.goto("/dataset/")
    facet = page.locator("#gdc-facet-data_type-2")
    facet.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#gdc-search-status")).to_have_text("พบ 1 ชุดข้อมูล")
    expect(page.locator("#gdc-facet-data_type-2")).to_be_focused()
    page.locator(".gdc-filters a").press("Enter")
    expect(page.locator("#gdc-search-status")).to_have_text("พบ 2 ชุดข้อมูล")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_search_that_fails_says_so(page: Page) -> None:
    """The list stays as it was, and the page says what happened."""
    page.goto("/dataset/")
    page.route("**/dataset/?*data_type=2*", lambda route: route.abort())
    page.locator("#gdc-facet-data_type-2").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ขณะนี้ค้นหาบัญชีข้อมูลไม่ได้")
    expect(page.locator(".dataset-item")).to_have_count(2)

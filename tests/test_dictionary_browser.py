"""The editor of a data dictionary in a real browser, by keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests
from browsing import page_of
from playwright.sync_api import Browser, Page, expect
from stack.live import LiveSite

pytestmark = pytest.mark.timeout(180)

CSV = "ปี,อำเภอ,จำนวน\n2567,เมือง,12\n2568,เมือง,7\n"


@pytest.fixture(scope="module")
def site(live_site: Callable[..., LiveSite]) -> LiveSite:
    """A catalog with one record."""
    site = live_site("dictionary")
    site.api("organization_create", name="hospital", title="โรงพยาบาล", org_code="1002")
    site.api(
        "package_create", name="opd", title="ผู้ป่วยนอก", owner_org="hospital", data_type="1",
        maintainer_email="data@example.go.th", tag_string="ข่าว", objective=["11"],
        data_source="หน่วยงาน", data_category="1",
    )
    return site


@pytest.fixture
def page(chromium: Browser, site: LiveSite) -> Iterator[Page]:
    """A page of somebody who may edit; no script may fail in it."""
    context = chromium.new_context(
        base_url=site.url, extra_http_headers={"Authorization": site.sysadmin_token}
    )
    with page_of(context) as page:
        yield page


@pytest.fixture
def resource(site: LiveSite) -> str:
    """The id of a resource with an uploaded file, of whose columns one is described."""
    answer = requests.post(
        f"{site.url}/api/3/action/resource_create",
        data={"package_id": "opd", "name": "ไฟล์"},
        files={"upload": ("opd.csv", CSV.encode())},
        headers={"Authorization": site.sysadmin_token},
        timeout=60,
    )
    resource_id = answer.json()["result"]["id"]
    site.api(
        "resource_patch", id=resource_id,
        data_dictionary=[
            {"name": "ปี", "type": "text", "title_th": "ปีที่เขียนไว้"},
            {"name": "เก่า", "type": "text"},
        ],
    )
    return resource_id


def names(page: Page) -> list[str]:
    """The names of the columns in the form."""
    return [one.input_value() for one in page.locator("li [data-gdc-part=name]").all()]


@pytest.mark.parametrize("width", [360, 1280])
def test_draft_edit_and_save(page: Page, site: LiveSite, resource: str, width: int) -> None:
    """The draft adds what is missing and keeps what was written; the rest is done by keyboard."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/en/dataset/opd/resource/{resource}/edit")
    assert names(page) == ["ปี", "เก่า"]
    page.get_by_role("button", name="Draft from the file").press("Enter")
    status = page.locator("[data-gdc-columns-status]")
    expect(status).to_contain_text("2 columns added from the file, 1 were here already")
    expect(status).to_contain_text("เก่า")
    assert names(page) == ["ปี", "เก่า", "อำเภอ", "จำนวน"]
    assert page.get_by_label("Title (Thai)").first.input_value() == "ปีที่เขียนไว้"

    page.get_by_role("group", name="Row 2").get_by_role("button", name="Remove").press("Enter")
    assert names(page) == ["ปี", "อำเภอ", "จำนวน"]
    expect(page.locator("#field-data_dictionary-2-name")).to_be_focused()
    page.get_by_role("group", name="Row 3").get_by_role("button", name="Move up").press("Enter")
    assert names(page) == ["ปี", "จำนวน", "อำเภอ"]
    page.get_by_role("button", name="Add a row").press("Enter")
    expect(page.locator("#field-data_dictionary-4-name")).to_be_focused()
    page.keyboard.type("หมายเหตุ")
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_role("button", name="Update Resource").click()
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link")).to_have_text(
        ["“Data dictionary”: Row 4: Please choose “Type”."]
    )
    summary.get_by_role("link").click()
    expect(page.locator("#field-data_dictionary")).to_be_focused()
    expect(page.locator("li [data-gdc-part=name]")).to_have_count(4)
    assert names(page) == ["ปี", "จำนวน", "อำเภอ", "หมายเหตุ"]
    page.locator("#field-data_dictionary-4-type").select_option("text")
    page.locator("#field-data_dictionary-4-description_th").fill("บรรทัด 1\nบรรทัด 2")
    page.get_by_role("button", name="Update Resource").click()
    page.wait_for_url(f"**/resource/{resource}")
    expect(page.locator(".gdc-dictionary tbody tr")).to_have_count(4)
    saved = site.api("resource_show", id=resource)["data_dictionary"]
    assert [(c["name"], c["type"]) for c in saved] == [
        ("ปี", "text"), ("จำนวน", "integer"), ("อำเภอ", "text"), ("หมายเหตุ", "text"),
    ]
    assert saved[3]["description_th"] == "บรรทัด 1\nบรรทัด 2"

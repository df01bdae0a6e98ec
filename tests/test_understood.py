"""What normalising changed is told to the person who saved in a form, and to nobody else."""

from __future__ import annotations

import random
from typing import Any

import pytest
from ckan.tests import factories, helpers
from test_pages import Browser, entered, form_of, problems, text_of

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

EDIT = "/dataset/edit/outpatients"


@pytest.fixture
def steward() -> dict[str, Any]:
    """A data steward with a token."""
    return factories.UserWithToken()


@pytest.fixture
def record(steward: dict[str, Any]) -> dict[str, Any]:
    """A record that the steward may edit."""
    organization = factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        users=[{"name": steward["name"], "capacity": "editor"}],
    )
    return helpers.call_action(
        "package_create", {"user": steward["name"]},
        name="outpatients", title="ผู้ป่วยนอก", owner_org=organization["id"], data_type="2",
        maintainer="กลุ่มงาน", maintainer_email="data@example.go.th",
        tag_string="สาธารณสุข,ผู้ป่วย", notes="เดิม", objective=["09"],
        update_frequency_unit="A", update_frequency_interval="1", geo_coverage="06",
        data_source="โรงพยาบาล", data_format=["02"], data_category="1", license_id="1",
        last_updated_date="2021-03-16",
        resources=[{"name": "ไฟล์", "url": "https://example.go.th/a.csv"}],
    )


@pytest.fixture
def browser(app: Any, steward: dict[str, Any]) -> Browser:
    """The steward's browser."""
    return Browser(app, steward)


def save(browser: Browser, path: str, **typed: Any) -> list[str]:
    """What the next page tells after a save."""
    form = entered(form_of(browser.get(path)))
    page, _ = browser.post(path, {**form, **typed, "save": ""}, follow=True)
    assert not problems(page)
    return [text_of(line) for line in page.select(".flash-messages li")]


def test_an_unchanged_save_tells_nothing(browser: Browser, record: dict[str, Any]) -> None:
    """Nor do dates in the reader's era, blanks at the ends and other line ends."""
    assert save(browser, EDIT) == []
    assert save(browser, EDIT, title=" ผู้ป่วยนอก ", notes="หนึ่ง\r\nสอง\r\n") == []


def test_what_was_understood_is_told(browser: Browser, record: dict[str, Any]) -> None:
    """Label, what was typed, what it was understood as; in the reader's words."""
    told = save(
        browser, EDIT, update_frequency_interval="๒", last_updated_date="๑๖/๐๓/๒๕๖๕",
        data_format=["CSV", "XLS"], license_id="Creative Commons Non-Commercial (Any)",
        maintainer_email="mailto:a@b.go.th",
        title="จ\u0e4d\u0e32นวนผู้ป่วย", first_year_of_data="๒๕๖๐",
        tag_string="สาธารณสุข, ผู้\u200bป่วย",
    )
    assert "ค่าความถี่ของการปรับปรุงข้อมูล: “๒” → “2”" in told
    assert "วันที่ปรับปรุงข้อมูลล่าสุด: “๑๖/๐๓/๒๕๖๕” → “16 มีนาคม 2565”" in told
    assert (
        "สัญญาอนุญาตให้ใช้ข้อมูล: “Creative Commons Non-Commercial (Any)” → "
        "“Creative Commons Attribution Non-Commer…”"
    ) in told
    assert not any(line.startswith("รูปแบบการเก็บข้อมูล") for line in told)
    assert "อีเมลผู้ติดต่อ: “mailto:a@b.go.th” → “a@b.go.th”" in told
    assert any(line.startswith("ชื่อชุดข้อมูล:") and "→" not in line for line in told)
    assert any(line.startswith("คำสำคัญ:") for line in told)
    assert len(told) == len(set(told))


def test_english_readers_are_told_in_english(browser: Browser, record: dict[str, Any]) -> None:
    """With the date in the Common Era."""
    told = save(browser, "/en" + EDIT, last_updated_date="16/03/2565")
    assert told == ["Data last updated on: “16/03/2565” → “16 March 2022”"]


def test_what_is_not_kept_is_told(browser: Browser, record: dict[str, Any]) -> None:
    """A field that the data type does not have, and text that no code asks for."""
    told = save(browser, EDIT, west_bound_longitude="100.5", geo_coverage_other="ไม่ได้ถาม")
    assert len(told) == 2
    assert any("100.5" in line for line in told)
    assert any("ไม่ได้ถาม" in line for line in told)


def test_resources_are_told_of_too(browser: Browser, record: dict[str, Any]) -> None:
    """On the resource's own form."""
    path = f"/dataset/outpatients/resource/{record['resources'][0]['id']}/edit"
    told = save(browser, path, resource_last_updated_date="16 March 2022")
    assert told == ["วันที่ปรับปรุงทรัพยากรล่าสุด: “16 March 2022” → “16 มีนาคม 2565”"]


def test_what_was_typed_is_no_markup(browser: Browser, record: dict[str, Any]) -> None:
    """It is shown as it was typed."""
    form = entered(form_of(browser.get(EDIT)))
    page, _ = browser.post(
        EDIT, {**form, "geo_coverage_other": "<b onclick=x>ตัวหนา</b>", "save": ""}, follow=True
    )
    assert "<b onclick=x>" in text_of(page.select_one(".flash-messages"))
    assert not page.select(".flash-messages b")


def test_a_long_notice_fits_in_the_cookie(
    app: Any, browser: Browser, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """CKAN keeps notices in a cookie: only the first ones are told, and how many there are."""
    any_letters = random.Random(1)
    form = entered(form_of(browser.get(EDIT)))
    typed = {
        name: "".join(any_letters.choices("กขคงจฉชซญดตถทธนบปผพฟมยรลวสหอฮ", k=100))
        for name in (
            "geo_coverage_other", "objective_other", "update_frequency_unit_other",
            "data_format_other", "data_type_other", "west_bound_longitude",
            "east_bound_longitude", "positional_accuracy", "equivalent_scale_other",
            "reference_period",
        )
    }
    answer = app.post(
        EDIT, data={**form, **typed, "save": ""}, headers={"Authorization": steward["token"]},
        follow_redirects=False, status=302,
    )
    assert len(answer.headers["Set-Cookie"].encode()) < 4000
    page = browser.get("/dataset/outpatients")
    told = [text_of(line) for line in page.select(".flash-messages li")]
    assert len(told) == 9
    assert "2" in told[-1]


def test_the_api_is_told_nothing(app: Any, record: dict[str, Any], steward: Any) -> None:
    """Neither in the answer nor on a later page of the same user."""
    answer = app.post(
        "/api/3/action/package_patch",
        json={"id": record["id"], "update_frequency_interval": "๒"},
        headers={"Authorization": steward["token"]}, status=200,
    )
    assert answer.json["result"]["update_frequency_interval"] == "2"
    assert "→" not in answer.body
    page = Browser(app, steward).get("/dataset/outpatients")
    assert not page.select(".flash-messages li")

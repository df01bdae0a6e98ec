"""The page of a record: its files with their previews, how to cite it, what its steward is told."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from ckan.tests import factories, helpers

from ckanext.thai_gdc.fields import dataset_fields

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

COPY = "ลงทะเบียนอีกชุดที่คล้ายกัน"


@pytest.fixture
def users() -> dict[str, dict[str, Any]]:
    """A steward of the organization, a steward of another one, somebody without rights."""
    made = {name: factories.UserWithToken(name=name) for name in ("steward", "stranger", "guest")}
    factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        users=[{"name": "steward", "capacity": "editor"}],
    )
    factories.Organization(
        name="roads", org_code="1002", users=[{"name": "stranger", "capacity": "editor"}]
    )
    return made


def register(**extra: Any) -> dict[str, Any]:
    """A record with the eight starred items, and a file with a preview."""
    record = helpers.call_action(
        "package_create", {"user": "steward"}, **{
            "name": "outpatients", "title": "จำนวนผู้ป่วยนอก", "owner_org": "health",
            "data_type": "2", "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข",
            "objective": ["09"], "data_source": "โรงพยาบาล", "data_category": "1",
            "update_frequency_unit": "A", "last_updated_date": "2021-03-16", "license_id": "1",
            **extra,
        },
    )
    for number, private in ((1, "False"), (2, "True")):
        resource = helpers.call_action(
            "resource_create", {"user": "steward"}, package_id=record["id"], format="PNG",
            url=f"https://example.go.th/{number}.png", name=f"ภาพที่ {number}",
            resource_private=private,
        )
        helpers.call_action(
            "resource_view_create", {"user": "steward"}, resource_id=resource["id"],
            title="ภาพ", view_type="image_view",
        )
    return record


def page_of(
    app: Any, user: dict[str, Any] | None = None, path: str = "/dataset/outpatients"
) -> BeautifulSoup:
    """A page as a user sees it."""
    answer = app.get(path, headers={"Authorization": user["token"]} if user else {})
    return BeautifulSoup(answer.body, "html.parser")


def text_of(found: Tag | None) -> str:
    """Its text, blanks made one; it has to be there."""
    assert found is not None
    return " ".join(found.get_text(" ").split())


def previewed(page: BeautifulSoup) -> list[str]:
    """Titles of the previews on a record's page."""
    return [str(frame["title"]) for frame in page.select(".gdc-preview iframe")]


def test_a_preview_waits_until_it_is_opened(app: Any, users: Any) -> None:
    """Each is folded and named, and leads to a page of its own for browsers that show no frame."""
    register()
    preview = page_of(app).select_one("#dataset-resources details")
    assert preview
    assert not preview.has_attr("open")
    frame = preview.select_one("iframe")
    assert frame
    assert frame["loading"] == "lazy"
    assert frame["title"] == "ตัวอย่างข้อมูลของ “ภาพที่ 1”"
    link = preview.select_one("a[href*='/view/']")
    assert link
    assert app.get(str(link["href"])).status_code == 200


@pytest.mark.parametrize(
    ("category", "stranger", "steward"),
    [("1", ["ภาพที่ 1"], ["ภาพที่ 1", "ภาพที่ 2"]), ("2", [], ["ภาพที่ 1", "ภาพที่ 2"])],
)
def test_data_that_is_not_public_is_not_previewed(
    app: Any, users: Any, category: str, stranger: list[str], steward: list[str]
) -> None:
    """Neither a private file nor personal data, on no page; those in charge see them."""
    record = register(data_category=category, license_id="8")
    for user, expected in ((None, stranger), ("stranger", stranger), ("steward", steward)):
        page = page_of(app, users.get(user))
        assert previewed(page) == [f"ตัวอย่างข้อมูลของ “{name}”" for name in expected]
    shown = helpers.call_action("package_show", {"user": "steward"}, id=record["id"])
    path = f"/dataset/outpatients/resource/{shown['resources'][1]['id']}"
    hidden = page_of(app, None, path)
    assert not hidden.select(".resource-view iframe, .resource-view img")
    assert "ไม่มีตัวอย่างข้อมูล" in text_of(hidden.select_one(".gdc-state"))
    assert page_of(app, users["steward"], path).select(".resource-view")


def test_how_to_cite_in_the_readers_words_and_era(app: Any, users: Any) -> None:
    """Organization, year, title, day, catalog, licence, address: in Thai and in English."""
    register(license_id="9", license_id_other="สัญญาของจังหวัด")
    thai = text_of(page_of(app).select_one("#gdc-citation"))
    assert thai == (
        "สำนักงานสาธารณสุข (2564). จำนวนผู้ป่วยนอก [ชุดข้อมูล]. ปรับปรุงล่าสุด 16 มีนาคม 2564. "
        "บัญชีข้อมูลภาครัฐ. สัญญาอนุญาต: สัญญาของจังหวัด. http://test.ckan.net/dataset/outpatients"
    )
    english = text_of(page_of(app, None, "/en/dataset/outpatients").select_one("#gdc-citation"))
    assert english.startswith(
        "สำนักงานสาธารณสุข (2021). จำนวนผู้ป่วยนอก [Dataset]. Last updated 16 March 2021."
    )


def test_only_those_in_charge_see_what_is_missing(
    app: Any, users: Any, ckan_config: Any
) -> None:
    """What rules of today and the other standard ask, each with its field; when it is due."""
    register()
    for user in (None, users["guest"], users["stranger"]):
        assert not page_of(app, user).select(".gdc-steward")
    panel = page_of(app, users["steward"]).select_one(".gdc-steward")
    assert panel
    assert "ไม่มีสิ่งที่ต้องแก้ไข" in text_of(panel)
    asked = {str(link["href"]) for link in panel.select(".gdc-inline a")}
    assert asked == {
        f"/dataset/edit/outpatients#field-{name}"
        for name in ("maintainer", "notes", "geo_coverage", "data_format")
    }
    assert text_of(panel.select_one(".gdc-inline")).startswith(
        dataset_fields()["maintainer"].label["th"]
    )
    assert "ครบกำหนด 16 มีนาคม 2565 เลยกำหนดแล้ว" in text_of(panel)

    ckan_config["ckanext.thai_gdc.star_set"] = "guideline-1.0"
    panel = page_of(app, users["steward"]).select_one(".gdc-steward")
    assert panel
    links = {str(link["href"]) for link in panel.select(".gdc-problems a")}
    assert "/dataset/edit/outpatients#field-notes" in links
    # The other set is the smaller one: it asks for nothing in addition.
    assert not panel.select(".gdc-inline")


def test_another_like_this_one(app: Any, users: Any) -> None:
    """Offered to those who may register records, and to nobody else."""
    record = register()
    for user, offered in (("steward", True), ("stranger", True), ("guest", False), (None, False)):
        page = page_of(app, users.get(user))
        links = [str(a["href"]) for a in page.select("a") if text_of(a) == COPY]
        assert links == ([f"/dataset/new?like={record['id']}"] if offered else []), user


def test_a_record_without_files_says_what_to_do(app: Any, users: Any) -> None:
    """A visitor is sent to the contact; the steward is led to the form as well."""
    record = register()
    for resource in helpers.call_action("package_show", id=record["id"])["resources"]:
        helpers.call_action("resource_delete", {"user": "steward"}, id=resource["id"])
    for user, linked in ((None, False), (users["steward"], True)):
        empty = page_of(app, user).select_one("#dataset-resources .gdc-state")
        assert "กรุณาติดต่อผู้ดูแลเพื่อขอข้อมูล" in text_of(empty)
        assert empty
        assert bool(empty.select("a[href='/dataset/outpatients/resource/new']")) == linked

"""Front page, search and organizations: what a visitor finds, and what is said where nothing is."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from bs4 import BeautifulSoup, Tag
from ckan.lib.search import SearchError
from ckan.lib.search.common import SolrConnectionError
from ckan.lib.search.query import PackageSearchQuery
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")


@pytest.fixture
def users() -> dict[str, dict[str, Any]]:
    """A steward of the hospital, which is a unit of the health office of the province."""
    made = {name: factories.UserWithToken(name=name) for name in ("steward", "guest")}
    made["admin"] = factories.SysadminWithToken(name="admin")
    factories.Organization(
        name="province", title="จังหวัด", org_code="1000", contact_name="กลุ่มงานยุทธศาสตร์",
        contact_email="data@example.go.th", contact_phone="0 5400 0000 ต่อ 12",
    )
    factories.Organization(
        name="health", title="สาธารณสุข", org_code="1001", groups=[{"name": "province"}]
    )
    factories.Organization(
        name="hospital", title="โรงพยาบาล", org_code="1002", groups=[{"name": "health"}],
        users=[{"name": "steward", "capacity": "editor"}],
    )
    return made


def register(name: str, **extra: Any) -> None:
    """A record of the hospital."""
    helpers.call_action(
        "package_create", {"user": "steward"}, **{
            "name": name, "title": f"ข้อมูล {name}", "owner_org": "hospital", "data_type": "2",
            "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข",
            "objective": ["09"], "data_source": "หน่วยงาน", "data_category": "1",
            "license_id": "8", **extra,
        },
    )


@pytest.fixture
def records(users: Any) -> None:
    """Two public records, and a secret of the steward's."""
    register("one")
    register("two", data_type="1")
    register("secret", data_category="4", data_type="3", tag_string="ลับมาก")


def page_of(
    app: Any, path: str, user: dict[str, Any] | None = None, status: int = 200
) -> BeautifulSoup:
    """A page as a user sees it."""
    headers = {"Authorization": user["token"]} if user else {}
    return BeautifulSoup(app.get(path, headers=headers, status=status).body, "html.parser")


def text_of(found: Tag | None) -> str:
    """Its text, blanks made one; it has to be there."""
    assert found is not None
    return " ".join(found.get_text(" ").split())


def listed(page: BeautifulSoup, name: str) -> list[str]:
    """Label and count of each entry under one heading of the front page."""
    section = page.select_one(f"section[aria-labelledby=gdc-home-{name}]")
    return [text_of(link) for link in section.select(".gdc-list a")] if section else []


def test_front_page_counts_what_the_reader_may_see(
    app: Any, users: Any, records: Any
) -> None:
    """By organization, category and type; what is secret counts only for those with the right."""
    page = page_of(app, "/")
    assert listed(page, "organization") == ["โรงพยาบาล 2"]
    assert listed(page, "data_category") == ["ข้อมูลสาธารณะ 2"]
    assert sorted(listed(page, "data_type")) == ["ข้อมูลระเบียน 1", "ข้อมูลสถิติ 1"]
    assert text_of(page.select_one(".gdc-hero-count")) == "ชุดข้อมูลทั้งหมด 2 รายการ"
    assert "ลับ" not in page.get_text()
    for link in page.select(".gdc-home .gdc-list a"):
        found = page_of(app, str(link["href"])).select_one("[data-gdc-found]")
        assert text_of(found) == f"พบ {text_of(link.select_one('.gdc-number'))} ชุดข้อมูล"
    assert "ข้อมูลความลับทางราชการ 1" in listed(page_of(app, "/", users["steward"]), "data_category")


def test_front_page_shows_what_is_new(app: Any, users: Any, records: Any) -> None:
    """What was changed last stands first, with its day in the reader's era."""
    helpers.call_action("package_patch", {"user": "steward"}, id="one", notes="ใหม่")
    cards = page_of(app, "/").select(".gdc-cards li")
    assert [text_of(card.select_one("h3")) for card in cards] == ["ข้อมูล one", "ข้อมูล two"]
    assert "พ.ศ." not in text_of(cards[0])
    assert "แก้ไขล่าสุด" in text_of(cards[0])
    year = int(helpers.call_action("package_show", id="one")["metadata_modified"][:4])
    assert str(year + 543) in text_of(cards[0])
    english = page_of(app, "/en/").select_one(".gdc-cards li")
    assert str(year) in text_of(english)


def test_front_page_asks_the_index_once(app: Any, users: Any, records: Any) -> None:
    """All facets and what is new come from one query besides CKAN's own."""
    run = PackageSearchQuery.run
    with mock.patch.object(PackageSearchQuery, "run", autospec=True, side_effect=run) as asked:
        page_of(app, "/")
    assert asked.call_count == 2


def test_an_empty_catalog_says_what_to_do(app: Any, users: Any) -> None:
    """A visitor is told to come back; who may register records is led to the form."""
    empty = "section[aria-labelledby=gdc-home-empty]"
    visitor = page_of(app, "/").select_one(empty)
    assert "กรุณากลับมาใหม่" in text_of(visitor)
    assert visitor
    assert not visitor.select("a[href='/dataset/new']")
    steward = page_of(app, "/", users["steward"]).select_one(empty)
    assert steward
    assert text_of(steward.select_one("a[href='/dataset/new']")) == "ลงทะเบียนชุดข้อมูลแรก"
    found = page_of(app, "/dataset/").select_one("#search-results .gdc-state")
    assert text_of(found) == "ยังไม่มีระเบียน"


def test_a_search_that_does_not_answer_is_said_in_words(app: Any, users: Any, records: Any) -> None:
    """Front page and search stay pages: what is wrong, and what to do."""
    with mock.patch.object(PackageSearchQuery, "run", side_effect=SearchError("org.apache")):
        front, search = page_of(app, "/"), page_of(app, "/dataset/?q=%3A")
    assert "ขณะนี้ค้นหาบัญชีข้อมูลไม่ได้" in text_of(front.select_one("[role=alert]"))
    assert text_of(search.select_one("h1")) == "ค้นหาไม่สำเร็จ"
    assert "ตัดเครื่องหมาย" in text_of(search.select_one("#search-error"))
    assert "org.apache" not in front.get_text() + search.get_text()


@pytest.mark.parametrize(
    ("path", "status"), [("/", 503), ("/dataset/", 500), ("/organization/hospital", 503)]
)
def test_a_search_server_that_is_down_is_said_in_words(
    app: Any, users: Any, path: str, status: int
) -> None:
    """In both languages, and not in the words of the server."""
    down = SolrConnectionError("Solr returned an error while searching.")
    with mock.patch.object(PackageSearchQuery, "run", side_effect=down):
        thai, english = page_of(app, path, None, status), page_of(app, "/en" + path, None, status)
    assert "ขณะนี้ค้นหาบัญชีข้อมูลไม่ได้" in text_of(thai.select_one("[role=alert]"))
    assert "cannot be searched just now" in text_of(english.select_one("[role=alert]"))
    assert "Solr" not in thai.get_text() + english.get_text()


def test_filters_can_be_read_and_removed(app: Any, users: Any, records: Any) -> None:
    """Each filter by its label, also where nothing was found; what may help is said."""
    page = page_of(app, "/dataset/?q=ข้อมูล&data_type=2&organization=hospital")
    filters = {text_of(a): str(a["href"]) for a in page.select(".gdc-filters a")}
    assert set(filters) == {
        "ประเภทข้อมูล: ข้อมูลสถิติ (นำตัวกรองนี้ออก)", "องค์กร: โรงพยาบาล (นำตัวกรองนี้ออก)",
    }
    for text, address in filters.items():
        gone, kept = (
            ("data_type", "organization") if "สถิติ" in text else ("organization", "data_type")
        )
        assert f"{gone}=" not in address
        assert f"{kept}=" in address
    active = page.select_one("#search-facets .nav-item.active a[aria-current=true]")
    assert "นำตัวกรองนี้ออก" in text_of(active)

    nothing = page_of(app, "/dataset/?q=ไม่มีคำนี้&data_type=9&organization=hospital")
    assert "ประเภทข้อมูล: ข้อมูลประเภทอื่นๆ" in text_of(nothing.select_one(".gdc-filters"))
    help_text = nothing.select_one("#search-results .gdc-state")
    assert "ตรวจตัวสะกด" in text_of(help_text)
    assert help_text
    assert {str(a["href"]).split("?")[0] for a in help_text.select("a")} == {"/dataset/"}


def test_a_result_says_what_it_is(app: Any, users: Any, records: Any) -> None:
    """Organization, type, category, last change; a secret is marked, for those who see it."""
    item = next(
        one for one in page_of(app, "/dataset/").select(".dataset-item") if "two" in one.get_text()
    )
    facts = text_of(item.select_one(".gdc-item-facts"))
    assert facts.startswith("โรงพยาบาล ข้อมูลระเบียน ข้อมูลสาธารณะ แก้ไขล่าสุด")
    secret = page_of(app, "/dataset/?data_type=3", users["steward"]).select_one(".dataset-item")
    assert "เห็นได้เฉพาะผู้มีสิทธิ" in text_of(secret)


def test_results_are_announced_when_only_they_change(app: Any, users: Any, records: Any) -> None:
    """The part of a page that htmx asks for says how much was found, in a live region."""
    answer = app.get("/dataset/?data_type=2", headers={"HX-Request": "true"})
    part = BeautifulSoup(answer.body, "html.parser")
    status = part.select_one("#gdc-search-status[hx-swap-oob=innerHTML]")
    assert text_of(status) == "พบ 1 ชุดข้อมูล"
    assert page_of(app, "/dataset/").select_one("#gdc-search-status[role=status]")


def test_pages_of_a_list_are_named(app: Any, users: Any, ckan_config: Any) -> None:
    """The arrows have words, and the open page is said to be open."""
    for number in range(3):
        register(f"more-{number}")
    ckan_config["ckan.datasets_per_page"] = 1
    pager = page_of(app, "/dataset/?page=2").select_one("nav[aria-label='หน้าของรายการ']")
    assert pager
    assert text_of(pager) == "หน้าก่อน 1 2 3 หน้าถัดไป"
    assert text_of(pager.select_one("a[aria-current=page]")) == "2"


def test_an_organization_in_its_tree(app: Any, users: Any, records: Any) -> None:
    """All that stands above it from the root down, and all below, with counts of what is seen."""
    page = page_of(app, "/organization/hospital")
    assert text_of(page.h1) == "โรงพยาบาล"
    assert [text_of(li) for li in page.select(".gdc-tree-above li")] == [
        "จังหวัด 0 ระเบียน", "สาธารณสุข 0 ระเบียน",
    ]
    below = page_of(app, "/organization/province").select_one(".gdc-tree")
    assert text_of(below) == (
        "สาธารณสุข 0 ระเบียน หน่วยงานในสังกัด 1 แห่ง : สาธารณสุข โรงพยาบาล 2 ระเบียน"
    )
    assert below
    assert below.select_one("details[open]")
    steward = page_of(app, "/organization/province", users["steward"]).select_one(".gdc-tree")
    assert "โรงพยาบาล 3 ระเบียน" in text_of(steward)


def test_a_large_tree_is_folded(app: Any, users: Any) -> None:
    """Unit by unit, so that the page stays one that can be read."""
    for number in range(14):
        factories.Organization(
            name=f"ward-{number}", title=f"แผนก {number:02}", org_code=f"20{number:02}",
            groups=[{"name": "hospital"}],
        )
    folded = page_of(app, "/organization/province").select(".gdc-tree details")
    assert folded
    assert not any(one.has_attr("open") for one in folded)
    titles = [text_of(a) for a in page_of(app, "/organization/hospital").select(".gdc-tree a")]
    assert titles[-14:] == [f"แผนก {number:02}" for number in range(14)]


def test_whom_to_ask_about_an_organizations_data(app: Any, users: Any) -> None:
    """The contact stands on the page and under “about”; an organization without one shows none."""
    for path in ("/organization/province", "/organization/about/province"):
        page = page_of(app, path)
        contact = text_of(page.select_one(".gdc-contact, main .gdc-items"))
        for said in ("กลุ่มงานยุทธศาสตร์", "data@example.go.th", "0 5400 0000 ต่อ 12"):
            assert said in contact
        assert page.select_one("a[href='mailto:data@example.go.th']")
    assert not page_of(app, "/organization/health").select(".gdc-contact")
    about = page_of(app, "/organization/about/health").select_one("main")
    assert "1001" in text_of(about)

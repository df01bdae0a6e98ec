"""My records: what a steward has to mend and to bring up to date, and whose records they are."""

from __future__ import annotations

import datetime
from typing import Any
from unittest import mock

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup, Tag
from ckan import logic, model
from ckan.lib.search import SearchError, rebuild
from ckan.lib.search.common import SolrConnectionError
from ckan.lib.search.query import PackageSearchQuery
from ckan.tests import factories, helpers

from ckanext.thai_gdc.record import due

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

PAGE = "/dashboard/records"


@pytest.fixture
def users() -> dict[str, dict[str, Any]]:
    """A steward of one organization, a member of it, a steward of another, a sysadmin."""
    made = {name: factories.UserWithToken(name=name) for name in ("steward", "member", "stranger")}
    made["admin"] = factories.SysadminWithToken(name="admin")
    factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        users=[{"name": "steward", "capacity": "editor"}, {"name": "member", "capacity": "member"}],
    )
    factories.Organization(
        name="roads", org_code="1002", users=[{"name": "stranger", "capacity": "editor"}]
    )
    return made


def register(name: str, **extra: Any) -> dict[str, Any]:
    """A record of the first organization, made by its steward; private ones are found too."""
    return helpers.call_action(
        "package_create", {"user": "steward"}, **{
            "name": name, "title": name, "owner_org": "health", "data_type": "2",
            "maintainer_email": "data@example.go.th", "tag_string": "ข่าว", "objective": ["11"],
            "data_source": "หน่วยงาน", "data_category": "1", **extra,
        },
    )


def days_ago(days: int) -> str:
    """A day before today, ISO 8601."""
    return (due.today() - datetime.timedelta(days=days)).isoformat()


def asked(user: str, **data: Any) -> dict[str, Any]:
    """What gdc_my_records answers a user."""
    return helpers.call_action("gdc_my_records", {"user": user, "ignore_auth": False}, **data)


def names(user: str, which: str) -> list[str]:
    """Names of the records in one of the user's lists."""
    found = asked(user, list=which)
    assert found["count"] == len(found["results"]) == found["counts"][which]
    return [record["name"] for record in found["results"]]


@pytest.fixture
def records(users: Any, ckan_config: Any) -> None:
    """One record for each list, and one that nobody has to look after."""
    whole = {
        "maintainer": "กอง", "notes": "รายละเอียด", "update_frequency_unit": "A",
        "geo_coverage": "06", "data_format": ["02"], "license_id": "1",
    }
    monthly = {**whole, "update_frequency_unit": "M", "private": True}
    register("bare")
    register("calm", **whole, last_updated_date=days_ago(5))
    register("late", **monthly, last_updated_date=days_ago(45))
    register("later", **{**whole, "update_frequency_unit": "D"}, last_updated_date=days_ago(100))
    register("begun", **whole, state="draft")
    ckan_config["ckanext.thai_gdc.star_set"] = "guideline-1.0"
    rebuild()


def page_of(app: Any, user: dict[str, Any] | None, path: str = PAGE, status: int = 200) -> Any:
    """A page as a user sees it."""
    headers = {"Authorization": user["token"]} if user else {}
    answer = app.get(path, headers=headers, status=status, follow_redirects=False)
    return BeautifulSoup(answer.body, "html.parser")


def text_of(found: Tag | None) -> str:
    """Its text, blanks made one; it has to be there."""
    assert found is not None
    return " ".join(found.get_text(" ").split())


def test_each_record_stands_where_it_belongs(users: Any, records: Any) -> None:
    """What breaks a rule, what is overdue (longest first), what was never published, and all."""
    assert names("steward", "mend") == ["bare"]
    assert names("steward", "due") == ["later", "late"]
    assert names("steward", "drafts") == ["begun"]
    assert set(names("steward", "edited")) == {"bare", "calm", "late", "later"}
    helpers.call_action("package_patch", {"user": "steward"}, id="calm", notes="ใหม่")
    assert names("steward", "edited")[0] == "calm"


def test_nobody_learns_of_others_records(app: Any, users: Any, records: Any) -> None:
    """Not a steward of another organization, not a member without the right, not the public."""
    for user in ("stranger", "member"):
        assert asked(user)["counts"] == {"mend": 0, "due": 0, "drafts": 0, "edited": 0}
        assert not page_of(app, users[user], PAGE + "?list=edited").select(".gdc-todo")
    for action in ("gdc_my_records", "gdc_due_list"):
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action(action, {"user": "", "ignore_auth": False})
    page_of(app, None, status=403)


def test_an_administrator_sees_all_but_others_drafts(users: Any, records: Any) -> None:
    """The lists of a system administrator go across organizations; drafts are one's own."""
    assert names("admin", "due") == ["later", "late"]
    assert names("admin", "drafts") == []


def test_parts_of_a_list(users: Any, records: Any) -> None:
    """A list is given in parts; what cannot be asked for is refused, each thing by its name."""
    part = asked("steward", list="due", rows=1, start=1)
    assert (part["count"], [r["name"] for r in part["results"]]) == (2, ["late"])
    with pytest.raises(tk.ValidationError) as refusal:
        asked("steward", list="lost")
    assert set(refusal.value.error_dict) == {"list"}
    with pytest.raises(tk.ValidationError) as refusal:
        helpers.call_action("gdc_due_list", {"user": "steward"}, rows="many", start=-1)
    assert set(refusal.value.error_dict) == {"rows", "start"}


def test_due_list_says_when(users: Any, records: Any) -> None:
    """Each record carries the day by which its data should have been newer."""
    found = helpers.call_action("gdc_due_list", {"user": "steward", "ignore_auth": False})
    assert {r["name"]: r["gdc_due"] for r in found["results"]}["later"] == days_ago(99)


def test_up_to_date_again(users: Any, records: Any) -> None:
    """Once the data's date is new, the record leaves the list by itself."""
    helpers.call_action(
        "package_patch", {"user": "steward"}, id="later", last_updated_date=days_ago(0)
    )
    assert names("steward", "due") == ["late"]


def test_the_page_tells_in_words(app: Any, users: Any, records: Any) -> None:
    """Each list says what is wrong, in the reader's language and era, and leads to the field."""
    page = page_of(app, users["steward"])
    assert [text_of(a) for a in page.select(".gdc-lists a")] == [
        "ต้องแก้ไข 1", "ถึงกำหนดปรับปรุง 2", "ยังไม่เผยแพร่ 1", "แก้ไขล่าสุด 4",
    ]
    # Without a choice the first list that holds something is open.
    assert text_of(page.select_one(".gdc-lists [aria-current=page]")).startswith("ต้องแก้ไข")
    links = [str(a["href"]) for a in page.select(".gdc-problems a")]
    assert "/dataset/edit/bare#field-maintainer" in links

    row = page_of(app, users["steward"], PAGE + "?list=due").select_one(".gdc-todo > li")
    assert row
    day = datetime.date.fromisoformat(days_ago(99))
    assert f"{day.day} " in text_of(row)
    assert f"{day.year + 543} เลยกำหนดแล้ว 3 เดือน" in text_of(row)
    assert row.select_one("a[href='/dataset/edit/later#field-last_updated_date']")

    english = page_of(app, users["steward"], "/en" + PAGE + "?list=due")
    assert "3 months late" in text_of(english.select_one(".gdc-late"))
    drafts = page_of(app, users["steward"], PAGE + "?list=drafts")
    assert "กรอกครบแล้ว เผยแพร่ได้" in text_of(drafts.select_one(".gdc-todo"))


def test_the_former_address_still_works(app: Any, users: Any, records: Any) -> None:
    """Who kept the address of the records to mend finds them there."""
    page = page_of(app, users["steward"], "/dashboard/incomplete")
    assert text_of(page.select_one(".gdc-lists [aria-current=page]")).startswith("ต้องแก้ไข")
    assert "“ชื่อผู้ติดต่อ”" in text_of(page.select_one(".gdc-todo"))


def test_empty_lists_say_so(app: Any, users: Any) -> None:
    """Nothing to do is said for each list, and that a list ends before the page asked for."""
    for which, said in {
        "mend": "ไม่มีระเบียนที่ต้องแก้ไข", "due": "ไม่มีข้อมูลที่ถึงกำหนด",
        "drafts": "ท่านไม่มีระเบียนที่ยังไม่เผยแพร่", "edited": "หน่วยงานของท่านยังไม่มีระเบียน",
    }.items():
        page = page_of(app, users["steward"], f"{PAGE}?list={which}")
        assert said in text_of(page.select_one(".gdc-state"))
    register("one")
    beyond = page_of(app, users["steward"], PAGE + "?list=edited&page=9")
    assert text_of(beyond.select_one(".gdc-state")).startswith("รายการไม่มีถึงหน้านี้")


@pytest.mark.parametrize("failure", [SearchError, SolrConnectionError])
def test_a_search_that_is_down_is_said(app: Any, users: Any, failure: type[Exception]) -> None:
    """The page stays a page, whatever way the search fails."""
    with mock.patch.object(PackageSearchQuery, "run", side_effect=failure("org.apache")):
        page = page_of(app, users["steward"])
    assert "ขณะนี้แสดงรายการระเบียนของท่านไม่ได้" in text_of(page.select_one("[role=alert]"))


def test_an_index_that_is_out_of_date_does_no_harm(app: Any, users: Any, records: Any) -> None:
    """A record that is due in the index and not by the rules of now is listed without a day."""
    with mock.patch.object(due, "on", return_value=None):
        page = page_of(app, users["steward"], PAGE + "?list=due")
    assert len(page.select(".gdc-todo > li")) == 2
    assert not page.select(".gdc-late")


def test_a_long_list_costs_few_queries(app: Any, users: Any) -> None:
    """One query for each list, and no record is looked up by itself."""
    for number in range(6):
        register(f"more-{number}")
    shown = mock.Mock(side_effect=AssertionError("looked up by itself"))
    run = PackageSearchQuery.run
    with (
        mock.patch.object(PackageSearchQuery, "run", autospec=True, side_effect=run) as searched,
        mock.patch.dict(logic._actions, {"package_show": shown}),
    ):
        page = page_of(app, users["steward"], PAGE + "?list=edited")
    assert len(page.select(".gdc-todo > li")) == 6
    asked_for = [call.args[1].get("rows") for call in searched.call_args_list]
    assert asked_for.count(0) == 3
    assert len(asked_for) <= 5, "the four lists, and what CKAN asks of the user"


@pytest.mark.parametrize(
    ("record", "day"),
    [
        ({"update_frequency_unit": "A", "last_updated_date": "2024-02-29"}, "2025-02-28"),
        ({"update_frequency_unit": "M", "last_updated_date": "2024-01-31"}, "2024-02-29"),
        ({"update_frequency_unit": "Q", "last_updated_date": "2024-11-30"}, "2025-02-28"),
        ({"update_frequency_unit": "S", "last_updated_date": "2024-08-15"}, "2025-02-15"),
        ({"update_frequency_unit": "W", "update_frequency_interval": "2",
          "last_updated_date": "2024-02-20"}, "2024-03-05"),
        ({"update_frequency_unit": "H", "update_frequency_interval": "36",
          "last_updated_date": "2024-01-01"}, "2024-01-02"),
        ({"update_frequency_unit": "N", "last_updated_date": "2024-01-01"}, "2024-01-01"),
        ({"update_frequency_unit": "D", "last_updated_date": "16 มี.ค. ๒๕๖๔"}, "2021-03-17"),
        ({"update_frequency_unit": "D", "last_updated_date": "เร็วๆ นี้"}, "2024-05-06"),
        ({"update_frequency_unit": "D", "update_frequency_interval": "สอง"}, "2024-05-06"),
        ({"update_frequency_unit": "R", "last_updated_date": "2024-01-01"}, None),
        ({"update_frequency_unit": "X"}, None),
        ({"update_frequency_unit": "?"}, None),
        ({}, None),
        ({"update_frequency_unit": "A", "update_frequency_interval": "999999999"}, None),
        ({"update_frequency_unit": "D", "update_frequency_interval": "999999999"}, None),
    ],
)
@pytest.mark.usefixtures("with_request_context")
def test_when_data_is_due(record: dict[str, Any], day: str | None) -> None:
    """By the data's own frequency, from its last update; whatever an old catalog wrote there."""
    # Six hours before midnight in Greenwich it is the next day in Bangkok.
    found = due.on({"metadata_modified": "2024-05-04T18:00:00.123456", **record})
    assert (found.isoformat() if found else None) == day


def test_odd_values_are_indexed_as_well(users: Any, records: Any) -> None:
    """A date that is none, as a migration may have left it, keeps no record from the index."""
    package = model.Package.get("later")
    package.extras["last_updated_date"] = "ประมาณปี 2560"
    model.repo.commit()
    rebuild("later")
    # Counted from its last change, which was just now.
    assert names("steward", "due") == ["late"]


@pytest.mark.usefixtures("with_request_context")
@pytest.mark.parametrize(
    ("days", "said"), [(1, "1 วัน"), (60, "60 วัน"), (90, "2 เดือน"), (800, "2 ปี")]
)
def test_how_long_in_words(days: int, said: str) -> None:
    """Days, then months, then years."""
    assert due.how_long(days) == said

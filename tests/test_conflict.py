"""Two people edit one record: nothing is overwritten silently."""

from __future__ import annotations

import datetime
import io
import json
import threading
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories, helpers
from stack import live
from test_pages import Browser, entered, form_of, problems, text_of

from ckanext.thai_gdc.fields import dataset_fields, resource_fields
from ckanext.thai_gdc.record import conflict, conflict_action, conflict_form

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

SINCE = conflict.SINCE
RESOURCE = {"name": "ไฟล์", "url": "https://example.go.th/a.csv"}


@pytest.fixture
def somsri() -> dict[str, Any]:
    """A data steward."""
    return factories.UserWithToken(name="somsri", fullname="สมศรี ใจดี")


@pytest.fixture
def wichai() -> dict[str, Any]:
    """Another one of the same organization."""
    return factories.UserWithToken(name="wichai", fullname="วิชัย รักงาน")


def full_record(organization: str) -> dict[str, Any]:
    """A record with its starred fields and one resource, as the API takes it."""
    return {
        "name": "outpatients", "title": "ผู้ป่วยนอก", "owner_org": organization,
        "data_type": "2", "maintainer": "กลุ่มงาน", "maintainer_email": "data@example.go.th",
        "tag_string": "สาธารณสุข,ผู้ป่วย", "notes": "เดิม", "objective": ["09"],
        "update_frequency_unit": "A", "update_frequency_interval": "1", "geo_coverage": "06",
        "data_source": "โรงพยาบาล", "data_format": ["02"], "data_category": "1",
        "license_id": "1", "last_updated_date": "2021-03-16", "resources": [RESOURCE],
    }


@pytest.fixture
def record(somsri: dict[str, Any], wichai: dict[str, Any]) -> dict[str, Any]:
    """A record that both may edit, as it was created."""
    organization = factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        users=[{"name": user["name"], "capacity": "editor"} for user in (somsri, wichai)],
    )
    return act("package_create", "somsri", **full_record(organization["id"]))


def act(action: str, user: str, **data: Any) -> Any:
    """What the action answers to the user."""
    return helpers.call_action(action, {"user": user, "ignore_auth": False}, **data)


def refused(action: str, user: str, **data: Any) -> str:
    """The message with which the action refuses the parameter."""
    with pytest.raises(tk.ValidationError) as refusal:
        act(action, user, **data)
    assert set(refusal.value.error_dict) == {SINCE}
    messages: Any = refusal.value.error_dict[SINCE]
    assert len(messages) == 1
    return messages[0]


def calls(record: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every action that writes in a record, with what somebody sends who read it so."""
    resource = record["resources"][0]
    return [
        ("package_update", {**record, "notes": "ใหม่"}),
        ("package_patch", {"id": record["id"], "notes": "ใหม่"}),
        ("package_patch", {"id": record["name"], "notes": "ใหม่"}),
        ("package_revise", {"match": {"id": record["id"]}, "update": {"notes": "ใหม่"}}),
        ("package_revise",
         {"match__name": record["name"], "update": json.dumps({"notes": "ใหม่"})}),
        ("resource_create", {"package_id": record["id"], **RESOURCE}),
        ("resource_update", {**resource, "name": "ใหม่"}),
        ("resource_patch", {"id": resource["id"], "name": "ใหม่"}),
        ("resource_delete", {"id": resource["id"]}),
    ]


def test_a_save_on_an_older_version_is_refused_on_every_path(
    record: dict[str, Any], subtests: pytest.Subtests
) -> None:
    """By whom the record was changed is said; the record stays as the other left it."""
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    for action, sent in calls(record):
        with subtests.test(action=action):
            message = refused(action, "somsri", **sent, **{SINCE: record["metadata_modified"]})
            assert "วิชัย รักงาน" in message
            assert str(datetime.date.today().year + 543) in message
            after = act("package_show", "somsri", id=record["id"])
            assert after["notes"] == "ของวิชัย"
            assert [r["name"] for r in after["resources"]] == ["ไฟล์"]


def test_a_save_on_the_newest_version_passes_and_stores_no_parameter(
    record: dict[str, Any], subtests: pytest.Subtests
) -> None:
    """Each call may give the time that the last one left."""
    for action, sent in calls(record):
        with subtests.test(action=action):
            before = act("package_show", "somsri", id=record["id"])
            if action == "package_update":
                sent = {**before, "notes": before["notes"] + "!"}
            act(action, "somsri", **sent, **{SINCE: before["metadata_modified"]})
            after = act("package_show", "somsri", id=record["id"])
            assert SINCE not in json.dumps(after)
            assert conflict.BASE not in json.dumps(after)
    stored = model.Package.get(record["id"])
    assert stored and SINCE not in stored.extras


def test_without_the_parameter_a_save_is_as_ever(record: dict[str, Any]) -> None:
    """The parameter is optional."""
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    assert act("package_patch", "somsri", id=record["id"], notes="ทับ")["notes"] == "ทับ"


def test_the_time_is_understood_in_every_form_of_iso_8601(record: dict[str, Any]) -> None:
    """With a zone, with Z, and as CKAN gives it."""
    read = datetime.datetime.fromisoformat(record["metadata_modified"])
    bangkok = datetime.timezone(datetime.timedelta(hours=7))
    for written in (
        read.isoformat() + "Z", read.isoformat() + "+00:00",
        read.replace(tzinfo=datetime.timezone.utc).astimezone(bangkok).isoformat(),
    ):
        # Nothing changes, so that the time stays.
        act("package_patch", "somsri", id=record["id"], **{SINCE: written})
    early = read - datetime.timedelta(microseconds=1)
    refused("package_patch", "somsri", id=record["id"], **{SINCE: early.isoformat()})


@pytest.mark.parametrize(
    "written",
    ["", "เมื่อวาน", "16/03/2564", "2569-01-01T00:00:00", 5, ["2026-01-01"], {"a": 1},
     "๒๐๒๖-๐๑-๐๑", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"],
)
def test_what_is_no_time_is_refused(record: dict[str, Any], written: Any) -> None:
    """Also a year of the Buddhist Era, which would let every save through."""
    message = refused("package_patch", "somsri", id=record["id"], notes="x", **{SINCE: written})
    assert "ISO 8601" in message
    assert act("package_show", "somsri", id=record["id"])["notes"] == "เดิม"


def test_a_refusal_is_a_409_that_programs_can_read(
    app: Any, record: dict[str, Any], somsri: dict[str, Any]
) -> None:
    """CKAN's shape of an error, with our code beside the message."""
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    answer = app.post(
        "/en/api/3/action/package_patch",
        json={"id": record["id"], "notes": "x", SINCE: record["metadata_modified"]},
        headers={"Authorization": somsri["token"]}, status=409,
    )
    error = answer.json["error"]
    assert error["__type"] == "Validation Error"
    assert "This record was changed by วิชัย รักงาน" in error[SINCE][0]
    assert error["__codes"] == {SINCE: ["changed_meanwhile"]}


def test_who_may_not_write_learns_nothing(record: dict[str, Any]) -> None:
    """Neither the time nor the name."""
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    factories.User(name="stranger")
    with pytest.raises(tk.NotAuthorized):
        act("package_patch", "stranger", id=record["id"], notes="x",
            **{SINCE: record["metadata_modified"]})


def test_a_name_that_is_unknown_or_may_not_be_seen_is_left_out(
    record: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is told all the same."""
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    sent = {"id": record["id"], "notes": "x", SINCE: record["metadata_modified"]}
    year = str(datetime.date.today().year + 543)
    with monkeypatch.context() as patch:
        patch.setattr(conflict_action, "_may_be_named", lambda *_: False)
        message = refused("package_patch", "somsri", **sent)
        assert "วิชัย" not in message
        assert year in message
    monkeypatch.setattr(conflict_action.p, "plugin_loaded", lambda _name: False)
    message = refused("package_patch", "somsri", **sent)
    assert "วิชัย" not in message
    assert year in message


def test_ones_own_save_in_another_window_is_told_as_such(record: dict[str, Any]) -> None:
    """Nobody is told that a stranger was at work."""
    act("package_patch", "somsri", id=record["id"], notes="หน้าต่างอื่น")
    message = refused("package_patch", "somsri", id=record["id"], notes="x",
                      **{SINCE: record["metadata_modified"]})
    assert "สมศรี" not in message


def test_every_save_of_an_administrator_moves_the_time(record: dict[str, Any]) -> None:
    """CKAN lets one who sends back what was read leave the time where it stood."""
    admin = factories.Sysadmin()["name"]
    read = act("package_show", admin, id=record["id"])
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    act("package_update", admin, **{**read, "notes": "ของผู้ดูแล"})
    seen = act("package_show", "wichai", id=record["id"])["metadata_modified"]
    assert seen > read["metadata_modified"]
    resource = {**seen_resource(admin, record), "name": "ใหม่"}
    act("resource_update", admin, **resource)
    act("resource_delete", admin, id=resource["id"])
    refused("package_patch", "wichai", id=record["id"], notes="x", **{SINCE: seen})


def seen_resource(user: str, record: dict[str, Any]) -> dict[str, Any]:
    """The record's first resource, as it is now."""
    return act("package_show", user, id=record["id"])["resources"][0]


# The comparison by itself ------------------------------------------------------------------

BASE = {"title": "ก", "notes": "ข", "objective": ["09"], "tag_string": "น้ำ, ข่าว",
        "last_updated_date": "2021-03-16", "private": "False", "data_type": "2"}

#: What was typed, what stands now, the fields that differ and who changed each.
VERSIONS: list[tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ({}, {}, {}),
    ({"title": "ค"}, {}, {"title": "me"}),
    ({}, {"title": "ค"}, {"title": "them"}),
    ({"title": "ค"}, {"title": "ง"}, {"title": "both"}),
    ({"title": "ค"}, {"title": " ค"}, {}),
    ({"notes": "ข\r\n"}, {}, {}),
    ({"objective": ["", "09"]}, {}, {}),
    ({"objective": [""]}, {}, {"objective": "me"}),
    ({"tag_string": "ข่าว,น้ำ"}, {}, {}),
    ({"tag_string": "ข่าว"}, {}, {"tag_string": "me"}),
    ({"last_updated_date": "16 มีนาคม 2564"}, {}, {}),
    ({"last_updated_date": "ไม่รู้"}, {}, {"last_updated_date": "me"}),
    ({"private": "True"}, {}, {"private": "me"}),
    ({"data_type": "ข้อมูลสถิติ"}, {}, {}),
]


def test_fields_differ_by_what_they_mean(subtests: pytest.Subtests) -> None:
    """Era, order, blanks and the form's empty values make no difference."""
    for mine, theirs, expected in VERSIONS:
        with subtests.test(mine=mine, theirs=theirs):
            found = conflict.differences("dataset", BASE | mine, BASE | theirs, BASE)
            assert {one.field.name: one.changed_by for one in found} == expected
            blind = conflict.differences("dataset", BASE | mine, BASE | theirs, None)
            assert {one.field.name: one.changed_by for one in blind} == dict.fromkeys(expected, "")


def test_the_form_carries_every_field() -> None:
    """A field that is added to the schema is compared, too."""
    assert set(conflict.base_of("dataset", {})) == {*dataset_fields(), "private"}
    assert set(conflict.base_of("resource", {})) == {*resource_fields(), "url_type"}


# The form ------------------------------------------------------------------------------------

@pytest.fixture
def browser(app: Any, somsri: dict[str, Any]) -> Browser:
    """The first steward's browser."""
    return Browser(app, somsri)


EDIT = "/dataset/edit/outpatients"


def conflict_rows(page: BeautifulSoup) -> dict[str, tuple[str, str, str, str]]:
    """Field name to label, mine, theirs and the side that is offered first."""
    return {
        str(row["data-gdc-conflict"]): (
            text_of(row.th),
            *(text_of(value) for value in row.select(".gdc-conflict-value")),
            str(row.select("input[checked]")[0]["value"]),
        )  # type: ignore[misc]
        for row in page.select("[data-gdc-conflict]")
    }


def test_the_form_always_sends_the_time(browser: Browser, record: dict[str, Any]) -> None:
    """That with which it was opened; a form of something new has none to send."""
    assert entered(form_of(browser.get(EDIT)))[SINCE] == [record["metadata_modified"]]
    resource = f"/dataset/outpatients/resource/{record['resources'][0]['id']}/edit"
    assert entered(form_of(browser.get(resource)))[SINCE] == [record["metadata_modified"]]
    for path in ("/dataset/new", "/dataset/outpatients/resource/new"):
        assert SINCE not in entered(form_of(browser.get(path)))


def test_the_second_of_two_sees_both_versions_and_chooses(
    browser: Browser, record: dict[str, Any]
) -> None:
    """Labels, not codes; each field with a choice; the next save keeps what was chosen."""
    form = entered(form_of(browser.get(EDIT)))
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย", geo_coverage="01",
        last_updated_date="2022-01-02", tag_string="ใหม่", tags=[])
    form |= {"title": "ของสมศรี", "notes": "ของสมศรีเอง", "objective": ["", "09", "11"],
             "save": ""}
    page, _ = browser.post(EDIT, form)
    [said] = problems(page)
    assert "วิชัย รักงาน" in said
    assert str(datetime.date.today().year + 543) in said
    shown = conflict_rows(page)
    assert set(shown) == {
        "title", "notes", "objective", "geo_coverage", "last_updated_date", "tag_string",
    }
    assert shown["notes"][1:] == ("ของสมศรีเอง", "ของวิชัย", "mine")
    assert shown["title"][1:] == ("ของสมศรี", "ผู้ป่วยนอก", "mine")
    assert shown["title"][0].startswith("ชื่อชุดข้อมูล")
    assert shown["last_updated_date"][1:] == ("16 มีนาคม 2564", "2 มกราคม 2565", "theirs")
    assert shown["geo_coverage"][3] == "theirs"
    assert "06" not in shown["geo_coverage"][1]
    back = entered(form_of(page))
    assert back["title"] == ["ของสมศรี"]
    assert back["notes"] == ["ของสมศรีเอง"]
    assert back["objective"] == ["", "09", "11"]
    assert act("package_show", "somsri", id=record["id"])["notes"] == "ของวิชัย"

    back |= {"gdc_take_notes": "theirs", "save": ""}
    _page, target = browser.post(EDIT, back)
    assert target.endswith("/dataset/outpatients")
    after = act("package_show", "somsri", id=record["id"])
    assert after["title"] == "ของสมศรี"
    assert after["notes"] == "ของวิชัย"
    assert after["objective"] == ["09", "11"]
    assert (after["geo_coverage"], after["last_updated_date"]) == ("01", "2022-01-02")
    assert [tag["name"] for tag in after["tags"]] == ["ใหม่"]
    assert len(after["resources"]) == 1
    assert "gdc_" not in json.dumps(after)


def test_english_readers_are_told_in_english(browser: Browser, record: dict[str, Any]) -> None:
    """With the year of the Common Era."""
    form = entered(form_of(browser.get("/en" + EDIT)))
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    page, _ = browser.post("/en" + EDIT, form | {"notes": "mine", "save": ""})
    [said] = problems(page)
    assert "This record was changed by วิชัย รักงาน on" in said
    assert str(datetime.date.today().year) in said
    assert conflict_rows(page)["notes"][0].startswith("Description")


def test_a_refused_form_keeps_the_time_with_which_it_was_opened(
    browser: Browser, record: dict[str, Any]
) -> None:
    """A rule that is broken first does not hide what the other wrote meanwhile."""
    form = entered(form_of(browser.get(EDIT)))
    page, _ = browser.post(EDIT, form | {"title": "", "notes": "ของสมศรี", "save": ""})
    assert problems(page)
    back = entered(form_of(page))
    assert back[SINCE] == [record["metadata_modified"]]
    assert back[conflict.BASE] == form[conflict.BASE]
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    page, _ = browser.post(EDIT, back | {"title": "ใหม่", "save": ""})
    assert set(conflict_rows(page)) == {"title", "notes"}


def test_a_choice_stays_chosen_when_a_rule_refuses(
    browser: Browser, record: dict[str, Any]
) -> None:
    """What was taken from the other stands in the form then."""
    form = entered(form_of(browser.get(EDIT)))
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    page, _ = browser.post(EDIT, form | {"notes": "ของสมศรี", "save": ""})
    back = entered(form_of(page)) | {"gdc_take_notes": "theirs", "title": "", "save": ""}
    page, _ = browser.post(EDIT, back)
    assert problems(page)
    assert not conflict_rows(page)
    assert entered(form_of(page))["notes"] == ["ของวิชัย"]


def test_a_third_change_is_told_again(browser: Browser, record: dict[str, Any]) -> None:
    """The choice was about what was seen, not about what came after."""
    form = entered(form_of(browser.get(EDIT)))
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    page, _ = browser.post(EDIT, form | {"notes": "ของสมศรี", "save": ""})
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัยอีกครั้ง")
    back = entered(form_of(page)) | {"gdc_take_notes": "theirs", "save": ""}
    page, _ = browser.post(EDIT, back)
    assert conflict_rows(page)["notes"][1:] == ("ของวิชัย", "ของวิชัยอีกครั้ง", "theirs")


def test_what_the_form_does_not_touch_is_no_conflict(
    browser: Browser, record: dict[str, Any]
) -> None:
    """A file that is added meanwhile stays, and so does what was typed in the record."""
    form = entered(form_of(browser.get(EDIT)))
    act("resource_create", "wichai", package_id=record["id"], **{**RESOURCE, "name": "สอง"})
    _page, target = browser.post(EDIT, form | {"notes": "ของสมศรี", "save": ""})
    assert target
    after = act("package_show", "somsri", id=record["id"])
    assert after["notes"] == "ของสมศรี"
    assert [r["name"] for r in after["resources"]] == ["ไฟล์", "สอง"]


def test_a_resource_is_compared_by_its_own_fields(
    browser: Browser, record: dict[str, Any]
) -> None:
    """Its form tells of its conflict, and not of a change in the record."""
    resource = record["resources"][0]
    path = f"/dataset/outpatients/resource/{resource['id']}/edit"
    form = entered(form_of(browser.get(path)))
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    act("resource_patch", "wichai", id=resource["id"], description="ของวิชัย",
        resource_unit_of_measure="คน")
    page, _ = browser.post(path, form | {"description": "ของสมศรี", "save": ""})
    shown = conflict_rows(page)
    assert shown["description"][1:] == ("ของสมศรี", "ของวิชัย", "mine")
    assert shown["resource_unit_of_measure"][2:] == ("คน", "theirs")
    assert set(shown) == {"description", "resource_unit_of_measure"}
    _page, target = browser.post(path, entered(form_of(page)) | {"save": ""})
    assert target.endswith(resource["id"])
    after = seen_resource("somsri", record)
    assert (after["description"], after["resource_unit_of_measure"]) == ("ของสมศรี", "คน")
    assert "gdc_" not in json.dumps(after)
    assert SINCE not in after
    form = entered(form_of(browser.get(path)))
    act("package_patch", "wichai", id=record["id"], notes="อีกครั้ง")
    _page, target = browser.post(path, form | {"description": "ใหม่", "save": ""})
    assert target.endswith(resource["id"])


def test_a_file_that_was_chosen_has_to_be_chosen_again(
    browser: Browser, record: dict[str, Any]
) -> None:
    """Saving without it keeps the address that stands, not a file that never came."""
    resource = record["resources"][0]
    path = f"/dataset/outpatients/resource/{resource['id']}/edit"
    form = entered(form_of(browser.get(path)))
    act("resource_patch", "wichai", id=resource["id"], url="https://example.go.th/b.csv")
    chosen = {"url_type": "upload", "upload": (io.BytesIO(b"a,b"), "mine.csv"), "save": ""}
    page, _ = browser.post(path, form | chosen)
    assert "mine.csv" in text_of(page.select_one("#gdc-conflict"))
    _page, target = browser.post(path, entered(form_of(page)) | {"save": ""})
    assert target.endswith(resource["id"])
    after = seen_resource("somsri", record)
    assert (after["url"], after["url_type"]) == ("https://example.go.th/b.csv", "")


@pytest.fixture
def uploaded(browser: Browser, record: dict[str, Any]) -> dict[str, Any]:
    """A second resource of the record: a file that the site has."""
    new = "/dataset/outpatients/resource/new"
    sent = {"name": "f", "upload": (io.BytesIO(b"a,b"), "f.csv"), "save": "go-dataset-complete"}
    browser.post(new, entered(form_of(browser.get(new))) | sent)
    return act("package_show", "somsri", id=record["id"])["resources"][1]


def address_of(resource: dict[str, Any]) -> str:
    """Where the resource's file ``f.csv`` is downloaded."""
    return (
        f"http://test.ckan.net/dataset/{resource['package_id']}/resource/{resource['id']}"
        "/download/f.csv"
    )


@pytest.mark.parametrize("whole", [False, True], ids=["name", "address"])
def test_the_name_and_the_address_of_a_file_are_one_value(
    browser: Browser, record: dict[str, Any], uploaded: dict[str, Any], whole: bool
) -> None:
    """CKAN gives either: whichever the form was opened with, only real changes are told."""
    path = f"/dataset/outpatients/resource/{uploaded['id']}/edit"
    form = entered(form_of(browser.get(path)))
    url = address_of(uploaded) if whole else "f.csv"
    base = json.loads(form[conflict.BASE][0]) | {"url": url}
    form |= {conflict.BASE: json.dumps(base), "url": url, "save": ""}

    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    _page, target = browser.post(path, form | {"description": "ของสมศรี"})
    assert target.endswith(uploaded["id"])

    page, _target = browser.post(path, form | {"description": "อีกครั้ง"})
    assert set(conflict_rows(page)) == {"description"}

    act("resource_patch", "wichai", id=uploaded["id"], url="https://example.go.th/b/f.csv",
        url_type="")
    page, _target = browser.post(path, form | {"description": "ของสมศรี"})
    assert conflict_rows(page)["url"][1:] == ("f.csv", "https://example.go.th/b/f.csv", "theirs")


def test_an_unchanged_file_is_no_change_while_the_page_is_made(
    record: dict[str, Any], uploaded: dict[str, Any], app: Any
) -> None:
    """A form with the file's name counts from the record's time, not the older resource's."""
    act("package_patch", "wichai", id=record["id"], notes="ของวิชัย")
    shown = act("package_show", "somsri", id=record["id"])
    with app.flask_app.test_request_context("/"):
        for url in ("f.csv", address_of(uploaded)):
            opened = conflict_form.opened({**uploaded, "url": url}, {}, "resource", record["id"])
            assert opened and opened["since"] == shown["metadata_modified"]
            assert json.loads(opened["base"])["url"] == "f.csv"


def test_a_record_that_was_hidden_in_bulk_is_not_published_again(
    browser: Browser, record: dict[str, Any]
) -> None:
    """CKAN leaves the record's time where it stood; the form notices all the same."""
    form = entered(form_of(browser.get(EDIT)))
    admin = factories.Sysadmin(fullname="ผู้ดูแล")["name"]
    act("bulk_update_private", admin, datasets=[record["id"]], org_id=record["owner_org"])
    page, _ = browser.post(EDIT, form | {"notes": "ของสมศรี", "save": ""})
    assert "ผู้ดูแล" in problems(page)[0]
    assert conflict_rows(page)["private"][3] == "theirs"
    browser.post(EDIT, entered(form_of(page)) | {"save": ""})
    after = act("package_show", "somsri", id=record["id"])
    assert (after["private"], after["notes"]) == (True, "ของสมศรี")


def test_a_data_dictionary_is_compared_as_one(browser: Browser, record: dict[str, Any]) -> None:
    """The blank rows of the form make no difference; the other's rows can be taken."""
    resource = record["resources"][0]
    path = f"/dataset/outpatients/resource/{resource['id']}/edit"
    form = entered(form_of(browser.get(path)))
    columns = [{"name": "year", "type": "integer"}, {"name": "cases", "type": "integer"}]
    act("resource_patch", "wichai", id=resource["id"], data_dictionary=columns)
    page, _ = browser.post(path, form | {"name": "ของสมศรี", "save": ""})
    shown = conflict_rows(page)
    assert set(shown) == {"name", "data_dictionary"}
    assert "cases" in shown["data_dictionary"][2]
    _page, target = browser.post(path, entered(form_of(page)) | {"save": ""})
    assert target.endswith(resource["id"])
    after = seen_resource("somsri", record)
    assert [c["name"] for c in after["data_dictionary"]] == ["year", "cases"]
    assert after["name"] == "ของสมศรี"


def test_a_draft_is_guarded_in_its_stages(browser: Browser, record: dict[str, Any]) -> None:
    """The first stage, opened again, tells of what was written since."""
    draft = act("package_create", "somsri", **{
        **full_record(record["owner_org"]), "name": "draft", "state": "draft", "resources": [],
    })
    form = entered(form_of(browser.get("/dataset/edit/draft")))
    assert form[SINCE] == [draft["metadata_modified"]]
    act("package_patch", "wichai", id=draft["id"], notes="ของวิชัย")
    page, _ = browser.post("/dataset/new", form | {"notes": "ของสมศรี", "save": "go-resource"})
    assert set(conflict_rows(page)) == {"notes"}
    _page, target = browser.post("/dataset/new", entered(form_of(page)) | {"save": "go-resource"})
    assert "/resource/new" in target
    assert act("package_show", "somsri", id=draft["id"])["notes"] == "ของสมศรี"


# Two at the same moment ---------------------------------------------------------------------

def test_of_two_saves_at_the_same_moment_one_is_refused(
    live_site: Callable[..., live.LiveSite],
) -> None:
    """On a real site: two clients that read the same version never both pass."""
    site = live_site("conflict")
    organization = site.api(
        "organization_create", name="health", title="สาธารณสุข", org_code="1001"
    )
    record = site.api("package_create", **full_record(organization["id"]))
    for turn in range(8):
        read = site.api("package_show", id=record["id"])["metadata_modified"]
        together = threading.Barrier(2)
        outcome: dict[str, int] = {}

        def save(
            note: str, read: str = read, together: threading.Barrier = together,
            outcome: dict[str, int] = outcome,
        ) -> None:
            together.wait()
            try:
                site.api("package_patch", id=record["id"], notes=note, **{SINCE: read})
                outcome[note] = 200
            except live.ApiError as error:
                outcome[note] = error.status if SINCE in error.error else 0

        notes = [f"{turn} ก", f"{turn} ข"]
        threads = [threading.Thread(target=save, args=(note,)) for note in notes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcome.values()) == [200, 409]
        [winner] = [note for note, status in outcome.items() if status == 200]
        assert site.api("package_show", id=record["id"])["notes"] == winner


def test_two_organizations_at_the_same_moment_never_get_one_code(
    live_site: Callable[..., live.LiveSite],
) -> None:
    """On a real site: the second is told that the code is taken."""
    site = live_site("conflict")
    for turn in range(4):
        outcome: list[str] = []

        def create(name: str, code: str, outcome: list[str] = outcome) -> None:
            try:
                site.api("organization_create", name=name, title=name, org_code=code)
                outcome.append("created")
            except live.ApiError as refusal:
                outcome.append(json.dumps(refusal.error["__codes"]))

        threads = [
            threading.Thread(target=create, args=(f"{name}-{turn}", f"{2000 + turn}"))
            for name in ("one", "two")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcome) == ["created", '{"org_code": ["taken"]}']

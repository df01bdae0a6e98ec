"""A code is replaced on all records: a job that can be stopped, killed, resumed and undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from bs4 import BeautifulSoup, Tag
from ckan import logic, model
from ckan.lib.search import SearchIndexError
from ckan.tests import factories, helpers
from ckanext.activity.model import Activity
from click.testing import CliRunner
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.exc import DataError

from ckanext.thai_gdc import codes
from ckanext.thai_gdc.admin import replacement as kept
from ckanext.thai_gdc.admin import replacement_job
from ckanext.thai_gdc.admin.replace_cli import resume

pytestmark = pytest.mark.usefixtures(
    "app", "clean_db", "clean_index", "as_shipped", "nothing_replaced"
)

WHY = {"note": "ตามหนังสือเวียน"}

#: A category of which only those with the right may know.
SECRET = "4"

Call = Callable[..., Any]


@pytest.fixture
def nothing_replaced() -> Iterator[None]:
    """What a test replaced is forgotten after it, and no job is left."""
    helpers.call_action("job_clear")
    yield
    model.Session.rollback()
    model.Session.query(kept.ReplacedRecord).delete()
    model.Session.query(kept.Replacement).delete()
    model.Session.commit()
    helpers.call_action("job_clear")


def calling(name: str) -> Call:
    """Calls an action as that user, with all checks."""

    def call(action: str, **data: Any) -> Any:
        return helpers.call_action(action, {"user": name, "ignore_auth": False}, **data)

    return call


@pytest.fixture
def admin() -> Call:
    """Calls an action as a sysadmin."""
    return calling(factories.Sysadmin()["name"])


@pytest.fixture
def manager(admin: Call) -> Call:
    """Calls an action as a catalog manager who is no sysadmin and in no organization."""
    user = factories.User()
    admin("gdc_manager_set", user=user["name"], manager=True, **WHY)
    return calling(user["name"])


@pytest.fixture
def make() -> Call:
    """Makes a complete public record, with the changes asked for."""
    organization = factories.Organization(org_code="1001", title="หน่วยงาน")
    steward = factories.Sysadmin()["name"]

    def create(**changed: Any) -> dict[str, Any]:
        record = {
            "title": "จำนวนผู้ป่วยนอก", "owner_org": organization["id"], "data_type": "2",
            "maintainer": "กลุ่มงาน", "maintainer_email": "data@example.go.th",
            "tag_string": "สาธารณสุข", "notes": "รายละเอียด", "objective": ["09"],
            "update_frequency_unit": "A", "update_frequency_interval": "1", "geo_coverage": "06",
            "data_source": "โรงพยาบาล", "data_format": ["02"], "data_category": "1",
            "license_id": "1", "disaggregate": ["01", "03"], **changed,
        }
        return helpers.call_action("package_create", {"user": steward}, **record)

    return create


def show(record: dict[str, Any]) -> dict[str, Any]:
    """The record as it is stored now."""
    model.Session.rollback()
    return helpers.call_action("package_show", {"use_cache": False}, id=record["id"])


def replaced(call: Call, name: str, code: str, by: str, **more: Any) -> dict[str, Any]:
    """The replacement after its job has run to the end."""
    begun = call("gdc_code_replace", list=name, code=code, by=by, dry_run=False, **WHY, **more)
    return worked(call, begun["id"])


def worked(call: Call, number: int) -> dict[str, Any]:
    """The replacement after its job has run to the end."""
    replacement_job.run(number)
    return call("gdc_replacement_show", id=number)


def told(record: dict[str, Any]) -> list[dict[str, Any]]:
    """What the activities of a record say of replaced codes."""
    rows = model.Session.query(Activity).filter_by(object_id=record["id"])
    return [
        {key: row.data[replacement_job.KEY][key] for key in ("old", "new")}
        for row in rows.order_by(Activity.timestamp) if replacement_job.KEY in row.data
    ]


def refused(call: Call, action: str, **data: Any) -> dict[str, Any]:
    """What a refusal says, by field."""
    with pytest.raises(tk.ValidationError) as refusal:
        call(action, **data)
    return refusal.value.error_dict


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(admin: Call, make: Call) -> None:
    """Count and sample; the record stays as it is."""
    record, _other = make(geo_coverage="06"), make(geo_coverage="05")
    effect = admin("gdc_code_replace", list="geo_coverage", code="06", by="05")
    assert effect["count"] == 1
    assert [one["id"] for one in effect["sample"]] == [record["id"]]
    assert effect["sample"][0]["problems"] == []
    assert show(record)["geo_coverage"] == "06"
    assert admin("gdc_replacement_list")["count"] == 0


def test_each_record_is_changed_with_one_activity(admin: Call, make: Call) -> None:
    """Stored, found by the new code, and told in the stream as a replaced code."""
    records = [make(geo_coverage="06") for _number in range(3)]
    over = replaced(admin, "geo_coverage", "06", "05")
    assert (over["state"], over["total"], over["done"], over["changed"]) == ("done", 3, 3, 3)
    for record in records:
        assert show(record)["geo_coverage"] == "05"
        assert told(record) == [{"old": "06", "new": "05"}]
        assert show(record)["metadata_modified"] > record["metadata_modified"]
    found = helpers.call_action("package_search", fq="geo_coverage:05")
    assert found["count"] == 3


def test_files_and_columns_are_changed_and_only_where_the_code_stands(
    admin: Call, make: Call
) -> None:
    """A field of a resource, and the type of a column in its data dictionary."""
    columns = [
        {"name": "year", "type": "integer"}, {"name": "note", "type": "text"},
    ]
    record = make(resources=[
        {"name": "ก", "url": "https://example.go.th/a.csv", "format": "CSV",
         "resource_disaggregate": ["01", "02"], "data_dictionary": json.dumps(columns)},
        {"name": "ข", "url": "https://example.go.th/b.csv", "format": "CSV"},
    ])
    replaced(admin, "disaggregate", "01", "04")
    first, second = show(record)["resources"]
    assert first["resource_disaggregate"] == ["02", "04"]
    assert show(record)["disaggregate"] == ["03", "04"]
    assert second == {**record["resources"][1], "metadata_modified": second["metadata_modified"]}
    over = replaced(admin, "column_type", "integer", "decimal", retire=True)
    types = [row["type"] for row in show(record)["resources"][0]["data_dictionary"]]
    assert types == ["decimal", "text"]
    undo = admin("gdc_replacement_undo", id=over["id"], **WHY)
    assert worked(admin, undo["id"])["changed"] == 1
    types = [row["type"] for row in show(record)["resources"][0]["data_dictionary"]]
    assert types == ["integer", "text"]


def test_a_retired_type_of_a_column_stays_valid(admin: Call, make: Call) -> None:
    """A record whose data dictionary carries it can be saved; a new one cannot choose it."""
    columns = [{"name": "year", "type": "integer"}]
    resource = {"name": "ก", "url": "https://example.go.th/a.csv", "format": "CSV"}
    record = make(resources=[{**resource, "data_dictionary": columns}])
    admin("gdc_code_retire", list="column_type", code="integer", **WHY)
    saved = admin("resource_patch", id=record["resources"][0]["id"], name="ข",
                  data_dictionary=json.dumps(columns))
    assert saved["name"] == "ข" and saved["data_dictionary"][0]["type"] == "integer"
    assert "resources" in refused(
        admin, "package_patch", id=record["id"],
        resources=[{**resource, "data_dictionary": columns}])


def test_a_record_with_both_codes_is_undone_to_both(admin: Call, make: Call) -> None:
    """No code stands twice after the replacement, and both stand again after the undo."""
    both, one = make(disaggregate=["01", "03"]), make(disaggregate=["01"])
    over = replaced(admin, "disaggregate", "01", "03", retire=True)
    assert show(both)["disaggregate"] == show(one)["disaggregate"] == ["03"]
    assert not codes.get("disaggregate").codes["01"].active
    undo = admin("gdc_replacement_undo", id=over["id"], **WHY)
    assert (undo["undoes"], worked(admin, undo["id"])["changed"]) == (over["id"], 2)
    assert show(both)["disaggregate"] == ["01", "03"] and show(one)["disaggregate"] == ["01"]
    assert codes.get("disaggregate").codes["01"].active
    assert told(one) == [{"old": "01", "new": "03"}, {"old": "03", "new": "01"}]
    assert admin("gdc_replacement_show", id=over["id"])["undone_by"] == undo["id"]


def test_undo_leaves_what_was_changed_since(admin: Call, make: Call) -> None:
    """A record that somebody gave another code, and one that always had the successor."""
    changed, always, plain = make(), make(geo_coverage="05"), make()
    over = replaced(admin, "geo_coverage", "06", "05")
    admin("package_patch", id=changed["id"], geo_coverage="04")
    undo = admin("gdc_replacement_undo", id=over["id"], **WHY)
    over = worked(admin, undo["id"])
    assert (over["total"], over["done"], over["changed"]) == (2, 2, 1)
    assert show(changed)["geo_coverage"] == "04"
    assert show(always)["geo_coverage"] == "05"
    assert show(plain)["geo_coverage"] == "06"


def test_undo_brings_back_what_went_with_the_code(admin: Call, make: Call) -> None:
    """The free text of an “other” code, and what another data type does not have."""
    other = next(iter(codes.get("geo_coverage").others()))
    record = make(geo_coverage=other, geo_coverage_other="ลุ่มน้ำ", unit_of_measure="คน")
    first = replaced(admin, "geo_coverage", other, "06")
    assert not show(record).get("geo_coverage_other")
    second = replaced(admin, "data_type", "2", "1")
    assert not show(record).get("unit_of_measure")
    for over in (second, first):
        worked(admin, admin("gdc_replacement_undo", id=over["id"], **WHY)["id"])
    now = show(record)
    assert (now["geo_coverage_other"], now["unit_of_measure"]) == ("ลุ่มน้ำ", "คน")
    assert now["disaggregate"] == record["disaggregate"]


def test_a_record_that_fails_is_listed_and_does_not_stop_the_rest(
    admin: Call, make: Call
) -> None:
    """The reason names the field by its label, in both languages; once mended it is tried again."""
    other = next(iter(codes.get("geo_coverage").others()))
    fails = make(title="ไม่มีข้อความ", geo_coverage="06")
    named = make(geo_coverage="06")
    effect = admin("gdc_code_replace", list="geo_coverage", code="06", by=other)
    assert all(len(one["problems"]) == 1 for one in effect["sample"])
    admin("package_patch", id=named["id"], geo_coverage="05")
    over = replaced(admin, "geo_coverage", "06", other)
    assert (over["state"], over["done"], over["failed"]) == ("done", 0, 1)
    failure = over["failures"][0]
    assert (failure["name"], failure["title"]) == (fails["name"], "ไม่มีข้อความ")
    row = model.Session.get(kept.ReplacedRecord, (over["id"], fails["id"]))
    assert row and row.reason
    assert "ขอบเขตเชิงภูมิศาสตร์" in row.reason["th"][0]
    assert row.reason["en"][0].isascii() or "“" in row.reason["en"][0]
    assert row.reason["th"] != row.reason["en"]
    assert show(fails)["geo_coverage"] == "06" and told(fails) == []
    admin("package_patch", id=fails["id"], geo_coverage="05")
    again = admin("gdc_replacement_resume", id=over["id"])
    assert (again["state"], again["failed"], again["left"]) == ("running", 0, 1)
    assert worked(admin, over["id"])["done"] == 1
    assert "id" in refused(admin, "gdc_replacement_resume", id=over["id"])


def test_a_code_that_does_not_agree_with_the_record_is_refused_by_its_rules(
    admin: Call, make: Call
) -> None:
    """The category does not allow the one's licence; the other becomes secret, and is undone."""
    refusing, agreeing = make(license_id="1"), make(license_id="8")
    over = replaced(admin, "data_category", "1", SECRET)
    assert (over["failed"], len(over["failures"][0]["reasons"])) == (1, 1)
    assert over["failures"][0]["id"] == refusing["id"]
    assert show(refusing)["data_category"] == "1" and not show(refusing)["private"]
    assert show(agreeing)["data_category"] == SECRET and show(agreeing)["private"]
    worked(admin, admin("gdc_replacement_undo", id=over["id"], **WHY)["id"])
    assert show(agreeing)["data_category"] == "1" and not show(agreeing)["private"]


def test_it_is_stopped_and_goes_on_where_it_was(admin: Call, make: Call) -> None:
    """A job whose turn is over leaves the rest to the next; a stopped one does nothing."""
    records = [make() for _number in range(3)]
    begun = admin("gdc_code_replace", list="geo_coverage", code="06", by="05", dry_run=False, **WHY)
    assert len(helpers.call_action("job_list")) == 1
    replacement_job.run(begun["id"], turn=-1)
    assert len(helpers.call_action("job_list")) == 2
    stopped = admin("gdc_replacement_stop", id=begun["id"])
    assert (stopped["state"], stopped["left"]) == ("stopped", 3)
    assert "id" in refused(admin, "gdc_replacement_stop", id=begun["id"])
    assert worked(admin, begun["id"])["left"] == 3
    admin("gdc_replacement_resume", id=begun["id"])
    assert worked(admin, begun["id"])["changed"] == 3
    assert [told(r) for r in records] == [[{"old": "06", "new": "05"}]] * 3


def test_a_second_job_does_nothing_while_one_works(admin: Call, make: Call) -> None:
    """Whoever holds the replacement is alone; the page knows that somebody works on it."""
    make()
    begun = admin("gdc_code_replace", list="geo_coverage", code="06", by="05", dry_run=False, **WHY)
    with kept.Alone(begun["id"]) as mine:
        assert mine
        assert worked(admin, begun["id"])["left"] == 1
        assert admin("gdc_replacement_show", id=begun["id"])["is_worked_on"]
    assert not admin("gdc_replacement_show", id=begun["id"])["is_worked_on"]
    assert worked(admin, begun["id"])["left"] == 0


def test_what_makes_no_sense_is_refused_all_at_once(admin: Call, make: Call) -> None:
    """No successor, a retired one, the same code, one of no list; no reason; a second job."""
    admin("gdc_code_retire", list="geo_coverage", code="04", **WHY)
    what = {"list": "geo_coverage", "code": "06"}
    errors = refused(admin, "gdc_code_replace", **what, dry_run=False)
    assert set(errors) == {"by", "note"}
    assert [
        refused(admin, "gdc_code_replace", **what, by=by)["by"][0].code
        for by in ("06", "04", "99x")
    ] == ["contradiction", "retired", "not_in_list"]
    with pytest.raises(tk.ObjectNotFound):
        admin("gdc_code_replace", list="geo_coverage", code="99x", by="06")
    begun = admin("gdc_code_replace", **what, by="05", dry_run=False, **WHY)
    errors = refused(admin, "gdc_code_replace", list="geo_coverage", code="05", by="01",
                     dry_run=False, **WHY)
    assert errors["code"][0].code == "running"
    errors = refused(admin, "gdc_replacement_undo", id=begun["id"])
    assert {name: [m.code for m in found] for name, found in errors.items()} == {
        "id": ["running"], "note": ["missing"]}


def test_a_rule_that_needs_the_code_keeps_it_and_nothing_begins(admin: Call, make: Call) -> None:
    """Retiring the public category is refused, and the replacement with it."""
    make()
    errors = refused(admin, "gdc_code_replace", list="data_category", code="1", by="2",
                     dry_run=False, retire=True, **WHY)
    assert errors["code_list"]
    assert admin("gdc_replacement_list")["count"] == 0
    assert helpers.call_action("job_list") == []


def test_the_second_of_two_admins_is_told(admin: Call, make: Call) -> None:
    """Who saw the list before somebody changed it begins nothing."""
    admin("gdc_code_update", list="geo_coverage", code="06", en="Province!", **WHY)
    errors = refused(admin, "gdc_code_replace", list="geo_coverage", code="06", by="05",
                     dry_run=False, revision=0, **WHY)
    assert errors["revision"][0].code == "changed_meanwhile"
    assert admin("gdc_replacement_list")["count"] == 0


def test_a_manager_learns_only_of_public_records(admin: Call, manager: Call, make: Call) -> None:
    """Counts, sample, progress and failures leave out what is private or secret."""
    other = next(iter(codes.get("geo_coverage").others()))
    public = make()
    hidden = [make(private=True), make(data_category=SECRET, license_id="8")]
    what = {"list": "geo_coverage", "code": "06", "by": other}
    assert [call("gdc_code_replace", **what)["count"] for call in (admin, manager)] == [3, 1]
    assert [r["id"] for r in manager("gdc_code_replace", **what)["sample"]] == [public["id"]]
    begun = manager("gdc_code_replace", **what, dry_run=False, **WHY)
    assert (begun["total"], begun["left"]) == (1, 1)
    over = worked(manager, begun["id"])
    assert (over["total"], over["failed"]) == (1, 1)
    assert [r["id"] for r in over["failures"]] == [public["id"]]
    assert admin("gdc_replacement_show", id=begun["id"])["failed"] == 3
    assert manager("gdc_replacement_list")["results"][0]["failed"] == 1
    manager("gdc_replacement_resume", id=begun["id"])
    assert admin("gdc_replacement_show", id=begun["id"])["left"] == 1
    worked(admin, begun["id"])
    admin("package_delete", id=public["id"])
    assert manager("gdc_replacement_show", id=begun["id"])["total"] == 0
    assert "id" in refused(manager, "gdc_replacement_resume", id=begun["id"])
    assert {show(one)["geo_coverage"] for one in hidden} == {"06"}


def test_others_get_nothing(make: Call) -> None:
    """Neither a steward nor nobody may ask for any of it."""
    for call in (calling(factories.User()["name"]), calling("")):
        for action in ("gdc_code_replace", "gdc_replacement_show", "gdc_replacement_list",
                       "gdc_replacement_stop", "gdc_replacement_resume", "gdc_replacement_undo"):
            with pytest.raises(tk.NotAuthorized):
                call(action, id=1, list="geo_coverage", code="06", by="05")


def test_a_withdrawn_record_stays_as_it_is(admin: Call, make: Call) -> None:
    """Also one that is withdrawn between the beginning and its turn."""
    gone, going = make(), make()
    admin("package_delete", id=gone["id"])
    begun = admin("gdc_code_replace", list="geo_coverage", code="06", by="05", dry_run=False, **WHY)
    assert begun["total"] == 1
    admin("package_delete", id=going["id"])
    assert worked(admin, begun["id"])["changed"] == 0
    assert {show(r)["geo_coverage"] for r in (gone, going)} == {"06"}


def test_the_save_and_its_mark_stand_or_fall_together(
    admin: Call, make: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the search engine is down nothing is half done, nothing is called a failure."""
    record = make()
    begun = admin("gdc_code_replace", list="geo_coverage", code="06", by="05", dry_run=False, **WHY)

    def down(*_arguments: Any, **_named: Any) -> None:
        raise SearchIndexError("down")

    with monkeypatch.context() as broken:
        broken.setattr("ckan.logic.index_update_package_dicts", down)
        broken.setattr("ckan.lib.search.is_available", lambda: False)
        with pytest.raises(SearchIndexError):
            replacement_job.run(begun["id"])
    assert show(record)["geo_coverage"] == "06" and told(record) == []
    now = admin("gdc_replacement_show", id=begun["id"])
    assert (now["state"], now["left"], now["is_worked_on"]) == ("running", 1, False)
    assert worked(admin, begun["id"])["changed"] == 1
    assert told(record) == [{"old": "06", "new": "05"}]


@pytest.mark.parametrize(("refusal", "codes_refused"), [
    (SearchIndexError("immense term"), ["05", "06"]),
    (DataError("UPDATE", {}, ValueError("out of range")), ["05"]),
])
def test_a_record_that_a_server_refuses_does_not_stop_the_rest(
    admin: Call, make: Call, monkeypatch: pytest.MonkeyPatch, refusal: Exception,
    codes_refused: list[str],
) -> None:
    """The search engine and the database answer, but will not have that one: it is listed."""
    refusing, fine = make(), make()
    real = logic.index_update_package_dicts

    def index(both: Any, *more: Any, **named: Any) -> None:
        if both[1]["id"] == refusing["id"] and both[1]["geo_coverage"] in codes_refused:
            raise refusal
        real(both, *more, **named)

    monkeypatch.setattr(logic, "index_update_package_dicts", index)
    over = replaced(admin, "geo_coverage", "06", "05")
    assert (over["state"], over["changed"], over["failed"]) == ("done", 1, 1)
    assert [one["id"] for one in over["failures"]] == [refusing["id"]]
    assert over["failures"][0]["reasons"] and told(refusing) == []
    assert (show(refusing)["geo_coverage"], show(fine)["geo_coverage"]) == ("06", "05")


def test_without_redis_it_waits_until_somebody_lets_it_go_on(
    admin: Call, make: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for is kept; the command line says that no job can begin."""
    record = make()

    def down(*_arguments: Any, **_named: Any) -> None:
        raise RedisConnectionError("down")

    with monkeypatch.context() as broken:
        broken.setattr(tk, "enqueue_job", down)
        begun = admin("gdc_code_replace", list="geo_coverage", code="06", by="05", dry_run=False,
                      **WHY)
        assert (begun["state"], begun["left"]) == ("running", 1)
        asked = CliRunner().invoke(resume)
        assert asked.exit_code == 1 and "Redis" in asked.output
    assert helpers.call_action("job_list") == []
    assert CliRunner().invoke(resume).output == f"{begun['id']}: goes on\n"
    assert len(helpers.call_action("job_list")) == 1
    assert worked(admin, begun["id"])["changed"] == 1
    assert show(record)["geo_coverage"] == "05"


def test_of_two_that_ask_at_the_same_moment_one_begins(
    admin: Call, make: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looked before the other's was written down is refused when it is this one's turn."""
    make()
    looked = kept.running
    seen: list[str] = []

    def too_early(*arguments: Any) -> Any:
        seen.append("once")
        return None if len(seen) == 1 else looked(*arguments)

    what = {"list": "geo_coverage", "code": "06", "dry_run": False, **WHY}
    admin("gdc_code_replace", by="05", **what)
    monkeypatch.setattr(kept, "running", too_early)
    assert refused(admin, "gdc_code_replace", by="04", **what)["code"][0].code == "running"
    assert admin("gdc_replacement_list")["count"] == 1


def test_a_draft_is_changed_too_and_stays_one(admin: Call, make: Call) -> None:
    """A draft that lacks what is mandatory takes the new code, as the sample foretells."""
    draft = make(state="draft", notes="")
    effect = admin("gdc_code_replace", list="geo_coverage", code="06", by="05")
    assert [one["problems"] for one in effect["sample"]] == [[]]
    assert replaced(admin, "geo_coverage", "06", "05")["changed"] == 1
    assert (show(draft)["geo_coverage"], show(draft)["state"]) == ("05", "draft")


# --- Pages ------------------------------------------------------------------------------


@pytest.fixture
def site_admin() -> dict[str, str]:
    """The head of a request by a sysadmin."""
    return {"Authorization": factories.SysadminWithToken()["token"]}


NEW = "/catalog-admin/lists/geo_coverage/06/replace"


def page(app: Any, path: str, head: dict[str, str], **more: Any) -> BeautifulSoup:
    """A page, read."""
    return BeautifulSoup(app.get(path, headers=head, **more).get_data(as_text=True), "html.parser")


def only(found: Tag, selector: str) -> Tag:
    """The element that the selector finds."""
    element = found.select_one(selector)
    assert element, selector
    return element


def test_the_pages_lead_from_the_choice_to_the_end(
    app: Any, make: Call, site_admin: dict[str, str]
) -> None:
    """Choose, see what it changes, confirm, watch, take back: all without a script."""
    record = make(title="จำนวน <b>ผู้ป่วย</b>")
    first = page(app, NEW, site_admin)
    options = [o["value"] for o in first.select("#field-by option")]
    assert "05" in options and "06" not in options and not first.select("#effect")
    effect = page(app, f"{NEW}?by=05", site_admin)
    assert "1" in only(effect, "#effect").text
    assert only(effect, ".gdc-replace-sample a").text == "จำนวน <b>ผู้ป่วย</b>"
    form = {"by": "05", "retire": "yes", "note": "", "revision": "0"}
    wrong = BeautifulSoup(app.post(NEW, headers=site_admin, data=form).get_data(as_text=True),
                          "html.parser")
    assert only(wrong, ".gdc-errors a")["href"] == "#field-note"
    assert only(wrong, "#effect") and only(wrong, "#field-retire").has_attr("checked")
    begun = app.post(NEW, headers=site_admin, data={**form, **WHY}, follow_redirects=False)
    address = begun.headers["Location"].partition("ckan.net")[2] or begun.headers["Location"]
    number = int(address.rsplit("/", 1)[1])
    waiting = page(app, address, site_admin)
    assert only(waiting, "[role=progressbar]")["aria-valuenow"] == "0"
    for what, state in (("stop", "stopped"), ("resume", "running")):
        app.post(f"{address}/{what}", headers=site_admin)
        assert only(page(app, address, site_admin), f"[data-gdc-replacement={state}]")
    replacement_job.run(number)
    over = page(app, address, site_admin)
    assert only(over, "[role=progressbar]")["aria-valuenow"] == "100"
    assert [dd.text for dd in over.select(".gdc-replace-numbers dd")] == ["1", "0", "0", "0"]
    assert only(page(app, "/catalog-admin/replacements", site_admin),
        f'.gdc-replace-list a[href$="{address}"]')
    stream = page(app, f"/dataset/activity/{record['id']}", site_admin)
    assert "06 " in only(stream, ".gdc-replaced").text
    undo = page(app, f"{address}/undo", site_admin)
    assert only(undo, "#field-note") and only(undo, "input[name=_csrf_token]")
    back = app.post(f"{address}/undo", headers=site_admin, data=WHY, follow_redirects=False)
    replacement_job.run(int(back.headers["Location"].rsplit("/", 1)[1]))
    assert show(record)["geo_coverage"] == "06"
    assert not page(app, address, site_admin).select('a[href$="/undo"]')


def test_the_page_lists_what_failed_with_the_way_to_mend_it(
    app: Any, admin: Call, make: Call, site_admin: dict[str, str]
) -> None:
    """Each record with its reason in the reader's language, and a button to try again."""
    other = next(iter(codes.get("geo_coverage").others()))
    record = make()
    number = replaced(admin, "geo_coverage", "06", other)["id"]
    for prefix, word in (("", "กรุณา"), ("/en", "Please")):
        found = page(app, f"{prefix}/catalog-admin/replacements/{number}", site_admin)
        failed = only(found, ".gdc-replace-failures li")
        assert str(only(failed, "a")["href"]).endswith(f"/dataset/edit/{record['name']}")
        assert word in only(failed, ".gdc-replace-problem").text
        assert only(found, 'form[action$="/resume"]')


def test_the_pages_are_for_managers_alone(app: Any, make: Call) -> None:
    """Others are refused, visitors log in; what is not there is not found."""
    head = {"Authorization": factories.UserWithToken()["token"]}
    sysadmin = {"Authorization": factories.SysadminWithToken()["token"]}
    for path in (NEW, "/catalog-admin/replacements", "/catalog-admin/replacements/1",
                 "/catalog-admin/replacements/1/undo"):
        assert app.get(path, headers=head).status_code == 403
        visited = app.get(path, follow_redirects=False)
        assert visited.status_code == 302 and "/user/login" in visited.headers["Location"]
    for path in ("/catalog-admin/replacements/1", "/catalog-admin/lists/geo_coverage/zz/replace",
                 "/catalog-admin/lists/zz/06/replace"):
        assert app.get(path, headers=sysadmin).status_code == 404
    assert app.post("/catalog-admin/replacements/1/stop", headers=sysadmin).status_code == 404

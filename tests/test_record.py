"""The rules of a record hold, through the API."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib import jobs
from ckan.tests import factories, helpers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.thai_gdc.fields import dataset_fields
from ckanext.thai_gdc.record import values

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")


STEWARD = "steward"


@pytest.fixture
def organization() -> dict[str, Any]:
    """An organization with its 4-digit code, and a data steward who may write in it."""
    factories.User(name=STEWARD)
    return factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        users=[{"name": STEWARD, "capacity": "editor"}],
    )


def act(action: str, user: str = STEWARD, **data: Any) -> Any:
    """What the action answers to the steward."""
    return helpers.call_action(action, {"user": user, "ignore_auth": False}, **data)


@pytest.fixture
def complete(organization: dict[str, Any]) -> dict[str, Any]:
    """A record with all 15 fields, as a client sends it."""
    return {
        "title": "จำนวนผู้ป่วยนอก", "owner_org": organization["id"], "data_type": "2",
        "maintainer": "กลุ่มงานยุทธศาสตร์", "maintainer_email": "data@example.go.th",
        "tag_string": "สาธารณสุข,ผู้ป่วย", "notes": "รายละเอียด", "objective": ["09", "11"],
        "update_frequency_unit": "A", "update_frequency_interval": "1", "geo_coverage": "06",
        "data_source": "โรงพยาบาล", "data_format": ["02"], "data_category": "1",
        "license_id": "1",
    }


def create(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The record as package_create gives it back."""
    return act("package_create", **{**record, **changes})


def refused(record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The errors with which package_create refuses it."""
    with pytest.raises(tk.ValidationError) as refusal:
        create(record, **changes)
    return refusal.value.error_dict


def test_a_save_without_starred_fields_is_blocked_with_all_errors_at_once(
    organization: dict[str, Any],
) -> None:
    """Each of the eight starred fields is named by its Thai label."""
    errors = refused({})
    starred = [f for f in dataset_fields().values() if "draft-2563" in f.stars]
    assert set(errors) == {f.name for f in starred}
    for field in starred:
        assert f"“{field.label['th']}”" in errors[field.name][0]


@pytest.mark.ckan_config("ckanext.thai_gdc.star_set", "guideline-1.0")
def test_the_other_star_set_demands_all_items(organization: dict[str, Any]) -> None:
    """Fourteen of the fifteen fields; the interval stays optional."""
    assert len(refused({})) == 14


@pytest.mark.ckan_config("ckanext.thai_gdc.star_set", "custom")
@pytest.mark.ckan_config("ckanext.thai_gdc.stars", ["title", "notes"])
def test_a_site_can_have_its_own_stars(complete: dict[str, Any]) -> None:
    """Only what the site lists is demanded."""
    assert set(refused({"owner_org": complete["owner_org"]})) == {"title", "notes"}


#: What is changed in a complete record, the field to mend, and a word of the message.
BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"title": "ก" * 172}, "title", "172"),
    ({"notes": "ก" * 1001}, "notes", "1,001"),
    ({"maintainer": "ก" * 151}, "maintainer", "151"),
    ({"data_source": "ก" * 201}, "data_source", "201"),
    ({"maintainer_email": "a" * 45 + "@example.go.th"}, "maintainer_email", "59"),
    ({"maintainer_email": "ไม่ใช่อีเมล"}, "maintainer_email", "name@example.go.th"),
    ({"tag_string": ",".join(f"คำสำคัญ{n:02d}" for n in range(30))}, "tag_string", "299"),
    ({"tag_string": "เสีย\ufffd"}, "tag_string", "คำสำคัญ"),
    ({"data_type": "สถิติ"}, "data_type", "2 ข้อมูลสถิติ"),
    ({"data_category": "5"}, "data_category", "ข้อมูลใช้ภายใน"),
    ({"objective": ["09", "77"]}, "objective", "77"),
    ({"objective": ["99"]}, "objective_other", "อื่นๆ"),
    ({"data_format": {"a": 1}}, "data_format", "รูปแบบการเก็บข้อมูล"),
    ({"update_frequency_interval": "0"}, "update_frequency_interval", "1"),
    ({"update_frequency_interval": "1.5"}, "update_frequency_interval", "1"),
    ({"update_frequency_unit": ""}, "update_frequency_interval", "หน่วยความถี่"),
    ({"update_frequency_unit": "R"}, "update_frequency_interval", "ตามเวลาจริง"),
    ({"data_category": "2"}, "license_id", "ข้อมูลส่วนบุคคล"),
    ({"data_classification": "03"}, "data_classification", "ข้อมูลสาธารณะ"),
    ({"url": "javascript:alert(1)"}, "url", "https://"),
    ({"last_updated_date": "31/02/2564"}, "last_updated_date", "16/03/2564"),
    ({"first_year_of_data": "2568", "last_year_of_data": "2560"}, "last_year_of_data", "ปี"),
    ({"title": 5.5, "notes": ["x"]}, "notes", "รายละเอียด"),
    ({"title": "ครึ่งตัว\ud800"}, "title", "ชื่อชุดข้อมูล"),
]


def test_a_broken_rule_is_refused_at_its_field(
    complete: dict[str, Any], subtests: pytest.Subtests
) -> None:
    """The error stands at the field that is to be mended, says what is wrong and what is right."""
    for changes, field, expected in BROKEN:
        with subtests.test(changes=changes):
            errors = refused(complete, **changes)
            assert set(errors) == {field}
            assert expected in errors[field][0]


def test_geographic_limits_are_checked(complete: dict[str, Any]) -> None:
    """Degrees beyond the globe and a box upside down are refused."""
    errors = refused(
        complete, data_type="3", west_bound_longitude="181", north_bound_longitude="18",
        south_bound_longitude="19",
    )
    assert set(errors) == {"west_bound_longitude", "north_bound_longitude"}


def test_errors_of_resources_come_with_those_of_the_record(complete: dict[str, Any]) -> None:
    """Everything is said at once."""
    errors = refused(
        complete, title="",
        resources=[
            {"name": "ดี", "url": "https://example.go.th/a.csv"},
            {"url": "https://example.go.th/b.csv", "resource_disaggregate": ["99"]},
        ],
    )
    assert "title" in errors
    assert errors["resources"][0] == {}
    assert set(errors["resources"][1]) == {"name", "resource_disaggregate_other"}


def test_what_is_written_is_normalised_to_stable_codes(complete: dict[str, Any]) -> None:
    """Thai labels, English labels, Thai digits, both eras and blanks give one stored form."""
    record = create(
        complete, title=" จ\u0e4d\u0e32นวน\u200bผู้ป่วย ", data_type="ข้อมูลสถิติ",
        objective="เพื่อการให้บริการประชาชน, 11, 09", data_format="CSV, XLS",
        update_frequency_unit="Year", update_frequency_interval="๒",
        license_id="Creative Commons Attributions", maintainer_email=" data@example.go.th ",
        last_updated_date="๑๖ มีนาคม ๒๕๖๔", first_year_of_data="๒๕๖๐", official_statistics="ไม่ใช่",
    )
    assert record["title"] == "จำนวนผู้ป่วย"
    assert record["data_type"] == "2"
    assert record["objective"] == ["09", "11"]
    assert record["data_format"] == ["02", "11"]
    assert (record["update_frequency_unit"], record["update_frequency_interval"]) == ("A", "2")
    assert record["license_id"] == "1"
    assert record["maintainer_email"] == "data@example.go.th"
    assert record["last_updated_date"] == "2021-03-16"
    assert record["first_year_of_data"] == "2560"
    assert record["official_statistics"] == "False"


def test_keywords_take_any_script_and_ordinary_punctuation(complete: dict[str, Any]) -> None:
    """Also through CKAN's own list of tags, with which records are harvested."""
    names = {"ผู้สูงอายุ", "โรค (ใหม่)", "50% ขึ้นไป", "C++", "น้ำ>ดิน", "日本"}
    typed = create(complete, tag_string=",".join(names))
    given = create(complete, tag_string="", tags=[{"name": name} for name in names])
    for record in (typed, given):
        assert {t["name"] for t in record["tags"]} == names


def test_fields_of_another_data_type_are_dropped(complete: dict[str, Any]) -> None:
    """A statistic has years, it has no scale."""
    record = create(complete, first_year_of_data="2560", equivalent_scale="01")
    assert record["first_year_of_data"] == "2560"
    assert "equivalent_scale" not in record


def test_a_keywords_page_lists_its_records(app: Any, complete: dict[str, Any]) -> None:
    """Also of one with signs; what would break the page is refused."""
    names = ["โรค (ใหม่)", "50% ขึ้นไป", "น้ำ>ดิน & ฝน", "“อ้างอิง”", "ก:ข*"]
    record = create(complete, tag_string=",".join(names))
    for name in names:
        page = app.get("/dataset/", query_string={"tags": name}).body
        assert f"/dataset/{record['name']}" in page, name
    assert "tag_string" in refused(complete, tag_string='คำ"ตรง')


def test_the_organizations_code_goes_with_every_output(
    app: Any, complete: dict[str, Any]
) -> None:
    """In package_show, package_search and linked data; a new code follows by itself."""
    record = create(complete)

    def codes() -> list[str]:
        shown = act("package_show", id=record["id"])
        found = act("package_search")["results"][0]
        return [one["organization"]["org_code"] for one in (shown, found)]

    assert codes() == ["1001", "1001"]
    act(
        "organization_patch", factories.Sysadmin()["name"], id=record["owner_org"],
        org_code="1002", title="ชื่อใหม่",
    )
    job = [j for j in jobs.get_queue().jobs if "reindex" in j.meta["title"]][-1]
    job.perform()
    assert codes() == ["1002", "1002"]
    assert '"1002"' in app.get("/catalog.ttl").body


def test_a_flood_of_text_is_refused_at_once(
    complete: dict[str, Any], subtests: pytest.Subtests
) -> None:
    """Ten million characters in a field of each kind."""
    flood = "ก" * 10_000_000
    kinds = {f.kind: f for f in dataset_fields().values() if f.kind not in ("name", "tags")}
    for kind, field in kinds.items():
        with subtests.test(kind=kind), pytest.raises(values.Refused) as refusal:
            values.normalise(field, flood)
        assert refusal.value.message.code == "too_long"
    assert "tag_string" in refused(complete, tag_string=flood)


def test_free_text_stays_only_with_the_code_that_asks_for_it(complete: dict[str, Any]) -> None:
    """Taking the code "other" away takes its text away, in record and resource."""
    resource = {"name": "ไฟล์", "url": "https://example.go.th/a.csv"}
    record = create(
        complete, objective=["11", "99"], objective_other="ตามคำขอ", geo_coverage_other="ไม่ได้ถาม",
        resources=[
            {**resource, "resource_disaggregate": ["99"], "resource_disaggregate_other": "รุ่น"}
        ],
    )
    assert record["objective_other"] == "ตามคำขอ"
    assert "geo_coverage_other" not in record
    assert record["resources"][0]["resource_disaggregate_other"] == "รุ่น"
    after = act("package_patch", id=record["id"], objective=["11"])
    assert "objective_other" not in after
    assert after["resources"][0]["resource_disaggregate_other"] == "รุ่น"


def test_a_name_is_made_where_none_was_typed(complete: dict[str, Any]) -> None:
    """From a Latin title, else at random; two records never clash."""
    assert create(complete, title="Road accidents 2568")["name"] == "road-accidents-2568"
    assert create(complete, title="Road accidents 2568")["name"].startswith("road-accidents-2568-")
    assert create(complete)["name"].startswith("dataset-")


def test_secrets_are_private(complete: dict[str, Any]) -> None:
    """Security data and official secrets become private, whatever was asked."""
    for category in ("3", "4"):
        record = create(complete, data_category=category, license_id="8", private=False)
        assert record["private"] is True


def test_secrets_stay_private_when_records_are_published_in_bulk(
    complete: dict[str, Any],
) -> None:
    """The list of an organization's records is no way around."""
    secret = create(complete, data_category="4", license_id="8")
    other = create(complete, private=True)
    act(
        "bulk_update_public", factories.Sysadmin()["name"],
        datasets=[secret["id"], other["id"]], org_id=secret["owner_org"],
    )
    assert act("package_show", id=secret["id"])["private"] is True
    assert act("package_show", id=other["id"])["private"] is False


@pytest.mark.parametrize("action", ["package_update", "package_patch", "package_revise"])
def test_no_way_of_writing_gets_around_the_rules(complete: dict[str, Any], action: str) -> None:
    """Update, patch and revise refuse what create refuses; the record stays as it was."""
    record = create(complete)
    change = {"title": "ก" * 151, "data_source": ""}
    sent = {
        "package_update": {**record, **change},
        "package_patch": {"id": record["id"], **change},
        "package_revise": {"match": {"id": record["id"]}, "update": change},
    }[action]
    with pytest.raises(tk.ValidationError) as refusal:
        act(action, **sent)
    assert {"title", "data_source"} <= set(refusal.value.error_dict)
    after = act("package_show", id=record["id"])
    assert (after["title"], after["data_source"]) == (record["title"], record["data_source"])


def test_a_draft_is_no_way_around_the_stars(complete: dict[str, Any]) -> None:
    """The first stage of the form is judged like any save."""
    assert "title" in refused(complete, title="", state="draft")


def test_an_unchanged_record_can_be_saved_again(complete: dict[str, Any]) -> None:
    """What package_show gives is what package_update takes, with the same result."""
    record = create(
        complete, resources=[{"name": "ไฟล์", "url": "https://example.go.th/a.csv"}]
    )
    again = act("package_update", **{**record, "notes": "ใหม่"})
    changed = {"notes", "metadata_modified", "resources"}
    assert {k: v for k, v in again.items() if k not in changed} == {
        k: v for k, v in record.items() if k not in changed
    }


def test_messages_are_in_the_language_of_the_request(app: Any) -> None:
    """Thai by default, English under /en."""
    user = factories.SysadminWithToken()
    headers = {"Authorization": user["token"]}
    for prefix, label in (("", "ชื่อชุดข้อมูล"), ("/en", "Title")):
        answer = app.post(
            f"{prefix}/api/3/action/package_create", json={}, headers=headers, status=409
        )
        assert label in answer.json["error"]["title"][0]


def test_an_organization_needs_a_code_of_its_own(organization: dict[str, Any]) -> None:
    """Four digits, mandatory, unique; Thai digits are understood."""
    admin = factories.Sysadmin()["name"]
    for org_code, expected in (("", "รหัสหน่วยงาน"), ("12", "1001"), ("๑๐๐๑", "สำนักงาน")):
        with pytest.raises(tk.ValidationError) as refusal:
            act("organization_create", admin, name="two", title="สอง", org_code=org_code)
        assert expected in refusal.value.error_dict["org_code"][0]
    act("organization_patch", admin, id=organization["id"], title="ชื่อใหม่")
    after = act("organization_show", id=organization["id"])
    assert (after["title"], after["org_code"]) == ("ชื่อใหม่", "1001")


def test_a_retired_code_stays_valid_where_it_already_stands(
    complete: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be newly chosen."""
    from ckanext.thai_gdc import codes

    record = create(complete)
    code = codes.get("geo_coverage").codes["06"]
    monkeypatch.setitem(
        codes.get("geo_coverage").codes, "06",
        codes.Code(code.code, code.label, active=False),
    )
    assert "geo_coverage" in refused(complete)
    after = act("package_patch", id=record["id"], notes="ใหม่")
    assert after["geo_coverage"] == "06"


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.text(alphabet=st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010), max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(dataset_fields())), WILD)
@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
def test_any_value_is_stored_in_one_form_or_refused(name: str, written: Any) -> None:
    """No value of any kind breaks a field; normalising twice changes nothing."""
    field = dataset_fields()[name]
    try:
        stored = values.normalise(field, written)
    except values.Refused as refusal:
        assert field.label["th"] in str(refusal)  # noqa: PT017
    else:
        assert values.normalise(field, stored) == stored

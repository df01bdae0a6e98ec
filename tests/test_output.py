"""What clients of the API get: codes, or labels for those that expect them, and error codes."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.tests import factories, helpers

from ckanext.thai_gdc.record import errors

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")


@pytest.fixture
def token() -> str:
    """Of one who may do all."""
    return factories.SysadminWithToken()["token"]


@pytest.fixture
def call(app: Any, token: str) -> Any:
    """Calls an action over HTTP; its status and the answer's ``result`` or ``error``."""

    def call(action: str, **parameters: Any) -> tuple[int, Any]:
        answer = app.post(
            f"/api/3/action/{action}", json=parameters, headers={"Authorization": token}
        )
        return answer.status_code, answer.json.get("result", answer.json.get("error"))

    return call


@pytest.fixture
def record(call: Any) -> dict[str, Any]:
    """A record with a coded resource."""
    organization = factories.Organization(org_code="1001")
    status, record = call(
        "package_create", title="ชื่อ", owner_org=organization["id"], data_type="2",
        maintainer_email="data@example.go.th", tag_string="ข่าว", objective=["09", "11"],
        data_source="หน่วยงาน", data_category="1", license_id="1", official_statistics="ใช่",
        resources=[{"name": "ไฟล์", "url": "https://example.go.th/a.csv",
                    "resource_disaggregate": ["01"]}],
    )
    assert status == 200, record
    return record


LABELLED = {
    "data_type": "ข้อมูลสถิติ", "data_category": "ข้อมูลสาธารณะ", "official_statistics": "True",
    "objective": ["เพื่อการให้บริการประชาชน", "พันธกิจหน่วยงาน"],
    "license_id": "Creative Commons Attributions",
}


def test_a_client_that_asks_for_labels_gets_them(call: Any, record: dict[str, Any]) -> None:
    """In package_show, package_search and resource_show; everybody else gets codes."""
    _, shown = call("package_show", id=record["id"], gdc_values="labels")
    _, found = call("package_search", gdc_values="labels")
    for one in (shown, found["results"][0]):
        assert {name: one[name] for name in LABELLED} == LABELLED
        assert one["resources"][0]["resource_disaggregate"] == ["เพศ"]
    _, resource = call(
        "resource_show", id=record["resources"][0]["id"], gdc_values="labels"
    )
    assert resource["resource_disaggregate"] == ["เพศ"]
    assert call("package_show", id=record["id"])[1]["objective"] == ["09", "11"]


def test_what_came_as_labels_can_be_sent_back(call: Any, record: dict[str, Any]) -> None:
    """The rules take labels for codes, so nothing changes."""
    _, labelled = call("package_show", id=record["id"], gdc_values="labels")
    assert call("package_update", **labelled)[0] == 200
    _, after = call("package_show", id=record["id"])
    assert after["objective"] == ["09", "11"]
    assert after["license_id"] == "1"


@pytest.mark.ckan_config("ckanext.thai_gdc.output_values", "labels")
def test_a_site_can_give_labels_to_all_clients(call: Any, record: dict[str, Any]) -> None:
    """What is stored stays codes, and so does what the index and forms work with."""
    assert call("package_show", id=record["id"])[1]["data_type"] == "ข้อมูลสถิติ"
    assert call("package_show", id=record["id"], gdc_values="codes")[1]["data_type"] == "2"
    assert call("package_patch", id=record["id"], notes="ใหม่")[0] == 200
    stored = helpers.call_action("package_show", id=record["id"])
    assert (stored["data_type"], stored["objective"]) == ("2", ["09", "11"])
    assert call("package_search", fq="data_type:2")[1]["count"] == 1


def test_an_unknown_kind_of_values_is_refused(call: Any, record: dict[str, Any]) -> None:
    """With the values that can be asked for."""
    status, error = call("package_show", id=record["id"], gdc_values="words")
    assert status == 409
    assert "labels" in error["gdc_values"][0]


def test_each_message_has_a_code_for_programs(call: Any, record: dict[str, Any]) -> None:
    """Beside the messages, in the same shape, on every action that writes."""
    wrong = {
        "title": "ก" * 151, "maintainer_email": "x", "data_type": "สถิติ", "data_source": "",
        "objective": ["99"], "notes": {}, "name": "ชื่อไทย",
        "resources": [{"url": "https://example.go.th/a.csv"}],
    }
    expected = {
        "title": ["too_long"], "maintainer_email": ["bad_format"], "data_type": ["not_in_list"],
        "data_source": ["missing"], "objective_other": ["missing_other"], "notes": ["not_text"],
        "name": ["invalid"], "resources": [{"name": ["missing"]}],
    }
    for action, sent in (
        ("package_create", {**record, **wrong, "id": None}),
        ("package_update", {**record, **wrong}),
        ("package_patch", {"id": record["id"], **wrong}),
    ):
        status, error = call(action, **sent)
        assert status == 409
        assert error[errors.KEY] == expected, action
    status, error = call("resource_create", package_id=record["id"], url="https://x.go.th/a.csv")
    assert (status, error[errors.KEY]) == (409, {"name": ["missing"]})
    status, error = call("organization_create", name="two", title="สอง", org_code="1001")
    assert (status, error[errors.KEY]) == (409, {"org_code": ["taken"]})


def test_every_code_that_is_given_is_documented() -> None:
    """docs/api.md lists them all."""
    from pathlib import Path

    page = (Path(__file__).resolve().parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
    for code in errors.CODES:
        assert f"`{code}`" in page

"""Records that a later rule made invalid are readable, and listed for their stewards."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.search import rebuild
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")


@pytest.fixture
def users() -> dict[str, dict[str, Any]]:
    """A steward of one organization, a member of it, a steward of another."""
    made = {name: factories.UserWithToken(name=name) for name in ("steward", "member", "stranger")}
    factories.Organization(
        name="health", org_code="1001",
        users=[{"name": "steward", "capacity": "editor"}, {"name": "member", "capacity": "member"}],
    )
    factories.Organization(
        name="roads", org_code="1002", users=[{"name": "stranger", "capacity": "editor"}]
    )
    return made


@pytest.fixture
def records(users: dict[str, Any], ckan_config: Any) -> dict[str, dict[str, Any]]:
    """Two records of the first organization, one of which lacks what a later rule asks."""
    common = {
        "owner_org": "health", "data_type": "2", "maintainer_email": "data@example.go.th",
        "tag_string": "ข่าว", "objective": ["11"], "data_source": "หน่วยงาน",
        "data_category": "1",
    }
    whole = {
        "maintainer": "กอง", "notes": "รายละเอียด", "update_frequency_unit": "A",
        "geo_coverage": "06", "data_format": ["02"], "license_id": "1",
    }
    made = {
        name: helpers.call_action(
            "package_create", {"user": "steward"}, name=name, title=name, **common, **extra,
        )
        for name, extra in (("bare", {"private": True}), ("complete", whole))
    }
    ckan_config["ckanext.thai_gdc.star_set"] = "guideline-1.0"
    rebuild()
    return made


def listed(user: str) -> list[str]:
    """Names of the records that the user is asked to mend."""
    found = helpers.call_action(
        "gdc_incomplete_list", {"user": user, "ignore_auth": False}
    )
    assert found["count"] == len(found["results"])
    return [record["name"] for record in found["results"]]


def test_a_steward_is_shown_what_to_mend(app: Any, users: Any, records: Any) -> None:
    """On a page, each missing field by its label; the complete record is not there."""
    page = app.get(
        "/dashboard/incomplete", headers={"Authorization": users["steward"]["token"]}
    ).body
    assert "bare" in page
    for label in ("ชื่อผู้ติดต่อ", "รายละเอียด", "สัญญาอนุญาตให้ใช้ข้อมูล"):
        assert f"“{label}”" in page
    assert "/dataset/edit/complete" not in page
    assert app.get("/dataset/bare", headers={"Authorization": users["steward"]["token"]})


def test_others_do_not_learn_of_it(app: Any, users: Any, records: Any) -> None:
    """Not a steward of another organization, not a member without the right, not the public."""
    assert listed("steward") == ["bare"]
    assert listed("stranger") == []
    assert listed("member") == []
    app.get("/dashboard/incomplete", status=403, follow_redirects=False)
    for user in ("stranger", "member"):
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action(
                "gdc_record_problems", {"user": user, "ignore_auth": False}, id="bare"
            )


def test_a_part_of_the_list_that_cannot_be_is_refused(users: Any, records: Any) -> None:
    """Each parameter is named, and no error of the server is answered."""
    with pytest.raises(tk.ValidationError) as refusal:
        helpers.call_action("gdc_incomplete_list", {"user": "steward"}, rows="many", start=-1)
    assert set(refusal.value.error_dict) == {"rows", "start"}


def test_it_can_be_saved_once_mended(users: Any, records: Any) -> None:
    """A change that leaves it invalid is refused; mended, it leaves the list."""
    context = {"user": "steward", "ignore_auth": False}
    problems = helpers.call_action("gdc_record_problems", dict(context), id="bare")
    assert {p["field"] for p in problems} == {
        "maintainer", "notes", "update_frequency_unit", "geo_coverage", "data_format", "license_id",
    }
    assert {p["code"] for p in problems} == {"missing"}
    with pytest.raises(tk.ValidationError) as refusal:
        helpers.call_action("package_patch", dict(context), id="bare", notes="รายละเอียด")
    assert set(refusal.value.error_dict) == {p["field"] for p in problems} - {"notes"}
    helpers.call_action(
        "package_patch", dict(context), id="bare", notes="รายละเอียด", maintainer="กอง",
        update_frequency_unit="A", geo_coverage="06", data_format=["02"], license_id="1",
    )
    assert listed("steward") == []


def test_values_of_older_catalogs_are_judged_too(users: Any, records: Any) -> None:
    """What no save would take, as a migration may have left it, is named."""
    package = model.Package.get("complete")
    package.title = "ก" * 151
    package.extras["geo_coverage"] = "ที่ไหนสักแห่ง"
    package.extras["objective"] = '["77"]'
    model.repo.commit()
    rebuild(package.id)
    problems = helpers.call_action("gdc_record_problems", {"user": "steward"}, id="complete")
    assert [(p["field"], p["code"]) for p in problems] == [
        ("title", "too_long"), ("objective", "not_in_list"), ("geo_coverage", "not_in_list"),
    ]
    assert set(listed("steward")) == {"complete", "bare"}


def test_a_bulk_change_is_made_whole_or_not_at_all(users: Any, records: Any) -> None:
    """One record that breaks a rule keeps the others as they are, and is named."""
    admin = factories.Sysadmin()["name"]
    with pytest.raises(tk.ValidationError) as refusal:
        helpers.call_action(
            "bulk_update_private", {"user": admin, "ignore_auth": False},
            datasets=[record["id"] for record in records.values()],
            org_id=records["bare"]["owner_org"],
        )
    assert "“bare”" in refusal.value.error_dict["datasets"][0]
    assert helpers.call_action("package_show", id="complete")["private"] is False
    helpers.call_action(
        "bulk_update_private", {"user": admin, "ignore_auth": False},
        datasets=[records["complete"]["id"]], org_id=records["bare"]["owner_org"],
    )
    assert helpers.call_action(
        "package_show", {"user": admin}, id="complete"
    )["private"] is True


def test_an_unrelated_change_does_not_fail_on_it(users: Any, records: Any) -> None:
    """Renaming the organization and building the index anew leave it as it is."""
    admin = factories.Sysadmin()["name"]
    helpers.call_action("organization_patch", {"user": admin}, id="health", title="ชื่อใหม่")
    rebuild("bare")
    assert helpers.call_action("package_show", id="bare")["organization"]["title"] == "ชื่อใหม่"

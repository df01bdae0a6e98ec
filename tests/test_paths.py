"""The same rules on every path that writes: rules times paths, none lets anything through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.tests import factories, helpers

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

STEWARD = "steward"

#: What is changed in a sound record, and the field at which it must be refused.
RULES: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"data_type": ""}, "data_type"),
    ({"maintainer_email": ""}, "maintainer_email"),
    ({"objective": []}, "objective"),
    ({"data_source": "   "}, "data_source"),
    ({"data_category": ""}, "data_category"),
    ({"title": "ก" * 151}, "title"),
    ({"notes": "ก" * 1001}, "notes"),
    ({"maintainer_email": "a" * 40 + "@example.go.th"}, "maintainer_email"),
    ({"maintainer_email": "ไม่ใช่"}, "maintainer_email"),
    ({"tag_string": "ก" * 101}, "tag_string"),
    ({"tag_string": "เสีย\ufffd"}, "tag_string"),
    ({"data_type": "7"}, "data_type"),
    ({"objective": ["09", "77"]}, "objective"),
    ({"objective": ["99"]}, "objective_other"),
    ({"data_format": ["CSVX"]}, "data_format"),
    ({"data_category": "5"}, "data_category"),
    ({"update_frequency_interval": "0"}, "update_frequency_interval"),
    ({"update_frequency_unit": "R"}, "update_frequency_interval"),
    ({"data_category": "2"}, "license_id"),
    ({"data_classification": "05"}, "data_classification"),
    ({"url": "javascript:alert(1)"}, "url"),
    ({"last_updated_date": "31/02/2564"}, "last_updated_date"),
    ({"first_year_of_data": "25x"}, "first_year_of_data"),
]

#: The same of a resource.
RESOURCE_RULES: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "ก" * 251}, "name"),
    ({"resource_disaggregate": ["77"]}, "resource_disaggregate"),
    ({"resource_disaggregate": ["99"]}, "resource_disaggregate_other"),
    ({"resource_last_updated_date": "เมื่อวาน"}, "resource_last_updated_date"),
    ({"resource_private": "บางที"}, "resource_private"),
    ({"resource_first_year_of_data": "68"}, "resource_first_year_of_data"),
]


def act(action: str, **data: Any) -> Any:
    """What the action answers to the steward."""
    return helpers.call_action(action, {"user": STEWARD, "ignore_auth": False}, **data)


@pytest.fixture
def token() -> str:
    """Of a data steward who may write in one organization."""
    user = factories.UserWithToken(name=STEWARD)
    factories.Organization(
        name="health", org_code="1001", users=[{"name": STEWARD, "capacity": "editor"}]
    )
    return user["token"]


@pytest.fixture
def sound(token: str) -> dict[str, Any]:
    """A record that keeps all rules, as a client sends it."""
    return {
        "title": "จำนวนผู้ป่วย", "owner_org": "health", "data_type": "2",
        "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข",
        "objective": ["11"], "data_source": "โรงพยาบาล", "data_category": "1", "license_id": "1",
        "update_frequency_unit": "A", "update_frequency_interval": "1",
    }


RESOURCE = {"name": "ไฟล์", "url": "https://example.go.th/a.csv"}


def errors_of(write: Callable[[], Any]) -> dict[str, Any]:
    """The errors with which a write is refused; empty if it went through."""
    try:
        write()
    except tk.ValidationError as refusal:
        return refusal.error_dict
    return {}


def test_no_path_lets_a_wrong_record_in(
    app: Any, sound: dict[str, Any], token: str, subtests: pytest.Subtests
) -> None:
    """Create, draft, update, patch, revise, and the form's two pages."""
    record = act("package_create", **sound, name="kept")
    before = act("package_show", id="kept")
    headers = {"Authorization": token}

    def form(path: str, sent: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = app.post(path, data={**sent, "save": "save", **more}, headers=headers,
                          follow_redirects=False)
        assert answer.status_code in (200, 302)
        return {"form": answer.body} if answer.status_code == 200 else {}

    def without_tags(sent: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in sent.items() if k != "tags"}

    tried = 0
    for change, field in RULES:
        whole = {**without_tags(record), "tag_string": "สาธารณสุข", **change}
        new = {**sound, **change}
        for path, errors in {
            "create": lambda: errors_of(lambda: act("package_create", **new)),  # noqa: B023
            "draft": lambda: errors_of(lambda: act("package_create", **new, state="draft")),  # noqa: B023
            "update": lambda: errors_of(lambda: act("package_update", **whole)),  # noqa: B023
            "patch": lambda: errors_of(
                lambda: act("package_patch", id="kept", tags=[], **{"tag_string": "ก,ข", **change})  # noqa: B023
                if "tag_string" in change  # noqa: B023
                else act("package_patch", id="kept", **change)  # noqa: B023
            ),
            "revise": lambda: errors_of(
                lambda: act("package_revise", match={"id": record["id"]},
                            filter=[f"-{next(iter(change))}"], update=change)  # noqa: B023
            ),
            "form: new": lambda: form("/dataset/new", new, _ckan_phase="dataset_new_1"),  # noqa: B023
            "form: edit": lambda: form("/dataset/edit/kept", whole),  # noqa: B023
        }.items():
            tried += 1
            with subtests.test(rule=change, path=path):
                found = errors()
                if "form" in found:
                    label = f'href="#field-{field}"'
                    assert label in found["form"]
                else:
                    assert field in found
    assert tried == len(RULES) * 7
    assert act("package_show", id="kept") == before
    assert act("package_search", include_private=True, include_drafts=True)["count"] == 1


def test_no_path_lets_a_wrong_resource_in(
    app: Any, sound: dict[str, Any], token: str, subtests: pytest.Subtests
) -> None:
    """With the record, alone, updated, patched, revised, and through the form."""
    record = act("package_create", **sound, name="kept", resources=[RESOURCE])
    resource = record["resources"][0]
    before = act("package_show", id="kept")
    headers = {"Authorization": token}

    def form(path: str, sent: dict[str, Any]) -> dict[str, Any]:
        answer = app.post(path, data={**sent, "save": "go-metadata"}, headers=headers,
                          follow_redirects=False)
        assert answer.status_code in (200, 302)
        return {"form": answer.body} if answer.status_code == 200 else {}

    for change, field in RESOURCE_RULES:
        wrong = {**RESOURCE, **change}
        for path, errors in {
            "package_create": lambda: errors_of(
                lambda: act("package_create", **sound, resources=[wrong])  # noqa: B023
            ).get("resources", [{}])[0],
            "package_update": lambda: errors_of(
                lambda: act("package_update", **{**record, "resources": [{**resource, **change}]})  # noqa: B023
            ).get("resources", [{}])[0],
            "package_revise": lambda: errors_of(
                lambda: act("package_revise", match={"id": record["id"]},
                            update={"resources": [wrong]})  # noqa: B023
            ).get("resources", [{}])[0],
            "resource_create": lambda: errors_of(
                lambda: act("resource_create", package_id=record["id"], **wrong)  # noqa: B023
            ),
            "resource_update": lambda: errors_of(
                lambda: act("resource_update", **{**resource, **change})  # noqa: B023
            ),
            "resource_patch": lambda: errors_of(
                lambda: act("resource_patch", id=resource["id"], **change)  # noqa: B023
            ),
            "form: new": lambda: form("/dataset/kept/resource/new", {**wrong, "id": ""}),  # noqa: B023
            "form: edit": lambda: form(
                f"/dataset/kept/resource/{resource['id']}/edit", wrong  # noqa: B023
            ),
        }.items():
            with subtests.test(rule=change, path=path):
                found = errors()
                if "form" in found:
                    assert f'href="#field-{field}"' in found["form"]
                else:
                    assert field in found
    assert act("package_show", id="kept") == before

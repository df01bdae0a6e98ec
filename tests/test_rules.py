"""The rules that an admin sets: what is asked of which record, everywhere a save is."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import hypothesis.strategies as st
import pytest
import yaml
from ckan import model
from ckan.lib import jobs
from ckan.tests import factories, helpers
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as runs

from ckanext.thai_gdc import doctor, fields, settings
from ckanext.thai_gdc.admin import effect, follow, rules_cli
from ckanext.thai_gdc.cli import thai_gdc
from ckanext.thai_gdc.record import judgement

pytestmark = pytest.mark.usefixtures(
    "app", "clean_db", "clean_index", "as_shipped"
)

WHY = {"note": "ตามมติคณะกรรมการ"}

STEWARD = "steward"

#: A field of statistics and of geospatial data, and one of all data types.
CONDITIONAL = [{"field": "url", "data_types": ["2"], "organizations": ["health"]}]


@pytest.fixture
def admin() -> Callable[..., Any]:
    """Calls an action as a sysadmin, with all checks."""
    name = factories.Sysadmin()["name"]

    def call(action: str, **data: Any) -> Any:
        return helpers.call_action(action, {"user": name, "ignore_auth": False}, **data)

    return call


@pytest.fixture
def token() -> str:
    """Of a data steward who may write in two organizations."""
    user = factories.UserWithToken(name=STEWARD)
    for name, code in (("health", "1001"), ("roads", "1002")):
        factories.Organization(
            name=name, org_code=code, users=[{"name": STEWARD, "capacity": "editor"}]
        )
    return user["token"]


SOUND = {
    "title": "จำนวนผู้ป่วย", "owner_org": "health", "data_type": "2",
    "maintainer_email": "data@example.go.th", "tag_string": "สาธารณสุข",
    "objective": ["11"], "data_source": "โรงพยาบาล", "data_category": "1", "license_id": "1",
}


def act(action: str, **data: Any) -> Any:
    """What the action answers to the steward."""
    return helpers.call_action(action, {"user": STEWARD, "ignore_auth": False}, **data)


def refused(call: Callable[..., Any], action: str, **data: Any) -> dict[str, Any]:
    """What a refusal says, by field."""
    with pytest.raises(tk.ValidationError) as refusal:
        call(action, **data)
    return refusal.value.error_dict


def errors_of(write: Callable[[], Any]) -> dict[str, Any]:
    """The errors with which a write is refused; empty if it went through."""
    try:
        write()
    except tk.ValidationError as refusal:
        return refusal.error_dict
    return {}


# --- Stars


def test_the_star_set_is_chosen_without_a_restart(admin: Callable[..., Any], token: str) -> None:
    """The set of an admin goes before the settings file's, and goes back when it is undone."""
    act("package_create", **SOUND, name="before")
    shown = admin("gdc_rules_update", star_set="guideline-1.0", **WHY)
    assert shown["star_set"] == "guideline-1.0" and shown["star_set_shipped"] == "draft-2563"
    assert "notes" in refused(act, "package_create", **SOUND, name="after")
    admin("gdc_change_undo", id=shown["change"], **WHY)
    act("package_create", **SOUND, name="after")


def test_the_sites_own_set_keeps_the_standards_minimum(
    admin: Callable[..., Any], token: str
) -> None:
    """What leaves a field of the minimum out is refused by its label; what adds one is not."""
    shown = admin("gdc_rules_show")
    least = shown["minimum"]
    assert len(least) == 8
    errors = refused(admin, "gdc_rules_update", star_set="custom", stars=["notes"], **WHY)
    assert len(errors["stars"]) == 8 and "ชื่อชุดข้อมูล" in " ".join(errors["stars"])
    admin("gdc_rules_update", star_set="custom", stars=[*least, "notes"], **WHY)
    assert set(refused(act, "package_create", **SOUND)) == {"notes"}
    assert set(refused(act, "package_create")) == {*least, "notes"}


def test_a_set_of_its_own_without_a_list_holds_the_minimum(
    admin: Callable[..., Any], token: str
) -> None:
    """Choosing the site's own set alone unstars nothing that the standard asks for."""
    shown = admin("gdc_rules_update", star_set="custom", **WHY)
    assert shown["stars"] == shown["minimum"]
    assert set(refused(act, "package_create")) == set(shown["minimum"])


def test_all_that_is_wrong_with_rules_is_said_at_once(admin: Callable[..., Any]) -> None:
    """An unknown set, stars that cannot be, rows that cannot be, and no reason."""
    errors = refused(
        admin, "gdc_rules_update", star_set="best", stars=["nosuch", "objective_other"],
        mandatory=[
            {"field": "url", "data_types": ["7"]}, {"field": "url", "organizations": ["nobody"]},
            {"field": "unit_of_measure", "data_types": ["3"]}, {"field": "name"}, "url",
            {"field": "update_frequency_interval"},
        ],
    )
    assert set(errors) == {"star_set", "stars", "mandatory", "note"}
    assert len(errors["mandatory"]) == 6 and len(errors["stars"]) == 10


def test_conditions_on_what_is_asked_of_all_are_refused(admin: Callable[..., Any]) -> None:
    """A starred field needs no row of its own."""
    errors = refused(
        admin, "gdc_rules_update", mandatory=[{"field": "title", "data_types": ["2"]}], **WHY)
    assert "ชื่อชุดข้อมูล" in errors["mandatory"][0]


def test_only_catalog_managers_reach_the_rules(token: str) -> None:
    """A steward neither sees nor changes them, nor learns what they would mean."""
    for action in ("gdc_rules_show", "gdc_rules_update", "gdc_field_update",
                   "gdc_agreements_update", "gdc_rules_effect"):
        with pytest.raises(tk.NotAuthorized):
            act(action)
    with pytest.raises(tk.NotAuthorized):
        effect.as_csv({"user": STEWARD, "ignore_auth": False}, {})


def test_the_second_of_two_admins_is_told(admin: Callable[..., Any]) -> None:
    """Who saw the rules before somebody else's change saves nothing over it."""
    seen = admin("gdc_rules_show")["revision"]
    admin("gdc_rules_update", star_set="guideline-1.0", **WHY)
    errors = refused(admin, "gdc_rules_update", star_set="draft-2563", revision=seen, **WHY)
    assert errors["revision"][0].code == "changed_meanwhile"
    again = admin("gdc_rules_show")["revision"]
    assert admin("gdc_rules_update", star_set=None, revision=again, **WHY)["change"]


# --- More mandatory fields


def test_no_path_lets_a_record_without_a_further_mandatory_field_in(
    app: Any, admin: Callable[..., Any], token: str, subtests: pytest.Subtests
) -> None:
    """Create, draft, update with and without the field, patch, revise, and the form."""
    record = act("package_create", **SOUND, name="kept")
    act("package_create", **{**SOUND, "owner_org": "roads"}, name="elsewhere")
    admin("gdc_rules_update", mandatory=CONDITIONAL, **WHY)
    headers = {"Authorization": token}
    whole = {k: v for k, v in record.items() if k not in ("tags", "url")} | {"tag_string": "ก,ข"}

    def form(path: str, sent: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = app.post(path, data={**sent, "save": "save", **more}, headers=headers,
                          follow_redirects=False)
        return {"url": ...} if 'href="#field-url"' in answer.body else {}

    paths: dict[str, Callable[[], dict[str, Any]]] = {
        "create": lambda: errors_of(lambda: act("package_create", **SOUND)),
        "create by id": lambda: errors_of(
            lambda: act("package_create", **{**SOUND, "owner_org": record["owner_org"]})),
        "draft": lambda: errors_of(lambda: act("package_create", **SOUND, state="draft")),
        "update": lambda: errors_of(lambda: act("package_update", **whole, url="")),
        "update without the field": lambda: errors_of(lambda: act("package_update", **whole)),
        "update without the organization": lambda: errors_of(lambda: act(
            "package_update", **{k: v for k, v in whole.items() if k != "owner_org"}, url="")),
        "patch": lambda: errors_of(lambda: act("package_patch", id="kept", notes="ก")),
        "patch into it": lambda: errors_of(
            lambda: act("package_patch", id="elsewhere", owner_org="health")),
        "revise": lambda: errors_of(
            lambda: act("package_revise", match={"name": "kept"}, update={"notes": "ก"})),
        "resource": lambda: errors_of(lambda: act(
            "resource_create", package_id="kept", name="ก", url="https://example.go.th/a.csv")),
        "form: new": lambda: form("/dataset/new", SOUND, _ckan_phase="dataset_new_1"),
        "form: edit": lambda: form("/dataset/edit/kept", whole, url=""),
    }
    for path, write in paths.items():
        with subtests.test(path=path):
            assert "url" in write()
    for other in ({"data_type": "1"}, {"owner_org": "roads"}, {"url": "https://example.go.th"}):
        with subtests.test(sound=other):
            act("package_create", **{**SOUND, **other})
    act("package_patch", id="elsewhere", notes="ก")


def test_keywords_too_can_go_by_a_condition(admin: Callable[..., Any], token: str) -> None:
    """A list of values is asked for as a text is."""
    admin("gdc_rules_update", mandatory=[{"field": "data_format", "data_types": ["2"]}], **WHY)
    assert set(refused(act, "package_create", **SOUND)) == {"data_format"}
    act("package_create", **SOUND, data_format=["CSV"])


def test_a_field_is_never_asked_of_a_data_type_that_has_not_got_it(
    admin: Callable[..., Any], token: str
) -> None:
    """A row for all data types means those that have the field."""
    admin("gdc_rules_update", mandatory=[{"field": "unit_of_measure"}], **WHY)
    assert set(refused(act, "package_create", **SOUND)) == {"unit_of_measure"}
    act("package_create", **{**SOUND, "data_type": "3"})


def test_the_guide_says_of_which_records_a_field_is_asked(
    app: Any, admin: Callable[..., Any], token: str
) -> None:
    """By the labels of data type and organization."""
    title = act("organization_show", id="health")["title"]
    admin("gdc_rules_update", mandatory=CONDITIONAL, **WHY)
    told = app.get("/en/guide/fields").body.partition('id="dataset-url"')[2].partition("</dl>")[0]
    assert f"In this catalog for: Statistical data · {title}" in told
    assert "Yes, in this catalog" not in told


# --- Fields


def test_a_hidden_field_leaves_the_form_and_the_guide_but_no_record(
    app: Any, admin: Callable[..., Any], token: str
) -> None:
    """Nothing is lost: a record that has a value shows the field, and the API takes it."""
    headers = {"Authorization": token}
    act("package_create", **SOUND, name="without")
    act("package_create", **SOUND, name="with", data_support="9", data_support_other="ก",
        url="https://example.go.th/kept")
    admin("gdc_field_update", level="dataset", name="url", hidden=True, **WHY)
    admin("gdc_field_update", level="dataset", name="data_support", hidden=True, **WHY)

    def has(path: str) -> list[str]:
        body = app.get(path, headers=headers).body
        return [n for n in ("url", "data_support", "data_support_other", "data_collect")
                if f'data-gdc-field="{n}"' in body]

    assert has("/dataset/new") == ["data_collect"]
    assert has("/dataset/edit/without") == ["data_collect"]
    assert "url" in has("/dataset/edit/with")
    guide = app.get("/guide/fields").body
    assert 'id="dataset-data_collect"' in guide
    assert 'id="dataset-url"' not in guide and 'id="dataset-data_support_other"' not in guide
    act("package_patch", id="without", url="https://example.go.th/b")
    assert act("package_show", id="without")["url"] == "https://example.go.th/b"
    assert act("package_show", id="with")["url"] == "https://example.go.th/kept"


def test_parts_of_a_column_and_fields_of_files_and_organizations_are_hidden_too(
    app: Any, admin: Callable[..., Any], token: str
) -> None:
    """A part that some column has is shown for all of them: nothing is lost."""
    headers = {"Authorization": token}
    act("package_create", **SOUND, name="record")
    columns = [{"name": "a", "type": "text", "title_th": "ก"}]
    resource = act("resource_create", package_id="record", name="ก",
                   url="https://example.go.th/a.csv", data_dictionary=columns)
    for level, name in (("column", "title_th"), ("column", "title_en"),
                        ("resource", "resource_private"), ("organization", "contact_phone")):
        admin("gdc_field_update", level=level, name=name, hidden=True, **WHY)
    new = app.get("/dataset/record/resource/new", headers=headers).body
    assert 'data-gdc-part="description_th"' in new
    for gone in ("data-gdc-part=\"title_th", "data-gdc-part=\"title_en",
                 "data-gdc-field=\"resource_private"):
        assert gone not in new
    edit = app.get(f"/dataset/record/resource/{resource['id']}/edit", headers=headers).body
    assert 'data-gdc-part="title_th"' in edit and 'data-gdc-part="title_en"' not in edit
    boss = factories.SysadminWithToken()
    form = app.get("/organization/edit/health", headers={"Authorization": boss["token"]}).body
    assert 'data-gdc-field="contact_name"' in form
    assert 'data-gdc-field="contact_phone"' not in form


def test_no_field_is_mandatory_and_hidden(admin: Callable[..., Any]) -> None:
    """Neither order of switching them on is taken, nor an undo that would bring it about."""
    starred = refused(admin, "gdc_field_update", level="dataset", name="title", hidden=True, **WHY)
    assert "ชื่อชุดข้อมูล" in starred["hidden"][0]
    hiding = admin("gdc_field_update", level="dataset", name="notes", hidden=True, **WHY)["change"]
    assert "star_set" in refused(admin, "gdc_rules_update", star_set="guideline-1.0", **WHY)
    assert "mandatory" in refused(
        admin, "gdc_rules_update", mandatory=[{"field": "notes", "data_types": ["2"]}], **WHY)
    least = admin("gdc_rules_show")["minimum"]
    assert "stars" in refused(
        admin, "gdc_rules_update", star_set="custom", stars=[*least, "notes"], **WHY)
    shown = admin("gdc_field_update", level="dataset", name="notes", hidden=False, **WHY)
    admin("gdc_rules_update", mandatory=[{"field": "notes", "data_types": ["2"]}], **WHY)
    assert "id" in refused(admin, "gdc_change_undo", id=shown["change"], **WHY)
    assert "hidden" in refused(
        admin, "gdc_field_update", level="dataset", name="notes", hidden=True, **WHY)
    assert hiding


def test_a_settings_file_that_stars_a_hidden_field_is_no_trap(
    app: Any, admin: Callable[..., Any], token: str, ckan_config: dict[str, Any]
) -> None:
    """The form shows what a save asks for, and the doctor says what does not go together."""
    admin("gdc_field_update", level="dataset", name="notes", hidden=True, **WHY)
    ckan_config["ckanext.thai_gdc.star_set"] = "guideline-1.0"
    body = app.get("/dataset/new", headers={"Authorization": token}).body
    assert 'data-gdc-field="notes"' in body
    assert any(f.check == "settings" and "notes" in f.advice for f in doctor.examine())


def test_what_the_form_needs_is_not_hidden(admin: Callable[..., Any]) -> None:
    """A file, free text that a choice asks for, a unit by which another field counts."""
    for level, name in (("resource", "url"), ("dataset", "objective_other"),
                        ("dataset", "update_frequency_unit"), ("column", "name"),
                        ("organization", "name")):
        assert "hidden" in refused(
            admin, "gdc_field_update", level=level, name=name, hidden=True, **WHY)


def test_help_and_example_are_worded_by_the_site(
    app: Any, admin: Callable[..., Any], token: str
) -> None:
    """In the language in which it says something; in the other one what ships stays."""
    field = admin(
        "gdc_field_update", level="dataset", name="title", help_text={"th": "ชื่อที่<b>ชัดเจน"},
        example={"th": "", "en": "Patients in 2567"}, **WHY)
    assert field["help_text"] == {"th": "ชื่อที่<b>ชัดเจน"}
    assert field["shipped"]["help_text"]["en"].startswith("A name")
    headers = {"Authorization": token}
    thai = app.get("/dataset/new", headers=headers).body
    assert "ชื่อที่&lt;b&gt;ชัดเจน" in thai and "จำนวนผู้ป่วยนอกจำแนกตามกลุ่มโรค" in thai
    english = app.get("/en/dataset/new", headers=headers).body
    assert "Patients in 2567" in english and "A name from which anybody can tell" in english
    admin("gdc_field_update", level="dataset", name="title", help_text=None, example=None, **WHY)
    assert settings.current().values == {}


def test_a_field_is_tied_to_another_list(
    app: Any, admin: Callable[..., Any], token: str
) -> None:
    """Its codes are taken, those of the old list no more; a list that rules need stays."""
    admin("gdc_code_list_create", list="partners", th="ภาคี", en="Partners",
          codes=[{"code": "A", "th": "ก", "en": "Alpha"}, {"code": "3", "th": "ข", "en": "B"}],
          **WHY)
    for name in ("license_id", "data_category", "data_type", "update_frequency_unit", "title"):
        assert "code_list" in refused(
            admin, "gdc_field_update", level="dataset", name=name, code_list="partners", **WHY)
    assert "code_list" in refused(
        admin, "gdc_field_update", level="dataset", name="data_support", code_list="no", **WHY)
    stored = {**SOUND, "data_type": "1"}
    act("package_create", **stored, name="lost", data_support="1")
    act("package_create", **stored, name="shared", data_support="3")
    meant = admin("gdc_rules_effect",
                  fields={"dataset:data_support": {"code_list": "partners"}})
    assert [one["name"] for one in meant["results"]] == ["lost"]
    admin("gdc_field_update", level="dataset", name="data_support", code_list="partners", **WHY)
    act("package_create", **stored, data_support="Alpha", name="tied")
    assert act("package_show", id="tied")["data_support"] == "A"
    assert "data_support" in refused(act, "package_create", **stored, data_support="1")
    body = app.get("/en/dataset/new", headers={"Authorization": token}).body
    assert ">Alpha</option>" in body
    creation = admin("gdc_change_list")["results"][-1]["id"]
    assert "id" in refused(admin, "gdc_change_undo", id=creation, **WHY)


def test_categories_and_licences_are_changed_together(
    admin: Callable[..., Any], token: str
) -> None:
    """One change for several codes; a licence that would go with nothing is refused."""
    agreement = admin("gdc_rules_show")["agreements"][0]
    assert agreement["list"] == "license_id" and agreement["partner"] == "data_category"
    errors = refused(
        admin, "gdc_agreements_update", list="license_id",
        **{"for": {"1": [], "2": ["77"], "nosuch": ["1"]}}, **WHY)
    assert errors["for"] and errors["code_list"]
    act("package_create", **SOUND, name="open")
    before = {c["code"]: c["for"] for c in agreement["codes"]}
    shown = admin("gdc_agreements_update", list="license_id",
                  **{"for": {"1": ["2"], "2": [*before["2"], "2"]}}, **WHY)
    after = {c["code"]: c["attributes"]["for"] for c in shown["codes"]}
    assert after["1"] == ["2"] and "2" in after["2"] and after["3"] == before["3"]
    assert "license_id" in refused(act, "package_patch", id="open", notes="ก")
    assert len(admin("gdc_change_list")["results"]) == 1


# --- What a rule would mean


@pytest.fixture
def mixed(token: str, ckan_config: dict[str, Any]) -> list[dict[str, Any]]:
    """Records of an older catalog, with whatever was left blank then, as package_show has them.

    A draft, a withdrawn and a secret record among them.
    """
    ckan_config["ckanext.thai_gdc.star_set"] = "custom"
    ckan_config["ckanext.thai_gdc.stars"] = ["title"]
    types = itertools.cycle(["1", "2", "3", "9", "2", ""])
    owners = itertools.cycle(["health", "roads", "health"])
    filled = [
        {}, {"notes": "ก", "data_format": ["CSV"]}, {"url": "https://example.go.th/a"},
        {"notes": "—", "unit_of_measure": "คน"}, {"allow_harvest": "False"},
        {"created_date": "2021-03-16", "last_updated_date": "2021-03-16"},
        {"maintainer": "กอง", "url": "https://example.go.th/b"}, {"tag_string": "กก,ขข"},
        {"objective": ["11"], "geo_coverage": "01"}, {"data_support": "1"},
        {"maintainer_email": "a@example.go.th", "data_support": "2"},
    ]
    categories = itertools.cycle([
        {}, {"data_category": "1"}, {"data_category": "3"},
        {"data_category": "1", "license_id": "1", "data_classification": "01"},
        {"data_category": "2", "license_id": "8"}, {"data_category": "1", "license_id": "2"},
        {"data_category": "2", "data_classification": "03"},
    ])
    site = helpers.call_action("get_site_user", {"ignore_auth": True})["name"]
    made = []
    for number in range(36):
        record = {
            "title": f"ระเบียน {number}", "name": f"record-{number}",
            "owner_org": next(owners), "data_type": next(types),
            **next(categories), **filled[number % len(filled)],
            **filled[(number * 7 + 3) % len(filled)],
            "data_type_other": "ก", "private": number % 5 == 0,
            "state": "draft" if number == 20 else "active",
        }
        made.append(helpers.call_action("package_create", {"user": site}, **{
            k: v for k, v in record.items() if v != ""})["id"])
    helpers.call_action("package_delete", {"user": site}, id="record-21")
    ckan_config["ckanext.thai_gdc.star_set"] = "draft-2563"
    ckan_config["ckanext.thai_gdc.stars"] = []
    shown = [helpers.call_action("package_show", {"user": site}, id=one) for one in made]
    return [record for record in shown if record["state"] == "active"]


OWN_LIST = {"list": "support", "th": "ภาคี", "en": "Partners", "codes": [
    {"code": "1", "th": "ก", "en": "A"}, {"code": "8", "th": "อื่น", "en": "Other", "other": True},
]}

#: What an admin may think of, one after the other and together.
PROPOSALS: list[dict[str, Any]] = [
    {"star_set": "guideline-1.0"},
    {"star_set": "custom", "stars": ["*", "notes", "data_format", "url", "allow_harvest"]},
    {"mandatory": [{"field": "notes"}]},
    {"mandatory": [{"field": "url", "data_types": ["2", "3"]}]},
    {"mandatory": [{"field": "unit_of_measure"}]},
    {"mandatory": [{"field": "created_date", "organizations": ["health"]},
                   {"field": "data_format", "data_types": ["1"], "organizations": ["roads"]},
                   {"field": "data_format", "data_types": ["2"]}]},
    {"mandatory": [{"field": "allow_harvest"}, {"field": "last_updated_date"}]},
    {"agreements": {"license_id": {"1": ["2"], "2": ["2"]}}},
    {"agreements": {"data_classification": {"01": ["2"]}}},
    {"fields": {"dataset:data_support": {"code_list": "support"}}},
    {"star_set": "guideline-1.0", "mandatory": [{"field": "url", "data_types": ["2"]}],
     "agreements": {"license_id": {"1": ["2"]}}, "fields": {"dataset:standard": {"hidden": True}}},
    {"fields": {"dataset:title": {"help_text": {"th": "ก"}}}},
]


def whole(proposed: dict[str, Any]) -> dict[str, Any]:
    """The proposal with the standard's minimum in the place of an asterisk."""
    if "stars" not in proposed:
        return proposed
    least = [f.name for f in fields.dataset_fields().values() if "draft-2563" in f.stars]
    return {**proposed, "stars": [*least, *proposed["stars"][1:]]}


def breaks(record: dict[str, Any], under: settings.Settings) -> set[str]:
    """Names of the fields of a record that a save would refuse under these settings."""
    with settings.supposing(under):
        return {p.field for p in judgement.problems(record) if not p.resource_id}


def truth(
    mixed: list[dict[str, Any]], proposed: dict[str, Any]
) -> dict[str, set[str]]:
    """Names of the fields that each record would newly break, by its name, judged one by one."""
    now, would_be = effect.proposed(proposed)
    found = {
        r["name"]: breaks(r, would_be) - breaks(r, now) for r in mixed
    }
    return {name: broken for name, broken in found.items() if broken}


def test_what_is_counted_is_what_is_judged(
    mixed: list[dict[str, Any]], admin: Callable[..., Any], subtests: pytest.Subtests
) -> None:
    """Counts, rows and file of the index: the same as record by record.

    Also where another rule is in force already.
    """
    admin("gdc_code_list_create", **OWN_LIST, **WHY)
    seen = 0
    for first in ({}, {"mandatory": [{"field": "url", "organizations": ["roads"]},
                                     {"field": "notes", "data_types": ["2"]}]}):
        if first:
            admin("gdc_rules_update", **first, **WHY)
        for proposed in map(whole, PROPOSALS):
            with subtests.test(proposed=proposed, after=first):
                expected = truth(mixed, proposed)
                meant = admin("gdc_rules_effect", **proposed, limit=100)
                assert {r["name"] for r in meant["results"]} == set(expected)
                assert meant["count"] == len(expected)
                broken = list(itertools.chain(*expected.values()))
                assert {f["name"]: f["count"] for f in meant["by_field"]} == {
                    name: broken.count(name) for name in broken}
                owners = [r["organization"]["name"] for r in mixed if r["name"] in expected]
                assert {o["name"]: o["count"] for o in meant["by_organization"]} == {
                    name: owners.count(name) for name in owners}
                labels = {n: len(names) for n, names in expected.items()}
                assert {r["name"]: len(r["fields"]) for r in meant["results"]} == labels
                rows = list(csv_of(proposed))
                assert sorted(row[4] for row in rows[1:]) == sorted(expected)
                seen += len(expected)
    assert seen > 200


def csv_of(proposed: dict[str, Any]) -> Iterator[list[str]]:
    """The rows of the file with all records."""
    content = b"".join(effect.as_csv({"ignore_auth": True, "user": ""}, proposed))
    assert content.startswith(b"\xef\xbb\xbf")
    yield from csv.reader(io.StringIO(content.decode("utf-8-sig")))


def test_the_file_holds_no_formulas(token: str, admin: Callable[..., Any]) -> None:
    """A title that a spreadsheet would compute stands in it as text."""
    act("package_create", **{**SOUND, "title": "=HYPERLINK(\"http://x\";\"ก\")"})
    rows = list(csv_of({"mandatory": [{"field": "url"}]}))
    assert rows[1][1] == "'=HYPERLINK(\"http://x\";\"ก\")"


def test_secret_records_do_not_count_for_who_may_not_see_them(
    mixed: list[dict[str, Any]], admin: Callable[..., Any]
) -> None:
    """A catalog manager who belongs to no organization learns of public records alone."""
    manager = factories.User()
    admin("gdc_manager_set", user=manager["name"], manager=True, **WHY)
    proposed = {"mandatory": [{"field": "url"}]}
    meant = helpers.call_action(
        "gdc_rules_effect", {"user": manager["name"], "ignore_auth": False}, **proposed, limit=100)
    public = {r["name"] for r in mixed if not r["private"]}
    expected = set(truth(mixed, proposed))
    assert {r["name"] for r in meant["results"]} == expected & public
    assert expected - public and meant["count"] == len(expected & public)
    assert sum(o["count"] for o in meant["by_organization"]) == meant["count"]


def test_a_wrong_proposal_is_refused_before_anything_is_counted(admin: Callable[..., Any]) -> None:
    """By the same keys as the change itself."""
    errors = refused(
        admin, "gdc_rules_effect", star_set="best", mandatory="x",
        fields={"dataset:title": {"hidden": True}, "dataset:no": {}}, agreements={"no": {}})
    assert set(errors) == {"star_set", "mandatory", "fields", "agreements"}
    assert "limit" in refused(admin, "gdc_rules_effect", limit="x")


def test_what_a_rule_breaks_stands_in_the_to_do_list_and_leaves_it(
    token: str, admin: Callable[..., Any]
) -> None:
    """After the job, and no earlier; only the records that it concerns are indexed anew."""
    act("package_create", **SOUND, name="lacking")
    act("package_create", **SOUND, name="sound", url="https://example.go.th")
    jobs.get_queue().empty()
    change = admin("gdc_rules_update", mandatory=CONDITIONAL, **WHY)["change"]
    assert act("gdc_my_records")["count"] == 0
    indexed = list(follow._by_rules(follow.waiting()))
    assert indexed == [act("package_show", id="lacking")["id"]]
    work()
    assert [r["name"] for r in act("gdc_my_records")["results"]] == ["lacking"]
    admin("gdc_change_undo", id=change, **WHY)
    work()
    assert act("gdc_my_records")["count"] == 0


def work() -> None:
    """Run the jobs that wait."""
    jobs.Worker().work(burst=True)


# --- The command line


def run(*words: str) -> Any:
    """What a command answers."""
    return CliRunner().invoke(thai_gdc, ["rules", *words])


def test_rules_go_from_one_machine_to_another(
    token: str, admin: Callable[..., Any], tmp_path: Path
) -> None:
    """Exported, taken back, told by a dry run that changes nothing, applied: the same again."""
    act("package_create", **SOUND, name="lacking")
    least = admin("gdc_rules_show")["minimum"]
    admin("gdc_rules_update", star_set="custom", stars=[*least, "notes"],
          mandatory=CONDITIONAL, **WHY)
    admin("gdc_field_update", level="dataset", name="standard", hidden=True, **WHY)
    admin("gdc_field_update", level="resource", name="name", help_text={"th": "ก"}, **WHY)
    before = rules_cli.document()
    file = tmp_path / "rules.yaml"
    assert run("export", "--output", str(file)).exit_code == 0
    assert yaml.safe_load(file.read_text(encoding="utf-8")) == before
    assert before["mandatory"][0]["organizations"] == ["health"]
    listed = run("list").output
    assert "Web page" in listed and "Standard followed: Hidden" in listed
    nothing = tmp_path / "nothing.yaml"
    nothing.write_text("{}", encoding="utf-8")
    assert run("import", str(nothing), "--apply", "--note", "ก").exit_code == 0
    assert rules_cli.document() == {}
    told = run("import", str(file))
    assert told.exit_code == 0 and "--apply" in told.output and ": 1" in told.output
    assert rules_cli.document() == {}
    unexplained = run("import", str(file), "--apply")
    assert unexplained.exit_code == 1 and rules_cli.document() == {}
    assert run("import", str(file), "--apply", "--note", "ก").exit_code == 0
    assert rules_cli.document() == before
    assert len(admin("gdc_change_list")["results"]) == 5


@pytest.mark.parametrize("content", [
    "- a", "star_set: best", "fields: {dataset: {nosuch: {hidden: true}}}", "x: 1", "fields: 3",
    "fields: {dataset: {url: {colour: red}}}", "fields: {dataset: {url: 3}}", "mandatory: 7",
    "stars: {a: b}", "'", "fields: {dataset: {title: {hidden: true}}}",
])
def test_a_file_of_rules_that_cannot_be_is_refused(content: str, tmp_path: Path) -> None:
    """In words, with exit status 1, and nothing is changed."""
    file = tmp_path / "rules.yaml"
    file.write_text(content, encoding="utf-8")
    answer = run("import", str(file), "--apply", "--note", "ก")
    assert answer.exit_code == 1 and answer.output.strip()
    assert settings.current().values == {}


# --- Whatever is sent


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["title", "url", "notes", "custom", "2", "dataset:url", "license_id", "th"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["field", "data_types", "organizations", "hidden", "help_text", "th", "en",
                         "dataset:url", "license_id", "1", "code_list"]) | st.text(max_size=5),
        inner, max_size=3),
    max_leaves=6,
)

KEYS = ("star_set", "stars", "mandatory", "fields", "agreements", "limit", "offset", "note",
        "revision", "level", "name", "hidden", "help_text", "example", "code_list", "list", "for")


@given(
    action=st.sampled_from(["gdc_rules_show", "gdc_rules_update", "gdc_field_update",
                            "gdc_agreements_update", "gdc_rules_effect"]),
    data=st.dictionaries(st.sampled_from(KEYS), ANY, max_size=6),
    aimed=st.sampled_from([{}, {"level": "dataset", "name": "url"}, {"list": "license_id"}]),
)
@runs(max_examples=150, deadline=None,
      suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_sent_is_answered_or_refused_in_words(
    action: str, data: dict[str, Any], aimed: dict[str, Any]
) -> None:
    """Never an error of the program."""
    errors: dict[str, Any] = {}
    try:
        helpers.call_action(action, {"user": ""}, **{**data, **aimed})
    except tk.ValidationError as refusal:
        errors = refusal.error_dict or {"nothing": []}
    except tk.ObjectNotFound:
        model.Session.rollback()
    assert all(ms and all(str(m).strip() for m in ms) for ms in errors.values())

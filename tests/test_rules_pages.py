"""The pages of the rules, as a browser without JavaScript sends them: looked at, then confirmed."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Tag
from ckan.lib.search.common import SolrConnectionError
from ckan.tests import factories, helpers
from test_pages import Browser, entered, text_of

from ckanext.thai_gdc import codes, config, fields, settings
from ckanext.thai_gdc.admin import effect
from ckanext.thai_gdc.record import values

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index", "as_shipped")

RULES = "/catalog-admin/rules"
PAGES = (
    "", "/stars", "/mandatory", "/fields", "/fields/dataset/disaggregate",
    "/agreements/license_id", "/agreements/data_classification",
)
WHY = "ตามหนังสือเวียน"
CATALOG = "ckanext/thai_gdc/i18n/th/LC_MESSAGES/ckanext-thai_gdc.po"


@pytest.fixture
def admin(app: Any) -> Browser:
    """The browser of a catalog manager who is no system administrator."""
    user = factories.UserWithToken(fullname="ผู้จัดการบัญชีข้อมูล")
    boss = factories.Sysadmin()["name"]
    helpers.call_action(
        "gdc_manager_set", {"user": boss}, user=user["name"], manager=True, note=WHY)
    return Browser(app, user)


@pytest.fixture
def organizations() -> dict[str, dict[str, Any]]:
    """Two organizations by name."""
    return {
        "health": factories.Organization(name="health", title="สาธารณสุข", org_code="1001"),
        "farm": factories.Organization(name="farm", title="เกษตร", org_code="1002"),
    }


def make_record(organization: dict[str, Any], name: str, **more: Any) -> dict[str, Any]:
    """A record that keeps the draft guideline, with no contact and no description."""
    return factories.Dataset(**{
        "name": name, "title": f"ชุดข้อมูล {name}", "owner_org": organization["id"],
        "data_type": "2", "maintainer_email": "data@example.go.th", "tag_string": "สุขภาพ",
        "objective": ["11"], "update_frequency_unit": "", "update_frequency_interval": "",
        "data_source": "โรงพยาบาล", "data_category": "1", "license_id": "1",
        "unit_of_measure": "คน", "maintainer": "", "notes": "", "private": False,
        "author": "", "version": "", **more,
    })


def form_of(page: BeautifulSoup) -> Tag:
    """The form of the page's own."""
    form = page.select_one("form.gdc-rules-form")
    assert form, text_of(page.select_one("main"))
    return form


def look(admin: Browser, path: str, prefix: str = "", **typed: Any) -> BeautifulSoup:
    """The page after what is typed was sent, to see what it means."""
    filled = {**entered(form_of(admin.get(prefix + RULES + path))), **typed, "do": "look"}
    return admin.post(prefix + RULES + path, filled)[0]


def go_on(
    admin: Browser, path: str, page: BeautifulSoup, do: str, **typed: Any
) -> tuple[BeautifulSoup, str]:
    """The page that answers a button of a page, and where it sends the browser."""
    return admin.post(RULES + path, {**entered(form_of(page)), **typed, "do": do})


def said(page: BeautifulSoup) -> str:
    """What a refusal says."""
    return text_of(page.select_one(".gdc-errors"))


def counted(page: BeautifulSoup) -> dict[str, dict[str, str]]:
    """The two tables of an effect: kind, then what is counted and its number."""
    return {
        kind: {
            text_of(row.th): text_of(row.td)
            for row in page.select(f"[aria-labelledby=rules-by-{kind}] tbody tr")
        }
        for kind in ("organization", "field")
    }


@pytest.mark.parametrize("path", PAGES)
def test_only_managers_come_in(app: Any, path: str) -> None:
    """A visitor is asked to log in, another user gets nothing, whatever is sent."""
    other = factories.UserWithToken()["token"]
    for send in (app.get, app.post):
        if send == app.post and path in ("", "/fields"):
            continue
        answer = send(RULES + path, follow_redirects=False)
        assert answer.status_code == 302
        assert "/user/login" in answer.headers["Location"]
        send(RULES + path, headers={"Authorization": other}, status=403)
    assert settings.current().values == {}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_has_a_heading_and_labels(
    admin: Browser, organizations: Any, prefix: str, path: str
) -> None:
    """One heading, a label for each control, a token in each form, nothing left untranslated."""
    page = admin.get(prefix + RULES + path)
    main = page.select_one("main")
    assert main and len(main.select("h1")) == 1
    for control in main.select("input:not([type=hidden]), select, textarea"):
        label = page.select_one(f"label[for='{control['id']}']")
        assert text_of(label), control
    for form in main.select("form[method=post]"):
        assert form.select_one("input[name=_csrf_token]")
    if not prefix:
        for heading in main.select("h1, h2, legend, button, .form-label"):
            assert any("ก" <= letter <= "๛" for letter in text_of(heading)), heading


def test_the_index_says_what_is_in_force(admin: Browser) -> None:
    """The set of stars with its fields, no further rules, and a link to each page."""
    page = admin.get(RULES)
    main = text_of(page.select_one("main"))
    assert fields.star_sets()["draft-2563"]["th"] in main
    links = {str(link["href"]) for link in page.select("main a[href]")}
    assert {RULES + path for path in ("/stars", "/mandatory", "/fields")} <= links
    assert RULES + "/agreements/license_id" in links


def test_a_set_of_stars_is_looked_at_then_confirmed(
    admin: Browser, organizations: dict[str, dict[str, Any]]
) -> None:
    """What it would mean is said by organization and field; nothing changes before the save."""
    for number in range(3):
        make_record(organizations["health"], f"health-{number}")
    make_record(organizations["farm"], "farm-0", maintainer="กองแผนงาน", notes="รายปี")
    page = look(admin, "/stars", star_set="guideline-1.0")
    assert config.star_set() == "draft-2563"
    assert "4 ชุดข้อมูล" in text_of(page.select_one(".gdc-state-wrong"))
    table = fields.dataset_fields()
    numbers = counted(page)
    assert numbers["organization"] == {"สาธารณสุข": "3", "เกษตร": "1"}
    assert numbers["field"][table["maintainer"].label["th"]] == "3"
    assert len(page.select(".gdc-rules-records li")) == 4

    refused, _ = go_on(admin, "/stars", page, "save", note="  ")
    assert "เหตุผลที่เปลี่ยน" in said(refused)
    assert config.star_set() == "draft-2563"
    assert counted(refused) == numbers
    done, location = go_on(admin, "/stars", refused, "save", note=WHY)
    assert location.endswith(RULES)
    assert config.star_set() == "guideline-1.0"
    told = text_of(admin.get(RULES).select_one(".flash-messages"))
    assert "4 ชุดข้อมูล" in told
    assert not done.select(".gdc-errors")


def test_back_keeps_what_was_typed(admin: Browser) -> None:
    """From what it means one comes back to the form as it was, the reason too."""
    page = look(admin, "/stars", star_set="custom", stars=["notes", "maintainer"])
    form, _ = go_on(admin, "/stars", page, "back", note=WHY)
    sent = entered(form_of(form))
    assert sent["star_set"] == ["custom"]
    assert {"notes", "maintainer"} <= set(sent["stars"])
    assert sent["note"] == [WHY]
    again, _ = go_on(admin, "/stars", form, "look")
    assert text_of(again.select_one("textarea[name=note]")) == WHY


def test_the_standards_minimum_cannot_be_taken_out(admin: Browser) -> None:
    """Its boxes are ticked and fixed with the reason; sent without, it is there all the same."""
    page = admin.get(RULES + "/stars")
    for name in config.least_stars():
        box = page.select_one(f"#star-{name}")
        assert box and box.has_attr("checked") and box.has_attr("disabled")
        assert "มาตรฐาน" in text_of(page.select_one(f"label[for=star-{name}]"))
    page = look(admin, "/stars", star_set="custom", stars=["notes"])
    go_on(admin, "/stars", page, "save", note=WHY)
    assert config.star_set() == "custom"
    assert config.stars() == config.least_stars() | {"notes"}


def test_the_list_of_records_can_be_downloaded(
    admin: Browser, app: Any, organizations: dict[str, dict[str, Any]]
) -> None:
    """As CSV that Excel reads, with every record of every page, and nothing is changed."""
    for number in range(22):
        make_record(organizations["health"], f"health-{number:02}")
    page = look(admin, "/stars", star_set="guideline-1.0")
    assert len(page.select(".gdc-rules-records li")) == 20
    second, _ = go_on(admin, "/stars", page, "look:2")
    assert len(second.select(".gdc-rules-records li")) == 2
    answer = app.post(
        RULES + "/stars", data={**entered(form_of(second)), "do": "csv"},
        headers=admin._headers, status=200,
    )
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 23
    assert {len(row) for row in rows} == {len(rows[0])}
    assert {f"health-{number:02}" for number in range(22)} <= {cell for r in rows for cell in r}
    assert config.star_set() == "draft-2563"


def test_a_secret_is_not_told_to_a_manager_without_the_right(
    admin: Browser, organizations: dict[str, dict[str, Any]]
) -> None:
    """It is in no number, no list and no file."""
    make_record(
        organizations["health"], "hidden", data_category="4", license_id="8", private=True)
    page = look(admin, "/stars", star_set="guideline-1.0")
    assert not page.select(".gdc-state-wrong")
    assert "ชุดข้อมูล hidden" not in page.get_text()
    csv_, _ = go_on(admin, "/stars", page, "csv")
    assert "hidden" not in csv_.get_text()


def test_a_field_is_asked_of_a_data_type_and_an_organization(
    admin: Browser, organizations: dict[str, dict[str, Any]]
) -> None:
    """Added to the table, looked at, confirmed; then taken off again."""
    make_record(organizations["health"], "asked")
    make_record(organizations["farm"], "not-asked")
    path = "/mandatory"
    page = admin.get(RULES + path)
    page, _ = go_on(
        admin, path, page, "add", field="maintainer", data_types=["2"],
        organizations=[organizations["health"]["id"]],
    )
    row = text_of(page.select_one(".gdc-rules-table tbody tr"))
    assert "สาธารณสุข" in row and codes.get("data_type").label("2", "th") in row
    assert settings.current().values == settings.current().of("") and (
        "rule:mandatory" not in settings.current().values)
    page, _ = go_on(admin, path, page, "look")
    assert counted(page)["organization"] == {"สาธารณสุข": "1"}
    go_on(admin, path, page, "save", note=WHY)
    assert settings.current().values["rule:mandatory"] == [{
        "field": "maintainer", "data_types": ["2"],
        "organizations": [organizations["health"]["id"]],
    }]
    field = fields.dataset_fields()["maintainer"]
    assert values.is_starred(field, "2", organizations["health"]["id"])

    page, _ = go_on(admin, path, admin.get(RULES + path), "remove:0")
    assert page.select(".gdc-rules-gone")
    page, _ = go_on(admin, path, page, "look")
    go_on(admin, path, page, "save", note=WHY)
    assert "rule:mandatory" not in settings.current().values


def test_a_condition_can_be_changed_before_it_is_saved(
    admin: Browser, organizations: dict[str, dict[str, Any]]
) -> None:
    """It comes back into the fields below the table; going on takes it without “add”."""
    path = "/mandatory"
    page, _ = go_on(
        admin, path, admin.get(RULES + path), "add", field="notes", data_types=["1"])
    page, _ = go_on(admin, path, page, "change:0")
    assert not page.select(".gdc-rules-table")
    sent = entered(form_of(page))
    assert (sent["field"], sent["data_types"]) == (["notes"], ["1"])
    page, _ = go_on(admin, path, page, "look", data_types=["1", "3"])
    sent = entered(form_of(page))
    assert json.loads(sent["row"][0])["data_types"] == ["1", "3"]


def test_what_is_wrong_with_a_condition_is_said_and_nothing_lost(
    admin: Browser, organizations: dict[str, dict[str, Any]]
) -> None:
    """No field; a field that the data type has not; a field that is asked of all already."""
    path = "/mandatory"
    page, _ = go_on(admin, path, admin.get(RULES + path), "add", data_types=["3"])
    assert page.select_one("#field-field[aria-invalid=true]")
    assert entered(form_of(page))["data_types"] == ["3"]
    page, _ = go_on(admin, path, page, "add", field="unit_of_measure", data_types=["3"])
    page, _ = go_on(admin, path, page, "look", field="title")
    labels = [fields.dataset_fields()[name].label["th"] for name in ("unit_of_measure", "title")]
    assert labels[0] in said(page)
    assert [text_of(row.th) for row in page.select(".gdc-rules-table tbody tr")] == labels
    page, _ = go_on(admin, path, page, "remove:0")
    page, _ = go_on(admin, path, page, "look")
    assert labels[1] in said(page)
    assert "rule:mandatory" not in settings.current().values


@pytest.mark.parametrize("row", ["", "[", "[1]", '{"field": 7}', '{"data_types": {"a": 1}}'])
def test_whatever_is_sent_as_a_condition_gets_an_answer(admin: Browser, row: str) -> None:
    """What no form of ours sends is refused in words."""
    filled = entered(form_of(admin.get(RULES + "/mandatory")))
    for do in ("look", "save", "remove:99", "change:x", "look:²", "csv"):
        page, _ = admin.post(RULES + "/mandatory", {**filled, "row": row, "do": do})
        assert page.h1
    assert "rule:mandatory" not in settings.current().values


def test_fields_are_searched_by_what_they_are_called(admin: Browser) -> None:
    """By name, by a label of either language, by their state; what is not there is said."""
    label = fields.dataset_fields()["maintainer"].label
    for query in ("MAINTAINER", label["th"], label["en"]):
        page = admin.get(f"{RULES}/fields?q={query}")
        assert page.select(f"main a[href='{RULES}/fields/dataset/maintainer']")
        assert not page.select(f"main a[href='{RULES}/fields/dataset/license_id']")
    assert not admin.get(f"{RULES}/fields?only=hidden").select(".gdc-rules-fields li")
    assert text_of(admin.get(f"{RULES}/fields?q=<b>").select_one("main .gdc-state"))
    everything = admin.get(f"{RULES}/fields").select(".gdc-rules-fields li")
    assert len(everything) == sum(len(fields.of_level(level)) for level in fields.LEVELS)


def test_a_field_is_hidden_and_worded(admin: Browser) -> None:
    """Help and example of the site's own stand in for what ships; a blank brings it back."""
    path = "/fields/dataset/disaggregate"
    shipped = fields.shipped("dataset")["disaggregate"]
    page = admin.get(RULES + path)
    assert shipped.label["th"] in text_of(page.h1)
    page = look(admin, path, hidden="1", **{"help_text-th": "ช่วย <b>ได้</b>", "example-en": "Age"})
    lines = [text_of(row) for row in page.select(".gdc-rules-table tbody tr")]
    assert len(lines) == 3
    assert any("ช่วย <b>ได้</b>" in line for line in lines)
    _, location = go_on(admin, path, page, "save", note=WHY)
    assert location.endswith(RULES + "/fields")
    field = fields.dataset_fields()["disaggregate"]
    assert field.hidden
    assert field.help_text and field.help_text["th"] == "ช่วย <b>ได้</b>"
    assert field.example and field.example["en"] == "Age"
    listed = admin.get(f"{RULES}/fields?only=hidden").select(".gdc-rules-fields li")
    assert shipped.label["th"] in text_of(listed[0])

    filled = entered(form_of(admin.get(RULES + path)))
    del filled["hidden"]
    page, _ = admin.post(
        RULES + path, {**filled, "help_text-th": "", "example-en": "", "do": "look"})
    go_on(admin, path, page, "save", note=WHY)
    assert fields.dataset_fields()["disaggregate"] == shipped


def test_a_text_that_is_too_long_is_refused_at_its_field(admin: Browser) -> None:
    """The message leads to the texts; everything typed is there."""
    path = "/fields/dataset/notes"
    page = look(admin, path, **{"help_text-th": "ก" * 501, "example-th": "ตัวอย่าง"})
    [link] = page.select(".gdc-errors a")
    control = page.select_one(str(link["href"]))
    assert control and control["name"] == "help_text-th" and control["aria-invalid"] == "true"
    sent = entered(form_of(page))
    assert (sent["help_text-th"], sent["example-th"]) == (["ก" * 501], ["ตัวอย่าง"])


def test_a_starred_field_cannot_be_hidden(admin: Browser) -> None:
    """The page says so in place of the box, and a forged form hides nothing."""
    page = admin.get(RULES + "/fields/dataset/title")
    assert not page.select("input[name=hidden]")
    page = look(admin, "/fields/dataset/title", hidden="1")
    assert page.select(".gdc-errors")
    assert not fields.dataset_fields()["title"].hidden


def test_a_field_takes_a_list_of_the_site(
    admin: Browser, organizations: dict[str, dict[str, Any]]
) -> None:
    """Records with a code that the other list does not have would have to be mended."""
    helpers.call_action(
        "gdc_code_list_create", {"user": factories.Sysadmin()["name"]}, list="aims",
        th="เป้าหมาย", en="Aims", codes=[{"code": "01", "th": "ก", "en": "A"}], note=WHY)
    make_record(organizations["health"], "aimed")
    path = "/fields/dataset/objective"
    page = look(admin, path, code_list="aims")
    assert counted(page)["organization"] == {"สาธารณสุข": "1"}
    go_on(admin, path, page, "save", note=WHY)
    assert fields.dataset_fields()["objective"].code_list == "aims"
    assert "เป้าหมาย" in text_of(admin.get(RULES + path).select_one("#field-code_list"))


@pytest.mark.parametrize("path", ["/fields/dataset/nothing", "/fields/x/y", "/agreements/language"])
def test_what_is_not_there_has_no_page(admin: Browser, path: str) -> None:
    """A field or a list that there is not."""
    admin.get(RULES + path, status=404)


def test_which_licence_goes_with_which_category(
    admin: Browser, organizations: dict[str, dict[str, Any]]
) -> None:
    """A matrix of boxes; a row without any is refused; what goes no longer is counted."""
    path = "/agreements/license_id"
    make_record(organizations["health"], "open")
    page = admin.get(RULES + path)
    before = codes.get("license_id").codes["1"].attributes["for"]
    boxes = page.select("input[name='for:1'][checked]")
    assert [box["value"] for box in boxes] == before

    filled = entered(form_of(page))
    none = {k: v for k, v in filled.items() if k != "for:1"}
    refused, _ = admin.post(RULES + path, {**none, "do": "look"})
    label = codes.get("license_id").label("1", "th")
    [link] = refused.select(".gdc-errors a")
    assert label in text_of(link) and "“for”" not in text_of(link)
    assert label in text_of(refused.select_one(str(link["href"])))
    assert not refused.select("input[name='for:1'][checked]")

    page, _ = go_on(admin, path, refused, "look", **{"for:1": ["2"]})
    assert counted(page)["organization"] == {"สาธารณสุข": "1"}
    go_on(admin, path, page, "save", note=WHY)
    assert codes.get("license_id").codes["1"].attributes["for"] == ["2"]


def test_the_second_of_two_managers_is_told(admin: Browser) -> None:
    """What it says now is marked beside what was typed; who goes on has seen it."""
    path = "/fields/dataset/notes"
    page = look(admin, path, **{"help_text-th": "ของฉัน"})
    helpers.call_action(
        "gdc_field_update", {"user": factories.Sysadmin(fullname="อีกคนหนึ่ง")["name"]},
        level="dataset", name="notes", help_text={"th": "ของอีกคน"}, note=WHY)
    form, _ = go_on(admin, path, page, "save", note=WHY)
    assert "อีกคนหนึ่ง" in said(form)
    assert "ของอีกคน" in text_of(form.select_one("#field-help_text-th-now"))
    sent = entered(form_of(form))
    assert (sent["help_text-th"], sent["note"]) == (["ของฉัน"], [WHY])
    help_text = fields.dataset_fields()["notes"].help_text
    assert help_text and help_text["th"] == "ของอีกคน"
    page, _ = go_on(admin, path, form, "look")
    go_on(admin, path, page, "save")
    help_text = fields.dataset_fields()["notes"].help_text
    assert help_text and help_text["th"] == "ของฉัน"


@pytest.mark.parametrize(
    "path", ["/stars", "/mandatory", "/fields/dataset/notes", "/agreements/license_id"])
def test_nothing_typed_is_nothing_to_look_at(admin: Browser, path: str) -> None:
    """The form says that it is as it is in force."""
    assert "ยังไม่มี" in said(look(admin, path))


def test_without_the_search_nothing_is_changed(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what it would mean: the page says so and keeps what was typed."""
    def down(*_arguments: Any, **_more: Any) -> Any:
        raise SolrConnectionError("down")

    monkeypatch.setattr(effect, "_search", down)
    page = look(admin, "/stars", star_set="guideline-1.0")
    assert "ค้นหา" in said(page)
    assert entered(form_of(page))["star_set"] == ["guideline-1.0"]
    assert config.star_set() == "draft-2563"


def test_the_manual_calls_things_as_the_pages_do() -> None:
    """What docs/admin.md has in bold or in quotes stands so on a page in Thai."""
    project = Path(__file__).resolve().parents[1]
    manual = (project / "docs" / "admin.md").read_text(encoding="utf-8").split("## สารบัญ")[1]
    with (project / CATALOG).open("rb") as file:
        catalog = read_po(file)
    strings = [message.string for message in catalog]
    words = {one for s in strings for one in (s if isinstance(s, list | tuple) else (s,))}
    named = re.findall(r"\*\*(.+?)\*\*|“([^”]+)”", manual.replace("\n", " "))
    assert len(named) > 20
    assert not {bold or quoted for bold, quoted in named} - words - {WHY + "ฉบับใหม่"}

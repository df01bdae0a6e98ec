"""Code lists from files: what export writes reads back; a look ahead, line by line; a change."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import openpyxl
import pytest
import yaml
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.thai_gdc import codes, fields
from ckanext.thai_gdc import settings as site_settings
from ckanext.thai_gdc.admin import importing
from ckanext.thai_gdc.cli import thai_gdc
from ckanext.thai_gdc.harvest import code_lists

pytestmark = pytest.mark.usefixtures("app", "clean_db", "as_shipped")

WHY = {"note": "ตามหนังสือเวียน"}
LISTS = list(fields.read("code_lists.yaml"))
HEADINGS = "code,th,en"


@pytest.fixture
def admin(with_request_context: Any) -> Callable[..., Any]:
    """Calls the import as a sysadmin, with all checks."""
    name = factories.Sysadmin()["name"]

    def call(**data: Any) -> Any:
        context = {"user": name, "ignore_auth": False}
        return helpers.call_action("gdc_code_list_import", context, **data)

    return call


Import = Callable[..., Any]


def refused(call: Import, **data: Any) -> dict[str, Any]:
    """What a refusal says, by field."""
    with pytest.raises(tk.ValidationError) as refusal:
        call(**data)
    return refusal.value.error_dict


def lines(answer: dict[str, Any]) -> dict[str, str]:
    """Code to result, of the first list."""
    return {line["code"]: line["result"] for line in answer["lists"][0]["lines"]}


def table(*rows: str) -> str:
    return "\n".join((HEADINGS, *rows))


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("ending", list(code_lists.FORMATS))
@pytest.mark.parametrize("name", LISTS)
def test_what_export_writes_reads_back_equal(admin: Import, name: str, ending: str) -> None:
    """Every list in every format: nothing would change, whatever the format does not carry."""
    content = code_lists.FORMATS[ending][1](name)
    answer = admin(list=name, content=content)
    assert answer["format"] == ending
    assert set(lines(answer)) == set(codes.get(name).codes)
    assert answer["counts"]["unchanged"] == len(codes.get(name).codes), answer
    assert answer["lists"][0]["differences"] == [] and not answer["is_refused"]


def test_a_look_ahead_says_what_becomes_of_each_line(admin: Import) -> None:
    """Added, changed with before and after, retired, unchanged; nothing is changed by it."""
    answer = admin(list="data_type", missing="retire", content=table(
        "1,ข้อมูลระเบียน,Record data", "2,ข้อมูลสถิติ,Statistics", "5,ข้อมูลเสียง,Sound",
        "9,ข้อมูลประเภทอื่นๆ,Other"))
    assert lines(answer) == {"1": "unchanged", "2": "changed", "5": "added", "9": "unchanged",
                             "3": "retired", "4": "retired"}
    second = answer["lists"][0]["lines"][1]
    assert (second["line"], second["differences"]) == (
        3, [{"attribute": "en", "before": "Statistical data", "after": "Statistics"}])
    assert answer["change"] is None
    assert "5" not in codes.get("data_type") and site_settings.current().values == {}


def test_an_import_is_one_change_that_can_be_taken_back(admin: Import) -> None:
    """Labels, new codes and retired ones are in force at once, and gone after one undo."""
    content = table("2,ข้อมูลสถิติ,Statistics", "5,ข้อมูลเสียง,Sound")
    done = admin(list="data_type", content=content, missing="retire", dry_run=False, **WHY)
    data_type = codes.get("data_type")
    assert data_type.label("2", "en") == "Statistics" and data_type.resolve("Sound") == "5"
    assert [c.code for c in data_type.choices()] == ["2", "5"]
    helpers.call_action("gdc_change_undo", id=done["change"], **WHY)
    assert site_settings.current().values == {}
    assert list(codes.get("data_type").codes) == ["1", "2", "3", "4", "9"]


def test_codes_that_the_file_does_not_name_stay_by_default(admin: Import) -> None:
    """A new code comes before the one for all others; a file with all codes says the order."""
    admin(list="data_type", content=table("5,ข้อมูลเสียง,Sound"), dry_run=False, **WHY)
    assert list(codes.get("data_type").codes) == ["1", "2", "3", "4", "5", "9"]
    answer = admin(list="data_type", dry_run=False, content="code\n9\n5\n4\n3\n2\n1\n", **WHY)
    assert answer["lists"][0]["differences"][0]["attribute"] == "order"
    assert list(codes.get("data_type").codes) == ["9", "5", "4", "3", "2", "1"]
    assert answer["counts"]["unchanged"] == 6


def test_a_code_comes_back(admin: Import) -> None:
    """A retired one that the file says can be chosen."""
    answer = admin(list="data_category", content="code,active\n5,true\n")
    assert lines(answer) == {"5": "reactivated"}


def test_all_that_is_wrong_is_said_at_its_line_and_nothing_is_saved(admin: Import) -> None:
    """A code in a wrong form, no label, a label twice, a code twice, no code; and no reason."""
    content = table("55,ก,A", "6,,B", "7,ข้อมูลสถิติ,C", "8,ข,D", "8,ค,E", ",ง,F")
    answer = admin(list="data_type", content=content)
    results = [line["result"] for line in answer["lists"][0]["lines"]]
    assert results == ["refused", "refused", "refused", "added", "refused", "refused"]
    assert answer["is_refused"] and answer["counts"]["refused"] == 5
    errors = refused(admin, list="data_type", content=content, dry_run=False)
    assert set(errors) == {"note", "code_list"}
    assert [str(m).split(":")[0] for m in errors["code_list"]] == [
        "บรรทัดที่ 2", "บรรทัดที่ 3", "บรรทัดที่ 4", "บรรทัดที่ 6", "บรรทัดที่ 7"]
    assert site_settings.current().values == {}


def test_what_a_rule_needs_is_not_retired_by_leaving_it_out(admin: Import) -> None:
    """The public category must stay: also said of the licences that would agree with nothing."""
    content = "code\n2\n3\n4\n"
    answer = admin(list="data_category", content=content, missing="retire")
    said = " ".join(answer["lists"][0]["reasons"])
    assert answer["is_refused"] and "จะไม่เหลือหมวดหมู่ที่ทุกคนดู" in said and "สัญญาอนุญาต" in said
    assert "code_list" in refused(admin, list="data_category", content=content, missing="retire",
                                  dry_run=False, **WHY)


def test_the_second_of_two_admins_is_told(admin: Import) -> None:
    """A change between the look ahead and the confirmation."""
    seen = admin(list="data_type", content=table("5,ก,A"))["revision"]
    admin(list="data_type", content=table("6,ข,B"), dry_run=False, **WHY)
    errors = refused(admin, list="data_type", content=table("5,ก,A"), dry_run=False,
                     revision=seen, **WHY)
    assert errors["revision"][0].code == "changed_meanwhile"
    assert "5" not in codes.get("data_type")


# --- What people make of files -----------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("headings", [
    ("code", "th", "en", "other"),
    ("รหัส", "ป้ายชื่อภาษาไทย", "ป้ายชื่อภาษาอังกฤษ", "ให้กรอกข้อความเพิ่ม"),
    ("Code", "Label in Thai", "LABEL IN ENGLISH", "Asks for free text"),
])
def test_tables_as_spreadsheets_write_them(
    admin: Import, encoding: str, delimiter: str, headings: tuple[str, ...]
) -> None:
    """Encodings of Thai offices, delimiters, headings in both languages, yes and no in words."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([
        headings, ("5", "ข้อมูลเสียง", "Sound", "ไม่ใช่"), ("๒", "ข้อมูลสถิติ", "Statistics", "no")])
    answer = admin(list="data_type", content=out.getvalue().encode(encoding), format="csv")
    assert lines(answer) == {"5": "added", "2": "changed"}
    assert answer["lists"][0]["lines"][0]["label"]["th"] == "ข้อมูลเสียง"


def test_a_spreadsheet_that_made_numbers_of_codes(admin: Import) -> None:
    """1 is 01 where the list's codes have two digits; a label of digits stays a label."""
    content = workbook([["code", "th", "en", "legacy"], [1, "ยุทธศาสตร์ชาติ", "Strategy", None],
                        [2.0, "แผนพัฒนาเศรษฐกิจและสังคมแห่งชาติ", 2563, "a; b"]])
    answer = admin(list="objective", content=base64.b64encode(content).decode())
    assert lines(answer) == {"01": "changed", "02": "changed"}
    assert answer["lists"][0]["lines"][1]["differences"] == [
        {"attribute": "en", "before": "National Economic and Social Development Plan",
         "after": "2563"},
        {"attribute": "legacy", "before": None, "after": ["a", "b"]}]


def test_a_blank_cell_takes_away_and_a_missing_column_leaves(admin: Import) -> None:
    """Older values go where their column is there and blank, and stay where it is not."""
    assert codes.get("license_id").codes["3"].legacy
    kept = admin(list="license_id", content="code,en\n3,CC BY-NC\n")
    assert [d["attribute"] for d in kept["lists"][0]["lines"][0]["differences"]] == ["en"]
    gone = admin(list="license_id", content="code,legacy\n3,\n")
    assert [d["attribute"] for d in gone["lists"][0]["lines"][0]["differences"]] == ["legacy"]


def test_yaml_takes_texts_as_they_stand(admin: Import) -> None:
    """A code is no octal number, “No” no truth; the line of the file is told."""
    answer = admin(content=(
        "objective:\n  codes:\n  - {code: 01, th: ยุทธศาสตร์ชาติ, en: No}\n"
        "  - {code: 077, th: ก, en: A}\n  - {code: 13, th: ข, en: B, colour: red}\n"
        "  - just words\n"))
    assert lines(answer)["01"] == "changed"
    first, second, third, fourth = answer["lists"][0]["lines"]
    assert first["label"]["en"] == "No"
    assert [one["line"] for one in (first, second, third, fourth)] == [3, 4, 5, 6]
    assert second["code"] == "077" and len(second["reasons"]) == 1
    assert "colour" in third["reasons"][0] and len(third["reasons"]) == 1
    assert fourth["result"] == "refused"


def test_a_configuration_is_applied_to_a_new_machine(admin: Import) -> None:
    """Own lists with their names, retired and added codes and orders: export, import, the same."""
    helpers.call_action("gdc_code_list_create", list="ministries", th="กระทรวง", en="Ministries",
                        pattern=r"\d\d", codes=[{"code": "01", "th": "ก", "en": "A"},
                                                {"code": "02", "th": "ข", "en": "B"}], **WHY)
    admin(list="data_type", content=table("5,ข้อมูลเสียง,Sound"), dry_run=False, **WHY)
    helpers.call_action("gdc_code_retire", list="data_support", code="3", **WHY)
    wanted = code_lists.as_yaml(code_lists.names())
    for change in helpers.call_action("gdc_change_list")["results"]:
        helpers.call_action("gdc_change_undo", id=change["id"], **WHY)
    assert site_settings.current().values == {}
    look = admin(content=wanted)
    assert [one["name"] for one in look["lists"] if one["is_new"]] == ["ministries"]
    done = admin(content=wanted, dry_run=False, revision=look["revision"], **WHY)
    assert code_lists.as_yaml(code_lists.names()) == wanted
    assert code_lists.summary("ministries")["label"] == {"th": "กระทรวง", "en": "Ministries"}
    again = admin(content=wanted, dry_run=False, **WHY)
    assert again["change"] is None and again["counts"]["unchanged"] == sum(
        len(codes.get(name).codes) for name in code_lists.names())
    helpers.call_action("gdc_change_undo", id=done["change"], **WHY)
    assert "ministries" not in code_lists.names()


def test_an_own_list_can_be_renamed_by_a_file_and_a_shipped_one_keeps_its_form(
    admin: Import,
) -> None:
    """Name and pattern of what the site made; not of what the standard says."""
    own = {"own": {"label": {"th": "ก", "en": "A"}, "pattern": "[a-z]",
                   "codes": [{"code": "a", "th": "ก", "en": "A"}]}}
    admin(content=yaml.safe_dump(own), dry_run=False, **WHY)
    own["own"]["label"]["en"] = "B"
    answer = admin(content=yaml.safe_dump(own), dry_run=False, **WHY)
    assert answer["lists"][0]["differences"] == [{
        "attribute": "label", "before": {"th": "ก", "en": "A"}, "after": {"th": "ก", "en": "B"}}]
    assert code_lists.summary("own")["label"]["en"] == "B"
    shipped = {"data_type": {"pattern": ".*", "codes": [{"code": "5", "th": "ข", "en": "C"}]}}
    assert admin(content=yaml.safe_dump(shipped))["lists"][0]["reasons"]


@pytest.mark.parametrize("wrong", [
    {"pattern": "("}, {"label": None}, {"label": "Own"}, {"label": {"th": "ก"}},
    {"codes": []}, {"codes": "a"},
])
def test_a_new_list_that_cannot_be_used_is_refused(
    admin: Import, wrong: dict[str, Any]
) -> None:
    """Its form of codes, its name in both languages, its codes."""
    own = {"own": {"label": {"th": "ก", "en": "A"}, "codes": [{"code": "a", "th": "ก", "en": "A"}]}}
    assert not admin(content=yaml.safe_dump(own))["is_refused"]
    own["own"] |= wrong
    answer = admin(content=yaml.safe_dump(own))
    assert answer["is_refused"] and answer["lists"][0]["reasons"]
    own = {"Own List": {"label": {"th": "ก", "en": "A"}, "codes": []}}
    assert admin(content=yaml.safe_dump(own), format="yaml")["is_refused"]


TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <http://example.org/> .
x:list a skos:ConceptScheme .
x:a a skos:Concept ; skos:inScheme x:list ; skos:notation "5" ;
    skos:prefLabel "ข้อมูลเสียง"@th-TH, "Sound"@en .
x:b a skos:Concept ; skos:inScheme x:list ; skos:notation "6" ;
    skos:prefLabel "ก"@th, "One"@en, "Two"@en .
"""


def test_somebody_elses_concepts(admin: Import) -> None:
    """The one scheme of a file gives its codes by notation; two labels of a language are none."""
    answer = admin(list="data_type", content=TURTLE)
    assert answer["format"] == "ttl"
    assert lines(answer) == {"5": "added", "6": "refused"}
    errors = refused(admin, list="objective", content=code_lists.FORMATS["ttl"][1]("data_type"))
    assert set(errors) == {"content"}


def test_linked_data_keeps_what_it_does_not_carry(admin: Import) -> None:
    """A label and the deprecation come from the file; who may see a record stays."""
    content = code_lists.FORMATS["ttl"][1]("data_category").decode()
    content = content.replace("Security data", "Security").replace("owl:deprecated true", "")
    answer = admin(list="data_category", content=content.replace(" ;\n     ;", " ;"))
    changed = [line for line in answer["lists"][0]["lines"] if line["differences"]]
    assert {line["code"]: line["result"] for line in changed} == {
        "3": "changed", "5": "reactivated"}
    assert {d["attribute"] for line in changed for d in line["differences"]} == {"en", "active"}


# --- What is no list ------------------------------------------------------------------------


def bomb() -> bytes:
    """A workbook whose first sheet unfolds to more than is read."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["code"]]))) as book, zipfile.ZipFile(
        out, "w", zipfile.ZIP_DEFLATED
    ) as archive:
        for part in book.namelist():
            archive.writestr(part, book.read(part))
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 30_000_000)
    return out.getvalue()


def entities() -> bytes:
    """A workbook that declares an entity."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["code"], ["5"]]))) as book, zipfile.ZipFile(
        out, "w"
    ) as archive:
        for part in book.namelist():
            content = book.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content
            archive.writestr(part, content)
    return out.getvalue()


@pytest.mark.parametrize(("file_format", "content"), [
    (None, ""), (None, b"   "), (None, "words"), ("csv", b"\xdb\xdc,\xff"), ("csv", "th,en\nก,A"),
    ("csv", "code,colour\n1,red"), ("csv", "code,code\n1,2"), ("csv", "code\n"),
    ("yaml", "a: ["), ("yaml", "- 1"), ("yaml", "a: &x [1]\nb: *x"), ("yaml", "a: 1\na: 2"),
    ("yaml", "data_type: {codes: " + "[" * 5000 + "}"), ("yaml", "--- 1\n--- 2"),
    ("yaml", "objective: {codes: [{code: '01'}]}"),
    ("xlsx", b"PK\x03\x04"), ("xlsx", "no base64"), ("xlsx", bomb()), ("xlsx", entities()),
    ("ttl", "@prefix : <"), ("ttl", "<a> <b> " + "(" * 5000), ("jsonld", "{"), ("jsonld", "["*9999),
    ("jsonld", '{"@context": {"@vocab": 1}}'), ("csv", "x" * (importing.MOST_BYTES + 1)),
    ("csv", "code\n" + "1\n" * 3000), ("toml", "a"), (None, 5), (None, ["a"]),
])
def test_what_is_no_list_is_refused_in_words(
    admin: Import, file_format: Any, content: Any
) -> None:
    """Files that are broken, too large, unfold, or hold another list."""
    errors = refused(admin, list="data_type", content=content, format=file_format)
    assert set(errors) <= {"content", "format"}
    assert all(str(m) for found in errors.values() for m in found)


@pytest.mark.parametrize("context", [
    '"{url}"', '["{url}"]', '[{{"a": "b"}}, "{url}"]', '{{"@import": "{url}"}}',
    '{{"a": {{"@id": "http://a/", "@context": "{url}"}}}}', '{{"c": "@context"}}', '[["{url}"]]',
])
def test_nothing_is_fetched(
    admin: Import, context: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A context of JSON-LD at another address is refused, wherever in the file it stands."""
    def connect(*_arguments: Any, **_named: Any) -> Any:
        raise AssertionError("something was fetched")

    monkeypatch.setattr("rdflib.parser.URLInputSource.__init__", connect)
    monkeypatch.setattr("urllib.request.urlopen", connect)
    context = context.format(url="http://127.0.0.1:9/context")
    content = f'{{"@id": "http://a/", "x": {{"@context": {context}}}, "@context": {context}}}'
    errors = refused(admin, list="data_type", content=content, format="jsonld")
    assert "@context" in errors["content"][0]


def test_who_may_not_manage_imports_nothing(app: Any) -> None:
    """Neither a visitor nor a user, not even for a look."""
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action("gdc_code_list_import",
                            {"user": factories.User()["name"], "ignore_auth": False},
                            list="data_type", content="code\n1\n")
    answer = app.post("/api/action/gdc_code_list_import", json={}, status=403)
    assert answer.json["success"] is False


def test_over_the_api_with_an_upload(app: Any) -> None:
    """A file and the words “true” and “false” of a form."""
    token = factories.SysadminWithToken()["token"]
    sent = {"list": "data_type", "dry_run": "false", **WHY,
            "upload": (io.BytesIO(table("5,ก,A").encode()), "list.csv")}
    answer = app.post("/api/action/gdc_code_list_import", data=sent,
                      headers={"Authorization": token}, content_type="multipart/form-data")
    assert answer.json["success"], answer.json
    assert answer.json["result"]["change"] and "5" in codes.get("data_type")
    wrong = app.post("/api/action/gdc_code_list_import", headers={"Authorization": token},
                     json={"list": "data_type", "content": "code\n1", "missing": "drop",
                           "dry_run": "perhaps", "format": "exe"}, status=409)
    assert {"missing", "dry_run", "format"} <= set(wrong.json["error"])
    app.post("/api/action/gdc_code_list_import", headers={"Authorization": token},
             json={"list": "nothing", "content": "code\n1"}, status=404)


TEXT = st.text(st.characters(), max_size=12)
CELL = TEXT | st.sampled_from(["01", "1", "9", "true", "", '["a"]', '{"th": "ก", "en": "A"}'])


def judged(app: Any, content: bytes, file_format: str | None, name: str | None) -> None:
    """Whatever the file holds, there are lines or a refusal in words that can be sent."""
    with app.flask_app.test_request_context("/"):
        try:
            answer = tk.get_action("gdc_code_list_import")(
                {"ignore_auth": True}, {"list": name, "content": content, "format": file_format})
        except tk.ValidationError as refusal:
            answer = refusal.error_dict
        assert "lists" in answer or set(answer) <= {"content", "format"}
        json.dumps(answer, ensure_ascii=False).encode()


@given(st.binary(max_size=80) | TEXT.map(lambda one: one.encode("utf-8", "replace")),
       st.sampled_from([None, *code_lists.FORMATS]), st.sampled_from([None, "data_type"]))
@settings(max_examples=250, deadline=None, database=None)
def test_any_bytes(app: Any, content: bytes, file_format: str | None, name: str | None) -> None:
    """No bytes make a reader fail."""
    judged(app, content, file_format, name)


@given(st.lists(st.lists(CELL, max_size=7), max_size=5),
       st.lists(st.sampled_from(["code", "th", "en", *importing.code_attributes(), "", "?"]),
                max_size=7), st.sampled_from(["data_type", "license_id", "update_frequency_unit"]))
@settings(max_examples=120, deadline=None, database=None)
def test_any_table(app: Any, rows: list[list[str]], headings: list[str], name: str) -> None:
    """Whatever stands in the cells of a table with headings that are known or not."""
    out = io.StringIO()
    csv.writer(out).writerows([["code", *headings], *rows])
    judged(app, out.getvalue().encode("utf-8", "replace"), "csv", name)


ENTRY = st.dictionaries(
    st.sampled_from(["code", *importing.code_attributes(), "?"]),
    st.recursive(CELL | st.booleans() | st.integers(), lambda inner: st.lists(
        inner, max_size=3) | st.dictionaries(st.sampled_from(["th", "en", "x"]), inner)))


DEFINITION = st.fixed_dictionaries(
    {"codes": st.lists(ENTRY, max_size=3) | CELL},
    optional={"label": CELL | st.dictionaries(st.sampled_from(["th", "en"]), CELL),
              "pattern": CELL | st.sampled_from(["(", r"\d", "[a-z]+"])})


@given(st.dictionaries(
    st.sampled_from(["data_type", "license_id", "own", "Bad", "x" * 99]), DEFINITION, max_size=3))
@settings(max_examples=120, deadline=None, database=None)
def test_any_yaml(app: Any, document: dict[str, Any]) -> None:
    """Whatever stands where lists, codes and attributes should."""
    judged(app, yaml.safe_dump(document, allow_unicode=False).encode(), "yaml", None)


@given(st.lists(st.tuples(st.sampled_from(["skos:notation", "skos:prefLabel", "skos:hiddenLabel",
                                           "skos:definition", "skos:inScheme", "skos:memberList",
                                           "skos:closeMatch", "rdf:first", "rdf:rest", "a"]),
                          st.sampled_from(["x:a", "x:b", "_:l", "rdf:nil", "skos:Concept", '"01"',
                                           '"ก"@th', '"A"@en', '"\\uD800"', "true", "1", "()"]),
                          st.sampled_from(["x:a", "x:b", "_:l"])), max_size=14))
@settings(max_examples=120, deadline=None, database=None)
def test_any_triples(app: Any, triples: list[tuple[str, str, str]]) -> None:
    """Concepts without codes, lists that come back to themselves, texts where concepts belong."""
    head = ("@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix x: <http://x/> .\n"
            "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n")
    content = head + "".join(f"{s} {p} {o} .\n" for p, o, s in triples)
    judged(app, content.encode(), "ttl", "data_type")


@given(st.recursive(
    TEXT | st.booleans() | st.none() | st.sampled_from(["01", "http://x/a", "\ud800", "ก"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["@id", "@type", "@graph", "@value", "@language", "@list", "@context",
                         "@vocab", "@import", "skos:notation", "http://x/\ud800", *(
                             f"http://www.w3.org/2004/02/skos/core#{name}" for name in (
                                 "inScheme", "notation", "prefLabel", "memberList"))]),
        inner, max_size=5)), st.sampled_from([None, "data_type"]))
@settings(max_examples=150, deadline=None, database=None)
def test_any_json(app: Any, document: Any, name: str | None) -> None:
    """Keywords of JSON-LD where they do not belong, halves of characters, contexts of any kind."""
    judged(app, json.dumps(document).encode(), "jsonld", name)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=40), st.booleans())
@settings(max_examples=100, deadline=None, database=None)
def test_any_workbook(app: Any, place: int, damage: bytes, is_inside: bool) -> None:
    """Bytes of a workbook, or of the sheet in it, that were written over."""
    whole = workbook([["code", "th", "en"], ["5", "ก", "A"]])
    if is_inside:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as book, zipfile.ZipFile(out, "w") as archive:
            for part in book.namelist():
                content = book.read(part)
                if "sheet" in part or "workbook" in part:
                    at = place % len(content)
                    content = content[:at] + damage + content[at + len(damage):]
                archive.writestr(part, content)
        whole = out.getvalue()
    else:
        at = place % len(whole)
        whole = whole[:at] + damage + whole[at + len(damage):]
    judged(app, whole, "xlsx", "data_type")


# --- The command line ------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    return CliRunner().invoke(thai_gdc, ["codes", *arguments])


@pytest.mark.usefixtures("with_request_context")
def test_the_command_line_looks_ahead_and_applies(tmp_path: Path) -> None:
    """A dry run changes nothing; --apply asks for the reason; the second time nothing is left."""
    file = tmp_path / "data_type.csv"
    file.write_text(table("2,ข้อมูลสถิติ,Statistics", "5,ข้อมูลเสียง,Sound"), encoding="utf-8")
    look = run("import", str(file), "--list", "data_type")
    assert look.exit_code == 0, look.output
    assert "Statistical data -> Statistics" in look.output
    assert "5" not in codes.get("data_type")
    without = run("import", str(file), "--list", "data_type", "--apply")
    assert without.exit_code == 1 and "Reason for the change" in without.output
    done = run("import", str(file), "--list", "data_type", "--apply", "--note", "ทดสอบ")
    assert done.exit_code == 0, done.output
    assert codes.get("data_type").label("2", "en") == "Statistics"
    again = run("import", str(file), "--list", "data_type", "--apply", "--note", "ทดสอบ")
    assert again.exit_code == 0 and helpers.call_action("gdc_change_list")["count"] == 1


@pytest.mark.usefixtures("with_request_context")
def test_the_command_line_ends_with_1_when_something_is_refused(tmp_path: Path) -> None:
    """The line and the reason are printed; also for a file that is none."""
    file = tmp_path / "x.csv"
    file.write_text(table("55,ก,A"), encoding="utf-8")
    wrong = run("import", str(file), "--list", "data_type", "--apply", "--note", "x")
    assert wrong.exit_code == 1 and "“55”" in wrong.output
    assert run("import", str(file)).exit_code == 1
    assert "no such list" in run("import", str(file), "--list", "nothing").output
    file.write_bytes(b"\x00")
    assert run("import", str(file), "--list", "data_type").exit_code == 1


@pytest.mark.usefixtures("with_request_context")
def test_the_configuration_goes_round_on_the_command_line(tmp_path: Path) -> None:
    """All lists of one site as YAML make another site the same."""
    file = tmp_path / "lists.yaml"
    helpers.call_action("gdc_code_list_create", list="own", th="ก", en="A",
                        codes=[{"code": "a", "th": "ก", "en": "A"}], **WHY)
    assert run("export", "--output", str(file)).exit_code == 0
    made = helpers.call_action("gdc_change_list")["results"][0]["id"]
    helpers.call_action("gdc_change_undo", id=made, **WHY)
    done = run("import", str(file), "--apply", "--note", "เครื่องใหม่")
    assert done.exit_code == 0, done.output
    assert codes.get("own").label("a", "en") == "A"


# --- The page --------------------------------------------------------------------------------


@pytest.fixture
def manager(app: Any) -> dict[str, str]:
    """What a browser of a sysadmin sends."""
    return {"Authorization": factories.SysadminWithToken()["token"]}


PAGE = "/catalog-admin/lists/data_type/import"


def post(app: Any, headers: dict[str, str], **form: Any) -> Any:
    return app.post(PAGE, data=form, headers=headers, content_type="multipart/form-data",
                    follow_redirects=False, status=None)


def fields_of(page: Any) -> dict[str, str]:
    """What the form that confirms carries unseen."""
    form = BeautifulSoup(page.body, "html.parser").select_one("main form:has([name=carried])")
    assert form, page.body
    return {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}


def upload(*rows: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(table(*rows).encode()), "list.csv"


def test_the_page_shows_what_a_file_changes_and_then_changes_it(
    app: Any, manager: dict[str, str]
) -> None:
    """Upload, look, a reason that is missing, the reason, done; the file is not sent again."""
    assert "data_type" in app.get(PAGE, headers=manager).body
    page = post(app, manager, upload=upload("2,ข้อมูลสถิติ,Statistics", "5,ข้อมูลเสียง,Sound"),
                missing="retire")
    assert page.status_code == 200
    rows = [row.get_text(" ", strip=True) for row in
            BeautifulSoup(page.body, "html.parser").select(".gdc-import-lines tbody tr")]
    assert len(rows) == 6
    assert "จะแก้ไข" in rows[0] and "Statistical data" in rows[0] and "Statistics" in rows[0]
    assert "จะเพิ่ม" in rows[1] and "จะเลิกใช้" in rows[2] and "ไม่มีในไฟล์" in rows[2]
    assert site_settings.current().values == {}
    without = post(app, manager, **fields_of(page), do="save", note="")
    assert "เหตุผลที่เปลี่ยน" in BeautifulSoup(without.body, "html.parser").select_one(
        ".gdc-errors").get_text()  # pyright: ignore[reportOptionalMemberAccess]
    done = post(app, manager, **fields_of(without), do="save", **WHY)
    assert done.status_code == 302 and done.location.endswith("/catalog-admin/lists/data_type")
    assert [c.code for c in codes.get("data_type").choices()] == ["2", "5"]


def test_what_was_pasted_can_be_mended(app: Any, manager: dict[str, str]) -> None:
    """A refused line is shown with its reason, without a way to confirm; the text comes back."""
    typed = table("55,ก,A", "6,ข,B")
    page = post(app, manager, paste=typed)
    shown = BeautifulSoup(page.body, "html.parser")
    assert "“55”" in shown.select_one(".gdc-import-lines").get_text()  # pyright: ignore
    assert not shown.select("[name=note]")
    back = post(app, manager, **fields_of(page), do="back")
    area = BeautifulSoup(back.body, "html.parser").select_one("[name=paste]")
    assert area and area.get_text().strip() == typed
    assert 'name="carried"' not in back.body
    forced = post(app, manager, **fields_of(page), do="save", **WHY)
    assert forced.status_code == 200 and site_settings.current().values == {}


def test_a_workbook_is_kept_on_the_way_back(app: Any, manager: dict[str, str]) -> None:
    """Somebody only wants the codes that it does not name retired; the reason is kept, too."""
    content = workbook([["code", "th", "en"], [2, "ข้อมูลสถิติ", "Statistics"]])
    page = post(app, manager, upload=(io.BytesIO(content), "list.xlsx"))
    back = post(app, manager, **fields_of(page), do="back", note="เหตุผลเดิม")
    kept = {**fields_of(back), "format": "xlsx", "missing": "retire"}
    again = post(app, manager, **kept)
    assert again.body.count("gdc-import-retired") == 5 and "เหตุผลเดิม" in again.body
    post(app, manager, **fields_of(again), do="save", note="เหตุผลเดิม")
    assert [c.code for c in codes.get("data_type").choices()] == ["2"]


def test_a_file_that_is_none_is_said_at_its_field(app: Any, manager: dict[str, str]) -> None:
    """Nothing chosen, a carried text that was tampered with, a broken workbook."""
    for form in ({}, {"carried": "????", "do": "save"}, {"carried": "AAAA"},
                 {"upload": (io.BytesIO(b"PK\x03\x04"), "a.xlsx")}):
        page = BeautifulSoup(post(app, manager, **form).body, "html.parser")
        assert page.select_one(".gdc-errors a[href='#field-content']")
        assert page.select_one("#field-content[aria-invalid]")


def test_the_page_tells_the_second_admin(app: Any, manager: dict[str, str]) -> None:
    """What changed between the two steps is said, and the look is the one of now."""
    first = post(app, manager, upload=upload("5,ก,A"))
    second = post(app, manager, upload=upload("6,ข,B"))
    post(app, manager, **fields_of(second), do="save", **WHY)
    told = post(app, manager, **fields_of(first), do="save", **WHY)
    assert told.status_code == 200 and "5" not in codes.get("data_type")
    assert BeautifulSoup(told.body, "html.parser").select_one(".gdc-errors")
    post(app, manager, **fields_of(told), do="save", **WHY)
    assert {"5", "6"} <= set(codes.get("data_type").codes)


def test_the_page_is_for_managers_only(app: Any, manager: dict[str, str]) -> None:
    """A visitor logs in, a user is refused; a list that is not there is not found."""
    assert app.get(PAGE, follow_redirects=False, status=None).status_code == 302
    user = {"Authorization": factories.UserWithToken()["token"]}
    assert post(app, user, upload=upload("5,ก,A")).status_code == 403
    missing = app.get("/catalog-admin/lists/nothing/import", headers=manager, status=None)
    assert missing.status_code == 404

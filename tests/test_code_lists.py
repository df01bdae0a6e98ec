"""The code lists as data: over the API, as files, on the command line."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
import yaml
from ckan.tests import helpers
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, SKOS

from ckanext.thai_gdc import codes, fields
from ckanext.thai_gdc.cli import thai_gdc
from ckanext.thai_gdc.codes import check
from ckanext.thai_gdc.harvest import code_lists, vocabulary

pytestmark = pytest.mark.usefixtures("app")

LISTS = list(fields.read("code_lists.yaml"))


def fetch(app: Any, name: str, ending: str, **headers: str) -> Any:
    return app.get(f"/guide/lists/{name}.{ending}", headers=headers, status=None)


def test_anybody_reads_the_lists_over_the_api(app: Any) -> None:
    """Every list with its label and its fields; one of them with all that its codes say."""
    answer = app.get("/api/action/gdc_code_list_list").json["result"]
    assert [one["name"] for one in answer] == LISTS
    shown = app.get("/api/action/gdc_code_list_show?id=data_category").json["result"]
    assert shown["label"]["th"] == fields.dataset_fields()["data_category"].label["th"]
    assert shown["item"] == "13"
    assert shown["fields"] == [{"level": "dataset", "name": "data_category"}]
    assert shown["count"] == len(shown["codes"]) == 5
    internal = shown["codes"][4]
    assert (internal["code"], internal["th"], internal["active"]) == ("5", "ข้อมูลใช้ภายใน", False)
    assert internal["attributes"]["access"] == "restricted"
    assert internal["uri"].endswith("/data_category/5")


@pytest.mark.parametrize("named", ["nothing", "", None, ["data_type"], {"a": 1}])
def test_a_list_that_is_not_there_is_not_found(app: Any, named: Any) -> None:
    """Whatever is asked for."""
    answer = app.post("/api/action/gdc_code_list_show", json={"id": named}, status=404)
    assert answer.json["error"]["message"] == "ไม่พบ: ไม่มีรายการรหัสชื่อนี้"


@pytest.mark.parametrize("name", LISTS)
def test_tables_hold_the_list(app: Any, name: str) -> None:
    """CSV and XLSX have a row for each code, with the code as text."""
    rows = list(csv.DictReader(io.StringIO(fetch(app, name, "csv").data.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(fetch(app, name, "xlsx").data)).worksheets[0]
    table = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert table == [list(rows[0]), *(list(row.values()) for row in rows)]
    for row, code in zip(rows, codes.get(name).codes.values(), strict=True):
        assert row["code"] == code.code
        assert {"th": row["th"], "en": row["en"]} == code.label
        assert json.loads(row["legacy"] or "[]") == list(code.legacy)
        assert json.loads(row["other"]) == code.is_other
        assert json.loads(row["active"]) == code.active
        for key, value in code.attributes.items():
            assert row[key] == value or json.loads(row[key]) == value


@pytest.mark.parametrize("name", LISTS)
def test_yaml_is_what_ships(app: Any, name: str) -> None:
    """The file reads as the definition does: it can stand in version control."""
    read = yaml.safe_load(fetch(app, name, "yaml").data)
    assert read == {name: fields.read("code_lists.yaml")[name]}


@pytest.mark.parametrize("name", LISTS)
def test_linked_data_is_a_concept_scheme_in_order(app: Any, name: str) -> None:
    """Turtle and JSON-LD say the same: labels, notations, order, and what is no longer in use."""
    turtle = Graph().parse(data=fetch(app, name, "ttl").data, format="turtle")
    linked = Graph().parse(data=fetch(app, name, "jsonld").data, format="json-ld")
    assert turtle.isomorphic(linked)
    members = turtle.value(predicate=SKOS.memberList)
    head = turtle.value(members, SKOS.memberList) or next(turtle.objects(None, SKOS.memberList))
    ordered = list(Collection(turtle, head))
    assert ordered == [vocabulary.concept(name, code) for code in codes.get(name).codes]
    for code in codes.get(name).codes.values():
        concept = vocabulary.concept(name, code.code)
        assert turtle.value(concept, SKOS.notation) == Literal(code.code)
        labels = {label.language: str(label) for label in turtle.objects(concept, SKOS.prefLabel)}
        assert labels == code.label
        assert ((concept, OWL.deprecated, Literal(True)) in turtle) == (not code.active)
        if address := code.attributes.get("dcat"):
            assert (concept, SKOS.closeMatch, URIRef(address)) in turtle


@pytest.mark.parametrize("ending", list(code_lists.FORMATS))
def test_who_has_the_list_is_told_so(app: Any, ending: str) -> None:
    """The same content has the same ETag, and nothing is sent again."""
    first = fetch(app, "objective", ending)
    assert first.status_code == 200
    assert "public" in first.headers["Cache-Control"]
    etag = first.headers["ETag"]
    assert fetch(app, "objective", ending).headers["ETag"] == etag
    again = fetch(app, "objective", ending, **{"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert fetch(app, "data_type", ending).headers["ETag"] != etag


@pytest.mark.parametrize("path", ["nothing.csv", "data_type.exe", "data_type", "../data_type.csv"])
def test_no_other_file_is_served(app: Any, path: str) -> None:
    """Only lists, only in these formats."""
    assert app.get(f"/guide/lists/{path}", status=None).status_code == 404


def test_lists_on_the_command_line(tmp_path: Any) -> None:
    """All of them as YAML; one as a file; a wrong name is told what there is."""
    runner = CliRunner()
    listed = runner.invoke(thai_gdc, ["codes", "list"])
    assert [line.split("\t")[0] for line in listed.output.splitlines()] == LISTS
    exported = runner.invoke(thai_gdc, ["codes", "export"])
    assert yaml.safe_load(exported.stdout_bytes) == fields.read("code_lists.yaml")
    file = tmp_path / "objective.csv"
    done = runner.invoke(
        thai_gdc, ["codes", "export", "objective", "--format", "csv", "--output", str(file)]
    )
    assert done.exit_code == 0
    assert file.read_bytes() == code_lists.FORMATS["csv"][1]("objective")
    wrong = runner.invoke(thai_gdc, ["codes", "export", "objectives"])
    assert wrong.exit_code == 2
    assert "no such list: objectives" in wrong.output
    several = runner.invoke(thai_gdc, ["codes", "export", "--format", "csv"])
    assert "csv takes one list" in several.output


SOUND = [
    {"code": "01", "th": "หนึ่ง", "en": "One"},
    {"code": "99", "th": "อื่นๆ", "en": "Other", "other": True},
]
LICENCE = {"code": "1", "th": "ก", "en": "A", "for": ["1"]}


@pytest.mark.usefixtures("with_request_context")
@pytest.mark.parametrize(
    ("name", "listed", "said"),
    [
        ("own", SOUND, []),
        ("own", [], ["รายการนี้ไม่มีรหัส"]),
        ("own", "01", ["รายการนี้ไม่มีรหัส"]),
        ("own", [*SOUND, "02"], ["รายการที่ 3 ไม่ใช่รหัสพร้อมชื่อ"]),
        ("own", [*SOUND, {"code": 2, "th": "สอง", "en": "Two"}],
         ["รายการที่ 3 ไม่มีรหัส หรือรหัสไม่ใช่ข้อความ (ให้ใส่ในเครื่องหมายคำพูด)"]),
        ("own", [*SOUND, {"code": "2", "th": "สอง", "en": " "}],
         ["“2” ไม่ได้เขียนตามแบบของรหัสในรายการนี้ (\\d\\d)", "“2” ยังไม่มี “ป้ายชื่อภาษาอังกฤษ” โปรดกรอก"]),
        ("own", [*SOUND, {"code": "๐๒", "th": "สอง", "en": "Two"}],
         ["“๐๒” ไม่ได้เขียนตามแบบของรหัสในรายการนี้ (\\d\\d)"]),
        ("own", [*SOUND, {"code": "01", "th": "สอง", "en": "Two"}],
         ["มีรหัส “01” ซ้ำในรายการ"]),
        ("own", [*SOUND, {"code": "02", "th": "ห​นึ่ง", "en": "Two", "legacy": ["ONE"]}],
         ["“ห​นึ่ง” ใช้แทนทั้ง “01” และ “02”", "“ONE” ใช้แทนทั้ง “01” และ “02”"]),
        ("own", [{**SOUND[0], "active": False}],
         ["ไม่มีรหัสใดในรายการที่เลือกได้ ต้องมีอย่างน้อยหนึ่งรหัสที่ยังใช้อยู่"]),
        ("own", [{**SOUND[0], "other": True}, SOUND[1]],
         ["รหัส “อื่นๆ” มีได้รหัสเดียว แต่ที่นี่มี 01, 99"]),
        ("license_id", [LICENCE], []),
        ("license_id", [{**LICENCE, "for": []}],
         ["“1” ของ “สัญญาอนุญาตให้ใช้ข้อมูล” จะไม่สอดคล้องกับ “หมวดหมู่ข้อมูลตามธรรมาภิบาลข้อมูลภาครัฐ” "
          "ใดที่ใช้งานอยู่ โปรดระบุใน “ใช้ร่วมกับ”"]),
    ],
)
def test_what_is_wrong_with_a_list_is_said_at_once(
    name: str, listed: Any, said: list[str]
) -> None:
    """Each fault in a sentence that names the code."""
    pattern = "[1-9]" if name == "license_id" else r"\d\d"
    assert check.problems(name, {"pattern": pattern, "codes": listed}) == said


def test_a_file_of_lists_is_checked_on_the_command_line(tmp_path: Any) -> None:
    """What ships is sound; a file with faults is refused, all of them said."""
    runner = CliRunner()
    file = tmp_path / "lists.yaml"
    runner.invoke(thai_gdc, ["codes", "export", "--output", str(file)])
    assert runner.invoke(thai_gdc, ["codes", "check", str(file)]).exit_code == 0
    file.write_text("own: {codes: []}\nmore: 1\n")
    faulty = runner.invoke(thai_gdc, ["codes", "check", str(file)])
    assert faulty.exit_code == 1
    assert [line.split(":")[0] for line in faulty.output.splitlines()] == ["own", "more"]
    for content in (b"\xff\xfe", b"a: [", b"", b"- 1"):
        file.write_bytes(content)
        refused = runner.invoke(thai_gdc, ["codes", "check", str(file)])
        assert refused.exit_code == 1
        assert refused.output.startswith("Error: ")


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["code", "th", "en", "legacy", "other", "active", "for", "codes"]),
        inner, max_size=6,
    ),
    max_leaves=25,
))
@settings(max_examples=150, deadline=None, database=None)
def test_whatever_a_file_holds_is_judged(app: Any, listed: Any) -> None:
    """Nothing that a file can hold makes the check itself fail."""
    with app.flask_app.test_request_context("/"):
        found = check.problems("license_id", {"codes": listed, "pattern": "[1-9]"})
    assert all(isinstance(one, str) for one in found)
    assert found or listed


def test_the_guide_links_to_every_file(app: Any) -> None:
    """Each list's files can be reached from the guide to the fields."""
    page = app.get("/guide/fields").body
    assert all(f"/guide/lists/{name}.ttl" in page for name in LISTS)
    assert helpers.call_action("gdc_code_list_list")

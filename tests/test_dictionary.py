"""The data dictionary: judged on every path, drafted, edited in the form, shown."""

from __future__ import annotations

import io
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import openpyxl
import pytest
from bs4 import BeautifulSoup, Tag
from ckan.lib import uploader
from ckan.tests import factories, helpers
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from ckanext.thai_gdc import codes
from ckanext.thai_gdc.example import loader
from ckanext.thai_gdc.example import tables as example_tables
from ckanext.thai_gdc.fields import column_fields, resource_fields
from ckanext.thai_gdc.record import dictionary, tables, values

FIELD = resource_fields()["data_dictionary"]
EMPTY = dict.fromkeys(column_fields(), "")
YEAR = {**EMPTY, "name": "ปี", "type": "integer", "title_th": "ปีข้อมูล", "title_en": "Year",
        "description_th": "ปี พ.ศ.\nตามปฏิทิน", "description_en": "Buddhist Era"}
AREA = {**EMPTY, "name": "area_code", "type": "text"}


@pytest.fixture
def steward() -> dict[str, Any]:
    """A user with a token, who may write in the organization."""
    return factories.UserWithToken(name="steward")


@pytest.fixture
def record(app: Any, clean_db: None, clean_index: None, steward: dict[str, Any]) -> dict[str, Any]:
    """A public record of the steward's organization, without resources."""
    organization = factories.Organization(
        name="health", title="สำนักงานสาธารณสุข", org_code="1001",
        users=[{"name": steward["name"], "capacity": "editor"}],
    )
    return act(
        "package_create", name="opd", title="ผู้ป่วยนอก", owner_org=organization["id"],
        data_type="1", maintainer_email="data@example.go.th", tag_string="ข่าว",
        objective=["11"], data_source="หน่วยงาน", data_category="1",
    )


def act(action: str, user: str = "steward", **data: Any) -> Any:
    """What the action answers to the user."""
    return helpers.call_action(action, {"user": user, "ignore_auth": False}, **data)


def add(record: dict[str, Any], columns: Any = None, **changes: Any) -> dict[str, Any]:
    """A resource with that data dictionary."""
    resource = {"name": "ไฟล์", "url": "https://example.go.th/a.csv", **changes}
    if columns is not None:
        resource["data_dictionary"] = columns
    return act("resource_create", package_id=record["id"], **resource)


def upload(record: dict[str, Any], name: str, content: bytes, **changes: Any) -> dict[str, Any]:
    """A resource with an uploaded file."""
    return add(record, url="", upload=FileStorage(io.BytesIO(content), name), **changes)


def draft(resource: dict[str, Any], user: str = "steward") -> dict[str, Any]:
    """The draft for the resource."""
    return act("gdc_data_dictionary_draft", user, id=resource["id"])


def kinds(columns: list[dict[str, str]]) -> dict[str, str]:
    """Name to type."""
    return {column["name"]: column["type"] for column in columns}


# --- What is accepted -----------------------------------------------------------------------


def test_columns_are_kept_and_given_out(record: dict[str, Any]) -> None:
    """In the order given, with every key, in resource and record."""
    resource = add(record, [YEAR, {"name": "area_code", "type": "text"}])
    assert resource["data_dictionary"] == [YEAR, AREA]
    shown = act("package_show", id=record["id"])["resources"][0]
    assert shown["data_dictionary"] == [YEAR, AREA]
    patched = act("resource_patch", id=resource["id"], description="อื่น")
    assert patched["data_dictionary"] == [YEAR, AREA]
    emptied = act("resource_patch", id=resource["id"], data_dictionary=[])
    assert "data_dictionary" not in emptied


def test_what_is_written_is_normalised(record: dict[str, Any]) -> None:
    """JSON text, labels and the type names of other tools; blank rows go."""
    written = [
        {"name": " ปี\u200b \n", "type": "int4"},
        {"name": "", "type": "", "title_th": "  "},
        {"name": "น\u0e4d\u0e49า", "type": "จำนวนทศนิยม", "title_th": "น้ำ\nฝน", "title_en": None},
        {"name": 2567, "type": "Datetime64[ns]"},
    ]
    expected = [
        {**EMPTY, "name": "ปี", "type": "integer"},
        {**EMPTY, "name": "น้ำ", "type": "decimal", "title_th": "น้ำ ฝน"},
        {**EMPTY, "name": "2567", "type": "datetime"},
    ]
    assert add(record, json.dumps(written))["data_dictionary"] == expected
    assert add(record, written)["data_dictionary"] == expected


#: A wrong value, the codes of its messages, and words of each.
WRONG: list[tuple[Any, list[str], list[str]]] = [
    ("ข้อความ", ["bad_format"], ["พจนานุกรมข้อมูล"]),
    ("[" * 100_000, ["bad_format"], ["พจนานุกรมข้อมูล"]),
    (5, ["bad_format"], ["พจนานุกรมข้อมูล"]),
    ({"name": "ปี", "type": "text"}, ["bad_format"], ["พจนานุกรมข้อมูล"]),
    ([{"name": "ปี", "type": "text"}, "ข"], ["bad_format"], ["2"]),
    (["ข", ["ค"]], ["bad_format", "bad_format"], ["1", "2"]),
    ([{"name": "ปี"}], ["missing"], ["ชนิดข้อมูล"]),
    ([{"type": "text"}], ["missing"], ["ชื่อคอลัมน์"]),
    ([{"name": "ปี", "type": "ตัวเลข"}], ["not_in_list"], ["ชนิดข้อมูล"]),
    ([{"name": "ก" * 129, "type": "text"}], ["too_long"], ["129"]),
    ([{**AREA, "title_th": "ก" * 251, "title_en": "a" * 251, "description_th": "ก" * 2001,
       "description_en": "a" * 2001}], ["too_long"] * 4, ["251", "251", "2,001", "2,001"]),
    ([AREA, YEAR, AREA], ["repeated"], ["area_code"]),
    ([{**AREA, "unit": "คน"}], ["unknown_part"], ["unit"]),
    ([{**AREA, "x\ud800": "คน"}], ["unknown_part"], ["ud800"]),
    ([{**AREA, "title_th": "\ud800"}], ["broken_character"], ["(ไทย)"]),
    ([{**AREA, "title_th": ["ก"]}], ["not_text"], ["(ไทย)"]),
    ([{"name": {"a": 1}, "type": True}], ["not_text", "not_in_list"], ["ชื่อคอลัมน์", "ชนิดข้อมูล"]),
    ([{"name": f"c{n}", "type": "text"} for n in range(2001)], ["too_many"], ["2,001"]),
    ([{"name": f"c{n}"} for n in range(200)], ["missing"] * 50 + ["more"], ["ชนิดข้อมูล"] * 50 + [""]),
]


def test_wrong_columns_are_refused_by_row_and_label(
    record: dict[str, Any], subtests: pytest.Subtests
) -> None:
    """Everything wrong is said at once, at the field, on each path that writes a resource."""
    resource = add(record, [YEAR])
    paths: dict[str, Any] = {
        "resource_create": lambda value: add(record, value),
        "resource_patch": lambda value: act(
            "resource_patch", id=resource["id"], data_dictionary=value
        ),
        "package_patch": lambda value: act(
            "package_patch", id=record["id"], resources=[{**resource, "data_dictionary": value}]
        ),
    }
    for value, found, words in WRONG:
        for path, write in paths.items():
            with subtests.test(path=path, value=str(value)[:60]):
                with pytest.raises(tk.ValidationError) as refusal:
                    write(value)
                errors: Any = refusal.value.error_dict
                if "resources" in errors:
                    errors = errors["resources"][0]
                messages: Any = errors["data_dictionary"]
                assert [m.code for m in messages] == found
                for message, word in zip(messages, words, strict=True):
                    assert word in message
    assert act("resource_show", id=resource["id"])["data_dictionary"] == [YEAR]


def test_messages_name_the_row(app: Any) -> None:
    """A blank row counts: the number is that of the row as it was given."""
    with pytest.raises(values.Refused) as refusal:
        values.normalise(FIELD, [YEAR, {}, {"name": "ข", "type": "?"}, {"name": "ค"}])
    first, second = refusal.value.messages
    assert "3" in first and "ชนิดข้อมูล" in first
    assert "4" in second and "ชนิดข้อมูล" in second


_TEXTS = st.text(max_size=20) | st.sampled_from(["ปี", "int4", "text", "จำนวนเต็ม", "\ud800", " "])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats() | _TEXTS
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=15,
)
_COLUMNS = st.lists(
    st.dictionaries(st.sampled_from([*column_fields(), "unit"]), _TEXTS | _ANYTHING, max_size=6)
    | _ANYTHING,
    max_size=5,
)


@settings(max_examples=300, deadline=None)
@given(value=_COLUMNS | _ANYTHING)
def test_any_value_is_refused_in_words_or_has_one_form(app: Any, value: Any) -> None:
    """Nothing else is raised; normalising twice changes nothing, as list and as JSON."""
    try:
        once, messages = values.normalise(FIELD, value), None
    except values.Refused as refusal:
        once, messages = None, refusal.messages
    assert messages is None or (messages and all(m and m.code for m in messages))
    assert once is None or isinstance(once, list)
    assert values.normalise(FIELD, once) == once
    if once:
        assert values.normalise(FIELD, json.dumps(once)) == once
        assert all(list(column) == list(column_fields()) for column in once)
        assert all(column["type"] in codes.get("column_type") for column in once)


# --- The draft ------------------------------------------------------------------------------

ROWS = "รหัส,จำนวน,อัตรา,วันที่,เวลา,เลขบัตร,ใช้,หมายเหตุ\n" + "\n".join(
    (
        "0101,๑๒,1.5,16/03/2564,2567-01-05 08:30,1101700230701,ใช่,",
        '0102,"1,200",2,1 ม.ค. 2565,2024-02-05T08:30:00,1101700230702,ไม่ใช่,ก',
        "0103,-,-0.25,2024-12-31,5/2/2567 23:59,1101700230703,ใช่,-",
    )
)
KINDS = {"รหัส": "text", "จำนวน": "integer", "อัตรา": "decimal", "วันที่": "date", "เวลา": "datetime",
         "เลขบัตร": "text", "ใช้": "boolean", "หมายเหตุ": "text"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "tis-620", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_of_thai_offices_is_read(app: Any, encoding: str, delimiter: str) -> None:
    """Every encoding and delimiter gives the same names and types."""
    content = ROWS.replace('"1,200"', "1200").replace(",", delimiter).encode(encoding)
    assert kinds(dictionary.columns_of(io.BytesIO(content), "csv")) == KINDS


def test_values_of_a_csv_are_told_apart(app: Any) -> None:
    """Quoted cells, blanks and thousands."""
    assert kinds(dictionary.columns_of(io.BytesIO(ROWS.encode()), "csv")) == KINDS


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["1", "2.5"], "decimal"), (["1", "ก"], "text"), (["", None, "-"], "text"), ([], "text"),
        (["2567"], "integer"), (["007"], "text"), (["1e5"], "decimal"), (["."], "text"),
        (["31/02/2567"], "text"), (["2567-03-16", "2567-03-16 10:00"], "datetime"),
        (["POINT(100.5 13.7)", "srid=4326;MULTIPOLYGON (((0 0)))"], "geometry"),
        ([True, False], "boolean"), ([1, 2.5], "decimal"), ([{"a": 1}, [1]], "other"),
        ([date(2024, 1, 2), datetime(2024, 1, 2)], "date"),
        ([datetime(2024, 1, 2, 3)], "datetime"),
        (["1" * 12], "integer"), (["1" * 13], "text"), (["1,2"], "text"),
        (["true", "FALSE"], "boolean"),
    ],
)
def test_types_are_guessed_with_care(app: Any, written: list[Any], expected: str) -> None:
    """What is no number for sure stays text."""
    assert tables.type_of(written) == expected


def test_names_fit_a_dictionary(app: Any) -> None:
    """Blank, double and long headings are made into names that can be saved."""
    long = "ก" * 200
    content = f"ชื่อ,,ชื่อ,{long},{long},ชื่อ_2,ท้าย\n1,2,3,4,5,6,7\n".encode()
    columns = dictionary.columns_of(io.BytesIO(content), "csv")
    names = [column["name"] for column in columns]
    assert names[:3] == ["ชื่อ", "column_2", "ชื่อ_2"]
    assert len(set(names)) == 7
    assert values.normalise(FIELD, columns) == columns


def workbook(rows: list[list[Any]]) -> bytes:
    """An XLSX file with these rows in its first sheet, and a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    book.create_sheet("อื่น").append(["ไม่ใช่"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [100.5, 13.7]},
         "properties": {"ชื่อ": "รพ.สต.", "เตียง": 10, "เปิด": True, "พิกัด": 1.5}},
        {"type": "Feature", "geometry": None, "properties": {"ชื่อ": "รพ.", "ป้าย": ["ก"]}},
    ],
}
OBJECTS = {
    "data": [
        {"รหัส": "01", "n": 1},
        {"รหัส": "02", "n": 2.5, "ที่": {"type": "Point", "coordinates": [1, 2]}},
    ]
}
CELLS: list[list[Any]] = [
    ["รหัส", "จำนวน", "วันที่", "เวลา", None],
    ["01", 5, date(2024, 1, 2), datetime(2024, 1, 2, 3)],
    [None, None],
    ["02", 7, date(2024, 1, 3), datetime(2024, 1, 2, 4)],
]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", ROWS.encode("cp874"), KINDS),
        ("a.xlsx",
         workbook(CELLS),
         {"รหัส": "text", "จำนวน": "integer", "วันที่": "date", "เวลา": "datetime"}),
        ("a.geojson", json.dumps(GEOJSON).encode(),
         {"ชื่อ": "text", "เตียง": "integer", "เปิด": "boolean", "พิกัด": "decimal", "ป้าย": "other",
          "geometry": "geometry"}),
        ("a.json", json.dumps(OBJECTS, ensure_ascii=False).encode(),
         {"รหัส": "text", "n": "decimal", "ที่": "geometry"}),
    ],
)
def test_draft_of_an_uploaded_file(
    record: dict[str, Any], name: str, content: bytes, expected: dict[str, str]
) -> None:
    """It can be saved as it is, and asking for it saves nothing."""
    resource = upload(record, name, content)
    proposed = draft(resource)
    assert proposed["source"] == "file"
    assert kinds(proposed["columns"]) == expected
    assert list(kinds(proposed["columns"])) == list(expected)
    assert "data_dictionary" not in act("resource_show", id=resource["id"])
    saved = act("resource_patch", id=resource["id"], data_dictionary=proposed["columns"])
    assert saved["data_dictionary"] == proposed["columns"]


def test_only_the_head_of_a_large_file_is_read(app: Any) -> None:
    """A CSV and a JSON list that are cut in the middle of a character and of a row."""
    rows = b"".join(f"เลขที่ไทย,{n}\n".encode() for n in range(100_000))
    assert len(rows) > 1_000_000
    assert kinds(dictionary.columns_of(io.BytesIO("ก,ข\n".encode() + rows), "csv")) == {
        "ก": "text", "ข": "integer",
    }
    objects = [{"ก": "ไทย" * 500, "ข": n} for n in range(500)]
    content = json.dumps(objects, ensure_ascii=False).encode()
    assert len(content) > 1_000_000
    assert kinds(dictionary.columns_of(io.BytesIO(content), "json")) == {
        "ก": "text", "ข": "integer",
    }


def test_draft_of_a_file_in_a_storage_of_another_kind(
    record: dict[str, Any], monkeypatch: pytest.MonkeyPatch, reset_storages: Any
) -> None:
    """Where files are kept makes no difference."""
    with monkeypatch.context() as patch:
        name = tk.config["ckan.files.default_storages.resource"]
        patch.setitem(tk.config, f"ckan.files.storage.{name}.type", "ckan:memory")
        reset_storages()
        resource = upload(record, "a.xlsx", workbook(CELLS))
        assert getattr(uploader.get_resource_uploader(resource), "storage", None)
        assert list(kinds(draft(resource)["columns"])) == ["รหัส", "จำนวน", "วันที่", "เวลา"]
    reset_storages()


def test_draft_of_the_datastore_takes_its_words(record: dict[str, Any]) -> None:
    """Labels and notes go to the half of their language; the file is not looked at."""
    resource = upload(record, "a.csv", b"wrong\n1\n")
    act(
        "datastore_create", factories.Sysadmin()["name"], resource_id=resource["id"], force=True,
        fields=[
            {"id": "year", "type": "int4", "info": {"label": "ปี", "notes": "Buddhist Era"}},
            {"id": "rate", "type": "numeric", "info": {"label": "rate"}},
            {"id": "at", "type": "timestamp"}, {"id": "day", "type": "date"},
            {"id": "ok", "type": "bool"}, {"id": "tags", "type": "text[]"},
            {"id": "doc", "type": "json"},
            {"id": "code", "type": "text", "info": {"type_override": "numeric"}},
            {"id": "ปี พศ", "type": "text", "info": {"label": "ปี พ.ศ."}},
            {"id": "ก" * 21, "type": "text", "info": {"label": "ก" * 30}},
        ],
    )
    proposed = draft(resource)
    assert proposed["source"] == "datastore"
    assert kinds(proposed["columns"]) == {
        "year": "integer", "rate": "decimal", "at": "datetime", "day": "date", "ok": "boolean",
        "tags": "other", "doc": "other", "code": "decimal",
        "ปี พ.ศ.": "text", "ก" * 30: "text",
    }
    assert proposed["columns"][0] == {
        **EMPTY, "name": "year", "type": "integer", "title_th": "ปี",
        "description_en": "Buddhist Era",
    }
    assert proposed["columns"][1]["title_en"] == ""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7"), ("a.csv", b""), ("a.csv", b"\xff\xfe\xd8"),
        ("a.csv", b"\xfc\xfd,b\n"), ("a.xlsx", b"not a workbook"),
        ("a.xlsx", workbook([["a"]])[:400]), ("a.xlsx", workbook([])),
        ("a.json", b"5"), ("a.json", b"[" * 100_000), ("a.geojson", b'{"features": [5]}'),
        ("a.csv", ",".join(f"c{n}" for n in range(2001)).encode()),
        ("a.csv", b'"' + b"x" * 200_000 + b'",b\n'),
    ],
)
def test_what_cannot_be_drafted_is_said_in_words(
    record: dict[str, Any], name: str, content: bytes
) -> None:
    """A format that is not read, a broken file, too many columns."""
    resource = upload(record, name, content)
    with pytest.raises(tk.ValidationError) as refusal:
        draft(resource)
    assert list(refusal.value.error_dict) == ["data_dictionary"]


def test_linked_files_are_not_fetched(record: dict[str, Any]) -> None:
    """The message says so."""
    resource = add(record)
    with pytest.raises(tk.ValidationError) as refusal:
        draft(resource)
    assert "data_dictionary" in refusal.value.error_dict


def test_only_who_may_change_the_resource_gets_a_draft(record: dict[str, Any]) -> None:
    """Not visitors, not others; and there has to be such a resource."""
    resource = upload(record, "a.csv", ROWS.encode())
    other = factories.User()["name"]
    for user in (other, ""):
        with pytest.raises(tk.NotAuthorized):
            draft(resource, user)
    for wrong in ("none", ["a"], 5):
        with pytest.raises(tk.ObjectNotFound):
            act("gdc_data_dictionary_draft", id=wrong)
    assert draft(resource, factories.Sysadmin()["name"])["columns"]


def test_draft_over_http(app: Any, record: dict[str, Any], steward: dict[str, Any]) -> None:
    """The address that the form's button asks."""
    resource = upload(record, "a.csv", ROWS.encode())
    path = f"/en/api/3/action/gdc_data_dictionary_draft?id={resource['id']}"
    answer = app.get(path, headers={"Authorization": steward["token"]})
    assert kinds(answer.json["result"]["columns"]) == KINDS
    assert app.get(path, status=403).json["success"] is False


# --- The pages ------------------------------------------------------------------------------


def page_of(answer: Any) -> BeautifulSoup:
    """The page, without what a browser does not take for a part of it."""
    page = BeautifulSoup(answer.body, "html.parser")
    for template in page.select("template"):
        template.decompose()
    return page


def entered(form: Tag) -> dict[str, str]:
    """What a browser without JavaScript would send of the form as it stands."""
    sent = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        if control.get("type") in ("submit", "file"):
            continue
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            value = chosen["value"] if chosen else ""
        elif control.name == "textarea":
            value = control.text.removeprefix("\n")
        else:
            value = control.get("value", "")
        sent[str(control["name"])] = str(value)
    return sent


def form_of(page: BeautifulSoup) -> dict[str, str]:
    """What the form of the resource would send."""
    form = page.select_one("#resource-edit")
    assert form, page.text
    return entered(form)


def columns_in(sent: dict[str, str]) -> list[str]:
    """The names of the columns in a form, blank rows too."""
    is_name = re.compile(r"data_dictionary__\d+__name").fullmatch
    return [value for key, value in sent.items() if is_name(key)]


def test_the_form_round_trip(app: Any, record: dict[str, Any], steward: dict[str, Any]) -> None:
    """Rows are shown, changed, added and removed without JavaScript; nothing typed is lost."""
    resource = add(record, [YEAR, AREA])
    path = f"/en/dataset/opd/resource/{resource['id']}/edit"
    headers = {"Authorization": steward["token"]}
    page = page_of(app.get(path, headers=headers))
    sent = form_of(page)
    assert columns_in(sent) == ["ปี", "area_code", "", "", ""]
    for control in page.select("[data-gdc-part]"):
        assert page.select_one(f"label[for={control['id']}]")
    sent |= {
        "save": "go-metadata",
        "data_dictionary__0__name": "", "data_dictionary__0__type": "",
        "data_dictionary__0__title_th": "", "data_dictionary__0__title_en": "",
        "data_dictionary__0__description_th": "", "data_dictionary__0__description_en": "",
        "data_dictionary__1__title_en": "Area <b>",
        "data_dictionary__3__name": "จำนวน", "data_dictionary__3__type": "",
    }
    refused = page_of(app.post(path, data=sent, headers=headers, follow_redirects=False))
    message = refused.select_one("[data-gdc-errors] a[href='#field-data_dictionary']")
    assert message and "Row 2" in message.text and "Type" in message.text
    editor = refused.select_one("#field-data_dictionary")
    assert editor and "field-data_dictionary-error" in str(editor["aria-describedby"])
    kept = form_of(refused)
    assert columns_in(kept) == ["area_code", "จำนวน", "", "", ""]
    assert kept["data_dictionary__0__title_en"] == "Area <b>"
    kept |= {"save": "go-metadata", "data_dictionary__1__type": "integer"}
    answer = app.post(path, data=kept, headers=headers, follow_redirects=False)
    assert answer.status_code == 302, answer.body
    assert act("resource_show", id=resource["id"])["data_dictionary"] == [
        {**AREA, "title_en": "Area <b>"}, {**EMPTY, "name": "จำนวน", "type": "integer"},
    ]


def test_the_script_sends_one_value(
    app: Any, record: dict[str, Any], steward: dict[str, Any]
) -> None:
    """JSON in the place of the rows: kept where it is refused, saved where it is sound."""
    resource = add(record, [YEAR])
    path = f"/en/dataset/opd/resource/{resource['id']}/edit"
    headers = {"Authorization": steward["token"]}
    sent = {
        key: value for key, value in form_of(page_of(app.get(path, headers=headers))).items()
        if not key.startswith("data_dictionary")
    }
    many = [{"name": f"คอลัมน์ {n}", "type": "text", "title_th": "ก"} for n in range(300)]
    for wrong, status in (([*many, many[0]], 200), (many, 302)):
        sent |= {"save": "go-metadata", "data_dictionary": json.dumps(wrong)}
        answer = app.post(path, data=sent, headers=headers, follow_redirects=False)
        assert answer.status_code == status
        if status == 200:
            assert columns_in(form_of(page_of(answer)))[:301] == [one["name"] for one in wrong]
    assert len(act("resource_show", id=resource["id"])["data_dictionary"]) == 300
    sent = form_of(page_of(app.get(path, headers=headers)))
    sent = {key: value for key, value in sent.items() if not key.startswith("data_dictionary")}
    sent |= {"save": "go-metadata", "data_dictionary": ""}
    app.post(path, data=sent, headers=headers, follow_redirects=False)
    assert "data_dictionary" not in act("resource_show", id=resource["id"])


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("", ["พจนานุกรมข้อมูล", "จำนวนเต็ม", "ปีข้อมูล", "ปี พ.ศ.", "Only <i>English</i>"]),
     ("/en", ["Data dictionary", "Whole number", "Year", "Buddhist Era", "Only <i>English</i>"])],
)
def test_the_page_shows_the_columns_in_the_readers_language(
    app: Any, record: dict[str, Any], prefix: str, words: list[str]
) -> None:
    """What is said in one language only is shown in that one; a resource without has no table."""
    resource = add(record, [YEAR, {**AREA, "description_en": "Only <i>English</i>"}])
    page = page_of(app.get(f"{prefix}/dataset/opd/resource/{resource['id']}"))
    heading = page.find("h2", id="data_dictionary")
    table = page.select_one(".gdc-dictionary")
    assert heading and table
    for word in words:
        assert word in heading.text + table.text
    plain = add(record, name="อื่น")
    page = page_of(app.get(f"{prefix}/dataset/opd/resource/{plain['id']}"))
    assert not page.select_one(".gdc-dictionary")


# --- The example ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "resource",
    [r for d in loader.read("records") for r in d.get("resources", []) if "columns" in r],
    ids=lambda resource: resource["file"],
)
def test_the_example_describes_every_column(app: Any, resource: dict[str, Any]) -> None:
    """Each has its words, and the whole can be saved as it is."""
    path = Path(loader.FILES) / resource["file"]
    columns = example_tables.data_dictionary(path, resource["columns"])
    assert [c["name"] for c in columns] == list(resource["columns"])
    assert all(c["description_th"] or c["description_en"] for c in columns)
    assert values.normalise(FIELD, columns) == columns

"""The schema that is derived for Solr, on a real core and without one."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from ckan.common import config
from lxml import etree

from ckanext.thai_gdc import fields
from ckanext.thai_gdc.search import cli, solr


@pytest.fixture(scope="module")
def live_schema() -> str:
    """The schema as the core of this test process has it."""
    with urllib.request.urlopen(f"{config['solr_url']}/schema?wt=schema.xml") as answer:
        return answer.read().decode()


def words(text: str, kind: str = "text") -> list[str]:
    """The words that the real Solr finds in a text when it is indexed."""
    query = urllib.parse.urlencode({
        "analysis.fieldtype": kind, "analysis.fieldvalue": text, "wt": "json",
    })
    with urllib.request.urlopen(f"{config['solr_url']}/analysis/field?{query}") as answer:
        stages = json.load(answer)["analysis"]["field_types"][kind]["index"]
    return [token["text"] for token in stages[-1]]


def column(name: str) -> etree._Element | None:
    root = etree.fromstring(solr.schema_xml().encode())
    return next((f for f in root.iter("field") if f.get("name") == name), None)


def test_each_field_of_a_record_has_a_column_or_falls_under_a_right_pattern():
    for field in fields.dataset_fields().values():
        found = column(field.name)
        if field.is_core_column or field.name.endswith("_date"):
            continue
        assert found is not None, field.name
        assert found.get("type") == ("text" if field.kind in solr.PROSE_KINDS else "string")
        assert (found.get("multiValued") == "true") == field.is_multiple


def test_the_schema_is_the_same_each_time():
    assert solr.schema_xml() == solr.schema_xml()
    assert solr.fingerprint() == solr.fingerprint()
    assert re.fullmatch("[0-9a-f]{12}", solr.fingerprint())


def test_it_keeps_the_name_by_which_ckan_knows_its_version():
    from ckan.lib.search import SUPPORTED_SCHEMA_VERSIONS, check_solr_schema_version

    name = etree.fromstring(solr.schema_xml().encode()).get("name", "")
    assert name.removeprefix("ckan-") in SUPPORTED_SCHEMA_VERSIONS
    assert check_solr_schema_version()


def test_all_that_ckan_has_is_still_there():
    import ckan

    original = etree.parse(str(Path(ckan.__path__[0], "config", "solr", "schema.xml"))).getroot()
    ours = etree.fromstring(solr.schema_xml().encode())
    for tag in ("field", "dynamicField", "copyField"):
        mine = {tuple(sorted(e.attrib.items())) for e in ours.iter(tag)}
        assert {tuple(sorted(e.attrib.items())) for e in original.iter(tag)} <= mine


def test_a_core_made_from_it_differs_in_nothing(live_schema: str):
    assert solr.differences(live_schema) == []


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        (lambda xml: re.sub(r'<field name="data_category"[^>]*/>', "", xml), ["data_category"]),
        (lambda xml: xml.replace("ICUTokenizer", "WhitespaceTokenizer"), ["text", "text_general"]),
        (
            lambda xml: re.sub(r'(<field name="objective"[^>]*) multiValued="true"', r"\1", xml),
            ["objective"],
        ),
        (lambda xml: xml.replace('name="ckan-2.12"', 'name="ckan-2.9"'), ["name"]),
    ],
)
def test_it_names_what_another_core_lacks(live_schema: str, spoil, missing: list[str]):
    assert spoil(live_schema) != live_schema
    assert solr.differences(spoil(live_schema)) == missing


def test_ckans_own_schema_will_not_do():
    import ckan

    original = Path(ckan.__path__[0], "config", "solr", "schema.xml").read_text(encoding="utf-8")
    assert {"text", "data_type", "objective"} <= set(solr.differences(original))


def test_what_is_no_schema_is_refused():
    with pytest.raises(ValueError, match="no schema"):
        solr.differences("Not found")


@pytest.mark.parametrize("kind", solr.PROSE_TYPES)
def test_thai_is_cut_into_words(kind: str):
    assert words("จำนวนผู้ป่วยนอกจำแนกตามกลุ่มโรค", kind) == [
        "จำนวน", "ผู้", "ป่วย", "นอก", "จำแนก", "ตาม", "กลุ่ม", "โรค"
    ]


def test_tone_marks_and_vowels_stay():
    # Four words that differ in nothing else.
    assert [words(word) for word in ("ขาว", "ข่าว", "ข้าว", "เข้า")] == [
        ["ขาว"], ["ข่าว"], ["ข้าว"], ["เข้า"]
    ]


def test_thai_and_latin_side_by_side():
    found = words("ข้อมูล GIS ปี 2568 (Data Catalog)")
    assert {"ข้อมูล", "gis", "ปี", "2568", "data", "catalog"} <= set(found)


def test_the_command_prints_the_schema():
    from click.testing import CliRunner

    result = CliRunner().invoke(cli.solr_schema)
    assert result.exit_code == 0
    assert result.output == solr.schema_xml()


def test_the_command_writes_a_whole_configset(tmp_path: Path):
    from click.testing import CliRunner

    result = CliRunner().invoke(cli.solr_schema, ["--output", str(tmp_path / "conf")])
    assert result.exit_code == 0
    assert {p.name for p in (tmp_path / "conf").iterdir()} == {
        "schema.xml", "solrconfig.xml", "synonyms.txt", "protwords.txt"
    }
    assert (tmp_path / "conf" / "schema.xml").read_text(encoding="utf-8") == solr.schema_xml()

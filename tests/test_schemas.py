"""The definitions agree with each other and with the standard."""

from __future__ import annotations

import re

import pytest

from ckanext.thai_gdc import codes, fields

TABLES = [fields.dataset_fields(), fields.resource_fields(), fields.organization_fields()]


def test_the_fourteen_items_are_fifteen_fields_in_order() -> None:
    """Item 9 is two fields; eight of the fields are starred in the draft of 2020."""
    mandatory = fields.mandatory_items()
    assert [f.item for f in mandatory] == [
        "1", "2", "3", "4", "5", "6", "7", "8", "9.1", "9.2", "10", "11", "12", "13", "14",
    ]
    starred = [f.name for f in mandatory if "draft-2563" in f.stars]
    assert starred == [
        "data_type", "title", "owner_org", "maintainer_email", "tag_string", "objective",
        "data_source", "data_category",
    ]
    assert [f.name for f in mandatory if "guideline-1.0" not in f.stars] == [
        "update_frequency_interval"
    ]


@pytest.mark.parametrize("table", TABLES)
def test_every_field_is_labelled_in_both_languages(table: dict[str, fields.Field]) -> None:
    """Label always; help and example where there is one."""
    for field in table.values():
        for words in (field.label, field.help_text, field.example):
            assert words is None or {"th", "en"} <= set(words), field.name


@pytest.mark.parametrize("table", TABLES)
def test_every_coded_field_has_its_list_and_a_place_for_other(
    table: dict[str, fields.Field],
) -> None:
    """A list with an ``other`` code has a field for the free text."""
    for field in table.values():
        if field.is_coded:
            code_list = codes.of_field(field)
            assert code_list and code_list.choices(), field.name
            assert not code_list.others() or field.other in table, field.name


@pytest.mark.parametrize("name", list(fields.read("code_lists.yaml")))
def test_a_list_keeps_its_own_pattern_and_repeats_nothing(name: str) -> None:
    """No two codes share a code or a label."""
    pattern = re.compile(fields.read("code_lists.yaml")[name]["pattern"])
    entries = codes.get(name).codes.values()
    assert all(pattern.fullmatch(code.code) for code in entries)
    for language in ("th", "en"):
        labels = [code.label[language] for code in entries]
        assert len(labels) == len(set(labels))


def test_every_way_to_write_a_code_gives_the_code() -> None:
    """The code, either label, a legacy value and Thai digits' neighbours in case and blanks."""
    licences = codes.get("license_id")
    for written in ("1", "Creative Commons Attributions", "creative commons  attribution"):
        assert licences.resolve(written) == "1"
    assert licences.resolve("Other (Attribution)") == "9"
    assert licences.resolve("ogl") is None


def test_no_two_fields_of_a_record_share_a_property() -> None:
    """What is written as linked data can be told apart when it is read."""
    for table in TABLES[:2]:
        properties = [f.dcat for f in table.values() if f.dcat]
        assert len(properties) == len(set(properties))

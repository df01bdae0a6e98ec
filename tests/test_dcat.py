"""The linked data: what is in it, what is not, and that it is read back as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan.tests import factories, helpers
from ckanext.dcat.processors import RDFParser
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from ckanext.thai_gdc import codes
from ckanext.thai_gdc.fields import Field, dataset_fields, resource_fields

pytestmark = pytest.mark.usefixtures("app", "clean_db", "clean_index")

_BY_KIND = {
    "text": "ข้อความ “ทดสอบ” <ก> & ข", "email": "data@example.go.th",
    "url": "https://example.go.th/หน้า?ก=1&b=2", "whole_number": "2", "degrees": "18.50",
    "columns": [
        {"name": f"คอลัมน์ {n}", "type": code.code, "title_th": "ชื่อ “ก”", "title_en": "Title",
         "description_th": f"บรรทัด 1\nบรรทัด {n}", "description_en": "" if n % 2 else "Same"}
        for n, code in enumerate(codes.get("column_type").choices())
    ],
    "year": "2565", "date": "2021-03-16", "yes_no": "True", "tags": "ข่าว,โรค (ใหม่)",
}


def filled(table: dict[str, Field], data_type: str) -> dict[str, Any]:
    """A value for each field that a record of the type has."""
    values: dict[str, Any] = {}
    for field in table.values():
        if not field.applies_to(data_type):
            continue
        if field.is_coded:
            code_list = codes.of_field(field)
            assert code_list
            # The last code is the one that asks for free text, where there is one.
            chosen = [code.code for code in code_list.choices()]
            values[field.name] = [*chosen[:2], chosen[-1]] if field.is_multiple else chosen[-1]
        elif field.kind == "other":
            asking = table[field.name.removesuffix("_other")]
            if codes.of_coded(asking).others():
                values[field.name] = "อื่นๆ ที่ระบุ"
        elif field.kind in _BY_KIND:
            values[field.name] = _BY_KIND[field.kind]
    return values


@pytest.fixture
def organization() -> dict[str, Any]:
    """An organization with its code."""
    return factories.Organization(name="health", title="สำนักงานสาธารณสุข", org_code="1001")


@pytest.fixture
def sysadmin() -> str:
    """The name of one who may do all."""
    return factories.Sysadmin()["name"]


def create(sysadmin: str, organization: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A public record, with the given values."""
    record = {
        "title": "ชื่อชุดข้อมูล", "owner_org": organization["id"], "data_type": "1",
        "maintainer_email": "data@example.go.th", "tag_string": "ข่าว", "objective": ["11"],
        "data_source": "หน่วยงาน", "data_category": "1", **values,
    }
    return helpers.call_action("package_create", {"user": sysadmin}, **record)


@pytest.mark.parametrize("data_type", ["1", "2", "3", "4", "9"])
@pytest.mark.parametrize("form", ["ttl", "xml", "jsonld"])
def test_every_field_is_read_back_as_it_was(
    app: Any, organization: dict[str, Any], sysadmin: str, data_type: str, form: str
) -> None:
    """All fields of the type, of record and resource, in each format."""
    table, resource_table = dataset_fields(), resource_fields()
    values = filled(table, data_type)
    values |= {"data_type": data_type, "data_category": "1", "license_id": "9",
               "data_classification": "01"}
    if data_type != "9":
        del values["data_type_other"]
    resource = filled(resource_table, data_type)
    resource |= {"url": "https://example.go.th/ไฟล์ 1.csv", "format": "CSV", "name": "ไฟล์ที่ 1"}
    record = create(sysadmin, organization, **values, resources=[resource])
    parser = RDFParser()
    parser.parse(
        app.get(f"/dataset/{record['name']}.{form}").body,
        _format={"ttl": "turtle", "xml": "xml", "jsonld": "json-ld"}[form],
    )
    (read,) = parser.datasets()
    for name in (n for n in table if n in values and n != "tag_string"):
        assert read.get(name) == record[name], name
    assert {t["name"] for t in read["tags"]} == {t["name"] for t in record["tags"]}
    assert read["owner_org"] == organization["id"]
    (resource_read,) = read["resources"]
    for name in (n for n in resource_table if n in resource):
        assert resource_read.get(name) == record["resources"][0][name], name


def test_the_feed_holds_what_may_be_listed_and_nothing_else(
    app: Any, organization: dict[str, Any], sysadmin: str
) -> None:
    """Not without consent, not private, not secret, whoever asks and whatever is asked."""
    listed = [
        create(sysadmin, organization, name="public-default"),
        create(sysadmin, organization, name="personal-yes", data_category="2", license_id="8",
               allow_harvest="True"),
    ]
    hidden = [
        create(sysadmin, organization, name="public-no", allow_harvest="False"),
        create(sysadmin, organization, name="public-private", private=True),
        create(sysadmin, organization, name="personal-default", data_category="2"),
        create(sysadmin, organization, name="security", data_category="3", allow_harvest="True"),
        create(sysadmin, organization, name="secret", data_category="4", allow_harvest="True"),
    ]
    admin = {"Authorization": factories.SysadminWithToken()["token"]}
    for query in ("", "?q=*:*&fq=allow_harvest:False", "?fq=-allow_harvest:True+OR+*:*"):
        for headers in ({}, admin):
            page = app.get(f"/catalog.ttl{query}", headers=headers).body
            for record in hidden:
                assert record["id"] not in page
                assert record["name"] not in page
            assert all(record["id"] in page for record in listed) or query
    for record in hidden:
        for headers in ({}, admin):
            app.get(f"/dataset/{record['name']}.ttl", headers=headers, status=404)
            app.get(f"/dataset/{record['id']}.jsonld", headers=headers, status=404)
    for record in listed:
        app.get(f"/dataset/{record['name']}.ttl", status=200)


def test_a_change_of_consent_is_in_force_at_once(
    app: Any, organization: dict[str, Any], sysadmin: str
) -> None:
    """Consent withdrawn takes the record out of the feed, given again puts it back."""
    record = create(sysadmin, organization)
    for consent in ("False", "True"):
        helpers.call_action(
            "package_patch", {"user": sysadmin}, id=record["id"], allow_harvest=consent
        )
        assert (record["id"] in app.get("/catalog.ttl").body) == (consent == "True")


@pytest.mark.ckan_config("ckanext.dcat.datasets_per_page", 2)
def test_pages_keep_their_order_while_records_are_edited(
    app: Any, organization: dict[str, Any], sysadmin: str
) -> None:
    """An edit between two page fetches moves no record to another page."""
    records = [create(sysadmin, organization) for _ in range(5)]
    seen: set[str] = set()
    address: str | None = "/catalog.ttl?q=ชื่อ ชุดข้อมูล"
    while address:
        graph = Graph().parse(data=app.get(address).body, format="turtle")
        seen |= {str(graph.value(s, DCTERMS.identifier)) for s in
                 graph.subjects(RDF.type, DCAT.Dataset)}
        helpers.call_action(
            "package_patch", {"user": sysadmin}, id=records[-1]["id"], notes=f"แก้ {len(seen)}"
        )
        following = next(
            graph.objects(None, URIRef("http://www.w3.org/ns/hydra/core#next")), None
        )
        address = str(following).partition("test.ckan.net")[2] if following else None
    assert seen == {record["id"] for record in records}


def test_a_wrong_page_is_refused_in_words(app: Any) -> None:
    """Neither zero nor a word is a page."""
    for page in ("0", "x", "-1"):
        app.get(f"/catalog.ttl?page={page}", status=409)


def test_codes_come_with_their_labels(
    app: Any, organization: dict[str, Any], sysadmin: str
) -> None:
    """A reader of the linked data needs no list of ours."""
    create(sysadmin, organization)
    graph = json.loads(app.get("/catalog.jsonld").body)
    text = json.dumps(graph, ensure_ascii=False)
    assert "พันธกิจหน่วยงาน" in text
    assert "Agency mission" in text


def test_the_page_of_a_record_names_its_linked_data_only_where_it_is_given(
    app: Any, organization: dict[str, Any], sysadmin: str
) -> None:
    """No link leads to a page that is not there."""
    for consent in ("True", "False"):
        record = create(sysadmin, organization, allow_harvest=consent)
        page = BeautifulSoup(app.get(f"/dataset/{record['name']}").body, "html.parser")
        links = [
            tag["href"] for tag in page.find_all(href=True)
            if f"/dataset/{record['id']}." in tag["href"]
            or f"/dataset/{record['name']}." in tag["href"]
        ]
        assert bool(links) == (consent == "True"), links

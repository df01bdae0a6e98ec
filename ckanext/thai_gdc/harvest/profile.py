"""The record as linked data: DCAT-AP 3, and our own vocabulary for the rest.

What is written here is read back by the same profile as the same values. The mapping
table is docs/dcat.md; the property of each field stands in schemas/dataset.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from ckanext.dcat.profiles.base import CleanedURIRef
from ckanext.dcat.utils import resource_uri
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import CSVW, DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

from ckanext.thai_gdc import codes, fields
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.harvest import vocabulary
from ckanext.thai_gdc.harvest.vocabulary import GDC
from ckanext.thai_gdc.record import organizations

_LITERAL_TYPES = {"date": XSD.date, "whole_number": XSD.integer, "degrees": XSD.decimal}

#: Texts of a column in a data dictionary: how each is said, and in which language.
_COLUMN_TEXTS = {
    f"{part}_{language}": (predicate, language)
    for part, predicate in (("title", DCTERMS.title), ("description", DCTERMS.description))
    for language in ("th", "en")
}

_LANGUAGE = "http://id.loc.gov/vocabulary/iso639-1/"

#: What the base profile reads into extras although a field of ours holds it.
_READ_TWICE = frozenset(
    {"contact_name", "contact_email", "contact_uri", "contact_identifier", "contact_url",
     "publisher_name", "publisher_uri", "publisher_identifier", "publisher_email",
     "publisher_url", "publisher_type", "access_rights", "frequency", "language",
     "issued", "modified", "identifier", "homepage", "uri", "provenance", "theme",
     "spatial", "spatial_text", "spatial_uri", "spatial_bbox", "spatial_centroid"}
)


class ThaiGdcProfile(EuropeanDCATAP3Profile):
    """Serialises and parses the fields of schemas/dataset.yaml."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Add the triples of a record as package_show gives it."""
        super().graph_from_dataset(dataset_dict, dataset_ref)
        self.g.bind("gdc", GDC)
        self.g.add((dataset_ref, GDC["name"], Literal(dataset_dict["name"])))
        self._write(dataset_ref, dataset_dict, fields.dataset_fields().values())
        self._write_publisher_code(dataset_dict, dataset_ref)
        self._write_dcat_words(dataset_dict, dataset_ref)
        for resource in dataset_dict.get("resources", []):
            distribution = CleanedURIRef(resource_uri(resource))
            self._write(distribution, resource, fields.resource_fields().values())
            if licence := self._licence(dataset_dict):
                self.g.set((distribution, DCTERMS.license, licence))
            if resource.get("format"):
                self.g.add((distribution, GDC["format"], Literal(resource["format"])))
            if resource.get("url"):
                # The base profile leaves out what is no proper URI.
                self.g.add((distribution, GDC["url"], Literal(resource["url"])))

    def _write(
        self, subject: URIRef, values: Mapping[str, Any], table: Iterable[Field]
    ) -> None:
        for field in table:
            value = values.get(field.name)
            if not field.dcat or value in (None, "", []):
                continue
            if field.kind == "columns":
                self._write_columns(subject, field, value)
                continue
            for one in value if isinstance(value, list) else [value]:
                self.g.add(
                    (subject, vocabulary.property_of(field.dcat), self._object_of(field, str(one)))
                )

    def _write_columns(
        self, subject: URIRef, field: Field, columns: Iterable[Mapping[str, str]]
    ) -> None:
        """A data dictionary: columns with an index, for a graph has no order."""
        self.g.bind("csvw", CSVW)
        types = codes.get("column_type").codes
        for index, column in enumerate(columns, 1):
            node = BNode()
            self.g.add((subject, vocabulary.property_of(str(field.dcat)), node))
            self.g.add((node, RDF.type, CSVW.Column))
            self.g.add((node, GDC["index"], Literal(index)))
            self.g.add((node, CSVW.name, Literal(column["name"])))
            if code := types.get(column["type"]):
                self.g.add((node, CSVW.datatype, URIRef(code.attributes["datatype"])))
            for part, (predicate, language) in _COLUMN_TEXTS.items():
                if column.get(part):
                    self.g.add((node, predicate, Literal(column[part], lang=language)))

    def _object_of(self, field: Field, value: str) -> URIRef | Literal:
        code_list = codes.of_field(field)
        if field.is_coded and code_list and value in code_list:
            concept = vocabulary.concept(code_list.name, value)
            if (concept, RDF.type, SKOS.Concept) not in self.g:
                self.g.add((concept, RDF.type, SKOS.Concept))
                self.g.add((concept, SKOS.notation, Literal(value)))
                for language, label in code_list.codes[value].label.items():
                    self.g.add((concept, SKOS.prefLabel, Literal(label, lang=language)))
            return concept
        if field.kind == "yes_no" and value in codes.get("yes_no"):
            return Literal(value == "True")
        # Not normalised: what comes out is, digit by digit, what went in.
        return Literal(value, datatype=_LITERAL_TYPES.get(field.kind), normalize=False)

    def _write_publisher_code(self, record: Mapping[str, Any], dataset_ref: URIRef) -> None:
        organization = record.get("organization")
        publisher = self.g.value(dataset_ref, DCTERMS.publisher)
        if not organization or publisher is None:
            return
        self.g.add((publisher, GDC["organizationName"], Literal(organization["name"])))
        if org_code := organization.get("org_code"):
            self.g.add((publisher, DCTERMS.identifier, Literal(org_code)))

    def _licence(self, record: Mapping[str, Any]) -> URIRef | None:
        code = codes.get("license_id").codes.get(record.get("license_id") or "")
        if code is None:
            return None
        uri = code.attributes.get("uri")
        return URIRef(uri) if uri else vocabulary.concept("license_id", code.code)

    def _write_dcat_words(self, record: Mapping[str, Any], dataset_ref: URIRef) -> None:
        """Say in DCAT's own words what it has words for."""
        if licence := self._licence(record):
            self.g.set((dataset_ref, DCTERMS.license, licence))
            self.g.add((licence, RDF.type, DCTERMS.LicenseDocument))
        for field, predicate, kind in (
            ("data_category", DCTERMS.accessRights, DCTERMS.RightsStatement),
            ("update_frequency_unit", DCTERMS.accrualPeriodicity, DCTERMS.Frequency),
        ):
            code = codes.get(field).codes.get(record.get(field) or "")
            if code is None:
                continue
            if field == "update_frequency_unit" and record.get(
                "update_frequency_interval", "1"
            ) not in ("", "1"):
                continue  # "every 2 years" is not ANNUAL
            said = URIRef(code.attributes["dcat"])
            self.g.set((dataset_ref, predicate, said))
            self.g.add((said, RDF.type, kind))
        for code in record.get("data_language") or []:
            language = codes.get("data_language").codes.get(code)
            if language and "iso639" in language.attributes:
                said = URIRef(_LANGUAGE + language.attributes["iso639"])
                self.g.add((dataset_ref, DCTERMS.language, said))
                self.g.add((said, RDF.type, DCTERMS.LinguisticSystem))
        self._write_box(record, dataset_ref)

    def _write_box(self, record: Mapping[str, Any], dataset_ref: URIRef) -> None:
        west, east, south, north = (
            record.get(f"{side}_bound_longitude") for side in ("west", "east", "south", "north")
        )
        if not (west and east and south and north):
            return
        box = BNode()
        corners = ", ".join(
            f"{x} {y}"
            for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south))
        )
        self.g.add((dataset_ref, DCTERMS.spatial, box))
        self.g.add((box, RDF.type, DCTERMS.Location))
        wkt = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
        self.g.add((box, DCAT.bbox, Literal(f"POLYGON(({corners}))", datatype=wkt)))

    def graph_from_catalog(self, catalog_dict: dict[str, Any], catalog_ref: URIRef) -> None:
        """Add the triples of the catalog itself, with its publisher."""
        super().graph_from_catalog(catalog_dict, catalog_ref)
        publisher = URIRef(str(catalog_ref).rstrip("/") + "/#publisher")
        self.g.add((catalog_ref, DCTERMS.publisher, publisher))
        self.g.add((publisher, RDF.type, FOAF.Agent))
        self.g.add((publisher, FOAF.name, Literal(tk.config["ckan.site_title"])))

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> dict[str, Any]:
        """The record that the graph describes, as package_create takes it."""
        dataset_dict = super().parse_dataset(dataset_dict, dataset_ref)
        if (dataset_ref, GDC["name"], None) not in self.g:
            return dataset_dict  # not one of ours: another profile's business
        extras = {e["key"]: e["value"] for e in dataset_dict["extras"]}
        dataset_dict["name"] = str(self.g.value(dataset_ref, GDC["name"]))
        dataset_dict["maintainer"] = extras.get("contact_name", "")
        dataset_dict["maintainer_email"] = extras.get("contact_email", "")
        dataset_dict.pop("license_id", None)
        self._read(dataset_dict, dataset_ref, fields.dataset_fields().values())
        dataset_dict["extras"] = [
            e for e in dataset_dict["extras"] if e["key"] in ("uri",) or e["key"] not in _READ_TWICE
        ]
        for resource in dataset_dict["resources"]:
            distribution = URIRef(resource.pop("distribution_ref"))
            for theirs in ("license", "issued", "modified", "access_url", "download_url"):
                resource.pop(theirs, None)
            self._read(resource, distribution, fields.resource_fields().values())
            for name, predicate in (("format", GDC["format"]), ("url", GDC["url"])):
                if value := self.g.value(distribution, predicate):
                    resource[name] = str(value)
        owner = self._owner(dataset_ref)
        if owner:
            dataset_dict["owner_org"] = owner
        return dataset_dict

    def _read(
        self, values: dict[str, Any], subject: URIRef, table: Iterable[Field]
    ) -> None:
        for field in table:
            if not field.dcat:
                continue
            if field.kind == "columns":
                if columns := self._read_columns(subject, field):
                    values[field.name] = columns
                continue
            found = [
                self._value_of(field, one)
                for one in self.g.objects(subject, vocabulary.property_of(field.dcat))
            ]
            if field.is_multiple and found:
                values[field.name] = sorted(found)
            elif found:
                values[field.name] = found[0]

    def _read_columns(self, subject: URIRef, field: Field) -> list[dict[str, str]]:
        by_datatype = {
            code.attributes["datatype"]: code.code for code in codes.get("column_type").choices()
        }
        found: list[tuple[int, dict[str, str]]] = []
        for node in self.g.objects(subject, vocabulary.property_of(str(field.dcat))):
            column = dict.fromkeys(fields.column_fields(), "")
            column["name"] = str(self.g.value(node, CSVW.name) or "")
            column["type"] = by_datatype.get(str(self.g.value(node, CSVW.datatype)), "other")
            for part, (predicate, language) in _COLUMN_TEXTS.items():
                for said in self.g.objects(node, predicate):
                    if getattr(said, "language", None) == language:
                        column[part] = str(said)
            index = str(self.g.value(node, GDC["index"]) or "")
            found.append((int(index) if index.isdecimal() else 0, column))
        return [column for _, column in sorted(found, key=lambda one: one[0])]

    def _value_of(self, field: Field, found: Any) -> str:
        code_list = codes.of_field(field)
        if code_list and isinstance(found, URIRef):
            return vocabulary.code_of(found, code_list.name) or str(found)
        if field.kind == "yes_no":
            return "True" if str(found).lower() in ("true", "1") else "False"
        return str(found)

    def _owner(self, dataset_ref: URIRef) -> str | None:
        """The organization here that has the publisher's 4-digit code, by its id."""
        publisher = self.g.value(dataset_ref, DCTERMS.publisher)
        org_code = self.g.value(publisher, DCTERMS.identifier) if publisher else None
        if org_code is None:
            return None
        owners = organizations.with_code(str(org_code))
        return owners[0].id if owners else None

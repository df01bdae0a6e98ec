"""Code lists as data: for clients, spreadsheets, version control and linked data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import yaml
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, SKOS
from rdflib.term import BNode

from ckanext.thai_gdc import fields, settings
from ckanext.thai_gdc.codes import Code, CodeList, get, site
from ckanext.thai_gdc.harvest import vocabulary

#: Columns that every list has; those for what else its codes say come after them.
_COLUMNS = ("code", "th", "en", "other", "active", "legacy")

#: Attributes that name the same thing in somebody else's vocabulary.
SAME_AS = ("dcat", "uri", "datatype")


def _definitions() -> dict[str, dict[str, Any]]:
    return site.definitions(settings.current())


def names() -> list[str]:
    """Names of the lists, in the order in which they are written."""
    return list(_definitions())


def summary(name: str) -> dict[str, Any]:
    """A list without its codes.

    Returns:
        ``name``; ``label`` (language code to text, of the first field that has the list);
        ``item`` (number in the mandatory metadata, if it has one); ``pattern`` (how its codes
        are written, a regular expression); ``fields`` (level and name of each field that
        takes its codes); ``count`` of its codes.
    """
    definition = _definitions()[name]
    users = [
        (level, field)
        for level in fields.LEVELS
        for field in fields.of_level(level).values()
        if field.code_list == name
    ]
    return {
        "name": name,
        "label": dict(definition.get("label") or (users[0][1].label if users else {})),
        "item": definition.get("item"),
        "pattern": definition.get("pattern"),
        "fields": [{"level": level, "name": field.name} for level, field in users],
        "count": len(get(name).codes),
    }


def entry(code: Code) -> dict[str, Any]:
    """A code as its line in code_lists.yaml says it."""
    found: dict[str, Any] = {"code": code.code, **code.label}
    if code.is_other:
        found["other"] = True
    if not code.active:
        found["active"] = False
    if code.legacy:
        found["legacy"] = list(code.legacy)
    return found | dict(code.attributes)


def entries(name: str) -> list[dict[str, Any]]:
    """The codes of a list in their order, each with all that the list says of it.

    Returns:
        ``code``, ``th``, ``en``, ``other`` and ``active`` (whether), ``legacy`` (values of
        older catalogs), ``uri`` (of the concept in linked data), and the list's own
        attributes under ``attributes``.
    """
    return [
        {
            "code": c.code, **c.label, "other": c.is_other, "active": c.active,
            "legacy": list(c.legacy), "uri": str(vocabulary.concept(name, c.code)),
            "attributes": dict(c.attributes),
        }
        for c in get(name).codes.values()
    ]


def shown(name: str) -> dict[str, Any]:
    """A list with its codes: see ``summary``, and ``entries`` under ``codes``."""
    return {**summary(name), "codes": entries(name)}


def _rows(code_list: CodeList) -> list[list[str]]:
    """The list as a table: a row of headings, and a row for each code."""
    codes = code_list.codes.values()
    more = sorted({key for code in codes for key in code.attributes})
    return [[*_COLUMNS, *more]] + [
        [
            code.code, code.label["th"], code.label["en"], _cell(code.is_other),
            _cell(code.active), _cell(list(code.legacy)),
            *(_cell(code.attributes.get(key)) for key in more),
        ]
        for code in codes
    ]


def _cell(value: Any) -> str:
    """A value as text: true and false, JSON for what has parts, blank for nothing."""
    if value is None or value == []:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _csv(name: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(_rows(get(name)))
    # Excel takes a file without the mark for one of an older encoding.
    return out.getvalue().encode("utf-8-sig")


def _xlsx(name: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = name[:31]
    for number, row in enumerate(_rows(get(name)), 1):
        for column, value in enumerate(row, 1):
            # Codes are text: 01 must not become 1.
            sheet.cell(number, column, value or None).number_format = "@"
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_yaml(chosen: list[str]) -> str:
    """Lists in the form of schemas/code_lists.yaml."""
    definitions = _definitions()
    document = {
        name: {**definitions[name], "codes": [entry(c) for c in get(name).codes.values()]}
        for name in chosen
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=1000)


def graph(name: str) -> Graph:
    """The list as a concept scheme of SKOS, with the order of its codes."""
    code_list = get(name)
    scheme = vocabulary.scheme(name)
    found = Graph()
    found.bind("skos", SKOS)
    found.add((scheme, RDF.type, SKOS.ConceptScheme))
    for language, label in summary(name)["label"].items():
        found.add((scheme, SKOS.prefLabel, Literal(label, lang=language)))
    concepts = []
    for code in code_list.codes.values():
        concept = vocabulary.concept(name, code.code)
        concepts.append(concept)
        found.add((concept, RDF.type, SKOS.Concept))
        found.add((concept, SKOS.inScheme, scheme))
        found.add((concept, SKOS.topConceptOf, scheme))
        found.add((concept, SKOS.notation, Literal(code.code)))
        for language, label in code.label.items():
            found.add((concept, SKOS.prefLabel, Literal(label, lang=language)))
        for older in code.legacy:
            found.add((concept, SKOS.hiddenLabel, Literal(older)))
        for language, text in code.attributes.get("explain", {}).items():
            found.add((concept, SKOS.definition, Literal(text, lang=language)))
        for key in SAME_AS:
            if key in code.attributes:
                found.add((concept, SKOS.closeMatch, URIRef(code.attributes[key])))
        if not code.active:
            found.add((concept, OWL.deprecated, Literal(True)))
    ordered = BNode(f"{name}Order")
    found.add((ordered, RDF.type, SKOS.OrderedCollection))
    members = BNode(f"{name}Members")
    found.add((ordered, SKOS.memberList, members))
    Collection(found, members, concepts)
    return found


#: How a list can be had: what its address ends in, to the media type and its maker.
FORMATS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "yaml": ("application/yaml; charset=utf-8", lambda name: as_yaml([name]).encode()),
    "ttl": ("text/turtle; charset=utf-8", lambda n: graph(n).serialize(
        format="turtle", encoding="utf-8")),
    "jsonld": ("application/ld+json; charset=utf-8", lambda n: graph(n).serialize(
        format="json-ld", encoding="utf-8")),
}

"""The Solr schema of a site: the installed CKAN's own, and what Thai records need besides.

It is derived each time and never kept, so it survives an upgrade of CKAN: CKAN's schema is
read from where CKAN is installed, the plugin's fields from schemas/, and the rest of the
configset (solrconfig.xml, word lists) ships in configset/.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ckanext.thai_gdc import fields

CONFIGSET = Path(__file__).parent / "configset"

#: CKAN's types for prose, whose tokenizer splits at spaces: Thai has none between words.
PROSE_TYPES = ("text", "text_general")
THAI_TOKENIZER = "solr.ICUTokenizerFactory"

#: Names of the fields of a record that break a rule: what its steward is asked to mend.
PROBLEMS = "gdc_problems"

#: The codes of a record's files and of their columns, each as ``<level>:<field>:<code>``.
FILE_CODES = "gdc_file_codes"

#: The day by which the data of a record should have been brought up to date.
DUE = "gdc_due"

#: Kinds of field that are searched word by word; the others are kept whole, as terms.
PROSE_KINDS = frozenset({"text", "other"})


def schema_xml() -> str:
    """schema.xml for the installed CKAN and the fields of schemas/, the same each time."""
    root = _schema()
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def write_configset(folder: Path) -> None:
    """Write the files of a Solr configset (its ``conf``) into ``folder``, made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(CONFIGSET.iterdir()):
        shutil.copyfile(source, folder / source.name)
    (folder / "schema.xml").write_text(schema_xml(), encoding="utf-8")


def fingerprint() -> str:
    """12 hex digits that change whenever an index has to be built anew."""
    digest = hashlib.sha256(schema_xml().encode())
    for source in sorted(CONFIGSET.iterdir()):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def differences(live: str) -> list[str]:
    """What a Solr core's schema lacks of ours, one name each; empty when it will do.

    Args:
        live: what the core answers at ``/schema?wt=schema.xml``.

    Raises:
        ValueError: that is no schema.
    """
    try:
        # What it is compared with is our own, and so is the Solr that the settings name.
        root = ElementTree.fromstring(live)  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError(f"This is no schema: {error}") from error
    found = set(_traits(root))
    expected = list(_traits(_schema()))
    return list(dict.fromkeys(trait[0] for trait in expected if trait not in found))


def _schema() -> Element:
    text = (files("ckan.config") / "solr" / "schema.xml").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)  # noqa: S314 (a file of CKAN's)
    _know_thai_words(root)
    _add_fields(root)
    return root


def _know_thai_words(root: Element) -> None:
    for name in PROSE_TYPES:
        tokenizers = root.findall(f".//fieldType[@name='{name}']//tokenizer")
        if not tokenizers:
            raise ValueError(f"CKAN's Solr schema has no tokenizer for its type {name!r}")
        for tokenizer in tokenizers:
            tokenizer.set("class", THAI_TOKENIZER)


def _add_fields(root: Element) -> None:
    """Fields of our own before CKAN's dynamic ones, under whose ``*`` they would fall."""
    known = {field.get("name") for field in root.iter("field")}
    parent = root.find("fields")
    place = None if parent is None else parent.find("dynamicField")
    if parent is None or place is None:
        raise ValueError("CKAN's Solr schema has no fields")
    for field in fields.dataset_fields().values():
        # CKAN makes a date of what is called so.
        if field.is_core_column or field.name in known or field.name.endswith("_date"):
            continue
        prose = field.kind in PROSE_KINDS
        attributes = {
            "name": field.name,
            "type": "text" if prose else "string",
            "indexed": "true",
            "stored": "false",
        }
        if not prose:
            attributes["docValues"] = "true"
        if field.is_multiple:
            attributes["multiValued"] = "true"
        parent.insert(list(parent).index(place), Element("field", attributes))
    several = [{
        "name": name, "type": "string", "indexed": "true", "stored": "false",
        "docValues": "true", "multiValued": "true",
    } for name in (PROBLEMS, FILE_CODES)]
    day = {
        "name": DUE, "type": "date", "indexed": "true", "stored": "false", "docValues": "true",
    }
    for attributes in (*several, day):
        parent.insert(list(parent).index(place), Element("field", attributes))


def _traits(root: Element) -> Iterator[tuple[str, ...]]:
    """What has to agree between two schemas, each trait with the name to show first."""
    yield ("name", root.get("name", ""))
    for tag in ("field", "dynamicField"):
        for field in root.iter(tag):
            yield (
                field.get("name", ""), tag, field.get("type", ""),
                field.get("multiValued", "false"),
            )
    for copy in root.iter("copyField"):
        source, target = copy.get("source", ""), copy.get("dest", "")
        yield (f"{source} → {target}", "copyField")
    for kind in root.iter("fieldType"):
        name = kind.get("name", "")
        chain = [
            element.get("class", "").rpartition(".")[2]
            for element in kind.iter()
            if element.tag in ("tokenizer", "filter")
        ]
        yield (name, "fieldType", *chain)

"""Code lists read from files: CSV, XLSX, YAML, and SKOS as Turtle or JSON-LD.

What the export writes (harvest/code_lists.py) is read back; what people make of it in a
spreadsheet or an editor is, too. Whatever a file holds, the answer is lists or a refusal in
words, and nothing is ever fetched from elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import dataclasses
import datetime
import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.parsers import expat

import ckan.plugins.toolkit as tk
import yaml
from flask_babel import force_locale
from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, SKOS
from rdflib.term import Node

from ckanext.thai_gdc import codes, text
from ckanext.thai_gdc.codes import check, titles
from ckanext.thai_gdc.harvest import code_lists, vocabulary
from ckanext.thai_gdc.record import tables
from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: Largest file that is read, and what a workbook may hold when it is unpacked.
MOST_BYTES = 2_000_000
_MOST_UNPACKED = 20_000_000

#: Codes that a list of a file can have, and lists that a file can have.
MOST_CODES = 2_000
_MOST_LISTS = 200

#: Characters of one value: longer ones are refused unread.
_MOST_TEXT = 10_000

#: Characters of a list's name that are looked at.
_MOST_NAME = 100

#: How deep lists and mappings of a file may stand in each other.
_MOST_DEEP = 50

_LANGUAGES = ("th", "en")
_ZIP = b"PK\x03\x04"


class Refused(Exception):
    """The file cannot be read as lists.

    Attributes:
        message: why, and what would be right.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.message = Message("bad_format", sentence)


@dataclasses.dataclass
class Line:
    """A code as the file says it.

    Attributes:
        number: of the row, line or place in the file, from 1.
        code: as written, tidied.
        says: attribute to value, as in code_lists.yaml; None for what the file leaves blank.
            What it does not say at all is not in it.
        reasons: why it cannot be taken.
    """

    number: int
    code: str
    says: dict[str, Any]
    reasons: list[Message] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Listed:
    """A list as the file says it.

    Attributes:
        lines: its codes.
        label: language code to text; None if the file does not say what the list is called.
        pattern: how its codes are written; None if the file does not say.
        is_ordered: whether the file says in which order the codes stand.
        reasons: why it cannot be taken, beside what is wrong with its lines.
    """

    lines: list[Line]
    label: Any = None
    pattern: Any = None
    is_ordered: bool = True
    reasons: list[Message] = dataclasses.field(default_factory=list)


def read(content: bytes, file_format: str, name: str | None) -> dict[str, Listed]:
    """The lists of a file.

    Args:
        content: of the file.
        file_format: one of code_lists.FORMATS.
        name: of the list that is wanted; None for all that the file names.

    Returns:
        Name to list.

    Raises:
        Refused: it is no such file, too large, or holds no such list.
    """
    if len(content) > MOST_BYTES:
        raise Refused(_("The file is larger than %(limit)s MB. Import the lists one by one.")
                      % {"limit": MOST_BYTES // 1_000_000})
    if not content.strip():
        raise Refused(_("The file is empty."))
    found = _READERS[file_format](content, name)
    if name is not None:
        found = {name: found[name]} if name in found else {}
    if not found:
        raise Refused(
            _("The file does not hold the list “%(name)s”.") % {"name": name} if name
            else _("The file holds no code list."))
    for key in found:
        if len(key) > _MOST_NAME or not text.is_storable(key):
            shown = key[:_MOST_NAME].encode("utf-8", "replace").decode()
            raise Refused(_(
                "“%(name)s” is no name of a list. Write 2 to 50 small letters a-z, digits and _, "
                "a letter first.") % {"name": text.one_line(shown)})
    if not any(one.lines or one.reasons for one in found.values()):
        raise Refused(_("The list has no codes."))
    if len(found) > _MOST_LISTS or any(len(one.lines) > MOST_CODES for one in found.values()):
        raise Refused(_("A list can have at most %(limit)s codes.")
                      % {"limit": f"{MOST_CODES:,}"})
    return found


def as_bytes(content: str | bytes, file_format: str | None) -> bytes:
    """The file of a caller who sends text: a workbook comes as base64.

    Raises:
        Refused: it is no base64.
    """
    if isinstance(content, bytes):
        return content
    if file_format == "xlsx" or (file_format is None and content.startswith("UEsDB")):
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(_("Send a workbook (XLSX) as base64.")) from None
    return content.encode("utf-8", "replace")


def format_of(content: bytes, file_name: str = "") -> str | None:
    """The format by the ending of the file's name, or else by what stands in it."""
    ending = file_name.rpartition(".")[2].lower()
    known = {**{one: one for one in code_lists.FORMATS}, "yml": "yaml", "json": "jsonld",
             "turtle": "ttl", "tsv": "csv", "txt": "csv"}
    if ending in known:
        return known[ending]
    if content.startswith(_ZIP):
        return "xlsx"
    try:
        start = decoded(content[:MOST_BYTES]).lstrip()
    except Refused:
        return None
    if start.startswith(("{", "[")):
        return "jsonld"
    if re.match(r"@?(prefix|base)\b", start, re.IGNORECASE) or "skos/core#" in start:
        return "ttl"
    if re.match(r"(#[^\n]*\n|---[^\n]*\n|\s)*[a-z][a-z0-9_]*:\s*(#|\n|\r|\{|$)", start):
        return "yaml"
    headings = re.split(r"[,;|\t\r\n]", start[:_MOST_TEXT])
    return "csv" if any(text.key(one) in _headings() for one in headings) else None


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or Windows-874 (TIS-620)."""
    encodings = ("utf-8-sig", "cp874")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("The text of the file cannot be read. Save it as UTF-8."))


# --- Values -----------------------------------------------------------------------------


def _line(number: int, code: Any, raw: Mapping[str, Any]) -> Line:
    """A code from what stands in a file: texts, and lists and mappings of them."""
    line = Line(number, "", {})
    for key, value in {"code": code, **raw}.items():
        if not _is_sound(value):
            line.reasons.append(Message("broken_character", _(
                "“%(label)s” holds a broken character that cannot be stored."
            ) % {"label": titles.attribute(key)}))
        elif (length := _length(value)) > _MOST_TEXT:
            line.reasons.append(Message("too_long", _(
                "“%(label)s” is too long: %(count)s of %(limit)s characters."
            ) % {"label": titles.attribute(key), "count": f"{length:,}",
                 "limit": f"{_MOST_TEXT:,}"}))
        elif key == "code":
            line.code = text.one_line(value) if isinstance(value, str) else ""
        else:
            line.says[key] = _value(key, value)
    if not line.code and not line.reasons:
        line.reasons.append(Message("missing", _("Please fill in “%(label)s”.")
                                    % {"label": titles.attribute("code")}))
    return line


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _texts(one)


def _is_sound(value: Any) -> bool:
    return all(text.is_storable(one) for one in _texts(value))


def _length(value: Any) -> int:
    return sum(len(one) for one in _texts(value))


def _value(attribute: str, value: Any) -> Any:
    """What an attribute says, as code_lists.yaml has it.

    What cannot be read as that stays as it stands: the check of the list refuses it by name.
    """
    if value == "":
        return None
    if isinstance(value, str):
        value = text.normalise(value)
        if attribute in check.TRUTHS:
            answer = codes.get("yes_no").resolve(value) if value else None
            return {"True": True, "False": False, None: value or None}[answer]
        if attribute in (*check.LISTS, *check.BILINGUAL) and value.startswith(("[", "{")):
            value = _of_json(value)
        elif attribute in check.LISTS:
            value = re.split(r"[\n;,]" if attribute == "for" else r"[\n;]", value)
    if isinstance(value, str):
        return text.one_line(value) or None
    if isinstance(value, Mapping):
        tidy = {key: text.normalise(one) if isinstance(one, str) else one
                for key, one in value.items()}
        return tidy if any(tidy.values()) else None
    if isinstance(value, list):
        tidy = [text.one_line(one) if isinstance(one, str) else one for one in value]
        return [one for one in tidy if one != ""] or None
    return value


def _of_json(value: str) -> Any:
    """A cell that the export wrote; the text itself if it is no JSON."""
    try:
        return json.loads(value, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return value


def restored(code: str, pattern: Any, have: Iterable[str]) -> str:
    """The code that was meant where a spreadsheet made a number of it: 1 for 01.

    Args:
        code: as the file has it.
        pattern: how the codes of the list are written, or None.
        have: the codes that the list has.

    Returns:
        The one code that it can be; as it is, where there is none or more than one.
    """
    have = list(have)
    digits = text.arabic_digits(code)
    if code in have or not re.fullmatch("[0-9]{1,10}", digits):
        return code
    if not pattern:
        fitting = [one for one in have if one.isdecimal() and int(one) == int(digits)]
    elif re.fullmatch(pattern, digits):
        fitting = [digits]
    else:
        fitting = [one for one in (digits.zfill(n) for n in range(len(digits) + 1, 11))
                   if re.fullmatch(pattern, one)]
    return fitting[0] if len(fitting) == 1 else digits


# --- Tables -----------------------------------------------------------------------------


def _csv(content: bytes, name: str | None) -> dict[str, Listed]:
    rows = tables.csv_rows(decoded(content).replace("\x00", ""))
    try:
        return _table(list(itertools.islice(rows, MOST_CODES + 2)), name)
    except tables.Unreadable:
        raise Refused(_("This is no CSV that can be read.")) from None


def _xlsx(content: bytes, name: str | None) -> dict[str, Listed]:
    refusal = Refused(_("This is no workbook (XLSX) that can be read."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise refusal
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _refuse_entities(archive.read(part), refusal)
        rows = itertools.islice(tables.xlsx_rows(io.BytesIO(content)), MOST_CODES + 2)
        return _table([[_cell(value) for value in row] for row in rows], name)
    except Refused:
        raise
    except Exception:
        # A workbook that is none fails in as many ways as it has parts.
        raise refusal from None


def _refuse_entities(part: bytes, refusal: Refused) -> None:
    """A workbook has no document type, and nothing that a few bytes of it could unfold."""

    def refuse(*_arguments: Any) -> None:
        raise refusal

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(part, True)


def _cell(value: Any) -> str:
    """A cell of a workbook as text: 1.0 is 1, a date is a date."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _table(rows: list[list[str]], name: str | None) -> dict[str, Listed]:
    if name is None:
        raise Refused(_("A table holds one list: say which."))
    numbered = [(number, row) for number, row in enumerate(rows, 1)
                if any(cell.strip() for cell in row)]
    if not numbered:
        raise Refused(_("The file is empty."))
    width = max(n for n, cell in enumerate(numbered[0][1], 1) if cell.strip())
    columns = _columns(numbered[0][1][:width])
    listed = Listed([])
    for number, row in numbered[1:]:
        says: dict[str, Any] = dict.fromkeys(columns.values(), "")
        says |= {columns[place]: cell for place, cell in enumerate(row) if place in columns}
        line = _line(number, says.pop("code"), says)
        if any(cell.strip() for place, cell in enumerate(row) if place not in columns):
            line.reasons.append(Message("bad_format", _(
                "The line has a value in a column without a heading.")))
        listed.lines.append(line)
    return {name: listed}


def _columns(headings: list[str]) -> dict[int, str]:
    """The place of each column to its attribute."""
    known = _headings()
    found: dict[int, str] = {}
    unknown: list[str] = []
    for place, heading in enumerate(headings):
        key = known.get(text.key(heading[:_MOST_TEXT]))
        if key and key not in found.values():
            found[place] = key
        elif heading.strip():
            unknown.append(text.one_line(heading[:100]).encode("utf-8", "replace").decode())
    if unknown:
        raise Refused(_(
            "Headings that are unknown or stand there twice: %(names)s. The first row can have: "
            "%(known)s."
        ) % {"names": ", ".join(unknown[:10]), "known": ", ".join(("code", *code_attributes()))})
    if "code" not in found.values():
        raise Refused(_("The first row must name the columns, and one of them must be “%(code)s”.")
                      % {"code": "code"})
    return found


def _headings() -> dict[str, str]:
    """What can stand above a column, in the form of text.key, to its attribute."""
    known = {text.key(key): key for key in ("code", *code_attributes())}
    for language in _LANGUAGES:
        with force_locale(language):
            for key in ("code", *code_attributes()):
                known.setdefault(text.key(titles.attribute(key)), key)
    return known


def code_attributes() -> tuple[str, ...]:
    """What a file can say of a code, beside the code itself."""
    return (*_LANGUAGES, *check.ATTRIBUTES)


# --- YAML -------------------------------------------------------------------------------


def _yaml(content: bytes, name: str | None) -> dict[str, Listed]:
    written = decoded(content)
    try:
        deep = 0
        for event in yaml.parse(written, Loader=_LOADER):
            deep += isinstance(event, yaml.CollectionStartEvent)
            deep -= isinstance(event, yaml.CollectionEndEvent)
            # An alias lets a few bytes stand for any number of them.
            if isinstance(event, yaml.AliasEvent) or deep > _MOST_DEEP:
                raise Refused(_("The file uses aliases, or nests too deeply: write it out."))
        root = yaml.compose(written, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as error:
        raise Refused(_("This is no YAML: %(error)s") % {"error": _first_line(error)}) from None
    if not isinstance(root, yaml.MappingNode):
        raise Refused(_("The file holds no code list."))
    return {key: _definition(node) for key, node in _pairs(root)}


#: Knows text only: what looks like a number (01) or a truth (No) to YAML may be a code or label.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _first_line(error: Exception) -> str:
    """What a parser found, with the place, on one line."""
    return text.one_line(str(error)).encode("utf-8", "replace").decode()[:300]


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    """Keys and values of a mapping.

    Raises:
        Refused: a key stands there twice, or is no text.
    """
    seen: set[str] = set()
    for key, value in node.value:
        number = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.value in seen:
            raise Refused(_("Line %(number)s: a key that stands there twice, or is no text.")
                          % {"number": number})
        if not text.is_storable(key.value):
            raise Refused(_("Line %(number)s: a broken character.") % {"number": number})
        seen.add(key.value)
        yield key.value, value


def _plain(node: yaml.Node) -> Any:
    """A node as text, list or mapping."""
    if isinstance(node, yaml.MappingNode):
        return {key: _plain(value) for key, value in _pairs(node)}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value) for value in node.value]
    return node.value


def _definition(node: yaml.Node) -> Listed:
    listed = Listed([])
    said = dict(_pairs(node)) if isinstance(node, yaml.MappingNode) else {}
    entries = said.get("codes")
    if not isinstance(entries, yaml.SequenceNode) or not entries.value:
        listed.reasons.append(Message("bad_list", _("The list has no codes.")))
        return listed
    listed.label = _plain(said["label"]) if "label" in said else None
    listed.pattern = _plain(said["pattern"]) if "pattern" in said else None
    for entry in entries.value:
        number = entry.start_mark.line + 1
        if not isinstance(entry, yaml.MappingNode):
            listed.lines.append(Line(number, "", {}, [Message("bad_list", _(
                "This is no code with its labels."))]))
            continue
        plain = _plain(entry)
        code = plain.pop("code", "")
        # The form says all of a code: what is left out is not so.
        listed.lines.append(_line(
            number, code, {**dict.fromkeys(code_attributes(), ""), **plain}))
    return listed


# --- Linked data ------------------------------------------------------------------------


def _turtle(content: bytes, name: str | None) -> dict[str, Listed]:
    return _schemes(_parsed(decoded(content), "turtle"), name)


def _jsonld(content: bytes, name: str | None) -> dict[str, Listed]:
    refusal = Refused(_("This is no JSON-LD that can be read."))
    try:
        document = json.loads(decoded(content))
        if _fetches(document):
            raise Refused(_(
                "The file refers to a context at another address (“@context”), which is not "
                "fetched: write the context into the file."))
        # As it was looked at: a key that stands there twice is the later one for everybody.
        return _schemes(_parsed(json.dumps(document), "json-ld"), name)
    except (ValueError, RecursionError):
        raise refusal from None


def _fetches(document: Any) -> bool:
    """Whether a reader of JSON-LD would ask another address for something."""
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            context = one.get("@context")
            contexts = context if isinstance(context, list) else [context]
            if "@import" in one or any(isinstance(c, str | list) for c in contexts):
                return True
            # Somebody else's name for the keyword would hide it from this look.
            if "@context" in one.values():
                return True
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


def _parsed(written: str, syntax: str) -> Graph:
    try:
        return Graph().parse(data=written, format=syntax)
    except Exception as error:
        # What is no linked data fails in the parser in any way that Python knows.
        raise Refused(
            _("This is no %(syntax)s that can be read: %(error)s")
            % {"syntax": {"turtle": "Turtle", "json-ld": "JSON-LD"}[syntax],
               "error": _first_line(error)}
        ) from None


def _schemes(graph: Graph, name: str | None) -> dict[str, Listed]:
    """The lists of a graph: its concept schemes."""
    schemes = {*graph.subjects(RDF.type, SKOS.ConceptScheme),
               *graph.objects(None, SKOS.inScheme)}
    ours = {one.removeprefix(vocabulary.CODE): one for one in sorted(map(str, schemes))
            if one.startswith(vocabulary.CODE)}
    if name is None:
        return {own: _scheme(graph, own, URIRef(uri)) for own, uri in ours.items()}
    if name in ours:
        return {name: _scheme(graph, name, URIRef(ours[name]))}
    if ours:
        return {}
    # Somebody else's concepts: of their one scheme, or of none.
    if len(schemes) > 1:
        raise Refused(_("The file holds %(count)s lists (concept schemes): give one of them.")
                      % {"count": len(schemes)})
    return {name: _scheme(graph, name, next(iter(schemes), None))}


def _scheme(graph: Graph, name: str, scheme: Node | None) -> Listed:
    members = set(graph.subjects(RDF.type, SKOS.Concept))
    if scheme is not None:
        members = {*graph.subjects(SKOS.inScheme, scheme),
                   *graph.subjects(SKOS.topConceptOf, scheme),
                   *graph.objects(scheme, SKOS.hasTopConcept)}
    ordered = [one for one in _order(graph) if one in members]
    rest = sorted(members - set(ordered), key=lambda one: (_notation(graph, name, one), str(one)))
    label = {}
    if scheme is not None:
        label = {language: one[0] for language, one in
                 _by_language(graph, scheme, SKOS.prefLabel).items()}
    # What no concept says at all, the file is silent about.
    says_legacy = any((one, SKOS.hiddenLabel, None) in graph for one in members)
    says_explain = any((one, SKOS.definition, None) in graph for one in members)
    same_as = _address_of(name)
    lines = []
    for number, concept in enumerate(dict.fromkeys([*ordered, *rest]), 1):
        labels = _by_language(graph, concept, SKOS.prefLabel)
        raw: dict[str, Any] = {one: (labels.get(one) or [""])[0] for one in _LANGUAGES}
        raw["active"] = "false" if _is_deprecated(graph, concept) else ""
        if says_legacy:
            raw["legacy"] = sorted(map(str, graph.objects(concept, SKOS.hiddenLabel)))
        if says_explain:
            raw["explain"] = {
                language: one[0]
                for language, one in _by_language(graph, concept, SKOS.definition).items()}
        addresses = sorted(map(str, graph.objects(concept, SKOS.closeMatch)))
        if same_as and len(addresses) == 1:
            raw[same_as] = addresses[0]
        line = _line(number, _notation(graph, name, concept), raw)
        line.reasons += [
            Message("bad_list", _("“%(code)s” has several labels in the language “%(language)s”.")
                    % {"code": line.code, "language": language})
            for language in _LANGUAGES if len(labels.get(language, ())) > 1
        ]
        lines.append(line)
    return Listed(lines, label or None, is_ordered=bool(ordered))


def _order(graph: Graph) -> Iterator[Node]:
    for head in graph.objects(None, SKOS.memberList):
        try:
            yield from Collection(graph, head)
        except ValueError:
            return  # a list that comes back to itself


def _notation(graph: Graph, name: str, concept: Node) -> str:
    """The code of a concept: its notation, or else the end of our address of it."""
    notations = sorted(map(str, graph.objects(concept, SKOS.notation)))
    return notations[0] if notations else vocabulary.code_of(str(concept), name) or ""


def _by_language(graph: Graph, concept: Node, word: URIRef) -> dict[str, list[str]]:
    """Texts of a property by language: th for th-TH, too."""
    found: dict[str, list[str]] = {}
    for one in sorted(graph.objects(concept, word), key=str):
        language = (getattr(one, "language", None) or "").partition("-")[0]
        if language in _LANGUAGES:
            found.setdefault(language, []).append(str(one))
    return found


def _is_deprecated(graph: Graph, concept: Node) -> bool:
    return any(str(one).lower() in ("true", "1") for one in graph.objects(concept, OWL.deprecated))


def _address_of(name: str) -> str | None:
    """The attribute for which a list has addresses elsewhere; None if it has none or several."""
    if name not in code_lists.names():
        return None
    said = {key for code in codes.get(name).codes.values() for key in code.attributes}
    found = [key for key in code_lists.SAME_AS if key in said]
    return found[0] if len(found) == 1 else None


_READERS: dict[str, Callable[[bytes, str | None], dict[str, Listed]]] = {
    "csv": _csv, "xlsx": _xlsx, "yaml": _yaml, "ttl": _turtle, "jsonld": _jsonld,
}

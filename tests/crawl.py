"""A reader that follows every link of a site and looks for words of the wrong language."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

import requests
from lxml import html as lxml_html
from lxml.html import HtmlElement

#: What the tests write into records, organizations and users: a letter that Thai gave up long
#: ago, so that no text of the pages has it, and what was written is told from what CKAN says.
OWN = "ฃ"

#: What stays as it is in Thai, and why.
_NAMES = (
    ("Software, by its name", "CKAN DataStore Markdown Moment.js ckanapi curl JavaScript Python"
     " PowerShell Facebook"),
    ("The national catalog, and the official label of the field on it", "GD-Catalog Catalog"),
    ("Formats", "CSV TSV YAML XLSX XLS PDF JSON JSON-LD GeoJSON XML RDF TTL Turtle HTML CSS SHP KML"
     " ZIP TXT DOCX ODS"),
    ("Signs of the web that Thai has no words for", "API URL URI UUID HTTP HTTPS HTML5 SQL GET"
     " POST CSW WAF DCAT UTC MIME ISO URN GUID"),
    ("Units", "KB MB GB TB PB EB ZB YB"),
    ("Licences are cited by their names", "Creative Commons Attribution Attributions Share-Alike"
     " Non-Commercial No-Derivs Open Data Database License CCZero PDDL ODbL GNU Free"
     " Documentation UK Government Licence OGL Public Domain Dedication and"),
    ("Examples of what has to be typed in Latin letters, and a classification", "my-dataset"
     " my-group my-organization opd-patients-by-disease ICD-10 a-z"),
    ("Columns that the DataStore and its table add by themselves", "_id colspacer"),
    ("Parameters of the API, as they have to be written", "filter_fields filter_values"
     " start_date end_date offset_days"),
    ("The key of a sort of harvest source", "dcat_rdf"),
    ("Keys of the keyboard", "Ctrl Enter Tab Esc SHIFT"),
    ("The name of the tests' administrator", "sysadmin"),
)
NAMES = frozenset(name for _, names in _NAMES for name in names.split())

#: The codes of the data dictionary's types, which stand beside their labels.
_TYPES = frozenset((
    "text", "integer", "decimal", "date", "datetime", "boolean", "geometry", "other",
))
#: The same on some pages only, by a part of their addresses.
_NAMES_AT = {
    # The database's own names of its types
    "/dictionary/": frozenset(("int4", "text", "numeric", "timestamp")),
    "/guide/": _TYPES,
    "/catalog-admin/lists/": _TYPES,
}

#: Attributes that are read out or shown.
_SAID = frozenset((
    "title", "alt", "placeholder", "aria-label", "aria-description", "aria-roledescription",
    "aria-valuetext", "label", "summary",
))
#: Attributes for scripts that hold no sentences.
_NO_SENTENCES = frozenset((
    "data-module", "data-diff", "data-bs-toggle", "data-module-fields", "data-gdc-formats",
    # What a search in the page looks through: the words of both languages.
    "data-gdc-words",
))
#: What a textarea holds was typed by somebody, or is to be typed over.
_SILENT = frozenset(("script", "style", "code", "pre", "kbd", "samp", "textarea"))
_NO_WORDS = re.compile(
    r"""[\w.+-]+@[\w-]+(?:\.[\w-]+)+      # addresses of mail
    | (?:https?://|www\.)[^\s"'<>]*       # addresses of the web
    | (?<![\w.])/[\w./{}<>*-]+            # paths
    | %\(\w+\)[sd] | %[sdri] | \{[\w!]*\}   # places that are filled later
    | \b[0-9a-f]{6,8}(?:-[0-9a-f]+)+      # ids, also those that are cut short
    | (?<!\w)\d+\.\w+                     # names of the tests' files
    | <code>.*?</code> | <[^>]*> | &lt;\w+&gt;  # HTML in texts and attributes
    | \b\w+\.(?:org|com|go\.th)\b         # hosts
    | \b(?:application|text)/[\w.+-]+     # types of files
    """,
    re.VERBOSE,
)
_LATIN = re.compile(r"[A-Za-z_][\w.-]*[A-Za-z0-9]", re.ASCII)
_THAI = re.compile(rf"(?:(?!{OWN})[\u0e00-\u0e7f])+")


def foreign(text: str, language: str, names: Collection[str] = NAMES) -> list[str]:
    """The words of the other language in a text: Latin ones in Thai, Thai ones in English."""
    if language == "en":
        return _THAI.findall(text)
    return [w for w in _LATIN.findall(_NO_WORDS.sub(" ", text)) if w not in names]


def texts(page: str, language: str) -> Iterator[tuple[str, str]]:
    """Each text of a page that somebody reads or hears, and where it stands.

    What is marked to be of another language (``lang``) is left out, and so are code and the
    stored record, as CKAN compares it for those who know JSON.
    """
    root = lxml_html.fromstring(page)
    assert root.get("lang", language) == language, f"The page says that it is {root.get('lang')}."
    yield from _texts(root, language)


def _texts(element: HtmlElement, language: str) -> Iterator[tuple[str, str]]:
    if not isinstance(element.tag, str) or element.tag in _SILENT:
        return
    if element.get("lang", language) != language or element.get("id") == "metadata_diff":
        return
    where = element.tag + "".join(f".{c}" for c in (element.get("class") or "").split()[:2])
    for name, value in element.attrib.items():
        for text in _of_attribute(element, str(name), str(value)):
            yield f"{where}[{name}]", text
    # What a textarea holds was typed by somebody.
    own = None if element.tag == "textarea" else element.text
    for piece in (own, *(child.tail for child in element)):
        if piece and piece.strip():
            yield where, " ".join(piece.split())
    for child in element:
        yield from _texts(child, language)


def _of_attribute(element: HtmlElement, name: str, value: str) -> Iterable[str]:
    """What an attribute has to say, if it says anything."""
    if name in _SAID:
        return [value]
    if name == "value" and element.tag == "input":
        return [value] if element.get("type") in ("submit", "button", "reset") else []
    if name == "content" and element.tag == "meta":
        named = element.get("name") or element.get("property") or ""
        return [value] if named.endswith(("description", "title")) else []
    if not name.startswith("data-") or name in _NO_SENTENCES:
        return []
    try:
        return list(_strings(json.loads(value)))
    except ValueError:
        # Sentences for scripts; the rest are switches, names and addresses.
        return [value] if " " in value.strip() else []


def _strings(value: object) -> Iterator[str]:
    """The sentences in a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, str) and " " in value.strip():
        yield value


@dataclass
class Findings:
    """What was looked at, and what was found.

    Attributes:
        ours: texts of the site's own, such as its title, that are left out.
        labels: texts that are left out where they stand alone, and those of several words
            within others, too.
        pages: address and reader of each page.
        words: number of words that were looked at.
        faults: a line for each text that has wrong words: they, the text, place and page.
        broken: a line for each page that a link leads to and that is not there, or fails.
    """

    ours: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    pages: list[str] = field(default_factory=list)
    words: int = 0
    faults: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _said: set[tuple[str, str]] = field(default_factory=set)

    def look(self, name: str, page: str, language: str) -> None:
        """Look at a page.

        Args:
            name: how it is called in the findings.
            page: HTML.
            language: in which it should be.
        """
        self.pages.append(name)
        for where, text in texts(page, language):
            self.say(name, where, text, language)

    def say(self, name: str, where: str, text: str, language: str) -> None:
        """Look at one text."""
        if text.strip() in self.labels:
            return
        for one in (*self.ours, *(label for label in self.labels if " " in label)):
            text = text.replace(one, " ")
        self.words += len(text.split())
        names = NAMES.union(*(names for part, names in _NAMES_AT.items() if part in name))
        wrong = list(dict.fromkeys(foreign(text, language, names)))
        # What is on every page is one fault.
        if wrong and (where, text) not in self._said:
            self._said.add((where, text))
            self.faults.append(f"{' '.join(wrong)}: {text[:160]!r} in {where} of {name}")


class Reader:
    """Somebody who reads a site over HTTP, in one language.

    Attributes:
        name: for the findings.
        language: th or en.
    """

    def __init__(self, url: str, name: str, language: str, token: str | None = None) -> None:
        self.url = url
        self.name = name
        self.language = language
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = token

    def address(self, path: str) -> str:
        """The whole address of a path, in the reader's language."""
        return self.url + ("" if self.language == "th" else "/en") + path

    def get(self, path: str) -> requests.Response:
        """A page by its path without language."""
        return self._session.get(self.address(path), timeout=60)

    def post(self, path: str, data: Mapping[str, object]) -> requests.Response:
        """What is answered to a form that is sent from the page of that address."""
        sent = dict(data)
        page = self.get(path)
        if "text/html" in page.headers.get("Content-Type", ""):
            root = lxml_html.fromstring(page.text)
            for hidden in root.iterfind(".//input[@name='_csrf_token']"):
                sent["_csrf_token"] = hidden.get("value")
        return self.send(path, sent)

    def send(self, path: str, data: Mapping[str, object]) -> requests.Response:
        """What is answered to what is sent, as it is."""
        return self._session.post(self.address(path), data=data, timeout=60)

    def links(self, answer: requests.Response) -> list[str]:
        """The paths to which a page links on the same site, without language."""
        found = []
        for link in lxml_html.fromstring(answer.text).iterfind(".//a[@href]"):
            address = urldefrag(urljoin(answer.url, link.get("href"))).url
            if not address.startswith(self.url + "/"):
                continue
            path = address.removeprefix(self.url)
            other = "/en" if self.language == "th" else "/th"
            if path == other or path.startswith(other + "/"):
                continue
            found.append(path.removeprefix("/en") or "/")
        return found


#: Links that change something, lead to files or to the API, which is not for reading.
_NOT_PAGES = re.compile(
    r"^/(api/|base/|webassets/|uploads/|feeds/|user/_logout|user/logged_out|catalog\.)"
    r"|/(\w*dump|delete|remove|refresh|clear|abort|download|purge|revoke|unfollow)(/|$)"
    r"|\.(ttl|xml|rdf|jsonld|n3|csv|xlsx|yaml|atom|png|jpg|svg|pdf)$"
)


#: Pages of catalog managers that differ only in which code or field they are about.
_ALIKE = re.compile(r"^(/catalog-admin/(?:lists/\w+(?=/[^/]+/)|rules/fields/\w+))/[^/]+")


def kind(path: str) -> str:
    """What a page is, whatever it is about: numbers and ids do not count."""
    parts = urlsplit(path)
    plain = re.sub(r"/([0-9a-f]{8}-[0-9a-f-]{27}|\d[\w-]*)(?=/|$)", "/*", parts.path)
    plain = _ALIKE.sub(r"\1/*", plain)
    asked = sorted({name for name, value in parse_qsl(parts.query)})
    return plain.rstrip("/") + ("?" + "&".join(asked) if asked else "")


def crawl(reader: Reader, findings: Findings) -> None:
    """Follow every link from the front page, breadth first.

    One page of each kind is read, and two that ask for something in the address.

    Args:
        reader: who reads.
        findings: where pages and faults are put down.
    """
    waiting, known = deque(["/"]), {"/"}
    read: Counter[str] = Counter()
    while waiting:
        path = waiting.popleft()
        what, asks, _names = kind(path).partition("?")
        if read[kind(path)] or read[f"{what}?"] >= 2:
            continue
        read.update({kind(path): 1, f"{what}?": 1 if asks else 0})
        answer = reader.get(path)
        name = f"{reader.language} {reader.name} {path}"
        # Who may not read a page is told so on a page like the others.
        if answer.status_code >= 400 and answer.status_code != 403:
            findings.broken.append(f"{answer.status_code} {name}")
        if "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        findings.look(name, answer.text, reader.language)
        for link in reader.links(answer):
            if link not in known and not _NOT_PAGES.search(link.partition("?")[0]):
                known.add(link)
                waiting.append(link)

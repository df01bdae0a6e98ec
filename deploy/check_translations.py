"""Check that every text of the plugin that people read is translated: exit status 1 if not.

Texts are taken from the sources, so a catalog that was not brought up to date is found too. A
text that CKAN itself has and translates needs no translation of ours.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import ckan
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "ckanext" / "thai_gdc"
LANGUAGES = ("th",)
METHODS = [
    ("**/templates/**.html", "ckan"),
    ("templates/**.html", "ckan"),
    ("templates/**.txt", "ckan"),
    ("**.py", "python"),
    ("assets/**.js", "javascript"),
]
_PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")


def read(file: Path, language: str) -> Catalog:
    """A catalog; an empty one if there is no such file."""
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def texts() -> Iterator[tuple[str, str]]:
    """Each text of the sources (the singular, where it has a plural) and where it stands."""
    found = extract_from_dir(str(PACKAGE), METHODS)
    for file, line, message, _comments, _context in found:
        text = message[0] if isinstance(message, (tuple, list)) else message
        if text:
            yield text, f"ckanext/thai_gdc/{file}:{line}"


def forms(value: str | tuple[str, ...] | list[str]) -> list[str]:
    """The singular, and the plural if there is one."""
    return [value] if isinstance(value, str) else list(value)


def fault(message: Message | None) -> str | None:
    """What is wrong with a translation, None if nothing is."""
    if message is None:
        return "is not in the catalog"
    if message.fuzzy:
        return "is marked fuzzy"
    if not all(forms(message.string)) or not message.string:
        return "is not translated"
    wanted = {tuple(sorted(_PLACE.findall(form))) for form in forms(message.id)}
    if not all(tuple(sorted(_PLACE.findall(f))) in wanted for f in forms(message.string)):
        return "has other placeholders in its translation"
    return None


def main() -> int:
    """Print what is wrong, if anything."""
    wrong = 0
    sources = dict(reversed(list(texts())))
    for language in LANGUAGES:
        where = ("i18n", language, "LC_MESSAGES")
        ours = read(PACKAGE.joinpath(*where, "ckanext-thai_gdc.po"), language)
        ckans = read(Path(ckan.__path__[0]).joinpath(*where, "ckan.po"), language)
        for text, place in sorted(sources.items(), key=lambda item: item[1]):
            message = ours.get(text)
            if message is None and fault(ckans.get(text)) is None:
                continue
            found = fault(message)
            if found:
                print(f"{place}: {language}: {text!r} {found}")
                wrong += 1
        # The catalog may have texts of CKAN's besides, which it translates better or at all.
        for message in ours:
            found = message.id and fault(message)
            if found and forms(message.id)[0] not in sources:
                print(f"{language}: {message.id!r} {found}")
                wrong += 1
    print(f"{len(sources)} texts, {wrong} faults" if wrong else f"{len(sources)} texts: complete")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

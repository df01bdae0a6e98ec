"""Whether a code list can be used: what an admin is told before a list is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import fields, text

_ = tk._

_LANGUAGES = ("th", "en")


def problems(name: str, definition: Any) -> list[str]:
    """Everything that is wrong with a list, each in a sentence that names the code.

    Args:
        name: of the list.
        definition: as in schemas/code_lists.yaml: ``codes``, and ``pattern`` of a code.
    """
    codes = definition.get("codes") if isinstance(definition, Mapping) else None
    if not isinstance(codes, Sequence) or isinstance(codes, str) or not codes:
        return [_("The list has no codes.")]
    entries = [entry for entry in codes if isinstance(entry, Mapping)]
    found = [
        _("Entry %(number)s is no code with its labels.") % {"number": number}
        for number, entry in enumerate(codes, 1)
        if not isinstance(entry, Mapping)
    ]
    for number, entry in enumerate(entries, 1):
        found += _of_entry(entry, number, str(definition.get("pattern") or ""))
    found += _repeated(entries)
    if not any(entry.get("active", True) for entry in entries):
        found.append(_("No code of the list can be chosen: at least one must be in use."))
    others = [str(entry.get("code")) for entry in entries if entry.get("other")]
    if len(others) > 1:
        found.append(
            _("Only one code can be “other”, here it is %(codes)s.") % {"codes": ", ".join(others)}
        )
    return found + list(_without_partner(name, entries))


def _of_entry(entry: Mapping[str, Any], number: int, pattern: str) -> Iterator[str]:
    code = entry.get("code")
    if not isinstance(code, str) or not code.strip():
        yield _("Entry %(number)s has no code, or one that is no text (write it in quotes).") % {
            "number": number
        }
        return
    if pattern and not re.fullmatch(pattern, code):
        yield _("“%(code)s” is not written as the codes of this list are (%(pattern)s).") % {
            "code": code, "pattern": pattern,
        }
    for language in _LANGUAGES:
        label = entry.get(language)
        if not isinstance(label, str) or not text.one_line(label):
            yield _("“%(code)s” has no label in the language “%(language)s”.") % {
                "code": code, "language": language,
            }


def _repeated(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Words that stand for two codes, also where they are only written differently."""
    owners: dict[str, str] = {}
    seen: set[str] = set()
    for entry in entries:
        code = str(entry.get("code"))
        if code in seen:
            yield _("The code “%(code)s” stands in the list twice.") % {"code": code}
        seen.add(code)
        legacy = entry.get("legacy") or ()
        words = [code, *(entry.get(one) for one in _LANGUAGES),
                 *(legacy if isinstance(legacy, Sequence) else ())]
        for word in words:
            key = text.key(word) if isinstance(word, str) else ""
            if key and owners.setdefault(key, code) != code:
                yield _("“%(word)s” stands for “%(first)s” and for “%(second)s”.") % {
                    "word": word, "first": owners[key], "second": code,
                }


def _without_partner(name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Codes that agree with none of those with which they have to agree."""
    partners = {
        field.agrees_with
        for level in fields.LEVELS
        for field in fields.of_level(level).values()
        if field.code_list == name and field.agrees_with
    }
    for partner in sorted(partners):
        other = fields.dataset_fields()[partner]
        known = {c["code"] for c in fields.read("code_lists.yaml")[str(other.code_list)]["codes"]}
        for entry in entries:
            wanted = entry.get("for")
            if not isinstance(wanted, Sequence) or not known & set(map(str, wanted)):
                yield _("“%(code)s” agrees with no code of “%(list)s”: name some in “for”.") % {
                    "code": entry.get("code"), "list": other.code_list,
                }

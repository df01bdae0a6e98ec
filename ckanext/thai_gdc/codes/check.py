"""Whether a code list can be used: what an admin is told before a list is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import fields, language, settings, text
from ckanext.thai_gdc.codes import site, titles
from ckanext.thai_gdc.record.errors import Message

_ = tk._

_LANGUAGES = ("th", "en")

#: Who may see records of a category (attribute ``access``).
ACCESS = ("public", "restricted", "by-right")

_DURATION = re.compile(r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_LABEL_LIMIT = 300
_CODE_LIMIT = 50
_ANY_CODE = "[A-Za-z0-9][A-Za-z0-9._-]*"


class Problem(Message):
    """A sentence that says what is wrong, and of what.

    Attributes:
        entry: code of the entry; empty where it is about the whole list.
        attribute: what of it: ``code``, ``th``, ``legacy`` ...; empty for the whole entry.
        list: name of the list, where several are judged together.
    """

    entry: str
    attribute: str
    list: str

    @classmethod
    def of(cls, sentence: str, entry: Any = "", attribute: str = "") -> Problem:
        """The sentence, with what it is about."""
        problem = cls("bad_list", sentence)
        problem.entry, problem.attribute, problem.list = str(entry or ""), attribute, ""
        return problem


def problems(name: str, definition: Any) -> list[Problem]:
    """Everything that is wrong with a list, each in a sentence that names the code.

    Args:
        name: of the list.
        definition: as in schemas/code_lists.yaml: ``codes``, and ``pattern`` of a code.
    """
    codes = definition.get("codes") if isinstance(definition, Mapping) else None
    if not isinstance(codes, Sequence) or isinstance(codes, str) or not codes:
        return [Problem.of(_("The list has no codes."))]
    entries = [entry for entry in codes if isinstance(entry, Mapping)]
    found = [
        Problem.of(_("Entry %(number)s is no code with its labels.") % {"number": number})
        for number, entry in enumerate(codes, 1)
        if not isinstance(entry, Mapping)
    ]
    for number, entry in enumerate(entries, 1):
        found += _of_entry(entry, number, str(definition.get("pattern") or ""))
    found += _repeated(entries)
    if not any(entry.get("active", True) for entry in entries):
        found.append(Problem.of(
            _("No code of the list can be chosen: at least one must be in use.")
        ))
    others = [str(entry.get("code")) for entry in entries if entry.get("other")]
    if len(others) > 1:
        found.append(Problem.of(
            _("Only one code can be “other”, here it is %(codes)s.") % {"codes": ", ".join(others)},
            others[-1], "other",
        ))
    return found + list(_without_partner(name, entries)) + list(_without_public(name, entries))


def all_problems(changed: settings.Settings, names: Sequence[str]) -> list[Problem]:
    """What would be wrong with lists, and with those that have to agree with them.

    Args:
        changed: the settings as they would be.
        names: of the lists that change.
    """
    concerned = dict.fromkeys(names)
    for _level, field in _coded():
        if field.agrees_with:
            partner = fields.dataset_fields()[field.agrees_with].code_list
            if partner in names:
                concerned[str(field.code_list)] = None
    with settings.supposing(changed):
        definitions = site.definitions(changed)
        found = [
            Problem.of(
                _("“%(field)s” takes its codes from the list “%(list)s”, which would be gone.")
                % {"field": language.pick(field.label), "list": field.code_list}
            )
            for _level, field in _coded() if field.code_list not in definitions
        ]
        for name in concerned:
            for problem in problems(name, definitions[name]) if name in definitions else ():
                problem.list = name
                found.append(problem)
        return found


def is_pattern(value: Any) -> bool:
    """Whether it can say how the codes of a list are written."""
    try:
        return isinstance(value, str) and len(value) <= 100 and bool(re.compile(value))
    except re.error:
        return False


def _of_entry(entry: Mapping[str, Any], number: int, pattern: str) -> Iterator[Problem]:
    code = entry.get("code")
    if not isinstance(code, str) or not code.strip():
        yield Problem.of(
            _("Entry %(number)s has no code, or one that is no text (write it in quotes).")
            % {"number": number}, attribute="code",
        )
        return
    # \d and \w mean no Thai digits and letters: codes stand in addresses.
    if len(code) > _CODE_LIMIT or not re.fullmatch(pattern or _ANY_CODE, code, re.ASCII):
        yield Problem.of(
            _("“%(code)s” is not written as the codes of this list are (%(pattern)s).")
            % {"code": code, "pattern": pattern or _("letters, digits, - _ and .")},
            code, "code",
        )
    for spoken in _LANGUAGES:
        label = entry.get(spoken)
        if not isinstance(label, str) or not text.one_line(label):
            yield Problem.of(
                _("“%(code)s” lacks “%(label)s”: please fill it in.")
                % {"code": code, "label": titles.attribute(spoken)}, code, spoken,
            )
        elif len(label) > _LABEL_LIMIT:
            yield Problem.of(
                _("A label of “%(code)s” has more than %(limit)s characters.")
                % {"code": code, "limit": _LABEL_LIMIT}, code, spoken,
            )
    for key, value in entry.items():
        if key in ("code", *_LANGUAGES) or value is None:
            continue
        judge, wanted = _ATTRIBUTES.get(key, (None, None))
        if not judge:
            yield Problem.of(
                _("“%(code)s”: no code list knows “%(attribute)s”.")
                % {"code": code, "attribute": key}, code, key,
            )
        elif not judge(value):
            yield Problem.of(
                _("“%(code)s”: “%(attribute)s” cannot be “%(value)s”. Write %(wanted)s.")
                % {"code": code, "attribute": titles.attribute(key), "value": str(value)[:100],
                   "wanted": wanted() if wanted else ""}, code, key,
            )


def _is_texts(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(
        isinstance(one, str) and one.strip() for one in value
    )


def _is_bilingual(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == set(_LANGUAGES) and all(
        isinstance(one, str) and one.strip() for one in value.values()
    )


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and bool(_ADDRESS.fullmatch(value))


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(text.one_line(value))


#: What else a code may say, whether a value of it can be used, and what would be right.
_ATTRIBUTES: dict[str, tuple[Callable[[Any], bool], Callable[[], str]]] = {
    "legacy": (_is_texts, lambda: _("a list of texts")),
    "for": (_is_texts, lambda: _("a list of codes")),
    "explain": (_is_bilingual, lambda: _("a sentence in Thai and one in English")),
    **{name: (_is_truth, lambda: _("true or false"))
       for name in ("other", "active", "open", "no_interval")},
    **{name: (_is_address, lambda: _("an address that begins with https:// or http://"))
       for name in ("dcat", "uri", "datatype")},
    "access": (lambda value: value in ACCESS, lambda: ", ".join(ACCESS)),
    "period": (
        lambda value: isinstance(value, str) and bool(_DURATION.fullmatch(value)),
        lambda: _("a duration of ISO 8601, like P1M for a month"),
    ),
    "iso639": (
        lambda value: isinstance(value, str) and bool(re.fullmatch(r"[a-z]{2,3}", value)),
        lambda: _("a code of ISO 639, like th"),
    ),
    "datastore": (_is_word, lambda: _("a type of PostgreSQL, like text")),
}

#: The names of what a code may say beyond its labels, in the order of forms and tables.
ATTRIBUTES = tuple(_ATTRIBUTES)

#: Those of them that are true or false, lists of texts, and a text in each language.
TRUTHS, LISTS, BILINGUAL = (
    frozenset(name for name, (judge, _wanted) in _ATTRIBUTES.items() if judge is kind)
    for kind in (_is_truth, _is_texts, _is_bilingual)
)


def _repeated(entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Words that stand for two codes, also where they are only written differently."""
    owners: dict[str, str] = {}
    seen: set[str] = set()
    for entry in entries:
        code = str(entry.get("code"))
        if code in seen:
            yield Problem.of(
                _("The code “%(code)s” stands in the list twice.") % {"code": code}, code, "code"
            )
        seen.add(code)
        legacy = entry.get("legacy") or ()
        words = [("code", code), *((one, entry.get(one)) for one in _LANGUAGES),
                 *(("legacy", one) for one in (legacy if isinstance(legacy, Sequence) else ()))]
        for attribute, word in words:
            key = text.key(word) if isinstance(word, str) else ""
            if key and owners.setdefault(key, code) != code:
                yield Problem.of(
                    _("“%(word)s” stands for “%(first)s” and for “%(second)s”.")
                    % {"word": word, "first": owners[key], "second": code}, code, attribute,
                )


def _coded() -> Iterator[tuple[fields.Level, fields.Field]]:
    for level in fields.LEVELS:
        for field in fields.of_level(level).values():
            if field.is_coded:
                yield level, field


def _without_partner(name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Codes that agree with none of those with which they have to agree."""
    for _level, field in _coded():
        if field.code_list != name or not field.agrees_with:
            continue
        other = fields.dataset_fields()[field.agrees_with]
        listed = site.definitions(settings.current())[str(other.code_list)]["codes"]
        choosable = {c["code"] for c in listed if c.get("active", True)}
        for entry in entries:
            wanted = entry.get("for")
            if not _is_texts(wanted) or not choosable & set(wanted):  # pyright: ignore
                yield Problem.of(
                    _("“%(code)s” of “%(field)s” would agree with no “%(partner)s” that is in use: "
                      "say with which in “%(attribute)s”.")
                    % {"code": entry.get("code"), "field": language.pick(field.label),
                       "partner": language.pick(other.label), "attribute": titles.attribute("for")},
                    entry.get("code"), "for",
                )


def _without_public(name: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """A list of categories that leaves nothing for everybody to see (spec 2)."""
    says_access = [e for e in site.shipped().get(name, {}).get("codes", ()) if "access" in e]
    if not says_access:
        return
    if not any(e.get("access") == "public" and e.get("active", True) for e in entries):
        yield Problem.of(_(
            "No category would be left whose records and data everybody may see: one such must "
            "stay in use."
        ))
    for entry in entries:
        if not entry.get("access"):
            yield Problem.of(
                _("“%(code)s” lacks “%(label)s”: please fill it in.")
                % {"code": entry.get("code"), "label": titles.attribute("access")},
                entry.get("code"), "access",
            )

"""One value of one field: normalised, then judged. Source: spec of the 14 items, 2020.

``normalise`` is the only way by which a value enters a record, whoever writes it. Each
kind of field (schemas/presets.yaml) has one function here, by its name.
"""

from __future__ import annotations

import datetime
import json
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import codes, dates, fields, language, text
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import stars
from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: Shorter than any value that is shown back in a message.
_QUOTED = 60

#: How a value of a kind is written, after normalising on one line and with Arabic digits,
#: without regard to case. In the syntax that Python and browsers share: the form in the browser
#: checks with the same patterns.
PATTERNS = {
    "email": r'(?!.*\.\.)[^@\s,;<>()\[\]"\\]+@[^@\s.,;<>()\[\]"\\]+(?:\.[^@\s.,;<>()\[\]"\\]+)+',
    "url": r'(?:https?|ftps?)://[^\s/$.?#\[\]<>"][^\s<>"]*',
    "whole_number": r"\+?(?=[0-9]{1,9}(?:\.0+)?$)0*[1-9][0-9]*(?:\.0+)?",
    "degrees": r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})? ?°?",
    "year": r"(?:(?:พ\.? ?ศ\.?|ค\.? ?ศ\.?) ?)?[12][0-9]{3}(?:\.0+)?",
    "org_code": "[0-9]{4}",
}

#: Longest text of a field that names no limit of its own.
MAX_LENGTH = 10_000

_GREATEST_DEGREES = 180

#: Text that is longer is too long for every field, whatever normalising may take away.
_MOST = 1_000_000

#: Columns that a data dictionary can have.
MOST_COLUMNS = 2_000

#: Messages about one data dictionary: who mends that many will save again.
_MOST_PROBLEMS = 50


class Refused(Exception):
    """The value breaks a rule.

    Attributes:
        message: names the field by its label, and knows its code.
        messages: the same, and what else is wrong in a value of many parts.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.message = Message(code, sentence)
        self.messages = [self.message]


def label(field: Field) -> str:
    """The field's label in the reader's language."""
    return language.pick(field.label)


def naming(field: Field, message: str) -> str:
    """The message with the field's label before it, where it does not name the field."""
    if label(field) in message:
        return message
    return _("“%(label)s”: %(message)s") % {"label": label(field), "message": message}


def is_starred(
    field: Field, data_type: str | None = None, organization: str | None = None
) -> bool:
    """Whether a save asks for the field; see stars.asks."""
    return stars.asks(field, data_type, organization)


def missing(field: Field) -> Message:
    """The message for a starred field that is not filled in."""
    if field.is_coded or field.kind in ("organization", "yes_no"):
        return Message("missing", _("Please choose “%(label)s”.") % {"label": label(field)})
    return Message("missing", _("Please fill in “%(label)s”.") % {"label": label(field)})


def normalise(field: Field, value: Any, kept: Collection[str] = ()) -> Any:
    """The value as it is stored.

    Args:
        field: the field that holds it.
        value: whatever was written: text, a number, a list, None ...
        kept: codes that the record already carries: a retired one of them stays valid.

    Returns:
        Text; for several codes a list of codes in the list's order, each once; None
        where nothing was written.

    Raises:
        Refused: it breaks a rule of the field.
    """
    if value is None or value is tk.missing:
        return None
    return _BY_KIND.get(field.kind, _text)(field, value, kept)


def codes_in(field: Field, stored: Any) -> set[str]:
    """The codes that a value of the field carries, as it is stored or as a reader gets it."""
    if isinstance(stored, str) and field.is_list and stored.startswith("["):
        try:
            stored = json.loads(stored)
        except ValueError:
            return set()
    if field.kind != "columns":
        several = stored if isinstance(stored, list | tuple) else [stored]
        return {str(code) for code in several if code}
    parts = [name for name, part in fields.column_fields().items() if part.is_coded]
    rows = stored if isinstance(stored, list | tuple) else ()
    return {str(row[name]) for row in rows if isinstance(row, Mapping)
            for name in parts if row.get(name)}


def plain_text(field: Field, value: Any) -> str:
    """The value as normalised text.

    Raises:
        Refused: it is no text (or no number that can be read as text).
    """
    if isinstance(value, bool | int | float | datetime.date):
        value = value.isoformat() if isinstance(value, datetime.date) else str(value)
    if not isinstance(value, str):
        raise Refused("not_text", _("“%(label)s” must be text.") % {"label": label(field)})
    if len(value) > _MOST:
        # Not normalised first: that takes seconds for what is refused anyhow.
        check_length(field, value)
    if not text.is_storable(value):
        raise Refused(
            "broken_character",
            _("“%(label)s” holds a broken character that cannot be stored.")
            % {"label": label(field)},
        )
    return text.normalise(value)


def _text(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    result = plain_text(field, value)
    check_length(field, result)
    return result or None


def check_length(field: Field, value: str) -> None:
    """Refuse what has more characters (Unicode code points) than the field takes."""
    limit = field.max_length or MAX_LENGTH
    if len(value) > limit:
        raise Refused("too_long", too_long(field, f"{len(value):,}", limit))


def too_long(field: Field, count: str, limit: int) -> str:
    """The sentence for a text of ``count`` characters."""
    return _("“%(label)s” is too long: %(count)s of %(limit)s characters.") % {
        "label": label(field), "count": count, "limit": f"{limit:,}",
    }


def quoted(value: str) -> str:
    """A value for a message: on one line, cut where it is long."""
    value = text.one_line(value)
    return value if len(value) <= _QUOTED else value[: _QUOTED - 1] + "…"


def _bad_format(
    field: Field, value: str, expected: str, code: str = "bad_format"
) -> Refused:
    return Refused(code, cannot_be_used(field, quoted(value), expected))


def cannot_be_used(field: Field, value: str, expected: str) -> str:
    """The sentence for a value that is none of its kind."""
    return _("“%(label)s”: “%(value)s” cannot be used. %(expected)s") % {
        "label": label(field), "value": value, "expected": expected,
    }


def expected(field: Field) -> str:
    """What a value of the field's kind looks like, as a sentence; empty for free text."""
    limit = int(field.limit or _GREATEST_DEGREES)
    return {
        "email": _("Write one e-mail address, like name@example.go.th."),
        "url": _("Write a web address that starts with https://."),
        "whole_number": _("Write a whole number, 1 or more."),
        "degrees": _("Write decimal degrees between -%(limit)s and %(limit)s.")
        % {"limit": limit},
        "year": _("Write a year of four digits, like 2568."),
        "date": _("Write a date like 16/03/2564, 16 March 2021 or 2021-03-16."),
        "org_code": _("Write four digits, like 1001."),
        "name": _("Write lower-case Latin letters, digits, - and _ only, 2 to 100 of them."),
    }.get(field.kind, "")


def _match(field: Field, written: str) -> None:
    """Refuse what is not written as the field's kind."""
    if not re.fullmatch(PATTERNS[field.kind], written, re.IGNORECASE):
        raise _bad_format(field, written, expected(field))


def _code(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    written = plain_text(field, value)
    if not written:
        return None
    code_list = codes.of_coded(field)
    code = code_list.resolve(written)
    if code is None and field.kind == "yes_no" and written.startswith("ไม่"):
        code = "False"
    if code is None:
        near = ", ".join(f"{c.code} {code_list.label(c.code)}" for c in code_list.nearest(written))
        raise _bad_format(
            field,
            written,
            _("Choose one from the list, for example: %(near)s.") % {"near": near}
            if near
            else _("Choose one from the list."),
            "not_in_list",
        )
    if not code_list.codes[code].active and code not in kept:
        raise _bad_format(
            field, code_list.label(code), _("It is no longer in use."), "retired"
        )
    return code


def _codes(field: Field, value: Any, kept: Collection[str] = ()) -> list[str] | None:
    if isinstance(value, str):
        value = _several(field, value)
    elif not isinstance(value, list | tuple):
        value = [value]
    chosen: set[str] = set()
    problems: list[Message] = []
    for one in value:
        try:
            code = _code(field, one, kept)
        except Refused as refusal:
            problems.append(refusal.message)
        else:
            chosen |= {code} if code else set()
    if problems:
        raise Refused(problems[0].code, " ".join(dict.fromkeys(problems)))
    code_list = codes.of_coded(field)
    return [code for code in code_list.codes if code in chosen] or None


def _several(field: Field, value: str) -> list[Any]:
    """The values in one text: a JSON list, one label, or several with commas between."""
    if value.lstrip().startswith("["):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        if isinstance(parsed, list):
            return parsed
    if "," not in value or codes.of_coded(field).resolve(value):
        return [value]
    return value.split(",")


def _email(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    result = text.one_line(plain_text(field, value)).removeprefix("mailto:")
    return _matched(field, result)


def _url(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    return _matched(field, text.one_line(plain_text(field, value)))


def _matched(field: Field, result: str) -> str | None:
    if result:
        check_length(field, result)
        _match(field, result)
    return result or None


def _in_digits(field: Field, value: Any) -> str:
    """What was written for a kind that is all digits; empty where nothing was."""
    written = text.arabic_digits(text.one_line(plain_text(field, value)))
    if written:
        _match(field, written)
    return written


def _whole_number(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    written = _in_digits(field, value)
    return str(int(float(written))) if written else None


def _degrees(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    written = _in_digits(field, value).removesuffix("°").strip()
    if written and math.fabs(float(written)) > (field.limit or _GREATEST_DEGREES):
        raise _bad_format(field, written, expected(field))
    return written.removeprefix("+") or None


def _year(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    match = re.search("[0-9]{4}", _in_digits(field, value))
    return match[0] if match else None


def _date(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    written = plain_text(field, value)
    if not written:
        return None
    if date := dates.parse(written):
        return date.isoformat()
    raise _bad_format(field, written, expected(field))


def _org_code(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    return _in_digits(field, value) or None


def _organization(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    return text.one_line(plain_text(field, value)) or None


def _one_line(field: Field, value: Any, kept: Collection[str] = ()) -> str | None:
    result = text.one_line(plain_text(field, value))
    check_length(field, result)
    return result or None


def tag(field: Field, value: Any) -> str:
    """One keyword as it is stored: letters, marks and digits of any script.

    Raises:
        Refused: it is no text, or holds what no keyword can hold.
    """
    result = text.one_line(plain_text(field, value))
    if "\ufffd" in result or (result and unicodedata.category(result[0]) == "Mn"):
        raise _bad_format(field, result, damaged_tag(), "damaged")
    if "," in result:
        raise _bad_format(field, result, _("Write each keyword by itself."))
    if '"' in result or "\\" in result:
        # CKAN's pages of a keyword search for it between such quotes.
        raise _bad_format(field, result, quotes_in_tag())
    return result


def damaged_tag() -> str:
    """What to do about a keyword that lost a character."""
    return _("The keyword is damaged: type it again.")


def quotes_in_tag() -> str:
    """What to do about a keyword that cannot be searched for."""
    return _("Leave out the straight quotes and backslashes.")


def tag_length(value: str, least: int, most: int) -> str:
    """The sentence for a keyword that is too short or too long."""
    return _("Keyword “%(tag)s” must have %(least)s to %(most)s characters.") % {
        "tag": value, "least": least, "most": most,
    }


def _columns(
    field: Field, value: Any, kept: Collection[str] = ()
) -> list[dict[str, str]] | None:
    """The columns of a data dictionary, each with all of ``fields.column_fields()``."""
    rows = _rows(field, value)
    found: list[dict[str, str]] = []
    names: dict[str, int] = {}
    problems: list[Message] = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            problems.append(_in_row(number, _no_columns(field).message))
        else:
            column, wrong = _column(row, kept)
            if not any(column.values()) and all(m.code == "missing" for m in wrong):
                continue
            problems += [_in_row(number, message) for message in wrong]
            found.append(column)
            name = column["name"]
            if name and names.setdefault(name, number) != number:
                problems.append(_in_row(number, _repeated(name, names[name])))
        if len(problems) >= _MOST_PROBLEMS:
            problems[_MOST_PROBLEMS:] = [
                Message("more", _("There may be more to mend in the rows after that."))
            ]
            break
    if problems:
        refusal = Refused(problems[0].code, " ".join(problems))
        refusal.messages = problems
        raise refusal
    return found or None


def _rows(field: Field, value: Any) -> list[Any]:
    if isinstance(value, str):
        if not value.strip():
            return []
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise _no_columns(field) from None
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise _no_columns(field)
    if len(value) > MOST_COLUMNS:
        raise Refused(
            "too_many",
            _("“%(label)s” has too many rows: %(count)s of %(limit)s.")
            % {
                "label": label(field), "count": f"{len(value):,}", "limit": f"{MOST_COLUMNS:,}",
            },
        )
    return list(value)


def _column(
    row: Mapping[Any, Any], kept: Collection[str] = ()
) -> tuple[dict[str, str], list[Message]]:
    """One column as it is stored, and what is wrong with it."""
    table = fields.column_fields()
    column = dict.fromkeys(table, "")
    wrong = [
        Message(
            "unknown_part",
            _("“%(part)s” is no part of a column. The parts are: %(parts)s.")
            % {"part": quoted(_shown(part)), "parts": ", ".join(table)},
        )
        for part in row
        if part not in table
    ]
    for name, part in table.items():
        try:
            column[name] = normalise(part, row.get(name), kept) or ""
        except Refused as refusal:
            wrong.append(refusal.message)
        else:
            if part.stars and not column[name]:
                wrong.append(missing(part))
    return column, wrong


def _shown(part: Any) -> str:
    part = str(part)[: 2 * _QUOTED]
    return part if text.is_storable(part) else ascii(part)


def _in_row(number: int, message: Message) -> Message:
    return Message(message.code, in_row(str(number), message))


def in_row(number: str, message: str) -> str:
    """The sentence about one row of a data dictionary."""
    return _("Row %(row)s: %(message)s") % {"row": number, "message": message}


def _repeated(name: str, first: int) -> Message:
    return Message("repeated", is_in_row(quoted(name), str(first)))


def is_in_row(name: str, first: str) -> str:
    """The sentence for a column that stands in an earlier row."""
    return _("“%(label)s”: “%(value)s” is in row %(row)s already.") % {
        "label": label(fields.column_fields()["name"]), "value": name, "row": first,
    }


def _no_columns(field: Field) -> Refused:
    return Refused(
        "bad_format",
        _("“%(label)s” must be a list of columns, each with its name and type.")
        % {"label": label(field)},
    )


_BY_KIND: dict[str, Callable[[Field, Any, Collection[str]], Any]] = {
    "text": lambda field, value, kept: _text(field, value),
    "other": _one_line,
    "code": _code,
    "yes_no": _code,
    "codes": _codes,
    "email": _email,
    "url": _url,
    "whole_number": _whole_number,
    "degrees": _degrees,
    "year": _year,
    "date": _date,
    "org_code": _org_code,
    "organization": _organization,
    "line": _one_line,
    "columns": _columns,
}

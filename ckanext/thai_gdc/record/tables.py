"""The head of a table in a file, and what its columns hold.

Reads CSV, XLSX, GeoJSON and JSON. Files of Thai offices come in UTF-8 with or without a byte
order mark, in Windows-874 or TIS-620 and in UTF-16, with any of four delimiters.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import functools
import io
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import openpyxl

from ckanext.thai_gdc import codes, dates, text

#: Formats that can be read, as in the name of a file.
FORMATS = ("csv", "tsv", "txt", "xlsx", "geojson", "json")

#: No more of a file is read to learn what its columns are.
MOST_ROWS = 1_000
_MOST_BYTES = 1_000_000

#: An unpacked workbook beyond this is left alone: a small file can hold a huge one.
_MOST_UNPACKED = 200_000_000

_DELIMITERS = ",;\t|"

#: What openpyxl raises for what is no workbook, or not a whole one.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, KeyError, IndexError, ValueError, TypeError, OSError,
    AttributeError, SyntaxError,
)

#: What people write in a cell that has no value.
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "nan", "null", "none", "ไม่มีข้อมูล"})

_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)")
_DECIMAL = re.compile(r"[+-]?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)?(?:\.\d+)?(?:[eE][+-]?\d+)?")
#: A whole number of that many digits is a number on a card, and no quantity.
_DIGITS_OF_A_CARD = 13
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}")
_GEOMETRY = re.compile(
    r"(?:SRID=\d+;)?\s*(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)\b.*",
    re.IGNORECASE | re.DOTALL,
)


class Unreadable(Exception):
    """The file is not what its format says, or larger than is read."""


@dataclasses.dataclass
class Table:
    """The head of a table.

    Attributes:
        names: of the columns, as in the file.
        rows: at most MOST_ROWS of them, each with one value for every name. Values of CSV
            are text; those of XLSX and JSON are what the file holds (None for nothing).
    """

    names: list[str]
    rows: list[list[Any]]


def head(stream: IO[bytes], file_format: str) -> Table:
    """The first rows of a file.

    Args:
        stream: the file; a workbook has to be seekable.
        file_format: one of FORMATS.

    Raises:
        Unreadable: it cannot be read as that.
    """
    if file_format in ("geojson", "json"):
        return _objects_table(_text(stream.read(_MOST_BYTES)))
    if file_format == "xlsx":
        rows = list(itertools.islice(xlsx_rows(stream), MOST_ROWS + 1))
    else:
        start = stream.read(_MOST_BYTES)
        rows = _csv_head(_text(start), is_cut=len(start) == _MOST_BYTES)
    rows = [row for row in rows if any(cell not in (None, "") for cell in row)]
    if not rows:
        raise Unreadable
    names = ["" if name is None else str(name) for name in rows[0]]
    while names and not names[-1]:
        names.pop()  # a workbook often has blank columns behind the table
    return Table(names, [_as_wide(row, len(names)) for row in rows[1:]])


def _as_wide(row: Sequence[Any], width: int) -> list[Any]:
    return [*row[:width], *[None] * (width - len(row))]


# --- Text -------------------------------------------------------------------------------


def _text(start: bytes) -> str:
    """The text of a file's first bytes: a character cut at the end is left out."""
    encodings = ["utf-8-sig", "cp874"]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            return codecs.getincrementaldecoder(encoding)().decode(start)
        except UnicodeDecodeError:
            continue
    raise Unreadable


def csv_rows(content: str) -> Iterator[list[str]]:
    """The rows of a CSV text, whatever its delimiter.

    Raises:
        Unreadable: it is no CSV.
    """
    try:
        delimiter = max(
            _DELIMITERS,
            key=lambda one: len(next(csv.reader(io.StringIO(content), delimiter=one), [])),
        )
        yield from csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    except csv.Error:
        raise Unreadable from None


def _csv_head(content: str, *, is_cut: bool) -> list[list[Any]]:
    rows: list[list[Any]] = list(itertools.islice(csv_rows(content), MOST_ROWS + 1))
    if is_cut and 1 < len(rows) <= MOST_ROWS:
        rows.pop()  # only a part of it was read
    return rows


# --- Workbooks --------------------------------------------------------------------------


def xlsx_rows(stream: IO[bytes]) -> Iterator[tuple[Any, ...]]:
    """The rows of a workbook's first sheet, by what is seen of formulas: their values.

    Raises:
        Unreadable: it is no workbook, or an enormous one.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MOST_UNPACKED:
                raise Unreadable
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        try:
            yield from book.worksheets[0].iter_rows(values_only=True)
        finally:
            book.close()
    except _BROKEN:
        raise Unreadable from None


# --- JSON -------------------------------------------------------------------------------


def _objects_table(content: str) -> Table:
    match = re.search(r'"features"\s*:\s*\[', content)
    is_geojson = match is not None
    match = match or re.search(r"\[(?=\s*\{)", content)
    if match is None:
        raise Unreadable
    objects = list(itertools.islice(_objects(content, match.end()), MOST_ROWS))
    if is_geojson:
        objects = [
            {**(one.get("properties") or {}), "geometry": one.get("geometry")} for one in objects
        ]
    names = list(dict.fromkeys(name for one in objects for name in one))
    if not names:
        raise Unreadable
    if is_geojson:
        names.append(names.pop(names.index("geometry")))
    return Table(names, [[one.get(name) for name in names] for one in objects])


def _objects(content: str, at: int) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list, as far as the text goes.

    Args:
        content: JSON, perhaps cut.
        at: where the list's first object is.
    """
    decoder = json.JSONDecoder()
    blank = re.compile(r"[\s,]*")
    while True:
        at = blank.match(content, at).end()  # type: ignore[union-attr]
        try:
            one, at = decoder.raw_decode(content, at)
        except (ValueError, RecursionError):
            return
        if isinstance(one, dict):
            yield one


# --- Types ------------------------------------------------------------------------------


def type_of(values: Iterable[Any]) -> str:
    """The code of column_type that fits all the values; text where none does.

    Digits may be Thai, dates of either era. What has leading zeros, or as many digits as the
    number of a card, is a name of something and stays text.
    """
    found: set[str] = set()
    for value in values:
        if one := _type(value):
            found.add(one)
        if "text" in found:
            return "text"
    if len(found) == 1:
        return found.pop()
    for mixed, code in (
        ({"integer", "decimal"}, "decimal"), ({"date", "datetime"}, "datetime"),
    ):
        if found == mixed:
            return code
    return "other" if found and found <= {"other", "geometry"} else "text"


def _type(value: Any) -> str | None:
    """The type of one value, None for nothing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, dict):
        return "geometry" if {"type", "coordinates"} <= value.keys() else "other"
    if isinstance(value, list | tuple):
        return "other"
    if isinstance(value, float):
        return "decimal"
    written = text.arabic_digits(text.one_line(_written(value)))
    if text.key(written) in _NOTHING:
        return None
    if _INTEGER.fullmatch(written):
        is_card = sum(c.isdigit() for c in written) >= _DIGITS_OF_A_CARD
        return "text" if is_card else "integer"
    if any(c.isdigit() for c in written) and _DECIMAL.fullmatch(written):
        return "decimal"
    if _TIME.search(written) and dates.parse(_TIME.split(written)[0]):
        return "datetime"
    if dates.parse(written):
        return "date"
    if _GEOMETRY.fullmatch(written):
        return "geometry"
    if text.key(written) in _truths():
        return "boolean"
    return "text"


def _written(value: Any) -> str:
    """A cell as text; a date of a workbook without the midnight that it comes with."""
    written = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return written.removesuffix("T00:00:00")


@functools.cache
def _truths() -> set[str]:
    """How true and false are written in words."""
    answers = codes.get("yes_no").codes.values()
    words = [word for answer in answers for word in (answer.code, *answer.label.values())]
    return {text.key(word) for word in words}

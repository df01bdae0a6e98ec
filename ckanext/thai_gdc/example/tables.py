"""Reads the example's CSV and XLSX files as tables for the DataStore."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def table(
    path: Path, dictionary: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, str | None]]]:
    """Columns and rows of a file, as ``datastore_create`` takes them.

    Args:
        path: a CSV (UTF-8) or XLSX file, whose first row names the columns.
        dictionary: column name to what it holds.

    Returns:
        ``fields`` with type and data dictionary, and ``records`` (None for what is blank).
    """
    head, *rows = _xlsx(path) if path.suffix == ".xlsx" else _csv(path)
    ids = [column_id(name) for name in head]
    fields = [
        {
            "id": ids[i],
            "type": _type([row[i] for row in rows]),
            "info": {"label": name, "notes": dictionary.get(name, "")},
        }
        for i, name in enumerate(head)
    ]
    return fields, [
        {key: value or None for key, value in zip(ids, row, strict=True)} for row in rows
    ]


def column_id(name: str) -> str:
    """The column's name in the DataStore: the table preview takes a full stop for a path."""
    return name.replace(".", "")


def _csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _xlsx(path: Path) -> list[list[str]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        return [["" if cell is None else str(cell) for cell in row] for row in rows]
    finally:
        book.close()


def _type(values: Sequence[str]) -> str:
    filled = [value for value in values if value]
    if filled and all(_NUMBER.fullmatch(value) for value in filled):
        return "numeric"
    if filled and all(_DATE.fullmatch(value) for value in filled):
        return "date"
    return "text"

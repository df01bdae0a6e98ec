"""Reads the example's CSV and XLSX files as tables for the DataStore."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ckanext.thai_gdc.record import tables
from ckanext.thai_gdc.record.dictionary import add_text, columns_of

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


def data_dictionary(path: Path, described: Mapping[str, str]) -> list[dict[str, str]]:
    """The columns of a file, as a resource's ``data_dictionary`` takes them.

    Args:
        path: as in ``table``.
        described: column name to what it holds.
    """
    with path.open("rb") as stream:
        columns = columns_of(stream, path.suffix.lstrip("."))
    for column in columns:
        if notes := described.get(column["name"]):
            add_text(column, "description", notes)
    return columns


def column_id(name: str) -> str:
    """The column's name in the DataStore: the table preview takes a full stop for a path."""
    return name.replace(".", "")


def _csv(path: Path) -> list[list[str]]:
    return list(tables.csv_rows(path.read_text(encoding="utf-8-sig")))


def _xlsx(path: Path) -> list[list[str]]:
    with path.open("rb") as stream:
        rows = tables.xlsx_rows(stream)
        return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _type(values: Sequence[str]) -> str:
    filled = [value for value in values if value]
    if filled and all(_NUMBER.fullmatch(value) for value in filled):
        return "numeric"
    if filled and all(_DATE.fullmatch(value) for value in filled):
        return "date"
    return "text"

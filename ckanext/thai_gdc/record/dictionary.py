"""The data dictionary of a resource: a first draft of it, and how a page shows it."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import types
from ckan.lib import files, uploader

from ckanext.thai_gdc import codes, fields, text
from ckanext.thai_gdc.record import tables, values

_ = tk._

#: Of a file in a storage that is no folder, no more is fetched.
_MOST_BYTES = 20_000_000

#: Bytes of a column's name in PostgreSQL from which on it may be a shortened one.
_SHORTENED = 60

_THAI = re.compile("[\u0e01-\u0e5b]")

Column = dict[str, str]


def columns_of(stream: IO[bytes], file_format: str) -> list[Column]:
    """The columns of a file, each with its name and the type that its values seem to have.

    Args:
        stream: the file; a workbook has to be seekable.
        file_format: one of ``tables.FORMATS``.

    Raises:
        Unreadable: the file cannot be read as that.
    """
    table = tables.head(stream, file_format)
    return [
        _column(name, tables.type_of(row[position] for row in table.rows))
        for position, name in enumerate(_distinct(table.names))
    ]


def _column(name: str, column_type: str) -> Column:
    return {**dict.fromkeys(fields.column_fields(), ""), "name": name, "type": column_type}


def _distinct(names: Iterable[str]) -> list[str]:
    """Names that a data dictionary takes: none blank, none twice, none too long."""
    longest = fields.column_fields()["name"].max_length or 0
    result: list[str] = []
    for position, written in enumerate(names, 1):
        name = wanted = text.one_line(written)[:longest].strip() or f"column_{position}"
        for number in itertools.count(2):
            if name not in result:
                break
            suffix = f"_{number}"
            name = wanted[: longest - len(suffix)] + suffix
        result.append(name)
    return result


def add_text(column: Column, part: str, written: str) -> None:
    """Put a text into the half of ``title`` or ``description`` that is of its language."""
    name = f"{part}_{'th' if _THAI.search(written) else 'en'}"
    limit = fields.column_fields()[name].max_length
    column[name] = text.normalise(written)[:limit].strip()


# --- The draft --------------------------------------------------------------------------


@tk.side_effect_free
def gdc_data_dictionary_draft(context: types.Context, data_dict: types.DataDict) -> Any:
    """Columns of a resource as a first draft of its ``data_dictionary``; nothing is saved.

    They come from the DataStore, with its own labels and notes, or from the first rows of
    the uploaded file. Who may change the resource may ask.

    Args:
        context: CKAN's.
        data_dict: ``id`` of the resource.

    Returns:
        ``source`` ("datastore" or "file") and ``columns``, as a save takes them.

    Raises:
        ValidationError: there is nothing to draft from: a linked file, a format that is not
            read, a broken file.
        ObjectNotFound: there is no such resource.
    """
    resource_id = tk.get_or_bust(data_dict, "id")
    if not isinstance(resource_id, str):
        raise tk.ObjectNotFound(_("Resource was not found."))
    tk.check_access("resource_update", context, {"id": resource_id})
    resource = tk.get_action("resource_show")(tk.fresh_context(context), {"id": resource_id})
    source, columns = "datastore", _of_datastore(context, resource)
    if not columns:
        source, columns = "file", _of_file(resource)
    if len(columns) > values.MOST_COLUMNS:
        raise _nothing(
            _("The file has %(count)s columns; a data dictionary takes %(limit)s.")
            % {"count": f"{len(columns):,}", "limit": f"{values.MOST_COLUMNS:,}"}
        )
    return {"source": source, "columns": columns}


def _nothing(why: str) -> tk.ValidationError:
    return tk.ValidationError({"data_dictionary": [why]})


def _of_datastore(context: types.Context, resource: Mapping[str, Any]) -> list[Column]:
    if not p.plugin_loaded("datastore") or not resource.get("datastore_active"):
        return []
    try:
        found = tk.get_action("datastore_search")(
            tk.fresh_context(context), {"resource_id": resource["id"], "limit": 0}
        )
    except tk.ObjectNotFound:
        return []
    stored = [field for field in found["fields"] if field["id"] != "_id"]
    columns = []
    for name, field in zip(_distinct(_heading(f) for f in stored), stored, strict=True):
        info = field.get("info") or {}
        named = info.get("type_override") or field["type"]
        column = _column(name, codes.get("column_type").resolve(named) or "other")
        if info.get("label") and text.one_line(info["label"]) != name:
            add_text(column, "title", text.one_line(info["label"]))
        if info.get("notes"):
            add_text(column, "description", info["notes"])
        columns.append(column)
    return columns


def _heading(field: Mapping[str, Any]) -> str:
    """The column's name in the file.

    The DataStore takes it without some signs and shortened; those who fill it keep the whole
    as the label then.
    """
    name, said = field["id"], (field.get("info") or {}).get("label") or ""
    taken, whole = (re.sub(r"[\W_]", "", one) for one in (name, said))
    is_cut = len(name.encode()) >= _SHORTENED and whole.startswith(taken)
    return said if taken and (taken == whole or is_cut) else name


def _of_file(resource: Mapping[str, Any]) -> list[Column]:
    if resource.get("url_type") != "upload":
        raise _nothing(
            _("The file is not on this site but linked, so it is not read. Type the columns in.")
        )
    file_format = _format(resource)
    if file_format is None:
        raise _nothing(
            _("No columns can be read from this kind of file. What is read: %(formats)s.")
            % {"formats": "CSV, XLSX, GeoJSON, JSON"}
        )
    try:
        with _open(dict(resource)) as stream:
            return columns_of(stream, file_format)
    except (tables.Unreadable, OSError, files.exc.FilesError):
        raise _nothing(
            _("The file cannot be read as %(format)s. Check that it opens, then upload it again.")
            % {"format": file_format.upper()}
        ) from None


def _format(resource: Mapping[str, Any]) -> str | None:
    """What the file is by its name, else by the format that people gave; None if not known."""
    suffix = PurePosixPath(resource.get("url") or "").suffix.lstrip(".")
    for said in (suffix, resource.get("format") or ""):
        if said.lower() in tables.FORMATS:
            return said.lower()
    return None


def _open(resource: dict[str, Any]) -> IO[bytes]:
    upload: Any = uploader.get_resource_uploader(resource)
    path = upload.get_path(resource["id"])
    storage = getattr(upload, "storage", None)
    if storage is None:
        return Path(path).open("rb")
    content = io.BytesIO()
    for chunk in storage.stream(files.FileData(files.Location(path))):
        content.write(chunk)
        if content.tell() > _MOST_BYTES:
            break
    content.seek(0)
    return content


# --- The page ---------------------------------------------------------------------------


def rows(value: Any) -> list[Column]:
    """The columns for a page, whatever form it got them in: stored, or typed and refused."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    if not isinstance(value, list):
        return []
    return [
        {part: str(row.get(part) or "") for part in fields.column_fields()}
        for row in value
        if isinstance(row, Mapping)
    ]


def get_actions() -> dict[str, types.Action]:
    """The action by name."""
    return {"gdc_data_dictionary_draft": gdc_data_dictionary_draft}

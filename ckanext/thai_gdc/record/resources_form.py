"""The file or address of a resource in its form, and what the page of a record's resources asks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from werkzeug.datastructures import FileStorage

from ckanext.thai_gdc import fields
from ckanext.thai_gdc.record import values
from ckanext.thai_gdc.record.errors import Message

_ = tk._

_MEGABYTE = 1024 * 1024
_ON_THE_WEB = frozenset({"http", "https", "ftp", "ftps"})


def gdc_file(data: Mapping[str, Any], errors: Mapping[str, Any] | None) -> dict[str, str]:
    """Where the data of the resource in a form comes from.

    Args:
        data: values by field name: stored ones, or as typed where a save was refused.
        errors: messages by field name.

    Returns:
        ``stored``: name of the file that the site has (empty: none); ``lost``: name of a file
        that was chosen and has to be chosen again, since no browser gives it back;
        ``way``: what is chosen: ``keep``, ``file``, ``address`` or nothing; ``url``: what the
        input for the address holds, which is the file's name as long as the file is kept.
    """
    resource = model.Resource.get(data.get("id") or "")
    stored = resource.url if resource and resource.url_type == "upload" else ""
    stored = (stored or "").rsplit("/", 1)[-1]
    chosen = tk.request.files.get("upload") if errors else None
    lost = (chosen.filename or "") if chosen else ""
    typed = str(data.get("url") or "")
    if lost:
        before = resource.url if resource and not stored else ""
        return {"stored": stored, "lost": lost, "way": "file", "url": stored or before or ""}
    if stored and data.get("url_type") == "upload":
        return {"stored": stored, "lost": "", "way": "keep", "url": stored}
    return {"stored": stored, "lost": "", "way": "address" if typed else "", "url": typed}


def gdc_largest_file() -> int:
    """The most bytes that a file may have."""
    return tk.config["ckan.max_resource_size"] * _MEGABYTE


def gdc_formats() -> dict[str, str]:
    """The file formats that CKAN knows: what a name may end in to the format's own name."""
    return {written: known[1] for written, known in tk.h.resource_formats().items()}


def gdc_labels_by_name() -> dict[str, str]:
    """The labels of the fields of resources and records in the reader's language, by name.

    Where both have a field of a name it is the resource's.
    """
    tables = (fields.dataset_fields(), fields.resource_fields())
    return {name: values.label(field) for table in tables for name, field in table.items()}


def is_on_the_web(address: str) -> bool:
    """Whether a text is an address as the fields for addresses take it."""
    return bool(re.fullmatch(values.PATTERNS["url"], address))


def mend(data: dict[str, Any]) -> None:
    """Bring in agreement what a form without a script sends of the file and the address.

    There the choice, the file and the address can contradict each other: an address that was
    typed while “keep the file” stayed chosen, or the choice of a file without one.

    Args:
        data: the resource, as it was sent; changed in place.
    """
    if data.get("upload") or data.get("url_type") != "upload":
        return
    url = str(data.get("url") or "").strip()
    if not url:
        data["url_type"] = ""
    elif urlsplit(url).scheme in _ON_THE_WEB and f"/{data.get('id')}/download/" not in url:
        data["url_type"] = ""
        data["clear_upload"] = "true"


def check_size(data: Mapping[str, Any]) -> None:
    """Refuse a file that is too large before anything of it is stored.

    CKAN would say so in English, after it has judged everything else.

    Args:
        data: the resource, as it was sent.

    Raises:
        ValidationError: at ``url``, with the code ``too_large``.
    """
    file = data.get("upload")
    if not isinstance(file, FileStorage):
        return
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    most = gdc_largest_file()
    if size > most:
        raise tk.ValidationError({"url": [Message("too_large", _(
            "The file “%(name)s” is too large: %(size)s. It may have at most %(most)s."
        ) % {
            "name": file.filename, "size": tk.h.localised_filesize(size),
            "most": tk.h.localised_filesize(most),
        })]})


def get_helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers by name."""
    return {name: f for name, f in globals().items() if name.startswith("gdc_")}

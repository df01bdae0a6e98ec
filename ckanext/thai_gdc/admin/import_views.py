"""The page by which a list is taken from a file: first what that would change, then the change."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any, cast

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.thai_gdc import guide
from ckanext.thai_gdc.admin import changes, comparison, import_action, importing, pages, words
from ckanext.thai_gdc.codes import titles
from ckanext.thai_gdc.harvest import code_lists

_ = tk._

gdc_list_import = Blueprint("gdc_list_import", __name__)

gdc_list_import.before_request(pages.only_managers)

#: What the first step of the page asks for, in its order.
_NAMES = ("content", "format", "missing")

#: Characters that the page carries from one step to the next: a form takes no more.
_MOST_CARRIED = 400_000

#: Characters that can be pasted.
_MOST_PASTED = 100_000


def new(name: str) -> str | Response:
    """Ask for a file; show what it would change; change it, with a reason."""
    if name not in code_lists.names():
        return tk.abort(404, _("There is no code list of that name."))
    form = tk.request.form
    said = {key: form.get(key, "") for key in ("paste", "format", "missing", "carried", "note")}
    said["missing"] = said["missing"] or comparison.MISSING[0]
    if tk.request.method != "POST" or form.get("do") == "back":
        return _asking(name, said, {})
    content = _content(said)
    asked: dict[str, Any] = {"list": name, "format": said["format"], "missing": said["missing"],
                             "content": content}
    try:
        look = tk.get_action("gdc_code_list_import")({}, asked)
    except tk.ValidationError as refusal:
        return _asking(name, said, refusal.error_dict)
    said["carried"] = base64.b64encode(zlib.compress(content)).decode()
    said["format"] = look["format"]
    if len(said["carried"]) > _MOST_CARRIED:
        return _asking(name, said, {"content": [_(
            "The file is too large for this page. Import it on the command line, or in parts."
        )]})
    errors: dict[str, Any] = {}
    if form.get("do") == "save":
        try:
            done = tk.get_action("gdc_code_list_import")({}, {
                **asked, "format": look["format"], "dry_run": False, "note": said["note"],
                "revision": form.get("revision")})
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(
                _("The list is imported: it is in force now.") if done["change"]
                else _("There was nothing to change."))
            return tk.redirect_to(_back(name))
    return tk.render("thai_gdc/admin/import_look.html", {
        "name": name, "title": words.list_title(name), "said": said, "look": look,
        "found": look["lists"][0], "results": import_action.result_titles(), "worded": words.worded,
        "attribute_title": titles.attribute, "back": _back(name),
        "format_names": guide.FORMAT_NAMES,
        "messages": pages.messages(
            {key: value for key, value in errors.items() if key != "code_list"},
            [changes.NOTE.name]),
    })


def _asking(name: str, said: dict[str, str], errors: dict[str, Any]) -> str:
    """The first step."""
    if said["carried"] and not said["paste"] and said["format"] != "xlsx":
        # A file cannot be put back into its field: what stands in it can, if it is not long.
        written = _text(_content(said))
        if len(written) <= _MOST_PASTED:
            said["paste"], said["carried"] = written, ""
    return tk.render("thai_gdc/admin/import_form.html", {
        "name": name, "title": words.list_title(name), "said": said, "back": _back(name),
        "formats": guide.FORMAT_NAMES, "limit": importing.MOST_BYTES // 1_000_000,
        "most_pasted": _MOST_PASTED,
        "messages": pages.messages(errors, _NAMES),
    })


def _content(said: dict[str, str]) -> bytes:
    """The file: uploaded, pasted, or carried from the step before."""
    upload = tk.request.files.get("upload")
    if upload and upload.filename:
        data = cast(Any, upload).read(importing.MOST_BYTES + 1)
        said["format"] = said["format"] or importing.format_of(data, upload.filename) or ""
        return data
    if said["paste"].strip():
        return said["paste"].encode("utf-8", "replace")
    try:
        unpacked = zlib.decompressobj().decompress(
            base64.b64decode(said["carried"], validate=True), importing.MOST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        return b""
    return unpacked


def _text(content: bytes) -> str:
    try:
        return importing.decoded(content)
    except importing.Refused:
        return ""


def _back(name: str) -> str:
    """The page of the list."""
    return tk.h.url_for("gdc_lists.code_list", name=name)


gdc_list_import.add_url_rule(
    "/catalog-admin/lists/<name>/import", view_func=new, methods=["GET", "POST"])

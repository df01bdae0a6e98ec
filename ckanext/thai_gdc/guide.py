"""The guide to the fields: what the standard says of each, made of its definition."""

from __future__ import annotations

import hashlib
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, make_response, request

from ckanext.thai_gdc import codes
from ckanext.thai_gdc import fields as definitions
from ckanext.thai_gdc.fields import Field, Level
from ckanext.thai_gdc.harvest import code_lists, code_lists_action
from ckanext.thai_gdc.record import values

_ = tk._

#: The formats in which a list can be had, by what its address ends in.
FORMAT_NAMES = {
    "csv": "CSV", "xlsx": "XLSX", "yaml": "YAML", "ttl": "Turtle", "jsonld": "JSON-LD",
}

gdc_guide = Blueprint("gdc_guide", __name__)


def fields() -> str:
    """Every field of a record, a resource and an organization, each with an address."""
    chapters = [
        {"title": tk.h.gdc_text(group["label"]), "level": "dataset", "fields": [
            f for f in definitions.dataset_fields().values()
            if f.group == group["name"] and not f.hidden
        ]}
        for group in definitions.groups()
    ]
    others: dict[Level, str] = {
        "resource": _("Files and addresses (resources)"),
        "column": _("Columns of a data dictionary"),
        "organization": _("Organizations"),
    }
    chapters += [
        {"title": title, "level": level,
         "fields": [f for f in definitions.of_level(level).values() if not f.hidden]}
        for level, title in others.items()
    ]
    chapters = [chapter for chapter in chapters if chapter["fields"]]
    return tk.render(
        "thai_gdc/guide.html",
        extra_vars={"chapters": chapters, "described": described,
                    "star_sets": definitions.star_sets(), "lists": _lists(chapters),
                    "formats": {ending: FORMAT_NAMES[ending] for ending in code_lists.FORMATS}},
    )


def described(field: Field) -> str:
    """What may stand in the field, in one sentence."""
    code_list = codes.of_field(field)
    if field.kind == "yes_no":
        return _("Yes or no")
    if code_list:
        return _("Several from the list below") if field.is_multiple else _(
            "One from the list below")
    words = {
        "tags": _("Keywords with commas between them"),
        "organization": _("An organization of this catalog"),
        "file": _("A file, or the address where the data is"),
        "format": _("The format of the file"),
        "columns": _("The columns of the file, each with what is said of it"),
        "text": _("Free text"), "other": _("Free text on one line"), "line": _(
            "Free text on one line"),
    }
    said = [words.get(field.kind) or values.expected(field)]
    if field.max_length:
        said.append(_("At most %(limit)s characters") % {"limit": f"{field.max_length:,}"})
    return " · ".join(one for one in said if one)


def _lists(chapters: list[dict[str, Any]]) -> dict[str, list[codes.Code]]:
    """The choices of each coded field, by the name of its list."""
    coded = [f for chapter in chapters for f in chapter["fields"] if f.is_coded]
    return {f.code_list: codes.of_coded(f).choices() for f in coded if f.code_list}


def code_list(name: str, ending: str) -> Response:
    """A code list as a file; whoever has it already is told so (ETag)."""
    if name not in code_lists.names() or ending not in code_lists.FORMATS:
        return tk.abort(404, _("There is no code list of that name."))
    # What the file is made of, not the file: an XLSX says when it was made.
    source = f"{ending} {code_lists.as_yaml([name])}"
    etag = hashlib.sha256(source.encode()).hexdigest()
    media_type, make = code_lists.FORMATS[ending]
    response = make_response(b"" if etag in request.if_none_match else make(name))
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{ending}"'
    response.set_etag(etag)
    return response


@gdc_guide.after_app_request
def cacheable(response: Response) -> Response:
    """Code lists are the same for everybody: whoever has one asks whether it is of today."""
    is_list = request.endpoint == "gdc_guide.code_list" or (
        (request.view_args or {}).get("logic_function") in code_lists_action.get_actions()
    )
    if is_list and response.status_code == 200 and request.method in ("GET", "HEAD"):
        # CKAN's own mark of an answer that is one reader's alone.
        request.environ.pop("__no_cache__", None)
        response.add_etag()
        response.make_conditional(request)
    return response


gdc_guide.add_url_rule("/guide/fields", view_func=fields)
gdc_guide.add_url_rule("/guide/lists/<name>.<ending>", view_func=code_list)

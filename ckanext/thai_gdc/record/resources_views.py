"""The page of a record's resources: what its forms send where there is no script.

With a script assets/resources.js calls CKAN's actions itself; the page is CKAN's, with our
template.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint, Response
from werkzeug.datastructures import FileStorage

from ckanext.thai_gdc.record import resources_form
from ckanext.thai_gdc.record.resources_action import SEEN

_ = tk._

gdc_resources = Blueprint("gdc_resources", __name__)

#: Header of a form that a script sends: it is told where to go and goes there itself, so that
#: what the next page has to tell is not used up before it is seen.
_BY_SCRIPT = "X-GDC-Form"
_GO_TO = "X-GDC-Location"


def resources(record_id: str) -> str | Response:
    """Add resources, move one, or publish the draft: what the button says (``do``)."""
    record = _record(record_id)
    done = tk.request.form.get("do", "")
    if done.startswith(("up:", "down:")):
        direction, resource_id = done.split(":", 1)
        return _moved(record, resource_id, -1 if direction == "up" else 1)
    if done == "publish":
        return _published(record)
    return _added(record)


def _record(record_id: str) -> dict[str, Any]:
    """The record, if the reader may change it; else the page of one that never was."""
    try:
        record = tk.get_action("package_show")({}, {"id": record_id})
        tk.check_access("package_update", {"user": tk.current_user.name}, {"id": record["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, _("Dataset not found"))
    if record["type"] != "dataset":
        tk.abort(404, _("Dataset not found"))
    return record


def _page(record: dict[str, Any], **said: Any) -> str:
    """The page again, with what it has to say."""
    record = tk.get_action("package_show")({}, {"id": record["id"]})
    return tk.render("package/resources.html", {
        "dataset_type": record["type"], "pkg_dict": record,
        "pkg": model.Package.get(record["id"]), **said,
    })


def _back(record: dict[str, Any]) -> Response:
    return tk.redirect_to("dataset.resources", id=record["name"])


def _moved(record: dict[str, Any], resource_id: str, by: int) -> str | Response:
    seen = [resource["id"] for resource in record["resources"]]
    order = list(seen)
    if resource_id in order:
        place = order.index(resource_id)
        order.insert(max(place + by, 0), order.pop(place))
    try:
        tk.get_action("package_resource_reorder")(
            {}, {"id": record["id"], "order": order, SEEN: seen}
        )
    except tk.ValidationError as refusal:
        return _page(record, problems=tk.h.gdc_errors(refusal.error_dict))
    return _back(record)


def _published(record: dict[str, Any]) -> str | Response:
    try:
        tk.get_action("package_patch")({}, {"id": record["id"], "state": "active"})
    except tk.ValidationError as refusal:
        return _page(record, problems=tk.h.gdc_errors(refusal.error_dict))
    return tk.redirect_to("dataset.read", id=record["name"])


def _added(record: dict[str, Any]) -> str | Response:
    saved: list[str] = []
    again: list[str] = []
    refused: list[dict[str, Any]] = []
    for sent in _sent():
        messages = _create(record, sent)
        if not messages:
            saved.append(sent["name"])
            continue
        refused.append({"what": _written(sent), "messages": messages})
        if "upload" not in sent:
            again.append(sent["url"])
    if saved and not refused:
        tk.h.flash_success(
            tk.ungettext("%(num)d resource was added.", "%(num)d resources were added.",
                         len(saved)) % {"num": len(saved)}
        )
        return _back(record)
    return _page(
        record, saved=saved, refused=refused, addresses="\n".join(again),
        nothing=not saved and not refused,
    )


def _sent() -> Iterator[dict[str, Any]]:
    """What the form sent: each file and each address as resource_create takes it."""
    for file in tk.request.files.getlist("upload"):
        if file.filename:
            name = file.filename.rsplit(".", 1)[0] or file.filename
            yield {"name": name, "upload": file, "url_type": "upload"}
    for line in tk.request.form.get("addresses", "").splitlines():
        if address := line.strip():
            name, known = _name_and_format(address)
            yield {"name": name, "url": address, "url_type": "", "format": known}


def _name_and_format(address: str) -> tuple[str, str]:
    """What the end of an address says: a name for the resource, and a format that CKAN knows."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address, ""
    last = unquote(parts.path.rstrip("/").rsplit("/", 1)[-1])
    name, _dot, ending = last.rpartition(".")
    known = resources_form.gdc_formats().get(ending.lower(), "") if name else ""
    return name or last or parts.netloc, known


def _written(sent: dict[str, Any]) -> str:
    """The file's name or the address."""
    file = sent.get("upload")
    return str(file.filename) if isinstance(file, FileStorage) else sent["url"]


def _create(record: dict[str, Any], sent: dict[str, Any]) -> list[str]:
    """Why it could not be created; empty if it was."""
    name = sent["name"]
    if "url" in sent and not resources_form.is_on_the_web(sent["url"]):
        return [_("Write a web address that starts with https://.")]
    try:
        tk.get_action("resource_create")({}, {"package_id": record["id"], **sent})
    except tk.ValidationError as refusal:
        found = [one["message"] for one in tk.h.gdc_errors(refusal.error_dict, "resource")]
        return found or [_("“%(name)s” could not be saved.") % {"name": name}]
    return []


@gdc_resources.after_app_request
def tell_where(response: Response) -> Response:
    """Tell a script where a form leads instead of sending it there (see _BY_SCRIPT)."""
    if tk.request.headers.get(_BY_SCRIPT) and response.status_code in (301, 302, 303):
        response.headers[_GO_TO] = response.headers.pop("Location")
        response.status_code = 200
        response.set_data(b"")
    return response


gdc_resources.add_url_rule(
    "/dataset/resources/<record_id>", view_func=resources, methods=["POST"]
)

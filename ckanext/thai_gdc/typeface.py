"""The Thai typeface of the pages: Loma, from the package of the system that has it.

Its files are served as they stand in that package's folder. Where they are missing, readers
get the Thai typeface of their own system.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, send_from_directory
from werkzeug import Response as BaseResponse

from ckanext.thai_gdc import config

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

#: Files of the folder, by the weight of CSS that each is.
FILES = {400: "Loma.woff", 700: "Loma-Bold.woff"}

#: How long browsers keep a file before they ask whether it changed, in seconds: 30 days.
_KEPT = 30 * 24 * 3600


class _Kept(Response):
    """A file that browsers keep: CKAN has all that leaves it asked for again each time."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Cache-Control"] = f"public, max-age={_KEPT}"
        return headers


gdc_typeface = Blueprint("gdc_typeface", __name__)


def is_there() -> bool:
    """Whether the folder has every file of the typeface."""
    folder = config.typeface_folder()
    return folder is not None and all((folder / name).is_file() for name in FILES.values())


def addresses() -> dict[int, str]:
    """Address of each file by its weight; none where a file is missing."""
    if not is_there():
        return {}
    return {
        weight: tk.h.url_for("gdc_typeface.file", weight=weight, locale="default")
        for weight in FILES
    }


def file(weight: int) -> BaseResponse:
    """The file of a weight; 404 where there is none."""
    folder = config.typeface_folder()
    if weight not in FILES or not folder:
        tk.abort(404)
    found = send_from_directory(Path(folder).resolve(), FILES[weight], mimetype="font/woff")
    return _Kept.force_type(found)


gdc_typeface.add_url_rule("/thai_gdc/typeface/<int:weight>.woff", view_func=file)

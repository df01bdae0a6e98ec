"""Pages about records that CKAN has none for."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from flask import Blueprint, Response

from ckanext.thai_gdc.record import judgement

_ = tk._

_ROWS = 20

gdc_record = Blueprint("gdc_record", __name__)


def incomplete() -> str | Response:
    """The reader's records that break a rule of today, with what each lacks."""
    if not tk.current_user.is_authenticated:
        tk.abort(403, _("Log in to see your records."))
    page = tk.h.get_page_number(tk.request.args)
    found = tk.get_action("gdc_incomplete_list")({}, {"start": _ROWS * (page - 1), "rows": _ROWS})
    records: list[dict[str, Any]] = [
        {**record, "problems": judgement.problems(record)} for record in found["results"]
    ]
    return tk.render(
        "user/dashboard_incomplete.html",
        {
            "user_dict": tk.get_action("user_show")({}, {"id": tk.current_user.name}),
            "records": records,
            "page": Page(
                collection=records, page=page, item_count=found["count"],
                items_per_page=_ROWS, presliced_list=True,
                url=lambda page: tk.h.url_for("gdc_record.incomplete", page=page),
            ),
        },
    )


gdc_record.add_url_rule("/dashboard/incomplete", view_func=incomplete)

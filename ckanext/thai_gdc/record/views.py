"""Pages about records that CKAN has none for."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.thai_gdc.record import judgement, paging

gdc_record = Blueprint("gdc_record", __name__)


def incomplete() -> str:
    """The reader's records that break a rule of today, with what each lacks."""

    def fetch(limit: int, offset: int) -> dict[str, Any]:
        found = tk.get_action("gdc_incomplete_list")({}, {"rows": limit, "start": offset})
        records = [{**r, "problems": judgement.problems(r)} for r in found["results"]]
        return {**found, "results": records}

    return paging.own_records("user/dashboard_incomplete.html", "gdc_record.incomplete", fetch)


gdc_record.add_url_rule("/dashboard/incomplete", view_func=incomplete)

"""Pages about records that CKAN has none for."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from ckan.lib.search.common import SolrConnectionError
from flask import Blueprint

from ckanext.thai_gdc.record import due, judgement, mine, paging

_ = tk._
log = logging.getLogger(__name__)

gdc_record = Blueprint("gdc_record", __name__)


@gdc_record.app_errorhandler(SolrConnectionError)
def search_is_down(error: SolrConnectionError) -> tuple[str, int]:
    """Pages that cannot be without the search say so, where CKAN speaks of an error of its own."""
    log.error(error)
    return tk.render("error_document_template.html", {"code": 503, "content": str(error)}), 503


def my_records() -> str:
    """What the reader has to do, and did last: four lists of records, one of them open.

    Without a choice it is the first that holds something.
    """
    asked = tk.request.args.get("list")
    return _page(asked if asked in mine.LISTS else None)


def incomplete() -> str:
    """The reader's records that break a rule of today; an address that people may have kept."""
    return _page("mend")


def _page(name: str | None) -> str:
    if not tk.current_user.is_authenticated:
        tk.abort(403, _("Log in to see your records."))
    number = tk.h.get_page_number(tk.request.args)
    start = min(paging.ROWS * (number - 1), 2**31 - 1)
    try:
        found = _found(name, start)
        if name is None:
            name = next((one for one in mine.LISTS if found["counts"][one]), mine.LISTS[0])
            if name != found["list"]:
                found = _found(name, start)
    except mine.SEARCH_FAILS:
        found = None
    chosen = name or mine.LISTS[0]
    return tk.render(
        "user/dashboard_records.html",
        {
            "user_dict": tk.get_action("user_show")({}, {"id": tk.current_user.name}),
            "lists": mine.LISTS,
            "chosen": chosen,
            "found": found,
            "rows": [_row(chosen, record) for record in found["results"]] if found else [],
            "page": Page(
                collection=found["results"], page=number, item_count=found["count"],
                items_per_page=paging.ROWS, presliced_list=True,
                url=lambda page: tk.h.url_for("gdc_record.my_records", list=chosen, page=page),
            ) if found else None,
        },
    )


def _found(name: str | None, start: int) -> dict[str, Any]:
    asked = {"list": name or mine.LISTS[0], "rows": paging.ROWS, "start": start}
    return tk.get_action("gdc_my_records")({}, asked)


def _row(name: str, record: dict[str, Any]) -> dict[str, Any]:
    """A record with what its list says of it: what is wrong, or how late the data is."""
    row: dict[str, Any] = {"record": record}
    if name in ("mend", "drafts"):
        row["problems"] = judgement.problems(record)
    if day := due.on(record):
        row["due"] = day.isoformat()
        row["late"] = max((due.today() - day).days, 0)
    return row


gdc_record.add_url_rule("/dashboard/records", view_func=my_records)
gdc_record.add_url_rule("/dashboard/incomplete", view_func=incomplete)

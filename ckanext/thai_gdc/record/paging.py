"""Lists that are given in parts: what a client may ask for, and pages that leaf through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page

from ckanext.thai_gdc.record.errors import Message

_ = tk._

ROWS = 20
MOST_ROWS = 100


def part(
    data_dict: Mapping[str, Any], limit: str = "limit", offset: str = "offset",
    rows: int = ROWS, most: int = MOST_ROWS,
) -> tuple[int, int]:
    """How many rows are asked for, and from which on.

    Args:
        data_dict: of an action.
        limit: name of the parameter for the first.
        offset: name of the parameter for the second; 0 unless given.
        rows: how many where the first is not given.
        most: more rows than these are not given.

    Raises:
        ValidationError: one of them is no number that can be.
    """
    numbers: list[int] = []
    errors: dict[str, Any] = {}
    for name, default, least in ((limit, rows, 1), (offset, 0, 0)):
        try:
            number = int(data_dict.get(name, default))
        except (TypeError, ValueError, OverflowError):
            number = -1
        if not least <= number < 2**31:
            errors[name] = [
                Message("bad_format", _("Write a whole number, %(least)s or more.")
                        % {"least": least})
            ]
        numbers.append(number)
    if errors:
        raise tk.ValidationError(cast(Any, errors))
    return min(numbers[0], most), numbers[1]


def own_records(
    template: str, endpoint: str, fetch: Callable[[int, int], dict[str, Any]]
) -> str:
    """A page of the dashboard with records of the reader's organizations.

    Args:
        template: gets ``records``, ``page`` and the ``user_dict`` of CKAN's dashboard.
        endpoint: of the page.
        fetch: called with limit and offset; gives ``count`` and ``results``.
    """
    if not tk.current_user.is_authenticated:
        tk.abort(403, _("Log in to see your records."))
    page = tk.h.get_page_number(tk.request.args)
    found = fetch(ROWS, ROWS * (page - 1))
    return tk.render(
        template,
        {
            "user_dict": tk.get_action("user_show")({}, {"id": tk.current_user.name}),
            "records": found["results"],
            "page": Page(
                collection=found["results"], page=page, item_count=found["count"],
                items_per_page=ROWS, presliced_list=True,
                url=lambda page: tk.h.url_for(endpoint, page=page),
            ),
        },
    )

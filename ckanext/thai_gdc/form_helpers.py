"""What the templates of forms ask: rules for the browser, what another record lends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import fields
from ckanext.thai_gdc.fields import Level
from ckanext.thai_gdc.record import browser

#: Lists with more entries than this can be searched.
_SHORT = 10


def gdc_form_rules(level: Level) -> dict[str, Any]:
    """See record.browser.form_rules."""
    return browser.form_rules(level)


def gdc_is_long(options: list[Any]) -> bool:
    """Whether a list of choices is too long to be looked through."""
    return len(options) > _SHORT


def gdc_prefilled(data: dict[str, Any], errors: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values with which the form of a new record opens.

    With ``?like=<id or name>`` in the address those of that record, but for its name, files
    and dates; a record that the reader may not see lends nothing.

    Args:
        data: what the form would hold otherwise.
        errors: messages by field; what was typed and refused is not overwritten.
    """
    like = tk.request.args.get("like")
    if not like or errors or data.get("id") or tk.request.method != "GET":
        return data
    try:
        model_record = tk.get_action("package_show")({}, {"id": like})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return data
    lent = {
        name: model_record[name]
        for name, field in fields.dataset_fields().items()
        if field.kind not in ("name", "date", "tags") and model_record.get(name)
    }
    keywords = ", ".join(tag["name"] for tag in model_record.get("tags", []))
    return {**data, **lent, "tag_string": keywords, "private": model_record["private"],
            "gdc_like": model_record["title"] or model_record["name"]}


def get_helpers() -> dict[str, Callable[..., Any]]:
    """The template helpers by name."""
    return {name: f for name, f in globals().items() if name.startswith("gdc_")}

"""What readers of a record get besides what is stored, and labels in the place of codes.

Codes are what is stored and what clients get. One that asks with ``gdc_values: labels``, or
every client of the API where the site says so, gets what existing agency catalogs give: the
Thai label, lists of labels, "True" and "False" as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc import codes, config, fields, language, request
from ckanext.thai_gdc.fields import Field

_ = tk._

#: The parameter of the reading actions.
PARAMETER = "gdc_values"
VALUES = ("codes", "labels")

#: In which existing catalogs store the values.
_LANGUAGE = "th"


def complete(record: dict[str, Any]) -> dict[str, Any]:
    """The record with what belongs to it in every output (package_show, index, feeds).

    CKAN's own register does not know our licences, and its short form of an organization
    leaves the 4-digit code out. The wording is that of the site's default language, so that
    output does not depend on who asked.
    """
    code = codes.get("license_id").codes.get(record.get("license_id") or "")
    if code:
        record["license_title"] = language.pick(code.label, config.default_language())
        record["license_url"] = code.attributes.get("uri", "")
        record["isopen"] = bool(code.attributes.get("open"))
    organization: Any = record.get("organization") and model.Group.get(record["owner_org"])
    if organization:
        record["organization"]["org_code"] = organization.extras.get("org_code", "")
    return record


def with_labels(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record, with its resources, whose codes are Thai labels."""
    labelled = _labelled(record, fields.dataset_fields())
    if "resources" in record:
        labelled["resources"] = [resource_with_labels(r) for r in record["resources"]]
    return labelled


def resource_with_labels(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource whose codes are Thai labels."""
    return _labelled(resource, fields.resource_fields())


def _labelled(values: Mapping[str, Any], table: Mapping[str, Field]) -> dict[str, Any]:
    result = dict(values)
    for name, field in table.items():
        if field.is_coded and result.get(name):
            labels = codes.labels(field, result[name], _LANGUAGE)
            result[name] = labels if field.is_multiple else labels[0]
    return result


def _asks_for_labels(action: str, data_dict: types.DataDict) -> bool:
    """Whether the client wants labels; takes the parameter away.

    The site's setting counts only for the action that a client of the API calls itself:
    CKAN's own calls always get codes.
    """
    asked = data_dict.pop(PARAMETER, None)
    if asked is None:
        return config.output_values() == "labels" and request.is_call_of(action)
    if asked not in VALUES:
        raise tk.ValidationError(
            {PARAMETER: [_("Write one of: %(values)s.") % {"values": ", ".join(VALUES)}]}
        )
    return asked == "labels"


def _reading(name: str, label: Callable[[Any], Any]) -> types.ChainedAction:
    def read(
        original: types.Action, context: types.Context, data_dict: types.DataDict
    ) -> Any:
        data_dict = dict(data_dict)
        labels = _asks_for_labels(name, data_dict)
        result = original(context, data_dict)
        return label(result) if labels else result

    read.__name__ = name
    return tk.chained_action(tk.side_effect_free(read))


def _label_search(result: dict[str, Any]) -> dict[str, Any]:
    return {**result, "results": [with_labels(record) for record in result["results"]]}


def get_actions() -> dict[str, types.Action | types.ChainedAction]:
    """The reading actions that know the parameter."""
    return {
        "package_show": _reading("package_show", with_labels),
        "package_search": _reading("package_search", _label_search),
        "resource_show": _reading("resource_show", resource_with_labels),
    }

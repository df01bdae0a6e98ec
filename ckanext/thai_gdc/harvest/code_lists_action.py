"""The code lists over the API, for everybody."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import types

from ckanext.thai_gdc.harvest import code_lists

_ = tk._


@tk.side_effect_free
def gdc_code_list_list(
    context: types.Context, data_dict: types.DataDict
) -> list[dict[str, Any]]:
    """The code lists, without their codes.

    Returns:
        One entry a list; see harvest.code_lists.summary.
    """
    tk.check_access("gdc_code_list_list", context, data_dict)
    return [code_lists.summary(name) for name in code_lists.names()]


@tk.side_effect_free
def gdc_code_list_show(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """One code list with its codes.

    Args:
        context: of the caller.
        data_dict: ``id``, the name of the list.

    Returns:
        As gdc_code_list_list gives it, and ``codes``; see harvest.code_lists.entries.

    Raises:
        ObjectNotFound: there is no list of that name.
    """
    tk.check_access("gdc_code_list_show", context, data_dict)
    name = data_dict.get("id")
    if not isinstance(name, str) or name not in code_lists.names():
        raise tk.ObjectNotFound(_("There is no code list of that name."))
    return code_lists.shown(name)


def get_actions() -> dict[str, types.Action]:
    """Actions by name."""
    return {
        "gdc_code_list_list": gdc_code_list_list, "gdc_code_list_show": gdc_code_list_show,
    }

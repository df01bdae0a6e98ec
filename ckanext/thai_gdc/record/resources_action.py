"""The order of a record's resources: nobody's change of it is overwritten unseen."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model, types

from ckanext.thai_gdc.record.errors import Message

_ = tk._

#: Parameter of package_resource_reorder: the order that the caller saw.
SEEN = "seen"


@tk.chained_action
def package_resource_reorder(
    original: types.Action, context: types.Context, data_dict: types.DataDict
) -> Any:
    """As CKAN's; with ``seen`` only if the resources still are those, in that order.

    Args:
        original: CKAN's action.
        context: of the caller.
        data_dict: ``id``, ``order``, and ``seen``: the ids of all resources, in the order in
            which the caller saw them.

    Raises:
        NotAuthorized: the caller may not change the record.
        ValidationError: at ``order``, with the code ``changed_meanwhile``: somebody added,
            removed or moved a resource.
    """
    seen = data_dict.pop(SEEN, None)
    named = data_dict.get("id")
    package = model.Package.get(named) if isinstance(named, str) else None
    if seen is not None and package:
        tk.check_access("package_update", tk.fresh_context(context), {"id": package.id})
        row: Any = model.Package
        model.Session.query(row.id).filter(row.id == package.id).with_for_update().first()
        model.Session.expire_all()
        if [resource.id for resource in package.resources] != seen:
            model.Session.rollback()
            raise tk.ValidationError({"order": [Message("changed_meanwhile", _(
                "Somebody else added, removed or moved a resource meanwhile. Load the page again "
                "to see the list as it is now."
            ))]})
    return original(context, data_dict)


def get_actions() -> dict[str, types.ChainedAction]:
    """The chained actions by name."""
    return {"package_resource_reorder": package_resource_reorder}

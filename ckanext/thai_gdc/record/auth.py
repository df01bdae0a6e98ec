"""Who may call the actions about records."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz, model, types


@tk.auth_disallow_anonymous_access
def gdc_incomplete_list(
    context: types.Context, data_dict: types.DataDict | None = None
) -> types.AuthResult:
    """Everybody who is logged in: the list holds the caller's own records only."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def gdc_code_list_list(
    context: types.Context, data_dict: types.DataDict | None = None
) -> types.AuthResult:
    """Everybody: the lists say nothing of any record."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def gdc_code_list_show(
    context: types.Context, data_dict: types.DataDict | None = None
) -> types.AuthResult:
    """Everybody: the lists say nothing of any record."""
    return {"success": True}


@tk.auth_disallow_anonymous_access
def gdc_due_list(
    context: types.Context, data_dict: types.DataDict | None = None
) -> types.AuthResult:
    """Everybody who is logged in: the list holds the caller's own records only."""
    return {"success": True}


@tk.auth_disallow_anonymous_access
def gdc_my_records(
    context: types.Context, data_dict: types.DataDict | None = None
) -> types.AuthResult:
    """Everybody who is logged in: the lists hold the caller's own records only."""
    return {"success": True}


def gdc_record_withdraw(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who may delete the dataset may withdraw it."""
    return authz.is_authorized("package_delete", context, data_dict)


def gdc_record_reinstate(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who may change the dataset's state may reinstate it."""
    return authz.is_authorized("package_change_state", context, data_dict)


def gdc_withdrawal_show(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who may update the dataset may know why it was withdrawn."""
    return authz.is_authorized("package_update", context, data_dict)


@tk.auth_disallow_anonymous_access
def gdc_withdrawn_own_list(
    context: types.Context, data_dict: types.DataDict
) -> types.AuthResult:
    """Everybody who is logged in: the list holds records that the caller may edit only."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def gdc_withdrawn_list(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Everybody may know which of the listed records are gone."""
    return {"success": True}


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def package_show(
    next_auth: types.AuthFunction, context: types.Context, data_dict: types.DataDict | None
) -> types.AuthResult:
    """A withdrawn record is there for those who may edit it, and for nobody else.

    Raises:
        ObjectNotFound: to others it is like a record that never was.
    """
    package = context.get("package") or model.Package.get((data_dict or {}).get("id"))
    if package and package.type == "dataset" and package.state == model.State.DELETED:
        asked = {"id": package.id}
        editing = authz.is_authorized("package_update", tk.fresh_context(context), asked)
        if editing.get("success"):
            return editing
        raise tk.ObjectNotFound()
    return next_auth(context, data_dict or {})

"""Who may change lists, fields and rules: sysadmins, and whom they made catalog managers."""

from __future__ import annotations

from ckan import authz, model, types

from ckanext.thai_gdc import settings


def is_manager(name: str | None) -> bool:
    """Whether the user of that name manages the catalog."""
    user = model.User.get(name) if name else None
    if not user or user.state != model.State.ACTIVE:
        return False
    return bool(user.sysadmin or settings.current().values.get(f"manager:{user.id}"))


def gdc_catalog_manage(
    context: types.Context, data_dict: types.DataDict | None = None
) -> types.AuthResult:
    """Sysadmins and catalog managers: lists, fields, rules, and the history of them."""
    return {"success": is_manager(context.get("user"))}


def _managing(name: str) -> types.AuthFunction:
    def may(
        context: types.Context, data_dict: types.DataDict | None = None
    ) -> types.AuthResult:
        return authz.is_authorized("gdc_catalog_manage", context, data_dict)

    may.__name__ = name
    may.__doc__ = "Whoever manages the catalog (gdc_catalog_manage)."
    return may


#: What else only catalog managers may do.
MANAGING = (
    "gdc_code_create", "gdc_code_update", "gdc_code_retire", "gdc_code_reactivate",
    "gdc_code_delete", "gdc_code_decide", "gdc_code_uses", "gdc_code_list_create",
    "gdc_code_list_update", "gdc_code_list_import", "gdc_change_list", "gdc_change_undo",
    "gdc_manager_list",
    "gdc_code_replace", "gdc_replacement_show", "gdc_replacement_list", "gdc_replacement_stop",
    "gdc_replacement_resume", "gdc_replacement_undo",
    "gdc_rules_show", "gdc_rules_update", "gdc_field_update", "gdc_agreements_update",
    "gdc_rules_effect",
)


def get_auth_functions() -> dict[str, types.AuthFunction]:
    """Who may do what, by the name of the action."""
    return {
        "gdc_catalog_manage": gdc_catalog_manage, "gdc_manager_set": gdc_manager_set,
        **{name: _managing(name) for name in MANAGING},
    }


def gdc_manager_set(
    context: types.Context, data_dict: types.DataDict | None = None
) -> types.AuthResult:
    """Sysadmins only: a catalog manager makes no other one."""
    return {"success": authz.is_sysadmin(context.get("user") or "")}

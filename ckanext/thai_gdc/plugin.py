"""What there is: the rooms of the plugin, gathered for CKAN."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model, types
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from flask import Blueprint

from ckanext.thai_gdc import cli, guide, helpers, outage, settings, typeface
from ckanext.thai_gdc.admin import auth as admin_auth
from ckanext.thai_gdc.admin import (
    changes,
    code_action,
    history_action,
    import_action,
    import_views,
    replace_action,
    replace_views,
    rules_action,
    rules_views,
)
from ckanext.thai_gdc.admin import views as admin_views
from ckanext.thai_gdc.harvest import action as harvest_action
from ckanext.thai_gdc.harvest import code_lists_action
from ckanext.thai_gdc.record import (
    action,
    auth,
    conflict_action,
    dictionary,
    drafts,
    errors,
    mine,
    output,
    resources_action,
    resources_form,
    resources_views,
    understood,
    validators,
    views,
    withdrawal,
    withdrawal_action,
    withdrawal_views,
)
from ckanext.thai_gdc.search import index


def _actions() -> dict[str, types.Action | types.ChainedAction]:
    """The actions of every room, by name."""
    rooms = (
        harvest_action, output, action, conflict_action, withdrawal_action, dictionary,
        mine, resources_action, code_lists_action, code_action, history_action,
        import_action,
        rules_action, replace_action,
    )
    return errors.on_writing({n: f for room in rooms for n, f in room.get_actions().items()})


def _auth_functions() -> dict[str, types.AuthFunction]:
    """Who may call the actions of every room."""
    of_records = {n: f for n, f in vars(auth).items() if n.startswith(("gdc_", "package_"))}
    return {**of_records, **admin_auth.get_auth_functions()}


def _blueprints() -> list[Blueprint]:
    """The pages of every room."""
    return [
        views.gdc_record, withdrawal_views.gdc_withdrawal, guide.gdc_guide,
        resources_views.gdc_resources, typeface.gdc_typeface,
        outage.gdc_outage, rules_views.gdc_rules,
        replace_views.gdc_replacement, import_views.gdc_list_import,
        admin_views.gdc_lists,
    ]


@tk.blanket.config_declarations
@tk.blanket.validators(validators)
@tk.blanket.helpers(helpers.get_helpers)
@tk.blanket.actions(_actions)
@tk.blanket.auth_functions(_auth_functions)
@tk.blanket.blueprints(_blueprints)
@tk.blanket.cli(cli.get_commands)
class ThaiGdcPlugin(p.SingletonPlugin, DefaultTranslation):
    """Records, rules and harvest output of the Thai government data catalog."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.ITranslation)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)
    p.implements(p.ISignal)

    def update_config(self, config: CKANConfig) -> None:
        """Register templates and assets."""
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "thai_gdc")

    def configure(self, config: CKANConfig) -> None:
        """What the site changed is read from its database."""
        settings.read_from(changes.read)

    def get_signal_subscriptions(self) -> types.SignalMapping:
        """See record.understood.tell, record.drafts.saved and search.index."""
        return {
            tk.signals.action_succeeded: [
                {"sender": "package_create", "receiver": understood.tell},
                {"sender": "package_update", "receiver": understood.tell},
                {"sender": "organization_update", "receiver": index.organization_changed},
                *({"sender": name, "receiver": drafts.saved} for name in drafts.SAVING),
            ]
        }

    def dataset_facets(
        self, facets_dict: dict[str, Any], package_type: str
    ) -> dict[str, Any]:
        """Facets of the catalog, by label."""
        return index.facets()

    def organization_facets(
        self, facets_dict: dict[str, Any], organization_type: str, package_type: str | None
    ) -> dict[str, Any]:
        """The same on an organization's page, but for itself."""
        return {name: title for name, title in index.facets().items() if name != "organization"}

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """See search.index.document."""
        return index.document(pkg_dict)

    def after_dataset_search(
        self, search_results: dict[str, Any], search_params: dict[str, Any]
    ) -> dict[str, Any]:
        """Label codes in facets."""
        return index.label_facets(search_results)

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """See record.withdrawal.updated."""
        withdrawal.updated(context["package"], withdrawal.user_id(context))

    def after_dataset_delete(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        """See record.withdrawal.deleted."""
        if package := model.Package.get(pkg_dict["id"]):
            withdrawal.deleted(package, withdrawal.user_id(context))

    def before_resource_create(self, context: Any, resource: dict[str, Any]) -> None:
        """See record.resources_form."""
        resources_form.check_size(resource)
        resources_form.mend(resource)

    def before_resource_update(
        self, context: Any, current: dict[str, Any], resource: dict[str, Any]
    ) -> None:
        """See record.resources_form."""
        resources_form.check_size(resource)
        resources_form.mend(resource)

    def after_dataset_show(self, context: Any, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """See record.output.complete."""
        return output.complete(pkg_dict)

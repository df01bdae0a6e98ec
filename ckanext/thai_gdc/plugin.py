"""What there is: the rooms of the plugin, gathered for CKAN."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation

from ckanext.thai_gdc import cli, helpers
from ckanext.thai_gdc.harvest import action as harvest_action
from ckanext.thai_gdc.record import validators
from ckanext.thai_gdc.search import index


@tk.blanket.config_declarations
@tk.blanket.validators(validators)
@tk.blanket.helpers(helpers.get_helpers)
@tk.blanket.actions(harvest_action.get_actions)
@tk.blanket.cli(cli.get_commands)
class ThaiGdcPlugin(p.SingletonPlugin, DefaultTranslation):
    """Records, rules and harvest output of the Thai government data catalog."""

    p.implements(p.IConfigurer)
    p.implements(p.ITranslation)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IPackageController, inherit=True)

    def update_config(self, config: CKANConfig) -> None:
        """Register templates and assets."""
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "thai_gdc")

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

    def after_dataset_show(self, context: Any, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Say what the licence is called: CKAN's own register does not know ours."""
        return helpers.with_licence(pkg_dict)

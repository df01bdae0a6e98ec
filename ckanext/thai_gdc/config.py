"""Every setting of the plugin, typed, once. What each is for stands in config_declaration.yaml."""

from __future__ import annotations

from pathlib import Path

import ckan.plugins.toolkit as tk

STAR_SET = "ckanext.thai_gdc.star_set"
STARS = "ckanext.thai_gdc.stars"
OUTPUT_VALUES = "ckanext.thai_gdc.output_values"
TYPEFACE_FOLDER = "ckanext.thai_gdc.typeface_folder"

#: Settings of CKAN and its extensions that a sound installation has, and their values.
REQUIRED_SETTINGS = {
    "scheming.dataset_schemas": "ckanext.thai_gdc:schemas/dataset.yaml",
    "scheming.organization_schemas": "ckanext.thai_gdc:schemas/organization.yaml",
    "scheming.presets": (
        "ckanext.thai_gdc:schemas/presets.yaml ckanext.scheming:presets.json"
    ),
    "ckanext.dcat.rdf.profiles": "thai_gdc",
}


def star_set() -> str:
    """Name of the star set in force: one that dataset.yaml names, or ``custom``."""
    return tk.config[STAR_SET]


def stars() -> frozenset[str]:
    """Names of the starred fields of the site's own set; counts when ``star_set`` is custom."""
    return frozenset(tk.config[STARS])


def default_language() -> str:
    """Language code of readers who chose none."""
    return tk.config["ckan.locale_default"]


def output_values() -> str:
    """What clients of the API get for coded fields: ``codes`` or ``labels``."""
    return tk.config[OUTPUT_VALUES]


def typeface_folder() -> Path | None:
    """Folder of the Thai typeface's files; None if the site wants none."""
    folder = tk.config[TYPEFACE_FOLDER]
    return Path(folder) if folder else None

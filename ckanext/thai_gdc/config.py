"""Every setting of the plugin, typed, once. What each is for stands in config_declaration.yaml."""

from __future__ import annotations

import functools
from pathlib import Path

import ckan.plugins.toolkit as tk

from ckanext.thai_gdc import fields, settings

STAR_SET = "ckanext.thai_gdc.star_set"
STARS = "ckanext.thai_gdc.stars"
OUTPUT_VALUES = "ckanext.thai_gdc.output_values"
TYPEFACE_FOLDER = "ckanext.thai_gdc.typeface_folder"

#: Name of the star set whose fields the site chooses itself.
OWN = "custom"

#: The star set whose fields every catalog has to ask for: a set that is chosen on the pages
#: holds them, whatever else it holds.
LEAST = "draft-2563"

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
    """Name of the star set in force: one that dataset.yaml names, or ``custom``.

    What an admin chose on the pages goes before the setting.
    """
    return settings.current().values.get("rule:star_set") or tk.config[STAR_SET]


def stars() -> frozenset[str]:
    """Names of the starred fields of the site's own set; counts when ``star_set`` is custom."""
    said = settings.current().values
    own = said.get("rule:stars")
    if own is None and "rule:star_set" not in said:
        return frozenset(tk.config[STARS])
    return frozenset(tk.config[STARS] if own is None else own) | least_stars()


@functools.cache
def least_stars() -> frozenset[str]:
    """Names of the fields of a record without which no set of an admin's can be."""
    return frozenset(f.name for f in fields.shipped("dataset").values() if LEAST in f.stars)


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

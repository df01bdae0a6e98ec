"""The doctor tells a sound installation from a broken one, and what to do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from stack.live import LiveSite

from ckanext.thai_gdc import doctor

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db")


def worst(findings: list[doctor.Finding]) -> dict[str, doctor.Finding]:
    """The worst finding of each check."""
    order = ("ok", "warning", "failed")
    return {f.check: f for f in sorted(findings, key=lambda f: order.index(f.state))}


def test_a_sound_installation_has_only_remarks(live_site: Callable[..., LiveSite]) -> None:
    """Exit status 0 with a worker running, 1 without one; a JSON document for monitoring."""
    site = live_site("doctor", processes=("worker",))
    deadline = time.monotonic() + 30
    while (result := site.ckan("thai-gdc", "doctor", "--json")).returncode:
        assert time.monotonic() < deadline, result.stdout + result.stderr
    findings = json.loads(result.stdout)
    assert {f["check"] for f in findings} == {
        "plugins", "settings", "migrations", "solr", "redis", "worker", "site_url", "secrets",
        "storage", "typeface", "lists",
    }
    assert all(f["advice"] for f in findings if f["state"] != "ok")
    site.stop("worker")
    result = site.ckan("thai-gdc", "doctor")
    assert result.returncode == 1
    assert "ckan jobs worker" in result.stdout


@pytest.mark.parametrize(
    ("option", "value", "check", "advice"),
    [
        ("scheming.dataset_schemas", "ckanext.scheming:ckan_dataset.yaml", "settings",
         "scheming.dataset_schemas = ckanext.thai_gdc:schemas/dataset.yaml"),
        ("ckanext.thai_gdc.stars", ["title", "nosuchfield"], "settings", "schemas/dataset.yaml"),
        ("ckan.plugins", ["scheming_datasets", "scheming_organizations", "dcat", "thai_gdc"],
         "plugins", "thai_gdc"),
        ("ckan.plugins", ["thai_gdc", "dcat"], "plugins", "ckan.plugins"),
        ("solr_url", "http://127.0.0.1:9/solr/none", "solr", ""),
        ("ckan.site_url", "catalog", "site_url", "https://"),
        ("SECRET_KEY", "CHANGE_ME_CHANGE_ME", "secrets", "secrets.token_urlsafe"),
        ("ckan.storage_path", "/nowhere/at/all", "storage", ""),
    ],
)
def test_what_is_broken_is_found_with_its_remedy(
    ckan_config: Any, option: str, value: Any, check: str, advice: str
) -> None:
    """Each check fails on its own fault, and says what to do."""
    ckan_config[option] = value
    finding = worst(doctor.examine())[check]
    assert finding.state == "failed"
    assert finding.advice
    assert advice in finding.advice

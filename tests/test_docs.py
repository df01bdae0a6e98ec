"""The documentation says what the code does."""

from __future__ import annotations

import runpy
from pathlib import Path

from ckanext.thai_gdc import config

PROJECT = Path(__file__).resolve().parents[1]


def test_the_reference_of_fields_is_up_to_date() -> None:
    """``python docs/fields.py`` would change nothing."""
    written = (PROJECT / "docs" / "fields.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(PROJECT / "docs" / "fields.py"))["page"]() == written


def test_the_readme_gives_the_settings_that_the_doctor_demands() -> None:
    """Line by line, and make run's own settings are the same."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    site = (PROJECT / "deploy" / "site.ini").read_text(encoding="utf-8").splitlines()
    for option, value in config.REQUIRED_SETTINGS.items():
        assert f"{option} = {value}" in readme
        assert any(
            line.partition("=")[0].strip() == option and value in line for line in site
        ), option


def test_every_link_between_pages_leads_somewhere() -> None:
    """Of README and docs/."""
    import re

    for page in (PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"

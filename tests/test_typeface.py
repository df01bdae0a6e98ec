"""The Thai typeface comes from the system's package, where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ckanext.thai_gdc import doctor

pytestmark = pytest.mark.usefixtures("app", "clean_db")

FOLDER = "ckanext.thai_gdc.typeface_folder"
ADDRESS = "/thai_gdc/typeface/400.woff"
BOLD = "/thai_gdc/typeface/700.woff"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like the package's, with another file in it."""
    for name in ("Loma.woff", "Loma-Bold.woff", "Garuda.woff"):
        (tmp_path / name).write_bytes(b"wOFF" + name.encode())
    return tmp_path


def test_a_page_names_the_typeface_and_browsers_keep_it(
    app: Any, ckan_config: Any, folder: Path
) -> None:
    """Both weights are announced for Thai letters, served as fonts and kept for 30 days."""
    ckan_config[FOLDER] = str(folder)
    page = app.get("/en/about").body
    assert page.count("unicode-range: U+0E00-0E7F") == 2
    for address, name in ((ADDRESS, "Loma.woff"), (BOLD, "Loma-Bold.woff")):
        assert f'url("{address}")' in page
        answer = app.get(address, status=200)
        assert answer.data == b"wOFF" + name.encode()
        assert answer.headers["Content-Type"] == "font/woff"
        assert "max-age=2592000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/thai_gdc/typeface/500.woff", "/thai_gdc/typeface/Garuda.woff"])
def test_nothing_else_of_the_folder_is_served(
    app: Any, ckan_config: Any, folder: Path, path: str
) -> None:
    """The folder may hold what it likes."""
    ckan_config[FOLDER] = str(folder)
    app.get(path, status=404)


@pytest.mark.parametrize("missing", ["nowhere", ""])
def test_without_the_files_the_system_s_typeface_serves(
    app: Any, ckan_config: Any, folder: Path, missing: str
) -> None:
    """No page names an address that is not there; the doctor remarks on it unless it is wanted."""
    ckan_config[FOLDER] = missing and str(folder / missing)
    assert "@font-face" not in app.get("/about").body
    app.get(ADDRESS, status=404)
    (finding,) = [f for f in doctor.examine() if f.check == "typeface"]
    assert finding.state == ("warning" if missing else "ok")
    assert bool(finding.advice) == bool(missing)

"""What an agency installs with pip has everything in it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest
from stack.state import PROJECT

pytestmark = pytest.mark.timeout(300)

#: Patterns of what the plugin needs of each sort, below ckanext/thai_gdc.
PARTS = {
    "code": ["plugin.py", "*/*.py"],
    "schemas": ["schemas/dataset.yaml", "schemas/organization.yaml", "schemas/presets.yaml",
                "schemas/code_lists.yaml"],
    "templates": ["templates/**/*.html"],
    "translations": ["i18n/th/LC_MESSAGES/*.mo", "i18n/th/LC_MESSAGES/*.po"],
    "assets": ["assets/webassets.y*ml", "assets/**/*.css"],
    "migrations": ["migration/thai_gdc/alembic.ini", "migration/thai_gdc/env.py"],
    "Solr": ["search/configset/solrconfig.xml", "search/configset/*.txt"],
    "settings": ["config_declaration.yaml"],
    "example": ["example/*.yaml", "example/files/*"],
}


def pip(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "-q", *arguments], check=True, cwd="/")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is in the repository: building writes beside its sources."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("ckanext", "schemas", "migration", "setup.py", "pyproject.toml", "MANIFEST.in",
                 "LICENSE", "README.md", "constraints.txt"):
        subprocess.run(["cp", "-a", PROJECT / name, folder], check=True)
    for compiled in folder.rglob("*.mo"):
        compiled.unlink()
    return folder


@pytest.fixture(scope="module")
def built(source: Path) -> Path:
    """Folder with the sdist and the wheel that was built from it."""
    # The environment of the tests has what the build needs: nothing is fetched.
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", source / "dist", source],
        check=True, capture_output=True,
    )
    return source / "dist"


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing in it but the plugin."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("*.whl")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


def missing(folder: Path, part: str) -> list[str]:
    return [
        pattern
        for pattern in PARTS[part]
        if not any(p.is_file() for p in (folder / "ckanext" / "thai_gdc").glob(pattern))
    ]


@pytest.mark.parametrize("part", PARTS)
def test_the_wheel_has(installed: Path, part: str):
    assert not missing(installed, part)


def test_the_wheel_has_every_file_of_the_package(source: Path, installed: Path):
    def files(top: Path) -> set[str]:
        package = top / "ckanext" / "thai_gdc"
        return {
            os.path.relpath(Path(where, name), package)
            for where, _, names in os.walk(package, followlinks=True)
            for name in names
            if "__pycache__" not in where
        }

    assert files(source) - files(installed) == set()


def test_the_wheel_does_not_take_ckans_place(built: Path):
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert all(n.startswith(("ckanext/thai_gdc/", "ckanext_thai_gdc-")) for n in names)


def test_the_sdist_has_the_sources_of_translations_but_nothing_compiled(built: Path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    assert any(n.endswith("/LICENSE") for n in names)
    assert any(n.endswith(".po") for n in names)
    assert not any("__pycache__" in n for n in names)


def metadata(folder: Path) -> Message:
    (file,) = folder.glob("ckanext_thai_gdc-*.dist-info/METADATA")
    return HeaderParser().parsestr(file.read_text(encoding="utf-8"))


def test_the_metadata_name_licence_and_pythons(installed: Path):
    found = metadata(installed)
    assert found["License-Expression"] == "AGPL-3.0-or-later"
    assert found["Requires-Python"] == "<3.13,>=3.10"
    assert "ckan<2.13,>=2.12" in found.get_all("Requires-Dist")


def test_the_installed_plugin_works_beside_ckan(installed: Path, tmp_path: Path):
    """CKAN finds its plugin, its migrations, its schemas in the wheel's files."""
    code = """
import ckanext, sys
ckanext.__path__ = [sys.argv[1] + "/ckanext", *ckanext.__path__]
from importlib.metadata import distributions
[found] = [d for d in distributions(path=[sys.argv[1]]) if d.name == "ckanext-thai_gdc"]
points = {(e.group, e.name): e for e in found.entry_points}
plugin = points["ckan.plugins", "thai_gdc"].load()
points["ckan.rdf.profiles", "thai_gdc"].load()
from ckanext.thai_gdc import fields
from ckanext.thai_gdc.search import solr
from ckanext.activity.plugin import ActivityPlugin
import inspect
assert inspect.getsourcefile(plugin).startswith(sys.argv[1]), inspect.getsourcefile(plugin)
assert fields.SCHEMAS.resolve().is_relative_to(sys.argv[1])
assert fields.mandatory_items()
assert "ICUTokenizer" in solr.schema_xml()
"""
    subprocess.run(
        [sys.executable, "-c", code, str(installed.resolve())], check=True, cwd=tmp_path
    )


def test_an_editable_install_keeps_ckans_own_plugins(tmp_path: Path):
    """The environment of the tests is one: both are found in the one namespace."""
    code = """
import ckanext.activity.plugin, ckanext.scheming.plugins, ckanext.dcat.plugins
import ckanext.thai_gdc.plugin
print(ckanext.thai_gdc.plugin.__file__)
"""
    output = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert Path(output.strip()) == PROJECT / "ckanext" / "thai_gdc" / "plugin.py"

"""Packaging that pyproject.toml cannot say: compiled translations, message extraction."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

I18N = Path(__file__).parent / "ckanext" / "thai_gdc" / "i18n"


def compile_translations() -> None:
    """Write the .mo beside each .po: they are not kept in the repository."""
    for po in sorted(I18N.glob("*/LC_MESSAGES/*.po")):
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parent.parent.name)
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalog)


class BuildPy(build_py):
    """``build_py`` that compiles the translations first; editable installs run it too."""

    def run(self) -> None:
        """Compile, then build as usual."""
        compile_translations()
        # The list of data files was made when the command was set up: make it anew.
        self.__dict__.pop("data_files", None)
        super().run()


setup(
    cmdclass={"build_py": BuildPy},
    message_extractors={
        "ckanext": [
            ("thai_gdc/**.py", "python", None),
            ("thai_gdc/**.js", "javascript", None),
            ("thai_gdc/**/templates/**.html", "ckan", None),
            ("thai_gdc/**/templates/**.txt", "ckan", None),
        ]
    },
)

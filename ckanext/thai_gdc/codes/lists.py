"""The code lists: those of schemas/code_lists.yaml with what the site changed, for look-up."""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.thai_gdc import fields, language, settings, text
from ckanext.thai_gdc.codes import site

#: How a yes/no field is stored, as existing catalogs do, and what people write for it.
YES_NO = {
    "True": {"th": "ใช่", "en": "Yes"},
    "False": {"th": "ไม่ใช่", "en": "No"},
}
_YES_NO_LEGACY = {
    "True": ("true", "yes", "1", "y", "มี", "ยินยอม"),
    "False": ("false", "no", "0", "n", "ไม่มี", "ไม่ยินยอม", "ไม่"),
}


@dataclasses.dataclass(frozen=True)
class Code:
    """One entry of a list.

    Attributes:
        code: what is stored.
        label: language code to text.
        legacy: values that older catalogs store for it.
        is_other: choosing it asks for free text.
        active: whether it can be newly chosen.
        attributes: what else the list says of it (dcat, for, access, ...).
    """

    code: str
    label: Mapping[str, str]
    legacy: tuple[str, ...] = ()
    is_other: bool = False
    active: bool = True
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_definition(cls, entry: Mapping[str, Any]) -> Code:
        """A code from its line in code_lists.yaml."""
        rest = dict(entry)
        return cls(
            code=rest.pop("code"),
            label={"th": rest.pop("th"), "en": rest.pop("en")},
            legacy=tuple(rest.pop("legacy", ())),
            is_other=rest.pop("other", False),
            active=rest.pop("active", True),
            attributes=rest,
        )


class CodeList:
    """A list of codes in the order in which they are shown."""

    def __init__(self, name: str, codes: Iterable[Code]) -> None:
        self.name = name
        self.codes = {code.code: code for code in codes}
        self._by_text: dict[str, str] = {}
        # A code beats a label, a label a legacy value, should two ever be written alike.
        for wording in (
            lambda c: c.legacy, lambda c: c.label.values(), lambda c: (c.code,),
        ):
            for code in self.codes.values():
                for word in wording(code):
                    self._by_text[text.key(word)] = code.code

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def resolve(self, value: str) -> str | None:
        """The code for a code, a Thai or English label or a legacy value; None if none."""
        return self._by_text.get(text.key(value))

    def nearest(self, value: str, most: int = 3) -> list[Code]:
        """Active codes whose code or label looks most like what was written."""
        close = difflib.get_close_matches(
            text.key(value)[:200], list(self._by_text), n=most * 3, cutoff=0.6
        )
        found = dict.fromkeys(self._by_text[word] for word in close)
        return [self.codes[code] for code in found if self.codes[code].active][:most]

    def label(self, code: str, lang: str | None = None) -> str:
        """The label in that language (the reader's if not given); an unknown code as it is."""
        return language.pick(self.codes[code].label, lang) if code in self.codes else code

    def others(self) -> set[str]:
        """The codes that ask for free text."""
        return {code.code for code in self.codes.values() if code.is_other}

    def choices(self) -> list[Code]:
        """The codes that can be newly chosen."""
        return [code for code in self.codes.values() if code.active]


@functools.lru_cache(maxsize=4)
def _in_force(changed: settings.Settings) -> dict[str, CodeList]:
    lists = {
        name: CodeList(name, [Code.from_definition(c) for c in definition["codes"]])
        for name, definition in site.definitions(changed).items()
    }
    lists["yes_no"] = CodeList(
        "yes_no",
        [Code(code, label, _YES_NO_LEGACY[code]) for code, label in YES_NO.items()],
    )
    return lists


def all_lists() -> dict[str, CodeList]:
    """Every list in force by name."""
    return _in_force(settings.current())


def get(name: str) -> CodeList:
    """The list of that name.

    Raises:
        KeyError: there is none.
    """
    return all_lists()[name]


def of_coded(field: fields.Field) -> CodeList:
    """The list from which a coded or yes/no field takes its values."""
    return get(field.code_list or "yes_no")


def of_field(field: fields.Field) -> CodeList | None:
    """The list from which the field takes its values; None if it takes none."""
    return of_coded(field) if field.is_coded or field.kind == "yes_no" else None


def labels(field: fields.Field, value: Any, lang: str | None = None) -> list[str]:
    """The labels of a stored value of a coded field, in the reader's language."""
    code_list = of_field(field)
    values = value if isinstance(value, list) else [value] if value else []
    return [code_list.label(str(v), lang) if code_list else str(v) for v in values]

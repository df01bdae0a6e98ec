"""Writes docs/fields.md from the definitions in schemas/: ``python docs/fields.py``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ckanext.thai_gdc import codes, fields
from ckanext.thai_gdc.fields import Field

PAGE = Path(__file__).with_name("fields.md")

_INTRODUCTION = """# Fields and code lists

Written by `python docs/fields.py` from `schemas/`; a test fails when it is out of date.
Change the definition, not this page.

★ starred in `draft-2563` and `guideline-1.0`, ☆ in `guideline-1.0` only. Lengths are in
characters. *Types*: the codes of `data_type` that have the field; all of them where blank.
Linked data: `gdc:` is `https://w3id.org/thai-gdc/terms#`; what carries no property here
is carried by DCAT-AP 3 itself (see [dcat.md](dcat.md)).
"""


def _star(field: Field) -> str:
    return "★" if "draft-2563" in field.stars else "☆" if field.stars else ""


def _format(field: Field) -> str:
    code_list = codes.of_field(field)
    if field.kind == "yes_no":
        return '"True" or "False"'
    if code_list:
        several = "several codes of" if field.is_multiple else "code of"
        return f"{several} [{code_list.name}](#{code_list.name})"
    words = {
        "text": "text", "other": "text, for an “other” code", "email": "e-mail",
        "url": "web address", "whole_number": "whole number ≥ 1", "date": "date, ISO 8601",
        "year": "year, as typed", "tags": "keywords with “,” between", "name": "slug",
        "degrees": f"decimal degrees, at most {field.limit}", "org_code": "four digits",
        "organization": "id or name of an organization", "file": "file or web address",
        "format": "file format", "line": "text on one line",
        "columns": "list of [columns](#column-of-a-data_dictionary)",
    }[field.kind]
    return f"{words} ≤ {field.max_length:,}" if field.max_length else words


def _table(title: str, table: Iterable[Field]) -> list[str]:
    lines = [
        f"\n## {title}\n",
        "| item | field | Thai label | English label | star | format | types | linked data |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for field in table:
        types = ", ".join(sorted(field.data_types or ()))
        lines.append(
            f"| {field.item} | `{field.name}` | {field.label['th']} | {field.label['en']} "
            f"| {_star(field)} | {_format(field)} | {types} | {field.dcat or ''} |"
        )
    return lines


def _list(name: str) -> list[str]:
    lines = [f"\n### {name}\n", "| code | Thai | English | notes |", "|---|---|---|---|"]
    for code in codes.get(name).codes.values():
        notes = [
            *(["asks for free text"] if code.is_other else []),
            *([] if code.active else ["inactive"]),
            *([f"also: {', '.join(code.legacy)}"] if code.legacy else []),
            *(f"{key}: {value}" for key, value in code.attributes.items() if key != "explain"),
        ]
        lines.append(
            f"| `{code.code}` | {code.label['th']} | {code.label['en']} | {'; '.join(notes)} |"
        )
    return lines


def page() -> str:
    """The whole page."""
    lines = [_INTRODUCTION.rstrip()]
    lines += _table("Dataset", fields.dataset_fields().values())
    lines += _table("Resource", fields.resource_fields().values())
    lines += _table("Column of a `data_dictionary`", fields.column_fields().values())
    lines += _table("Organization", fields.organization_fields().values())
    lines.append("\n## Code lists")
    for name in fields.read("code_lists.yaml"):
        lines += _list(name)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

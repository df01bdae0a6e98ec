"""The form of a code: which fields it has, and how what is typed becomes what an action takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.thai_gdc import codes, fields, settings
from ckanext.thai_gdc.admin import uses, words
from ckanext.thai_gdc.codes import check, site, titles

_ = tk._

_LANGUAGES = ("th", "en")

#: What every code can say; anything else only codes of lists that say it already.
_OF_ALL = frozenset({"code", *_LANGUAGES, "legacy", "explain", "other", "active", "for"})


@dataclasses.dataclass(frozen=True)
class Control:
    """A field of the form.

    Attributes:
        name: in the form; ``explain_th`` and ``explain_en`` are two parts of an attribute.
        kind: ``line``, ``text``, ``lines`` (one value a line), ``yes`` (a checkbox), ``one``
            or ``several`` of the choices.
        label, help: in the reader's language.
        starred: whether it has to be filled in.
        language: code of the language in which it is written, if that is certain.
        choices: code to label.
    """

    name: str
    kind: str
    label: str
    help: str = ""
    starred: bool = False
    language: str = ""
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)


def controls(name: str, is_new: bool) -> list[Control]:
    """The fields of the form for a code of a list."""
    entries = site.definitions(settings.current())[name]["codes"]
    title = titles.attribute
    found = []
    if is_new:
        like = ", ".join(entry["code"] for entry in entries[:3])
        found.append(Control(
            "code", "line", title("code"), starred=True,
            help=_("Written like the others: %(codes)s. It cannot be changed later.")
            % {"codes": like}))
    found += [Control(one, "line", title(one), starred=True, language=one) for one in _LANGUAGES]
    explained = {"th": _("Explanation in Thai"), "en": _("Explanation in English")}
    found += [
        Control(f"explain_{one}", "text", explained[one], language=one,
                help=_("One sentence, shown in forms while the code is chosen."))
        for one in _LANGUAGES
    ]
    partner = partner_of(name)
    if partner:
        found.append(Control(
            "for", "several", title("for"), choices=_choices(str(partner.code_list)),
            starred=True, help=_("A record can have the code only together with one of these.")))
    found.append(Control("legacy", "lines", title("legacy"), help=_(
        "What older catalogs store for it, one a line. Such values are taken for this code.")))
    found.append(Control("other", "yes", title("other"), help=_(
        "Whoever chooses the code says in words what is meant. Only one code of a list can.")))
    return found + list(_of_its_own(name))


def partner_of(name: str) -> fields.Field | None:
    """The field with whose codes those of the list have to agree, if there is one."""
    for field in uses.fields_of(name):
        if field.agrees_with:
            return fields.of_level(field.level)[field.agrees_with]
    return None


def _choices(name: str) -> dict[str, str]:
    code_list = codes.get(name)
    return {
        code.code: code_list.label(code.code) if code.active else "{} {}".format(
            code_list.label(code.code), _("(no longer in use)"))
        for code in code_list.codes.values()
    }


def _of_its_own(name: str) -> Iterator[Control]:
    """What only codes of this list say, as those that ship with it do."""
    shipped = site.shipped().get(name) or site.definitions(settings.current())[name]
    said = {key: entry[key] for entry in shipped["codes"] for key in entry}
    for key in check.ATTRIBUTES:
        if key not in said or key in _OF_ALL:
            continue
        title = titles.attribute(key)
        if key == "access":
            yield Control(key, "one", title, choices=titles.access(), starred=True)
        else:
            yield Control(key, "yes" if isinstance(said[key], bool) else "line", title)


def written(form: list[Control], entry: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form for an entry of a list: a text, a truth or a list by name."""
    return {control.name: _written(control, entry) for control in form}


def _written(control: Control, entry: Mapping[str, Any]) -> Any:
    name, _under, language = control.name.partition("_")
    value = entry.get(control.name)
    if name == "explain":
        return (entry.get("explain") or {}).get(language) or ""
    if control.kind == "lines":
        return "\n".join(value or ())
    if control.kind == "several":
        return list(value or ())
    return bool(value) if control.kind == "yes" else value or ""


def typed(form: list[Control], sent: MultiDict[str, str]) -> dict[str, Any]:
    """The same of what a browser sent."""
    found: dict[str, Any] = {}
    for control in form:
        if control.kind == "several":
            found[control.name] = sent.getlist(control.name)
        elif control.kind == "yes":
            found[control.name] = control.name in sent
        else:
            found[control.name] = sent.get(control.name, "").replace("\r\n", "\n")
    return found


def said(form: list[Control], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the action takes of what stands in the form."""
    found: dict[str, Any] = {}
    for control in form:
        value = values[control.name]
        name, _under, language = control.name.partition("_")
        if name == "explain":
            found.setdefault("explain", {})[language] = value
        elif control.kind == "lines":
            found[control.name] = value.splitlines()
        else:
            # What is not ticked is not said, as in the lists that ship.
            found[control.name] = value or None
    return found


def shown(control: Control, value: Any) -> str:
    """What stands in a field, as text to read."""
    if control.kind == "several":
        return ", ".join(control.choices.get(one, one) for one in value)
    if control.kind == "one":
        return control.choices.get(value, value)
    return words.worded(value)


def place_of(name: str) -> str:
    """The field of the form at which a message about an attribute stands."""
    return "explain_th" if name == "explain" else name

"""The actions that change code lists; the pages call the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import types

from ckanext.thai_gdc import settings, text
from ckanext.thai_gdc.admin import changes, uses
from ckanext.thai_gdc.codes import check, site
from ckanext.thai_gdc.harvest import code_lists
from ckanext.thai_gdc.record.errors import Message

_ = tk._

Parts = dict[str, Any]

#: What a caller may say of a code.
SAYABLE = ("th", "en", *check.ATTRIBUTES)

_NAME = r"[a-z][a-z0-9_]{1,49}"


def scope(name: str) -> tuple[str, str]:
    """The subjects of a list, as changes.refuse_if_changed takes them."""
    return f"list:{name}", f"code:{name}:"


def change_list(
    context: types.Context, data_dict: Mapping[str, Any], name: str,
    compute: Callable[[settings.Settings, dict[str, list[Any]]], Parts],
) -> dict[str, Any]:
    """Change a list as one writer, judged as a whole.

    Args:
        context: of the caller, whose right has been checked.
        data_dict: with ``note`` and, where the caller says what was seen, ``revision``.
        name: of the list.
        compute: gets the settings in force and the errors so far (to add to); gives the
            parts of the change.

    Returns:
        The list as gdc_code_list_show gives it, and ``change``: number of the change, None
        if there was nothing to change.

    Raises:
        ValidationError: all that is wrong, by field; ``code_list`` for the list as a whole.
    """
    errors: dict[str, list[Any]] = {}
    note = changes.note_of(data_dict, errors)
    with changes.writing() as now:
        changes.refuse_if_changed(scope(name), data_dict.get("revision"))
        parts = compute(now, errors)
        would_be = changes.proposed(now, parts)
        is_told = {str(m) for messages in errors.values() for m in messages}
        before = {str(one) for one in check.all_problems(now, [name])}
        for problem in check.all_problems(would_be, [name]):
            # What was wrong before does not keep an admin from mending something else.
            if str(problem) not in before | is_told:
                at = problem.attribute if problem.entry == data_dict.get("code") else ""
                errors.setdefault(at or "code_list", []).append(problem)
        if errors:
            raise tk.ValidationError(cast(Any, errors))
        change = changes.write(context, now, parts, note)
    return {**code_lists.shown(name), "change": change.id if change else None}


def _list_of(data_dict: Mapping[str, Any]) -> str:
    name = data_dict.get("list")
    if not isinstance(name, str) or name not in code_lists.names():
        raise tk.ObjectNotFound(_("There is no code list of that name."))
    return name


def _entry_of(now: settings.Settings, name: str, code: Any) -> dict[str, Any]:
    for entry in site.definitions(now)[name]["codes"]:
        if entry["code"] == code:
            return dict(entry)
    raise tk.ObjectNotFound(_("The list has no such code."))


def _said(data_dict: Mapping[str, Any]) -> dict[str, Any]:
    """What the caller says of a code, tidied: blank means not to say it."""
    said: dict[str, Any] = {}
    for key in SAYABLE:
        if key not in data_dict:
            continue
        value = data_dict[key]
        if isinstance(value, str):
            value = text.one_line(value)
        elif isinstance(value, Sequence):
            value = [text.one_line(one) if isinstance(one, str) else one for one in value]
            value = [one for one in value if one != ""]
        elif isinstance(value, Mapping):
            value = {k: text.normalise(v) if isinstance(v, str) else v for k, v in value.items()}
            value = value if any(value.values()) else None
        said[key] = None if value in ("", [], ()) else value
    return said


def _part(name: str, entry: Mapping[str, Any]) -> Parts:
    says = {key: value for key, value in entry.items() if value is not None}
    if says.get("active") is True:
        del says["active"]
    return {f"code:{name}:{entry['code']}": site.written(name, entry["code"], says)}


def gdc_code_create(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Add a code to a list.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list`` (its name), ``code``, ``th`` and ``en`` (labels), ``note`` (why);
            optional: ``legacy`` (list of older values), ``other``, ``active`` (true or
            false), ``explain`` (``th`` and ``en``), ``for`` (codes with which it agrees) and
            the other attributes of code_lists.yaml; ``after`` (the code behind which it
            shall stand; the last before the “other” code if not given); ``revision`` (number
            of the last change that the caller saw: is refused if there was another).

    Returns:
        See change_list.

    Raises:
        ObjectNotFound: there is no such list.
        ValidationError: all that is wrong, by field.
    """
    tk.check_access("gdc_code_create", context, data_dict)
    name = _list_of(data_dict)
    code = data_dict.get("code")
    code = text.one_line(code) if isinstance(code, str) else code

    def compute(now: settings.Settings, errors: dict[str, list[Any]]) -> Parts:
        entries = site.definitions(now)[name]["codes"]
        if not isinstance(code, str) or not code:
            errors["code"] = [Message("missing", _("Please fill in “%(label)s”.")
                                      % {"label": _("Code")})]
            return {}
        if any(entry["code"] == code for entry in entries):
            errors["code"] = [Message("taken", _(
                "The code “%(code)s” stands in the list already.") % {"code": code})]
            return {}
        order = [entry["code"] for entry in entries]
        others = [entry["code"] for entry in entries if entry.get("other")]
        after = data_dict.get("after")
        place = order.index(after) + 1 if after in order else (
            order.index(others[0]) if others and others[0] == order[-1] else len(order))
        order.insert(place, code)
        return {**_part(name, {"code": code, **_said(data_dict)}), **_order(now, name, order)}

    return change_list(context, {**data_dict, "code": code}, name, compute)


def _order(now: settings.Settings, name: str, order: list[str]) -> Parts:
    subject = f"list:{name}"
    return {subject: {**now.values.get(subject, {}), "order": order}}


def _update(
    context: types.Context, data_dict: types.DataDict, said: Mapping[str, Any]
) -> dict[str, Any]:
    name, code = _list_of(data_dict), data_dict.get("code")

    def compute(now: settings.Settings, errors: dict[str, list[Any]]) -> Parts:
        return _part(name, {**_entry_of(now, name, code), **said})

    return change_list(context, data_dict, name, compute)


def gdc_code_update(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Change what a list says of a code; what is left out stays, what is blank goes.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: as gdc_code_create has it; the code itself cannot change.

    Returns:
        See change_list.

    Raises:
        ObjectNotFound: there is no such list or code.
        ValidationError: all that is wrong, by field.
    """
    tk.check_access("gdc_code_update", context, data_dict)
    return _update(context, data_dict, _said(data_dict))


def gdc_code_retire(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Retire a code: records that carry it keep it, nobody can newly choose it.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list``, ``code``, ``note``, ``revision`` as for gdc_code_create.

    Returns:
        See change_list.

    Raises:
        ObjectNotFound: there is no such list or code.
        ValidationError: a rule needs the code, or the note is missing.
    """
    tk.check_access("gdc_code_retire", context, data_dict)
    return _update(context, data_dict, {"active": False})


def gdc_code_reactivate(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Let a retired code be chosen again; takes and gives what gdc_code_retire does."""
    tk.check_access("gdc_code_reactivate", context, data_dict)
    return _update(context, data_dict, {"active": True})


def gdc_code_delete(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Take a code of the site's own off its list, as long as nothing ever used it.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list``, ``code``, ``note``, ``revision`` as for gdc_code_create.

    Returns:
        See change_list.

    Raises:
        ObjectNotFound: there is no such list or code.
        ValidationError: it ships with the plugin, or something used it once: retire it.
    """
    tk.check_access("gdc_code_delete", context, data_dict)
    name, code = _list_of(data_dict), data_dict.get("code")

    def compute(now: settings.Settings, errors: dict[str, list[Any]]) -> Parts:
        _entry_of(now, name, code)
        if site.shipped_entry(name, str(code)):
            errors["code"] = [Message("in_use", _(
                "“%(code)s” belongs to the standard and cannot be deleted. Retire it instead."
            ) % {"code": code})]
        elif uses.ever(name, str(code)):
            errors["code"] = [Message("in_use", _(
                "“%(code)s” is in use, or was once. Retire it instead."
            ) % {"code": code})]
        order = [e["code"] for e in site.definitions(now)[name]["codes"] if e["code"] != code]
        return {f"code:{name}:{code}": None, **_order(now, name, order)}

    return change_list(context, data_dict, name, compute)


def gdc_code_list_create(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Make a new list, which a field of the schema can take its codes from.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list`` (its name: small letters, digits and ``_``), ``th`` and ``en``
            (what it is called), ``pattern`` (how its codes are written, a regular
            expression; optional), ``codes`` (each as gdc_code_create has it), ``note``.

    Returns:
        See change_list.

    Raises:
        ValidationError: all that is wrong, by field.
    """
    tk.check_access("gdc_code_list_create", context, data_dict)
    name = data_dict.get("list")

    def compute(now: settings.Settings, errors: dict[str, list[Any]]) -> Parts:
        said = _said({key: data_dict.get(key) for key in ("th", "en")})
        errors.update(wrong_list(now, data_dict, said))
        entries = [e for e in data_dict.get("codes") or () if isinstance(e, Mapping)]
        parts: Parts = {f"list:{name}": {
            "own": True, "label": said, "pattern": data_dict.get("pattern") or None,
            "order": [str(entry.get("code")) for entry in entries],
        }}
        for entry in entries:
            parts |= _part(str(name), {"code": str(entry.get("code") or ""), **_said(entry)})
        found = {"pattern": data_dict.get("pattern"), "codes": list(entries)}
        problems = [] if "pattern" in errors else check.problems(str(name), found)
        if problems:
            errors["code_list"] = list(problems)
        return {} if errors else parts

    return change_list(context, data_dict, str(name), compute)


def wrong_list(
    now: settings.Settings, data_dict: Mapping[str, Any], said: Mapping[str, Any]
) -> dict[str, list[Any]]:
    """What is wrong with what a new list says of itself.

    Args:
        now: what is in force.
        data_dict: ``list`` (its name) and ``pattern``.
        said: what it is called: a text or None for ``th`` and ``en``.
    """
    errors: dict[str, list[Any]] = {}
    name = data_dict.get("list")
    if not name:
        errors["list"] = [Message("missing", _("Please fill in “%(label)s”.") % {
            "label": _("Name in the API")})]
    elif not isinstance(name, str) or not re.fullmatch(_NAME, name):
        errors["list"] = [Message("bad_format", _(
            "“%(name)s” is no name of a list. Write 2 to 50 small letters a-z, digits and _, "
            "a letter first.") % {"name": name})]
    elif name in site.definitions(now) or name == "yes_no":
        errors["list"] = [Message("taken", _(
            "There is a list of the name “%(name)s” already.") % {"name": name})]
    for language, label in (("th", _("Name in Thai")), ("en", _("Name in English"))):
        if not said[language]:
            errors[language] = [
                Message("missing", _("Please fill in “%(label)s”.") % {"label": label})
            ]
    if data_dict.get("pattern") and not check.is_pattern(data_dict["pattern"]):
        errors["pattern"] = [Message("bad_format", _(
            "“%(value)s” cannot be used as a pattern. Write one like %(example)s for two digits."
        ) % {"value": str(data_dict["pattern"])[:100], "example": r"\d\d"})]
    return errors


def gdc_code_list_update(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Put the codes of a list into an order.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list``, ``order`` (all its codes, in the order in which they are to be
            shown), ``note``, ``revision``.

    Returns:
        See change_list.

    Raises:
        ObjectNotFound: there is no such list.
        ValidationError: ``order`` leaves a code out, or names one that the list has not.
    """
    tk.check_access("gdc_code_list_update", context, data_dict)
    name = _list_of(data_dict)

    def compute(now: settings.Settings, errors: dict[str, list[Any]]) -> Parts:
        order = data_dict.get("order")
        have = [entry["code"] for entry in site.definitions(now)[name]["codes"]]
        if not isinstance(order, list) or sorted(map(str, order)) != sorted(have):
            errors["order"] = [Message("bad_list", _(
                "The order must name each code of the list once: %(codes)s."
            ) % {"codes": ", ".join(have)})]
            return {}
        return _order(now, name, [str(code) for code in order])

    return change_list(context, data_dict, name, compute)


def gdc_code_decide(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Decide on something that the site changed and an upgrade of the plugin changed too.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``list``, ``code``, ``attribute``; ``choice``: ``site`` (keep what the site
            says) or ``shipped`` (take what ships now); ``note``, ``revision``.

    Returns:
        See change_list.

    Raises:
        ObjectNotFound: there is nothing of the kind to decide.
        ValidationError: no choice is made, or the list could not be used so.
    """
    tk.check_access("gdc_code_decide", context, data_dict)
    name, code = _list_of(data_dict), str(data_dict.get("code"))
    attribute, choice = data_dict.get("attribute"), data_dict.get("choice")

    def compute(now: settings.Settings, errors: dict[str, list[Any]]) -> Parts:
        if choice not in ("site", "shipped"):
            errors["choice"] = [Message("not_in_list", _("Choose one of: %(names)s.")
                                        % {"names": "site, shipped"})]
            return {}
        asked = (name, code, attribute)
        clash = next((c for c in site.clashes(now) if (c.list, c.code, c.attribute) == asked), None)
        if not clash:
            raise tk.ObjectNotFound(_("There is nothing to decide on this code."))
        kept = now.values[f"code:{name}:{code}"]
        says, shipped = dict(kept["says"]), dict(kept["shipped"] or {})
        if choice == "shipped":
            del says[clash.attribute]
            shipped.pop(clash.attribute, None)
        else:
            shipped[clash.attribute] = clash.shipped
        return {f"code:{name}:{code}": {"says": says, "shipped": shipped} if says else None}

    return change_list(context, data_dict, name, compute)


@tk.side_effect_free
def gdc_code_uses(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """How often each code of a list is used, as far as the caller may see: see uses.count."""
    tk.check_access("gdc_code_uses", context, data_dict)
    return uses.count(context, _list_of(data_dict))


def get_actions() -> dict[str, types.Action]:
    """Actions by name."""
    return {name: f for name, f in globals().items() if name.startswith("gdc_")}

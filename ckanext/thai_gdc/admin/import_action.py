"""The action that takes code lists from a file; the page and the command line call the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import types

from ckanext.thai_gdc import language, settings
from ckanext.thai_gdc.admin import changes, code_action, comparison, importing, words
from ckanext.thai_gdc.admin.comparison import Compared, Outcome
from ckanext.thai_gdc.harvest import code_lists
from ckanext.thai_gdc.record.errors import Message

_ = tk._

Errors = dict[str, list[Any]]


def gdc_code_list_import(context: types.Context, data_dict: types.DataDict) -> dict[str, Any]:
    """Take code lists from a file: by default only tell what that would change.

    All of it is one change, which one undo takes back. If any line is refused, nothing is saved.

    Args:
        context: of a sysadmin or catalog manager.
        data_dict: ``content`` (the file as text; a workbook as base64) or ``upload`` (the file
            itself); ``list`` (name of the list; if not given, all lists that the file names,
            and those that there are not are made); ``format`` (csv, xlsx, yaml, ttl or jsonld;
            recognised if not given); ``missing`` (what becomes of the codes that the file does
            not name: ``keep``, the default, or ``retire``); ``dry_run`` (true, the default, or
            false); ``note`` (why) and ``revision`` (number of the last change that the caller
            saw), for a run that is not dry.

    Returns:
        ``lists``: ``name``, ``title``, ``is_new``, ``counts`` (result to number), ``lines``
        (``line``: number in the file, null for a code that is retired because the file does not
        name it; ``code``, ``label`` (language code to text), ``result``: added, changed,
        retired, reactivated, unchanged or refused; ``reasons``: sentences; ``differences``:
        ``attribute``, ``before``, ``after``), ``differences`` of the list itself, ``unnamed``
        (codes that stay as they are) and ``reasons`` of each; ``counts`` of all; ``format``;
        ``is_refused``; ``revision`` (for the run that is not dry); ``change`` (number of the
        change; null for a dry run, or if there was nothing to change).

    Raises:
        ObjectNotFound: there is no such list.
        ValidationError: the file cannot be read; or, if the run is not dry, a line is refused
            (``code_list``), the note is missing, or somebody changed the lists meanwhile.
    """
    tk.check_access("gdc_code_list_import", context, data_dict)
    name = data_dict.get("list") or None
    if name is not None and (not isinstance(name, str) or name not in code_lists.names()):
        raise tk.ObjectNotFound(_("There is no code list of that name."))
    errors: Errors = {}
    missing = _one_of(data_dict, "missing", comparison.MISSING, errors) or "keep"
    dry_run = _dry_run(data_dict, errors)
    file_format, found = _file(data_dict, name, errors)
    note = "" if dry_run else changes.note_of(data_dict, errors)
    if dry_run:
        if errors:
            raise tk.ValidationError(cast(Any, errors))
        settings.forget()
        now = settings.current()
        return _shown(comparison.compare(now, found, missing), file_format, now.version, None)
    with changes.writing() as now:
        subjects = [s for one in found for s in code_action.scope(one)]
        if subjects:
            changes.refuse_if_changed(subjects, data_dict.get("revision"))
        compared = comparison.compare(now, found, missing)
        refused = [reason for one in compared for reason in reasons(one)]
        if refused:
            errors["code_list"] = refused
        if errors:
            raise tk.ValidationError(cast(Any, errors))
        parts = {s: v for one in compared for s, v in one.parts(now).items()}
        change = changes.write(context, now, parts, note)
    number = change.id if change else None
    return _shown(compared, file_format, number or now.version, number)


def reasons(compared: Compared) -> list[Message]:
    """Why a list is refused: every reason, with the line that it is about."""
    found = list(compared.reasons)
    for one in compared.outcomes:
        for reason in one.reasons:
            sentence = reason if one.line is None else _("Line %(line)s: %(reason)s") % {
                "line": one.line, "reason": reason}
            found.append(Message(reason.code, sentence))
    return found


def _one_of(
    data_dict: Mapping[str, Any], key: str, known: tuple[str, ...], errors: Errors
) -> str | None:
    """What the caller chose; None for nothing."""
    value = data_dict.get(key) or None
    if value is not None and value not in known:
        errors[key] = [Message("not_in_list", _("Choose one of: %(names)s.")
                               % {"names": ", ".join(known)})]
        return None
    return value


def _dry_run(data_dict: Mapping[str, Any], errors: Errors) -> bool:
    try:
        return tk.asbool(data_dict.get("dry_run", True))
    except (ValueError, TypeError):
        errors["dry_run"] = [Message("not_text", _("Write true or false."))]
        return True


def _file(
    data_dict: Mapping[str, Any], name: str | None, errors: Errors
) -> tuple[str, dict[str, importing.Listed]]:
    """The format and the lists of what was sent; what is wrong with it goes to ``errors``."""
    file_format = _one_of(data_dict, "format", tuple(code_lists.FORMATS), errors)
    upload, content, file_name = data_dict.get("upload"), data_dict.get("content"), ""
    if hasattr(upload, "read") and getattr(upload, "filename", ""):
        file_name = str(getattr(upload, "filename", ""))
        content = cast(Any, upload).read(importing.MOST_BYTES + 1)
    try:
        if not isinstance(content, str | bytes) or not content:
            raise importing.Refused(_("Choose a file, or paste what is in it."))
        data = importing.as_bytes(content, file_format)
        file_format = file_format or importing.format_of(data, file_name)
        if file_format is None:
            raise importing.Refused(_("The format of the file is not recognised: choose it."))
        return file_format, importing.read(data, file_format, name)
    except importing.Refused as refusal:
        errors["content"] = [refusal.message]
        return "", {}


def _shown(
    compared: list[Compared], file_format: str, revision: int, change: int | None
) -> dict[str, Any]:
    lists = [
        {
            "name": one.name,
            "title": language.pick(one.about[1].get("label")) or words.list_title(one.name),
            "is_new": one.is_new, "counts": _counts(one.outcomes),
            "lines": [_line(outcome) for outcome in one.outcomes],
            "differences": one.differences, "unnamed": one.unnamed,
            "reasons": [str(reason) for reason in one.reasons],
        }
        for one in compared
    ]
    return {
        "lists": lists, "counts": _counts([o for one in compared for o in one.outcomes]),
        "format": file_format, "is_refused": any(one.is_refused for one in compared),
        "revision": revision, "change": change,
    }


def result_titles() -> dict[str, str]:
    """What can become of a line, in words."""
    return {
        "added": _("will be added"), "changed": _("will be changed"),
        "retired": _("will be retired"), "reactivated": _("will be reactivated"),
        "unchanged": _("stays as it is"), "refused": _("refused"),
    }


def _counts(outcomes: list[Outcome]) -> dict[str, int]:
    counts = dict.fromkeys(comparison.RESULTS, 0)
    for one in outcomes:
        counts[one.result] += 1
    return counts


def _line(outcome: Outcome) -> dict[str, Any]:
    labels = {key: outcome.after.get(key) for key in ("th", "en")}
    return {
        "line": outcome.line, "code": outcome.code, "result": outcome.result,
        "label": {key: value for key, value in labels.items() if isinstance(value, str)},
        "reasons": [str(reason) for reason in outcome.reasons],
        "differences": outcome.differences,
    }


def get_actions() -> dict[str, types.Action]:
    """Actions by name."""
    return {"gdc_code_list_import": gdc_code_list_import}

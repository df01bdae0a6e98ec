"""Pages on which catalog managers look after the code lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.thai_gdc import fields, guide, language, settings, text
from ckanext.thai_gdc.admin import (
    changes,
    code_action,
    code_form,
    history_action,
    history_views,
    pages,
    uses,
    words,
)
from ckanext.thai_gdc.codes import site, titles
from ckanext.thai_gdc.harvest import code_lists
from ckanext.thai_gdc.record import mine
from ckanext.thai_gdc.search import index
from ckanext.thai_gdc.search.solr import FILE_CODES

_ = tk._

gdc_lists = Blueprint("gdc_lists", __name__, url_prefix="/catalog-admin")
gdc_lists.before_request(pages.only_managers)

#: A list that is longer than this can be searched on its page.
_LONG = 10

#: What separates the parts of a line where the codes of a new list are written.
_PARTS = re.compile(r"\t|\|")


def home() -> Response:
    """The first of the pages."""
    return tk.redirect_to("gdc_lists.lists")


# --- The lists -----------------------------------------------------------------------------

def lists() -> str:
    """All lists: what they are called, who uses them, what the site changed of them."""
    asked = tk.request.args.get("q", "")
    rows = [_summary(name) for name in code_lists.names()]
    found = [row for row in rows if text.key(asked) in text.key(row["words"])]
    return tk.render("thai_gdc/admin/lists.html", {
        "rows": found, "count": len(rows), "q": asked,
    })


def _summary(name: str) -> dict[str, Any]:
    """What the page of all lists says of one."""
    summary = code_lists.summary(name)
    users = [tk.h.gdc_text(f.label) for f in uses.fields_of(name)]
    clashes = _clashes(name)
    codes = code_lists.entries(name)
    title = words.list_title(name)
    return {
        "name": name, "title": title, "item": summary["item"], "count": len(codes),
        "retired": sum(not code["active"] for code in codes),
        "users": list(dict.fromkeys(users)), "is_own": name not in site.shipped(),
        "changed": _changed(name), "clashes": len(clashes),
        "words": " ".join([title, name, *summary["label"].values(), *users]),
    }


def _changed(name: str) -> int:
    """How many codes of a list the site changed or added; its order counts as one."""
    now = settings.current()
    return len(now.of(f"code:{name}:")) or int(f"list:{name}" in now.values)


def _clashes(name: str) -> list[site.Clash]:
    return [clash for clash in site.clashes(settings.current()) if clash.list == name]


def _there(name: str) -> None:
    """Go on only if there is a list of that name."""
    if name not in code_lists.names():
        tk.abort(404, _("There is no code list of that name."))


def _entry(name: str, code: str) -> dict[str, Any]:
    """The entry of a list for a code, as code_lists.yaml has it."""
    _there(name)
    for entry in site.definitions(settings.current())[name]["codes"]:
        if entry["code"] == code:
            return entry
    return tk.abort(404, _("The list has no such code."))


def _seen() -> dict[str, str]:
    """What every action gets of a form: the reason, and which state it shows."""
    return {key: tk.request.form.get(key, "") for key in ("note", "revision")}


def _url(view: str, **parts: Any) -> str:
    return tk.h.url_for(f"gdc_lists.{view}", **parts)


def new_list() -> str | Response:
    """Make a list: its names, how codes are written, and its first codes, one a line."""
    names = ("list", "th", "en", "pattern", "codes", "note")
    data = {name: tk.request.form.get(name, "") for name in names}
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        asked = {**data, "codes": [_code_of(line) for line in data["codes"].splitlines()
                                   if line.strip()]}
        try:
            tk.get_action("gdc_code_list_create")({}, asked)
        except tk.ValidationError as refusal:
            errors = dict(refusal.error_dict)
            errors["codes"] = errors.pop("code_list", [])
        else:
            tk.h.flash_success(_("The list is made. Choose which field takes its codes from it."))
            return tk.redirect_to("gdc_lists.code_list", name=data["list"])
    return tk.render("thai_gdc/admin/list_new.html", {
        "data": data, "messages": pages.messages(errors, names)})


def _code_of(line: str) -> dict[str, str]:
    """A code as it is written on a line of the form: code, Thai and English label."""
    parts = [part.strip() for part in _PARTS.split(line)] + ["", "", ""]
    return {"code": parts[0], "th": parts[1], "en": parts[2]}


# --- One list ------------------------------------------------------------------------------

def code_list(name: str) -> str:
    """A list: its codes in their order, how often each is used, and what can be done."""
    _there(name)
    return _list_page(name)


def _list_page(
    name: str, data: Mapping[str, str] | None = None,
    messages: Sequence[Mapping[str, str]] = (),
) -> str:
    asked = tk.request.args.get("q", "")
    counts = _counts(name)
    rows = list(_rows(name, counts or {}))
    found = [row for row in rows if text.key(asked) in text.key(row["words"])]
    return tk.render("thai_gdc/admin/list.html", {
        **_summary(name), "label": words.list_title(name), "rows": found,
        "counts_known": counts is not None, "q": asked, "is_long": len(rows) > _LONG,
        "pattern": code_lists.summary(name)["pattern"],
        "decisions": [_decision(clash) for clash in _clashes(name)],
        "formats": {ending: guide.FORMAT_NAMES[ending] for ending in code_lists.FORMATS},
        "takers": _takers(name), "data": data or {}, "messages": messages,
    })


def _counts(name: str) -> dict[str, dict[str, Any]] | None:
    """How often each code is used, as far as the reader may see; None if nobody can say now."""
    try:
        return tk.get_action("gdc_code_uses")({}, {"list": name})
    except mine.SEARCH_FAILS:
        return None


def _rows(name: str, counts: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    changed = settings.current().of(f"code:{name}:")
    users = uses.fields_of(name)
    for code in code_lists.entries(name):
        entry = {"active": code["active"], "other": code["other"] or None,
                 "legacy": code["legacy"], **code["attributes"]}
        yield {
            **code, "label": language.pick(code), "facts": list(_facts(name, entry)),
            "is_own": site.shipped_entry(name, code["code"]) is None,
            "is_changed": code["code"] in changed,
            "uses": list(_uses(users, code["code"], counts.get(code["code"], {}))),
            "words": " ".join([code["code"], code["th"], code["en"], *code["legacy"]]),
        }


def _facts(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """What else a list says of a code: of what it is, what it says, whether it says it as data."""
    partner = code_form.partner_of(name) if "for" in entry else None
    for key, value in entry.items():
        if key == "active" or not value:
            continue
        if key == "for" and partner:
            said = ", ".join(tk.h.gdc_labels(partner.name, list(value), partner.level))
        elif key == "access":
            said = titles.access().get(value) or str(value)
        elif key == "explain":
            said = language.pick(value)
        else:
            yield titles.attribute(key), words.worded(value), not isinstance(value, bool)
            continue
        yield titles.attribute(key), said, False


def _uses(
    users: Sequence[fields.Field], code: str, counted: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    """In how many records and files a code stands, field by field, with a link to the records."""
    of_records = [field for field in users if field.level == "dataset"]
    of_files = [field for field in users if field.level in ("resource", "column")]
    for field in (*of_records, *of_files):
        number = counted.get("fields", {}).get(f"{field.level}:{field.name}", 0)
        if field.level == "dataset":
            said = tk.ungettext("%(num)d record", "%(num)d records", number)
            asked = {field.name: code}
        else:
            said = tk.ungettext("%(num)d file or address", "%(num)d files or addresses", number)
            asked = {FILE_CODES: index.file_code(field, code)}
        said %= {"num": number}
        if len(of_records if field.level == "dataset" else of_files) > 1:
            said = f"{language.pick(field.label)}: {said}"
        yield {"words": said, "url": tk.h.url_for("dataset.search", **asked) if number else ""}


def _decision(clash: site.Clash) -> dict[str, Any]:
    """Something that the site and an upgrade both changed, in words."""
    return {
        "code": clash.code, "label": language.pick(_entry(clash.list, clash.code)),
        "attribute": clash.attribute, "title": titles.attribute(clash.attribute),
        "before": words.worded(clash.before), "site": words.worded(clash.site),
        "shipped": words.worded(clash.shipped),
    }


def _takers(name: str) -> list[dict[str, Any]]:
    """The fields that could take their codes from a list of the site's own."""
    if name in site.shipped():
        return []
    rules = tk.get_action("gdc_rules_show")({}, {})
    return [
        {"value": f"{field['level']}:{field['name']}", "label": field["label"],
         "list": words.list_title(field["code_list"])}
        for field in rules["fields"]
        if field.get("may_take_list") and field["code_list"] and field["code_list"] != name
    ]


def take(name: str) -> str | Response:
    """Let a field take its codes from a list of the site's own."""
    _there(name)
    data = {"field": tk.request.form.get("field", ""), **_seen()}
    level, _colon, field = data["field"].partition(":")
    if data["field"] not in [one["value"] for one in _takers(name)]:
        errors: Mapping[str, Any] = {"field": [_("Choose a field.")]}
    else:
        try:
            tk.get_action("gdc_field_update")({}, {
                "level": level, "name": field, "code_list": name, **_seen()})
        except tk.ValidationError as refusal:
            errors = {"field" if key == "code_list" else key: value
                      for key, value in refusal.error_dict.items()}
        else:
            tk.h.flash_success(_("The field takes its codes from this list from now on."))
            return tk.redirect_to("gdc_lists.code_list", name=name)
    return _list_page(name, data, pages.messages(errors, ("field", "note")))


# --- The order -----------------------------------------------------------------------------

def order(name: str) -> str | Response:
    """Put the codes of a list in order; buttons move one without a script."""
    _there(name)
    codes = {code["code"]: code for code in code_lists.entries(name)}
    form = tk.request.form
    wanted = _typed_order(form.getlist("code"), form.getlist("place"), list(codes))
    do = form.get("do", "")
    errors: Mapping[str, Any] = {}
    moved = ""
    if do.startswith(("up:", "down:")):
        direction, moved = do.split(":", 1)
        if moved in wanted:
            place = wanted.index(moved)
            wanted.insert(max(place + (-1 if direction == "up" else 1), 0), wanted.pop(place))
    elif tk.request.method == "POST":
        try:
            tk.get_action("gdc_code_list_update")({}, {"list": name, "order": wanted, **_seen()})
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(_("The order is saved."))
            return tk.redirect_to("gdc_lists.code_list", name=name)
    return tk.render("thai_gdc/admin/list_order.html", {
        "name": name, "label": words.list_title(name), "moved": moved,
        "codes": [{**codes[code], "label": language.pick(codes[code])} for code in wanted],
        "is_changed": wanted != list(codes), "data": _seen(),
        "messages": pages.messages(errors, ("note",)),
        "meanwhile": _meanwhile(name) if "revision" in errors else [],
    })


def _typed_order(sent: Sequence[str], places: Sequence[str], codes: Sequence[str]) -> list[str]:
    """The codes in the order that a form gives them, with those that it did not know.

    Args:
        sent: codes in the order in which they stood in the form.
        places: the number that was typed for each, counted from 1.
        codes: all there are, in the order in force.
    """
    known = [code for code in dict.fromkeys(sent) if code in codes]

    def key(place: int, typed: str) -> float:
        number = int(typed) if re.fullmatch(r"[0-9]{1,6}", typed) else place
        # Who is given the place of another one goes before it on the way up, after it down.
        return number + (0 if number == place else -0.5 if number < place else 0.5)

    typed = dict(zip(sent, places, strict=False))
    ranked = sorted(
        (key(place, text.arabic_digits(typed.get(code, "")).strip()), place, code)
        for place, code in enumerate(known, 1)
    )
    return [code for *_ranks, code in ranked] + [code for code in codes if code not in known]


# --- One code ------------------------------------------------------------------------------

def new_code(name: str) -> str | Response:
    """Add a code."""
    _there(name)
    return _code_page(name, None)


def edit_code(name: str, code: str) -> str | Response:
    """Change what the list says of a code."""
    _entry(name, code)
    return _code_page(name, code)


def _code_page(name: str, code: str | None) -> str | Response:
    form = code_form.controls(name, is_new=code is None)
    entry = _entry(name, code) if code is not None else {}
    values = now = code_form.written(form, entry)
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        values = code_form.typed(form, tk.request.form)
        action = "gdc_code_update" if code is not None else "gdc_code_create"
        asked = {"code": code, **code_form.said(form, values)}
        try:
            done = tk.get_action(action)({}, {"list": name, **asked, **_seen()})
        except tk.ValidationError as refusal:
            errors = {code_form.place_of(k): v for k, v in refusal.error_dict.items()}
        else:
            tk.h.flash_success(_("Saved.") if done["change"] else _("There was nothing to change."))
            return tk.redirect_to("gdc_lists.code_list", name=name)
    meanwhile = _meanwhile(name) if "revision" in errors else []
    if meanwhile and code is not None:
        # What somebody else changed and this one did not stays as the other wants it.
        opened = code_form.written(form, _entry_before(meanwhile, name, code))
        values = {key: now[key] if value == opened[key] else value
                  for key, value in values.items()}
    return tk.render("thai_gdc/admin/code_form.html", {
        "name": name, "label": words.list_title(name), "code": code,
        "code_label": language.pick(entry) if code is not None else "",
        "form": form, "values": values, "data": _seen(),
        "messages": pages.messages(errors, [*(c.name for c in form), "note"]),
        "meanwhile": meanwhile,
        # What somebody else wrote, where it is not what stands in the form.
        "now": {c.name: code_form.shown(c, now[c.name]) for c in form
                if meanwhile and code is not None and now[c.name] != values[c.name]},
        "actions": _actions_on(name, code),
    })


def _meanwhile(name: str) -> list[dict[str, Any]]:
    """The changes of a list that were made since the form was opened."""
    seen = tk.request.form.get("revision", "")
    _count, rows = changes.history(code_action.scope(name), limit=100)
    since = int(seen) if re.fullmatch(r"[0-9]{1,18}", seen) else 0
    return [history_action.described(row) for row in rows if row.id > since]


def _entry_before(meanwhile: Sequence[Mapping[str, Any]], name: str, code: str) -> dict[str, Any]:
    """The entry of a code as it was before the changes, the latest of which comes first."""
    for change in reversed(meanwhile):
        part = change["parts"].get(f"code:{name}:{code}")
        if part:
            says = (part["before"] or {"says": {}})["says"]
            return {**(site.shipped_entry(name, code) or {}), **says}
    return _entry(name, code)


def _actions_on(name: str, code: str | None) -> list[dict[str, str]]:
    """What else can be done with a code: title and address of each."""
    if code is None:
        return []
    entry = _entry(name, code)
    at = {"name": name, "code": code}
    found = []
    if entry.get("active", True):
        found.append({"title": _("Retire"), "url": _url("retire", **at)})
    else:
        found.append({"title": _("Put back in use"), "url": _url("reactivate", **at)})
    found.append({"title": _("Replace by another code"),
                  "url": tk.h.url_for("gdc_replacement.new", **at)})
    if site.shipped_entry(name, code) is None:
        found.append({"title": _("Delete"), "url": _url("delete", **at)})
    return found


def _confirm(
    name: str, code: str, action: str, done: str, words_: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> str | Response:
    """A page that says what an action means, asks for the reason, and does it.

    Args:
        name: of the list.
        code: the code.
        action: name of the action.
        done: what is said after it.
        words_: for the template: ``title``, ``explanation``, ``save``.
        more: what the action takes beside list and code.
    """
    entry = _entry(name, code)
    errors: Mapping[str, Any] = {}
    if tk.request.method == "POST":
        asked = {"list": name, "code": code, **(more or {}), **_seen()}
        try:
            tk.get_action(action)({}, asked)
        except tk.ValidationError as refusal:
            errors = refusal.error_dict
        else:
            tk.h.flash_success(done)
            return tk.redirect_to("gdc_lists.code_list", name=name)
    counted = (_counts(name) or {}).get(code, {})
    return tk.render("thai_gdc/admin/confirm.html", {
        "name": name, "label": words.list_title(name), "code": code, **words_,
        "entry": entry, "code_label": language.pick(entry), "data": _seen(),
        "uses": list(_uses(uses.fields_of(name), code, counted)),
        "messages": pages.messages(errors, ("note",)),
        "meanwhile": _meanwhile(name) if "revision" in errors else [],
    })


def retire(name: str, code: str) -> str | Response:
    """Retire a code."""
    return _confirm(name, code, "gdc_code_retire", _("The code is retired."), {
        "title": _("Retire a code"), "save": _("Retire"), "explanation": _(
            "Records that carry the code keep it, with a mark. Nobody can newly choose it. "
            "It can be put back in use at any time."),
    })


def reactivate(name: str, code: str) -> str | Response:
    """Put a retired code back in use."""
    return _confirm(name, code, "gdc_code_reactivate", _("The code is in use again."), {
        "title": _("Put a code back in use"), "save": _("Put back in use"),
        "explanation": _("It can be chosen again in forms from now on."),
    })


def delete(name: str, code: str) -> str | Response:
    """Delete a code of the site's own that nothing ever used."""
    return _confirm(name, code, "gdc_code_delete", _("The code is deleted."), {
        "title": _("Delete a code"), "save": _("Delete"), "is_dangerous": True,
        "explanation": _(
            "Only a code that no record ever carried can be deleted. Others can be retired."),
    })


def decide(name: str, code: str) -> str | Response:
    """Decide between the site's wording and that of an upgrade."""
    asked = tk.request.values
    attribute, choice = asked.get("attribute", ""), asked.get("choice", "")
    clash = next((c for c in _clashes(name) if (c.code, c.attribute) == (code, attribute)), None)
    if not clash or choice not in ("site", "shipped"):
        return tk.abort(404, _("There is nothing to decide on this code."))
    keeps = choice == "site"
    return _confirm(name, code, "gdc_code_decide", _("Your decision is saved."), {
        "title": _("Keep your own wording") if keeps else _("Take the wording of the upgrade"),
        "save": _("Keep your own wording") if keeps else _("Take the wording of the upgrade"),
        "explanation": "", "decision": _decision(clash), "choice": choice,
    }, {"attribute": attribute, "choice": choice})


_FORM = ["GET", "POST"]
gdc_lists.add_url_rule("", view_func=home)
gdc_lists.add_url_rule("/lists", view_func=lists)
gdc_lists.add_url_rule("/new-list", view_func=new_list, methods=_FORM)
gdc_lists.add_url_rule("/lists/<name>", view_func=code_list)
gdc_lists.add_url_rule("/lists/<name>/field", view_func=take, methods=["POST"])
gdc_lists.add_url_rule("/lists/<name>/order", view_func=order, methods=_FORM)
gdc_lists.add_url_rule("/lists/<name>/new", view_func=new_code, methods=_FORM)
for _view, _way in ((edit_code, "edit"), (retire, "retire"), (reactivate, "reactivate"),
                    (delete, "delete"), (decide, "decide")):
    gdc_lists.add_url_rule(
        f"/lists/<name>/<path:code>/{_way}", view_func=_view, methods=_FORM)
gdc_lists.add_url_rule("/history", view_func=history_views.history)
gdc_lists.add_url_rule("/history.csv", view_func=history_views.history_file)
gdc_lists.add_url_rule("/history/<number>/undo", view_func=history_views.undo, methods=_FORM)
gdc_lists.add_url_rule("/managers", view_func=history_views.managers, methods=_FORM)
gdc_lists.add_url_rule(
    "/managers/<user>/remove", view_func=history_views.manager_remove, methods=_FORM)

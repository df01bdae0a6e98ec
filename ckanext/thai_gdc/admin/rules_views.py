"""Pages for the rules: what a change means for the records is seen before it is confirmed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint, Response, stream_with_context
from markupsafe import Markup

from ckanext.thai_gdc import codes, fields, language, settings
from ckanext.thai_gdc.admin import changes, effect, pages, proposal, words
from ckanext.thai_gdc.codes import titles
from ckanext.thai_gdc.fields import Field
from ckanext.thai_gdc.record import mine, values

_ = tk._

gdc_rules = Blueprint("gdc_rules", __name__, url_prefix="/catalog-admin/rules")

#: Records that the page of an effect names at once.
_ROWS = 20

#: What a form sends beside the change itself.
_ASIDE = frozenset({"do", "note", "revision"})

_LANGUAGES = ("th", "en")


@dataclasses.dataclass(frozen=True)
class Change:
    """A change of the rules as somebody typed it.

    Attributes:
        template: of the form.
        action: the action that makes the change.
        says: what the action takes.
        now: the same as it is in force.
        proposal: the change as gdc_rules_effect takes it.
        lines: the change in words: ``subject``, ``before`` and ``after`` of each.
        done: endpoint of the page that follows, and what its address needs.
        names: of the fields of the form, in its order, to which refusals can lead.
        placed: puts the messages of the action at the fields of the form.
    """

    template: str
    action: str
    says: Mapping[str, Any]
    now: Mapping[str, Any]
    proposal: Mapping[str, Any]
    lines: Sequence[Mapping[str, str]]
    done: tuple[str, Mapping[str, str]] = ("gdc_rules.index", {})
    names: Sequence[str] = ()
    placed: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict


gdc_rules.before_request(pages.only_managers)


def _rules() -> dict[str, Any]:
    return tk.get_action("gdc_rules_show")({}, {})


def index() -> str:
    """What is in force, with the ways to change it."""
    rules = _rules()
    return tk.render("thai_gdc/admin/rules_index.html", {
        "rules": rules,
        "demanded": [f for f in rules["fields"] if f["level"] == "dataset" and f["starred"]],
        "mandatory": [_row(condition) for condition in rules["mandatory"]],
        "hidden": [f for f in rules["fields"] if f["hidden"]],
        "worded": [f for f in rules["fields"] if _is_worded(f)],
        "relisted": [f for f in rules["fields"] if _is_relisted(f)],
        "agreements": [_agreement_title(one) for one in rules["agreements"]],
    })


# --- The set of stars ----------------------------------------------------------------------

def stars() -> str | Response:
    """Choose the set of stars, or make one of the site's own."""
    rules = _rules()
    form = tk.request.form
    minimum = set(rules["minimum"])
    now = {"star_set": rules["star_set"], "stars": sorted({*rules["stars"], *minimum})}
    typed = now
    if tk.request.method == "POST":
        typed = {
            "star_set": form.get("star_set", ""),
            "stars": sorted({*form.getlist("stars"), *minimum}),
        }
    says: dict[str, Any] = dict(typed)
    if says["star_set"] != "custom" and says["stars"] == now["stars"]:
        del says["stars"]
    table = fields.dataset_fields()
    return _in_two_steps(
        Change(
            template="rules_stars.html", action="gdc_rules_update", says=says,
            now={name: now[name] for name in says}, proposal=says,
            lines=_star_lines(rules, typed, now),
            names=("star_set", "stars"),
        ),
        {
            "rules": rules, "typed": typed, "now": now,
            "sets": [
                {"name": name, "label": label, "fields": [
                    language.pick(f.label) for f in table.values() if name in f.stars]}
                for name, label in rules["star_sets"].items()
            ],
            "groups": _starrable(rules),
        },
    )


def _starrable(rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields that the site's own set can star, under the headings of the form."""
    minimum = set(rules["minimum"])
    groups: list[dict[str, Any]] = []
    for group in fields.groups():
        own = [
            {**one, "fixed": one["name"] in minimum}
            for one in rules["fields"]
            if one["level"] == "dataset" and one["group"] == group["name"]
            and one["may_star"]
        ]
        if own:
            groups.append({"title": language.pick(group["label"]), "fields": own})
    return groups


def _star_lines(
    rules: Mapping[str, Any], typed: Mapping[str, Any], now: Mapping[str, Any]
) -> list[dict[str, str]]:
    sets = rules["star_sets"]
    lines = []
    if typed["star_set"] != now["star_set"]:
        lines.append({
            "subject": _("The set of stars"), "before": sets.get(now["star_set"], now["star_set"]),
            "after": sets.get(typed["star_set"], typed["star_set"]),
        })
    before, after = set(now["stars"]), set(typed["stars"])
    lines += [
        {"subject": _("The site's own set: %(label)s") % {"label": _label_of(name)},
         "before": _("starred") if name in before else "",
         "after": _("starred") if name in after else ""}
        for name in fields.dataset_fields() if name in before ^ after
    ]
    return lines


def _label_of(name: str) -> str:
    field = fields.dataset_fields().get(name)
    return language.pick(field.label) if field else name


# --- More mandatory fields -----------------------------------------------------------------

def mandatory() -> str | Response:
    """Ask for more fields than the standard, of some data types or organizations."""
    rules = _rules()
    form = tk.request.form
    now = [_condition(one) for one in rules["mandatory"]]
    typed, entry, missing = now, _condition({}), False
    do = form.get("do", "")
    if tk.request.method == "POST":
        typed = [_condition(_parsed(text)) for text in form.getlist("row")]
        entry = _condition({
            "field": form.get("field", ""), "data_types": form.getlist("data_types"),
            "organizations": form.getlist("organizations"),
        })
        kind, _colon, number = do.partition(":")
        place = int(number) if number.isdecimal() and int(number) < len(typed) else None
        if kind in ("remove", "change") and place is not None:
            removed = typed.pop(place)
            entry = removed if kind == "change" else entry
        elif kind in ("add", "look"):
            # Whoever goes on without pressing “add” means the condition, too.
            missing = kind == "add" and not entry["field"]
            if entry["field"]:
                if entry not in typed:
                    typed.append(entry)
                entry = _condition({})
    return _in_two_steps(
        Change(
            template="rules_mandatory.html", action="gdc_rules_update",
            says={"mandatory": typed}, now={"mandatory": now}, proposal={"mandatory": typed},
            lines=_mandatory_lines(typed, now),
            names=("mandatory",),
        ),
        {
            "rows": [
                {**_row(one), "sent": json.dumps(one, ensure_ascii=False), "new": one not in now}
                for one in typed
            ],
            "gone": [_row(one) for one in now if one not in typed],
            "entry": entry, "missing": missing,
            "groups": _starrable(rules),
            "data_types": codes.get("data_type").choices(),
            "organizations": _organizations(),
        },
        resent={"row": [json.dumps(one, ensure_ascii=False) for one in typed]},
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _condition(said: Mapping[str, Any]) -> dict[str, Any]:
    """A condition in one form, so that two of the same can be told to be the same."""
    def texts(name: str) -> list[str]:
        held = said.get(name)
        return sorted({str(one) for one in held}) if isinstance(held, list) else []

    return {
        "field": str(said.get("field") or ""), "data_types": texts("data_types"),
        "organizations": texts("organizations"),
    }


def _row(condition: Mapping[str, Any]) -> dict[str, Any]:
    """A condition in words: ``field``, ``data_types`` and ``organizations`` (none for all)."""
    data_types = codes.get("data_type")
    return {
        "field": _label_of(condition["field"]),
        "data_types": [data_types.label(code) for code in condition["data_types"]],
        "organizations": [_organization_title(id_) for id_ in condition["organizations"]],
    }


def _organization_title(id_: str) -> str:
    organization = model.Group.get(id_)
    return (organization.title or organization.name) if organization else id_


def _organizations() -> list[dict[str, str]]:
    """The organizations by title: id, title and, where it has one, its 4-digit code."""
    found: list[Any] = (
        model.Session.query(model.Group)
        .filter_by(is_organization=True, state=model.State.ACTIVE).all()
    )
    return sorted(
        ({"id": o.id, "title": o.title or o.name, "code": o.extras.get("org_code") or ""}
         for o in found),
        key=lambda one: one["title"],
    )


def _mandatory_lines(
    typed: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    def worded(condition: Mapping[str, Any]) -> str:
        row = _row(condition)
        return _("mandatory (%(types)s; %(organizations)s)") % {
            "types": ", ".join(row["data_types"]) or _("every data type"),
            "organizations": ", ".join(row["organizations"]) or _("every organization"),
        }

    return [
        {"subject": _label_of(one["field"]), "before": "", "after": worded(one)}
        for one in typed if one not in now
    ] + [
        {"subject": _label_of(one["field"]), "before": worded(one), "after": ""}
        for one in now if one not in typed
    ]


# --- Fields --------------------------------------------------------------------------------


def _is_worded(field: Mapping[str, Any]) -> bool:
    return any(_own(field, part, lang) for part in proposal.TEXTS for lang in _LANGUAGES)


def _is_relisted(field: Mapping[str, Any]) -> bool:
    return field["code_list"] != _shipped(field).code_list


def _shipped(field: Mapping[str, Any]) -> Field:
    return fields.shipped(field["level"])[field["name"]]


def _own(field: Mapping[str, Any], part: str, lang: str) -> str:
    """What the site says in place of a text that ships; empty where it says nothing."""
    return field[part].get(lang) or ""


_FILTERS = {
    "hidden": lambda field: field["hidden"],
    "worded": _is_worded,
    "starred": lambda field: field["starred"],
}


def fields_index() -> str:
    """Every field, to be searched for."""
    query = " ".join(tk.request.args.get("q", "").split()).lower()
    chosen = tk.request.args.get("only", "")
    judge = _FILTERS.get(chosen)
    rules = _rules()
    found = [
        {**f, "worded": _is_worded(f), "relisted": _is_relisted(f)} for f in rules["fields"]
        if (not judge or judge(f)) and query in _words(f)
    ]
    titles = _level_titles()
    return tk.render("thai_gdc/admin/rules_fields.html", {
        "query": tk.request.args.get("q", ""), "only": chosen if judge else "",
        "count": len(found),
        "levels": [
            {"name": level, "title": titles[level], "fields": own}
            for level in fields.LEVELS
            if (own := [f for f in found if f["level"] == level])
        ],
    })


def _words(field: Mapping[str, Any]) -> str:
    """What a field is searched by."""
    labels = _shipped(field).label.values()
    return " ".join([field["name"], *labels, field["item"] or ""]).lower()


def _level_titles() -> dict[str, str]:
    return {
        "dataset": _("Dataset"), "resource": _("File or address"),
        "organization": _("Organization"), "column": _("Column of a data dictionary"),
    }


def field(level: str, name: str) -> str | Response:
    """Hide a field, word its help and example, tie it to another list."""
    rules = _rules()
    own = next((f for f in rules["fields"] if (f["level"], f["name"]) == (level, name)), None)
    if not own:
        return tk.abort(404, _("There is no field of that name."))
    shipped = _shipped(own)
    now: dict[str, Any] = {
        "hidden": bool(own["hidden"]),
        **{part: {lang: _own(own, part, lang) for lang in _LANGUAGES} for part in proposal.TEXTS},
        **({"code_list": own["code_list"]} if own["may_take_list"] else {}),
    }
    typed = _typed_field(own, now) if tk.request.method == "POST" else now
    return _in_two_steps(
        Change(
            template="rules_field.html", action="gdc_field_update",
            says={**_differing(typed, now), "level": level, "name": name},
            now={"level": level, "name": name},
            proposal={"fields": {f"{level}:{name}": _differing(typed, now)}},
            lines=_field_lines(shipped, typed, now), done=("gdc_rules.fields_index", {}),
            names=("hidden", *(f"{p}-{lang}" for p, lang, _t in _text_titles()), "code_list"),
            placed=_at_texts,
        ),
        {
            "field": own, "level": _level_titles()[level], "shipped": shipped,
            "typed": typed, "now": now,
            "rows": [
                {"part": part, "language": lang, "title": title, "name": f"{part}-{lang}",
                 "ships": (getattr(shipped, part) or {}).get(lang, ""),
                 "typed": typed[part][lang], "now": now[part][lang],
                 "limit": proposal.TEXTS[part][lang].max_length}
                for part, lang, title in _text_titles()
            ],
            "lists": _lists_for(shipped, now.get("code_list")) if own["may_take_list"] else [],
            "list_title": words.list_title,
        },
    )


def _typed_field(own: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    form = tk.request.form
    typed: dict[str, Any] = {
        "hidden": "hidden" in form if own["may_hide"] or own["hidden"] else False,
        **{part: {lang: form.get(f"{part}-{lang}", "").replace("\r\n", "\n").strip()
                  for lang in _LANGUAGES} for part in proposal.TEXTS},
    }
    if "code_list" in now:
        typed["code_list"] = form.get("code_list") or now["code_list"]
    return typed


def _differing(typed: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if value != now[name]}


def _text_titles() -> list[tuple[str, str, str]]:
    return [
        (part, lang, values.label(by_language[lang]))
        for part, by_language in proposal.TEXTS.items() for lang in _LANGUAGES
    ]


def _at_texts(errors: Mapping[str, Any]) -> dict[str, Any]:
    """The messages about help and example at the text whose name they say."""
    found = {name: said for name, said in errors.items() if name not in proposal.TEXTS}
    for part, lang, title in _text_titles():
        said = [m for m in errors.get(part, ()) if f"“{title}”" in m]
        if said:
            found[f"{part}-{lang}"] = said
    told = {str(m) for said in found.values() for m in said}
    for part in proposal.TEXTS:
        found.setdefault(part, []).extend(m for m in errors.get(part, ()) if str(m) not in told)
    return {name: said for name, said in found.items() if said}


def _field_lines(
    shipped: Field, typed: Mapping[str, Any], now: Mapping[str, Any]
) -> list[dict[str, str]]:
    lines = []
    if typed["hidden"] != now["hidden"]:
        lines.append({
            "subject": titles.attribute("hidden"),
            "before": words.worded(now["hidden"]), "after": words.worded(typed["hidden"]),
        })
    for part, lang, title in _text_titles():
        if typed[part][lang] != now[part][lang]:
            ships = (getattr(shipped, part) or {}).get(lang, "")
            lines.append({"subject": title, "before": now[part][lang] or ships,
                          "after": typed[part][lang] or ships})
    if typed.get("code_list") != now.get("code_list"):
        lines.append({"subject": titles.attribute("code_list"),
                      "before": words.list_title(now["code_list"]),
                      "after": words.list_title(typed["code_list"])})
    return lines


def _lists_for(shipped: Field, chosen: str | None) -> list[dict[str, str]]:
    """The lists that the field can take its codes from: its own, and those of the site."""
    own = [name for name, says in settings.current().of("list:").items() if says.get("own")]
    names: dict[str, None] = dict.fromkeys([str(shipped.code_list), *own])
    if chosen:
        names.setdefault(chosen)
    return [{"name": name, "title": words.list_title(name)} for name in names]


# --- Categories and what may go with them --------------------------------------------------

def agreements(name: str) -> str | Response:
    """Which codes of a list may go with which of another: a matrix of boxes."""
    rules = _rules()
    own = next((one for one in rules["agreements"] if one["list"] == name), None)
    if not own:
        return tk.abort(404, _("There is no code list of that name."))
    order = [one["code"] for one in own["categories"]]
    now = {one["code"]: _ordered(one["for"], order) for one in own["codes"]}
    typed = now
    if tk.request.method == "POST":
        typed = {code: _ordered(tk.request.form.getlist(f"for:{code}"), order) for code in now}
    says = _differing(typed, now)
    return _in_two_steps(
        Change(
            template="rules_agreements.html", action="gdc_agreements_update",
            says={"list": name, "for": says}, now={"list": name, "for": {}},
            proposal={"agreements": {name: says}},
            lines=_agreement_lines(own, typed, now),
            names=[f"for-{code}" for code in now],
            placed=lambda errors: _at_rows(errors, own),
        ),
        {"matrix": own, "typed": typed, "now": now, **_agreement_title(own),
         "in_use": [c.code for c in codes.get(own["partner"]).choices()]},
    )


def _at_rows(errors: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The messages about a row that would be left without a box, at the row and by its label."""
    labels = {one["code"]: one["label"] for one in own["codes"]}
    found: dict[str, list[str]] = {}
    for name, said in errors.items():
        for message in said:
            row = getattr(message, "entry", "")
            if getattr(message, "attribute", "") == "for" and row in labels:
                found[f"for-{row}"] = [_(
                    "“%(label)s”: tick at least one that is in use (%(list)s)."
                ) % {"label": labels[row], "list": words.list_title(own["partner"])}]
            else:
                found.setdefault(name, []).append(message)
    return found


def _ordered(chosen: Sequence[str], order: Sequence[str]) -> list[str]:
    return [code for code in order if code in chosen]


def _agreement_title(agreement: Mapping[str, Any]) -> dict[str, str]:
    return {"list": agreement["list"], "list_title": words.list_title(agreement["list"]),
            "partner_title": words.list_title(agreement["partner"])}


def _agreement_lines(
    own: Mapping[str, Any], typed: Mapping[str, list[str]], now: Mapping[str, list[str]]
) -> list[dict[str, str]]:
    categories = {one["code"]: one["label"] for one in own["categories"]}

    def worded(chosen: Sequence[str]) -> str:
        return ", ".join(categories[code] for code in chosen)

    return [
        {"subject": one["label"], "before": worded(now[one["code"]]),
         "after": worded(typed[one["code"]])}
        for one in own["codes"] if typed[one["code"]] != now[one["code"]]
    ]


# --- Two steps -----------------------------------------------------------------------------

def _in_two_steps(
    change: Change, page: Mapping[str, Any], resent: Mapping[str, list[str]] | None = None
) -> str | Response:
    """The form; what its change would mean; and, confirmed with a reason, the change.

    Args:
        change: as typed.
        page: what the form's template gets.
        resent: what the second step sends in place of what the form sent.
    """
    form = tk.request.form
    page = {
        **page, "change": change, "note": form.get("note", ""),
        "revision": form.get("revision") or str(pages.gdc_revision()),
        "sent": list(_sent(resent)),
    }
    do, _colon, number = form.get("do", "").partition(":")
    if tk.request.method != "POST" or do not in ("look", "save", "csv"):
        return _form(page)
    if change.says == change.now:
        return _form(page, notice=_("Nothing is changed yet: everything is as it is in force."))
    errors = _judged(change, page["revision"])
    if errors:
        if "revision" in errors:
            # What it says now stands on the page: who goes on means to.
            page["revision"] = str(pages.gdc_revision())
        return _form(page, errors)
    shown = max(int(number), 1) if number.isdecimal() and len(number) < 9 else 1
    try:
        found = tk.get_action("gdc_rules_effect")(
            {}, {**change.proposal, "limit": _ROWS, "offset": _ROWS * (shown - 1)})
        if do == "csv":
            return _csv(change)
    except tk.ValidationError as refusal:
        return _form(page, refusal.error_dict)
    except mine.SEARCH_FAILS:
        return _form(page, notice=_(
            "The search does not answer, so nobody knows what the change would mean. Nothing "
            "was saved and what you have typed is still here: try again in a moment."))
    if do == "look":
        return _meaning(page, found, shown)
    try:
        result = tk.get_action(change.action)(
            {}, {**change.says, "revision": page["revision"], "note": page["note"]})
    except tk.ValidationError as refusal:
        return _meaning(page, found, shown, refusal.error_dict)
    return _done(change, found["count"], result.get("change"))


def _judged(change: Change, revision: str) -> dict[str, Any]:
    """All that is wrong with a change but for its reason, which is asked for later.

    Without a reason the action only says what is wrong.
    """
    try:
        tk.get_action(change.action)({}, {**change.says, "revision": revision, "note": ""})
    except tk.ValidationError as refusal:
        return {k: v for k, v in refusal.error_dict.items() if k != changes.NOTE.name}
    return {}


def _csv(change: Change) -> Response:
    """All records that the change would concern, as a file."""
    parts = effect.as_csv({"user": tk.current_user.name}, change.proposal)
    return Response(
        stream_with_context(parts), mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=records-to-mend.csv"},
    )


def _sent(resent: Mapping[str, list[str]] | None) -> Iterator[tuple[str, str]]:
    """What the form sent of the change, for the step that follows."""
    own = resent if resent is not None else tk.request.form.to_dict(flat=False)
    for name, sent in own.items():
        if name not in _ASIDE and name != tk.config["WTF_CSRF_FIELD_NAME"]:
            yield from ((name, one) for one in sent)


def _form(
    page: Mapping[str, Any], errors: Mapping[str, Any] | None = None, notice: str = ""
) -> str:
    """The form as it was typed, with what is wrong or what there is to say."""
    change: Change = page["change"]
    return tk.render(f"thai_gdc/admin/{change.template}", {
        **page, "notice": notice,
        "messages": pages.messages(change.placed(errors or {}), change.names),
        "outdated": bool(errors and "revision" in errors),
    })


def _meaning(
    page: Mapping[str, Any], found: Mapping[str, Any], shown: int,
    errors: Mapping[str, Any] | None = None,
) -> str:
    """What the change would mean for the records that there are, and the note that is asked."""
    return tk.render("thai_gdc/admin/rules_effect.html", {
        **page, "effect": found, "shown": shown, "rows": _ROWS,
        "pages": max(-(-found["count"] // _ROWS), 1),
        "messages": pages.messages(errors or {}, (changes.NOTE.name,)),
    })


def _done(change: Change, count: int, number: Any) -> Response:
    """Go to the page that follows, which says what was done and where it is seen."""
    endpoint, address = change.done
    if not number:
        tk.h.flash_notice(_("Nothing was changed: somebody had made the same change."))
        return tk.redirect_to(endpoint, **address)
    said = _("Saved as change number %(number)s, in force from now on.") % {"number": number}
    if count:
        said += " " + tk.ungettext(
            "%(records)s record has to be mended: it stands in the to-do list of its stewards.",
            "%(records)s records have to be mended: they stand in the to-do lists of their "
            "stewards.",
            count, records=f"{count:,}",
        )
    links = [(tk.h.url_for("gdc_record.my_records", list="mend"), _("Records to mend"))]
    links = links if count else []
    links.append((tk.h.url_for("gdc_lists.history"), _("History")))
    shown = Markup(" · ").join(Markup('<a href="{}">{}</a>').format(*link) for link in links)
    tk.h.flash_success(Markup("{} {}").format(said, shown), allow_html=True)
    return tk.redirect_to(endpoint, **address)


gdc_rules.add_url_rule("", "index", index)
gdc_rules.add_url_rule("/stars", "stars", stars, methods=["GET", "POST"])
gdc_rules.add_url_rule("/mandatory", "mandatory", mandatory, methods=["GET", "POST"])
gdc_rules.add_url_rule("/fields", "fields_index", fields_index)
gdc_rules.add_url_rule("/fields/<level>/<name>", "field", field, methods=["GET", "POST"])
gdc_rules.add_url_rule("/agreements/<name>", "agreements", agreements, methods=["GET", "POST"])

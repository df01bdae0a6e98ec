"""``ckan thai-gdc rules``: what the site asks of records, as a file for version control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import ckan.plugins.toolkit as tk
import click
import yaml
from ckan import model, types

from ckanext.thai_gdc import settings
from ckanext.thai_gdc.admin import changes, effect, proposal, rules_action, words
from ckanext.thai_gdc.record.errors import Message

_ = tk._

_KEYS = ("star_set", "stars", "mandatory", "fields")

#: What a file says of a field.
_OF_FIELD = ("hidden", "help_text", "example", "code_list")


@click.group()
def rules() -> None:
    """The rules: which fields must be filled in, which are hidden, and how they are explained."""


@rules.command("list")
def list_() -> None:
    """Print what this site says of the rules, in words."""
    said = {s: [None, v] for s, v in settings.current().values.items() if _is_rule(s)}
    for line in _lines(said):
        click.echo(line)
    if not said:
        click.echo(_("This site changed nothing of the rules."))


@rules.command()
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="File to write; standard output if not given.")
def export(output: Path | None) -> None:
    """Write what this site says of the rules as YAML."""
    content = yaml.safe_dump(document(), allow_unicode=True, sort_keys=False, width=1000)
    if output:
        output.write_text(content, encoding="utf-8")
    else:
        click.echo(content, nl=False)


@rules.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--apply", "applied", is_flag=True, help="Change the rules; otherwise only tell.")
@click.option("--note", default="", help="Why, for the history; asked for with --apply.")
def import_(file: BinaryIO, applied: bool, note: str) -> None:
    """Make the rules what a file says: what it leaves out is as it ships.

    Tells what would change, and how many records would have to be mended. Exit status 1 if
    something is wrong with the file.
    """
    try:
        written = yaml.safe_load(file)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(_("This is no YAML: %(error)s") % {"error": error}) from None
    context: types.Context = {"ignore_auth": True, "user": ""}
    try:
        asked = proposed(written)
        now, would_be = effect.proposed(asked)
        meant = effect.of(context, asked)
        told = list(_lines({
            s: [now.values.get(s), would_be.values.get(s)]
            for s in sorted({*now.values, *would_be.values})
            if now.values.get(s) != would_be.values.get(s)
        }))
        if applied:
            rules_action.change_rules(
                context, {"note": note}, rules_action.SCOPE,
                lambda now, errors: proposal.parts(now, asked, errors))
    except tk.ValidationError as refusal:
        for messages in cast(Any, refusal.error_dict).values():
            for message in messages:
                click.echo(message, err=True)
        raise click.exceptions.Exit(1) from None
    for line in told:
        click.echo(line)
    if not told:
        click.echo(_("The rules are so already."))
        return
    click.echo(_("Records to be mended then: %(count)s") % {"count": f"{meant['count']:,}"})
    for one in meant["by_organization"]:
        click.echo(f"  {one['count']:,}\t{one['title']}")
    for one in meant["by_field"]:
        click.echo(f"  {one['count']:,}\t{one['label']}")
    click.echo(_("The rules are changed.") if applied else _(
        "Nothing is changed yet: write --apply and --note to change the rules."))


def _is_rule(subject: str) -> bool:
    return subject.startswith(rules_action.SCOPE)


def _lines(parts: Mapping[str, list[Any]]) -> Iterator[str]:
    for line in words.lines(changes.Change(parts=dict(parts))):
        what = f"{line['subject']}: {line['attribute']}" if line["attribute"] else line["subject"]
        yield f"{what}: {line['before'] or '-'} -> {line['after'] or '-'}"


def document() -> dict[str, Any]:
    """What this site says of the rules: organizations by name, so that any site can read it."""
    said = settings.current().values
    found: dict[str, Any] = {
        key: said[f"rule:{key}"] for key in ("star_set", "stars") if f"rule:{key}" in said
    }
    if said.get("rule:mandatory"):
        found["mandatory"] = [_row(row) for row in said["rule:mandatory"]]
    for subject, says in settings.current().of("field:").items():
        level, name = subject.split(":", 1)
        found.setdefault("fields", {}).setdefault(level, {})[name] = says
    return found


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    names = [(model.Group.get(one) or model.Group(name=one)).name for one in row["organizations"]]
    return {
        "field": row["field"],
        **({"data_types": row["data_types"]} if row["data_types"] else {}),
        **({"organizations": sorted(names)} if names else {}),
    }


def proposed(written: Any) -> dict[str, Any]:
    """What a file asks for, as proposal.parts takes it.

    Raises:
        ValidationError: it is not in the form of ``document``.
    """
    written = {} if written is None else written
    of_fields = written.get("fields") or {} if isinstance(written, Mapping) else None
    wrong: list[str] = []
    if not isinstance(of_fields, Mapping) or not all(
        isinstance(one, Mapping) for one in of_fields.values()
    ):
        wrong.append(_("The file holds no rules."))
        raise tk.ValidationError({"fields": [Message("not_text", one) for one in wrong]})
    wrong += [str(key) for key in written if key not in _KEYS]
    asked: dict[str, Any] = {
        f"{level}:{name}": dict.fromkeys(_OF_FIELD)
        for level, name in (s.split(":", 1) for s in settings.current().of("field:"))
    }
    for level, table in of_fields.items():
        for name, says in table.items():
            if isinstance(says, Mapping):
                wrong += [f"{name}: {key}" for key in says if key not in _OF_FIELD]
                says = {**dict.fromkeys(_OF_FIELD), **says}
            asked[f"{level}:{name}"] = says
    if wrong:
        raise tk.ValidationError({"fields": [
            Message("unknown", _("Rules know nothing of “%(name)s”.") % {"name": one})
            for one in wrong
        ]})
    return {**{key: written.get(key) for key in _KEYS[:3]}, "fields": asked}

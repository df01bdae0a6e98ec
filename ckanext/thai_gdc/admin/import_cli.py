"""``ckan thai-gdc codes import``: lists from a file, on the command line."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, BinaryIO

import ckan.plugins.toolkit as tk
import click

from ckanext.thai_gdc.admin import comparison, importing, words
from ckanext.thai_gdc.admin.import_action import result_titles
from ckanext.thai_gdc.codes import titles
from ckanext.thai_gdc.harvest import code_lists

_ = tk._

_COLOURS = {"added": "green", "changed": "cyan", "retired": "yellow", "reactivated": "green",
            "refused": "red"}


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--list", "name", metavar="LIST",
              help="The list that the file holds; needed for CSV and XLSX. All lists of the file "
                   "if not given: those that there are not are made.")
@click.option("--format", "form", type=click.Choice(sorted(code_lists.FORMATS)),
              help="Recognised by the file's name or what is in it if not given.")
@click.option("--missing", type=click.Choice(comparison.MISSING), default="keep",
              show_default=True, help="What becomes of the codes that the file does not name.")
@click.option("--apply", "is_applied", is_flag=True,
              help="Change the lists; without it, nothing is changed.")
@click.option("--note", help="Why; asked for by --apply, and kept in the history.")
def import_(
    file: BinaryIO, name: str | None, form: str | None, missing: str, is_applied: bool,
    note: str | None,
) -> None:
    """Tell what a file would change of the lists; change them with --apply.

    Exit status 1 if anything is refused: then nothing is changed.
    """
    content = file.read(importing.MOST_BYTES + 1)
    form = form or importing.format_of(content, PurePath(str(file.name)).name)
    asked = {"list": name, "format": form, "missing": missing, "content": content}
    look = _called(asked)
    for one in look["lists"]:
        _print(one)
    counted = ", ".join(f"{title}: {look['counts'][result]}"
                        for result, title in result_titles().items() if look["counts"][result])
    click.echo(counted)
    if look["is_refused"]:
        click.secho(_("Nothing is changed: mend what is refused."), fg="red")
        raise click.exceptions.Exit(1)
    if not is_applied:
        click.echo(_("This was a look ahead: nothing is changed yet. --apply changes it."))
        return
    done = _called({**asked, "dry_run": False, "note": note, "revision": look["revision"]})
    click.echo(_("There was nothing to change.") if done["change"] is None
               else _("Changed: change %(number)s.") % {"number": done["change"]})


def _called(asked: dict[str, Any]) -> dict[str, Any]:
    """What the action answers; a refusal line by line, and exit status 1."""
    try:
        return tk.get_action("gdc_code_list_import")({"ignore_auth": True, "user": ""}, asked)
    except tk.ValidationError as refusal:
        errors: dict[str, Any] = refusal.error_dict
        messages = [m for found in errors.values() for m in found]
        raise click.ClickException("\n".join(map(str, messages))) from None
    except tk.ObjectNotFound:
        raise click.BadParameter(
            f"no such list: {asked['list']}. The lists are: {', '.join(code_lists.names())}"
        ) from None


def _print(found: dict[str, Any]) -> None:
    """A list: each line that is not as it was, with what changes."""
    lines = [line for line in found["lines"] if line["result"] != "unchanged"]
    if not (found["is_new"] or found["reasons"] or found["differences"] or lines):
        return
    new = " (" + _("a new list") + ")" if found["is_new"] else ""
    click.secho(f"{found['name']}: {found['title']}{new}", bold=True)
    for reason in found["reasons"]:
        click.secho(f"  {reason}", fg="red")
    for one in found["differences"]:
        click.echo(f"  {_worded(one)}")
    titles = result_titles()
    for line in lines:
        number = "-" if line["line"] is None else str(line["line"])
        click.secho(
            f"  {number:>5}  {titles[line['result']]:<12} {line['code']:<8} "
            f"{words.worded(line['label'])}", fg=_COLOURS.get(line["result"]))
        for reason in line["reasons"]:
            click.echo(f"           {reason}")
        if line["result"] in ("changed", "retired", "reactivated"):
            for one in line["differences"]:
                click.echo(f"           {_worded(one)}")


def _worded(difference: dict[str, Any]) -> str:
    nothing = _("nothing")
    before, after = (words.worded(difference[key]) or nothing for key in ("before", "after"))
    return f"{titles.attribute(difference['attribute'])}: {before} -> {after}"

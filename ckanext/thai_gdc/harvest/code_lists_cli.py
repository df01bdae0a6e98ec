"""``ckan thai-gdc codes``: the code lists on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import ckan.plugins.toolkit as tk
import click
import yaml

from ckanext.thai_gdc.admin import follow
from ckanext.thai_gdc.codes import check as checking
from ckanext.thai_gdc.harvest import code_lists

_ = tk._


@click.group()
def codes() -> None:
    """Code lists: what there is, and as files."""


@codes.command("list")
def list_() -> None:
    """Print the name of each list, the number of its codes and the fields that take them."""
    for name in code_lists.names():
        found = code_lists.summary(name)
        users = ", ".join(one["name"] for one in found["fields"])
        click.echo(f"{name}\t{found['count']}\t{users}")


@codes.command()
@click.argument("file", type=click.File("rb"))
def check(file: BinaryIO) -> None:
    """Check lists in a YAML file, all errors at once. Exit status 1 if there are any."""
    try:
        lists = yaml.safe_load(file)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(_("This is no YAML: %(error)s") % {"error": error}) from None
    if not isinstance(lists, dict) or not lists:
        raise click.ClickException(_("The file holds no code list."))
    found = [
        f"{name}: {problem}"
        for name, definition in lists.items()
        for problem in checking.problems(str(name), definition)
    ]
    for line in found:
        click.echo(line)
    if found:
        raise click.exceptions.Exit(1)
    click.echo(_("All is well."))


@codes.command()
@click.argument("names", nargs=-1, metavar="[LIST]...")
@click.option("--format", "form", type=click.Choice(sorted(code_lists.FORMATS)), default="yaml",
              show_default=True, help="Only YAML takes several lists at once.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="File to write; standard output if not given.")
def export(names: tuple[str, ...], form: str, output: Path | None) -> None:
    """Write lists as a file: all of them if none is named."""
    chosen = list(names) or code_lists.names()
    unknown = [name for name in chosen if name not in code_lists.names()]
    if unknown:
        raise click.BadParameter(
            f"no such list: {', '.join(unknown)}. The lists are: {', '.join(code_lists.names())}"
        )
    if form == "yaml":
        content = code_lists.as_yaml(chosen).encode()
    elif len(chosen) == 1:
        content = code_lists.FORMATS[form][1](chosen[0])
    else:
        raise click.BadParameter(f"{form} takes one list: name it.")
    if output:
        output.write_bytes(content)
    else:
        click.get_binary_stream("stdout").write(content)


@codes.command("follow")
def follow_() -> None:
    """Index what changes of lists and rules concern, where the background job did not."""
    waiting = len(follow.waiting())
    follow.after()
    click.echo(_("%(count)s changes followed.") % {"count": waiting})

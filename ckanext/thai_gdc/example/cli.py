"""``ckan thai-gdc example``: load and remove the example."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from ckanext.thai_gdc.example import loader


@click.group("example")
def example() -> None:
    """A made-up province's catalog, to try the product on."""


@example.command()
@click.option(
    "--passwords", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.json",
    help="Where the passwords of the example's users are kept: those in it are used, the "
    'others are made up and added. {"name": {"password": "...", "role": "..."}}',
)
def load(passwords: Path | None) -> None:
    """Create what is missing of the example; load again to complete one that was cut short."""
    if passwords is None:
        report = loader.load()
        _tell(report, "Created", "The example is there already: nothing to do.")
        for name, password in report.passwords.items():
            click.echo(f"User {name}, password {password} (shown only now)")
    else:
        # Written before the users are made: no end of this process loses a password.
        kept = _read(passwords)
        drafts = {user["name"]: loader.new_password() for user in loader.read("users")}
        known = {**drafts, **kept}
        _write(passwords, known)
        report = loader.load(known)
        _write(passwords, {n: w for n, w in known.items() if n in kept or loader.is_user(n)})
        _tell(report, "Created", "The example is there already: nothing to do.")
        click.echo(f"The users' passwords are in {passwords}.")
    if report.failures:
        raise click.exceptions.Exit(1)


@example.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(yes: bool) -> None:
    """Remove what the example created, for good; what users made stays."""
    if not yes:
        click.confirm("Remove the example's datasets, organizations and users?", abort=True)
    report = loader.remove()
    _tell(report, "Removed", "There is no example to remove.")
    if report.failures:
        raise click.exceptions.Exit(1)


def _tell(report: loader.Report, verb: str, nothing: str) -> None:
    if report.done:
        counts = ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in report.done.items())
        click.echo(f"{verb} {counts}.")
    elif not report.failures:
        click.echo(nothing)
    for note in report.notes:
        click.echo(note)
    for failure in report.failures:
        click.secho(failure, fg="red", err=True)


def _read(path: Path) -> dict[str, str]:
    """Name to password, of a file that may not be there yet."""
    if not path.exists():
        return {}
    entries = json.loads(path.read_text(encoding="utf-8"))
    return {name: e["password"] if isinstance(e, dict) else e for name, e in entries.items()}


def _write(path: Path, passwords: dict[str, str]) -> None:
    """Keep them, readable by the owner only."""
    roles = {user["name"]: user["role"] for user in loader.read("users")}
    entries = {n: {"password": w, "role": roles.get(n, "")} for n, w in passwords.items()}
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(entries, file, indent=1, ensure_ascii=False)
    draft.replace(path)

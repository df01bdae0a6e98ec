"""``ckan thai-gdc``: what the agency's IT does from the command line."""

from __future__ import annotations

import dataclasses
import json

import ckan.plugins.toolkit as tk
import click

from ckanext.thai_gdc import doctor, language
from ckanext.thai_gdc.admin.import_cli import import_
from ckanext.thai_gdc.admin.replace_cli import resume
from ckanext.thai_gdc.admin.rules_cli import rules
from ckanext.thai_gdc.example.cli import example
from ckanext.thai_gdc.harvest.code_lists_cli import codes
from ckanext.thai_gdc.search.cli import solr_schema

_ = tk._

_MARKS = {"ok": ("OK", "green"), "warning": ("!!", "yellow"), "failed": ("XX", "red")}


@click.group("thai-gdc")
@click.pass_context
def thai_gdc(context: click.Context) -> None:
    """The Thai government data catalog: checks, Solr schema, example data, code lists, rules."""
    # As all that CKAN's commands say, whatever the language of the site.
    context.with_resource(language.speaking("en"))


@thai_gdc.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for monitoring.")
def check(as_json: bool) -> None:
    """Check that the installation is sound; say what to do where it is not.

    Exit status: 0 all is well (warnings included), 1 a check failed.
    """
    findings = doctor.examine()
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(f) for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark, colour = _MARKS[finding.state]
            click.secho(f"{mark} {finding.check}: {finding.found}", fg=colour)
            if finding.advice:
                click.echo(f"   -> {finding.advice}")
    if any(f.state == "failed" for f in findings):
        raise click.exceptions.Exit(1)


thai_gdc.add_command(solr_schema)
thai_gdc.add_command(example)
thai_gdc.add_command(codes)
codes.add_command(import_)
codes.add_command(resume)
thai_gdc.add_command(rules)


def get_commands() -> list[click.Command]:
    """The command groups that CKAN shows."""
    return [thai_gdc]

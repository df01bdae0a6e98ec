"""``ckan thai-gdc codes resume``: replacements that were cut off go on."""

from __future__ import annotations

import click

from ckanext.thai_gdc.admin import replacement, replacement_job


@click.command()
def resume() -> None:
    """Let replacements of codes go on whose worker was ended, where they were.

    One that a worker is at is left alone, so the command may be run at any time, after a
    restart of the machine for example.
    """
    for number in replacement.unfinished():
        if replacement.is_worked_on(number):
            click.echo(f"{number}: a worker is at it")
        elif replacement_job.later(number):
            click.echo(f"{number}: goes on")
        else:
            raise click.ClickException("Redis does not answer: no job can begin.")

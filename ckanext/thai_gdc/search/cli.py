"""Commands about the search index."""

from __future__ import annotations

from pathlib import Path

import click

from ckanext.thai_gdc.search import solr


@click.command("solr-schema")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write the whole configset (schema.xml, solrconfig.xml, word lists) into DIR.",
)
def solr_schema(output: Path | None) -> None:
    """Print the Solr schema for this CKAN and this plugin.

    Solr has to have its module analysis-extras, which knows where Thai words end.
    """
    if output is None:
        click.echo(solr.schema_xml(), nl=False)
        return
    solr.write_configset(output)
    click.echo(f"Written: {output}")

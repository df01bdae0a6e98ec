"""Runs the migrations of the plugin's own tables, in the way of CKAN's plugins."""

from __future__ import annotations

from logging.config import fileConfig
from pathlib import Path
from typing import Any

from alembic import context
from ckan.model.meta import metadata
from sqlalchemy import engine_from_config, pool

config = context.config
if config.config_file_name:
    # The loggers of CKAN, which runs this in its own process, stay as they are.
    fileConfig(config.config_file_name, disable_existing_loggers=False)

#: The plugin's name, by which CKAN finds this folder and asks for the version table.
NAME = Path(__file__).parent.name
#: The plugin's tables share CKAN's metadata; they are told by what their names begin with.
PREFIX = "gdc_"


def include_object(
    found: Any, name: str | None, type_: str, reflected: bool, compare_to: Any
) -> bool:
    """Whether autogenerate looks at an object: at the plugin's own tables only."""
    return type_ != "table" or (name or "").startswith(PREFIX)


def run(**where: Any) -> None:
    """Run the migrations on a connection, or print them for a URL."""
    context.configure(
        target_metadata=metadata,
        version_table=f"{NAME}_alembic_version",
        include_object=include_object,
        **where,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run(url=config.get_main_option("sqlalchemy.url"), literal_binds=True)
else:
    engine = engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with engine.connect() as connection:
        run(connection=connection)

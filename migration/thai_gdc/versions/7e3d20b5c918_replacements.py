"""Replacements of a code on all records that carry it, and what each record was before.

Revision ID: 7e3d20b5c918
Revises: c41f7a90b6d2
Create Date: 2026-11-23 23:50:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "7e3d20b5c918"
down_revision = "c41f7a90b6d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gdc_replacement",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("list", sa.UnicodeText, nullable=False),
        sa.Column("old", sa.UnicodeText, nullable=False),
        sa.Column("new", sa.UnicodeText, nullable=False),
        sa.Column("user_id", sa.UnicodeText),
        sa.Column("note", sa.UnicodeText, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.UnicodeText, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.Column("undoes", sa.BigInteger),
        sa.Column("heartbeat", sa.DateTime(timezone=True)),
        sa.Column("seconds", sa.Float, nullable=False),
    )
    op.create_table(
        "gdc_replacement_record",
        sa.Column("replacement_id", sa.BigInteger, primary_key=True),
        sa.Column("package_id", sa.UnicodeText, primary_key=True),
        sa.Column("state", sa.UnicodeText, nullable=False),
        sa.Column("reason", JSONB),
        sa.Column("changed", JSONB),
    )
    op.create_index(
        "gdc_replacement_record_state", "gdc_replacement_record",
        ["replacement_id", "state", "package_id"],
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("gdc_replacement_record")
    op.drop_table("gdc_replacement")

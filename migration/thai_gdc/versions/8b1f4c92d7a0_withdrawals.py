"""Withdrawals of records.

Revision ID: 8b1f4c92d7a0
Revises: 5d0c8e71a3f4
Create Date: 2026-11-23 18:05:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "8b1f4c92d7a0"
down_revision = "5d0c8e71a3f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gdc_withdrawal",
        sa.Column("id", sa.UnicodeText, primary_key=True),
        sa.Column("package_id", sa.UnicodeText, nullable=False),
        sa.Column("name", sa.UnicodeText, nullable=False),
        sa.Column("reason", sa.UnicodeText, nullable=False),
        sa.Column("withdrawn_on", sa.Date, nullable=False),
        sa.Column("withdrawn_by", sa.UnicodeText),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_listed", sa.Boolean, nullable=False),
        sa.Column("group_ids", JSONB, nullable=False),
        sa.Column("reinstated_at", sa.DateTime(timezone=True)),
        sa.Column("reinstated_by", sa.UnicodeText),
        sa.Column("reinstate_note", sa.UnicodeText),
        sa.Column("purged_at", sa.DateTime(timezone=True)),
        sa.Column("purged_by", sa.UnicodeText),
    )
    op.create_index("idx_gdc_withdrawal_package", "gdc_withdrawal", ["package_id"])
    op.create_index("idx_gdc_withdrawal_created", "gdc_withdrawal", ["created"])
    # A record is withdrawn once at a time, whatever two requests do at once.
    op.create_index(
        "idx_gdc_withdrawal_open", "gdc_withdrawal", ["package_id"], unique=True,
        postgresql_where=sa.text("reinstated_at IS NULL AND purged_at IS NULL"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("gdc_withdrawal")

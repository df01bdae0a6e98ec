"""What the site changed of lists, fields and rules, and the history of that.

Revision ID: c41f7a90b6d2
Revises: 8b1f4c92d7a0
Create Date: 2026-11-23 23:20:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "c41f7a90b6d2"
down_revision = "8b1f4c92d7a0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gdc_change",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.UnicodeText),
        sa.Column("note", sa.UnicodeText, nullable=False),
        sa.Column("parts", JSONB, nullable=False),
        sa.Column("undoes", sa.BigInteger),
    )
    op.create_table(
        "gdc_setting",
        sa.Column("subject", sa.UnicodeText, primary_key=True),
        sa.Column("value", JSONB),
        sa.Column("change_id", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("gdc_setting")
    op.drop_table("gdc_change")

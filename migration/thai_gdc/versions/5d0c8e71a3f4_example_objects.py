"""Objects that the example created.

Revision ID: 5d0c8e71a3f4
Revises:
Create Date: 2026-11-23 17:10:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5d0c8e71a3f4"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gdc_example_object",
        sa.Column("object_id", sa.UnicodeText, primary_key=True),
        sa.Column("kind", sa.UnicodeText, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("gdc_example_object")

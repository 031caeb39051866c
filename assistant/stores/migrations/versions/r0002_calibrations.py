"""Adds a table that keeps the fitted calibration of the FAQ's scores, so that a start does not fit it again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "calibrations",
        sa.Column("fingerprint", AnyText, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drops it; it is fitted again at the next start."""
    op.drop_table("calibrations")

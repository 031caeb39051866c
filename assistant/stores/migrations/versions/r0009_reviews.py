"""Adds up to which event a person of the team has looked a conversation through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the table; nothing counts as looked through."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sender_id", AnyText, nullable=False, unique=True),
        sa.Column("n_events", sa.Integer, nullable=False),
        sa.Column("agent", AnyText, nullable=False),
        sa.Column("reviewed_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    """Drops it; the conversations stay."""
    op.drop_table("reviews")

"""Adds the queue of conversations that were handed over to a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sender_id", AnyText, nullable=False, index=True),
        *(sa.Column(name, AnyText, nullable=False) for name in ("reason", "summary")),
        sa.Column("sentiment", sa.Double),
        sa.Column("status", AnyText, nullable=False, index=True),
        sa.Column("agent", AnyText, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        *(sa.Column(name, sa.Double) for name in ("taken_at", "closed_at")),
    )


def downgrade() -> None:
    """Drops it; the conversations stay paused until an event resumes them."""
    op.drop_table("handoffs")

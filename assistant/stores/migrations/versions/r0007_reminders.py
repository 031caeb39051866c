"""Adds when reminders are due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the table; reminders that older releases have noted were never triggered, and stay so."""
    op.create_table(
        "reminders",
        sa.Column("conversation_id", sa.Integer, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("due_at", sa.Double, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drops it; the reminders' events stay."""
    op.drop_table("reminders")

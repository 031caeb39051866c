"""Adds what was asked of the FAQ and what people thought of the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "faq_askings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("question", AnyText, nullable=False),
        sa.Column("sender_id", AnyText, nullable=False, index=True),
        sa.Column("entry_id", AnyText),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False, index=True),
        sa.Column("rating", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drops it, and the figures with it."""
    op.drop_table("faq_askings")

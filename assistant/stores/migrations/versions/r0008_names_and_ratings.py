"""Adds names of conversations, which of them are archived, and what people thought of the assistant's replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Adds the columns and the table; conversations that are there have no name and are not archived."""
    op.add_column("conversations", sa.Column("title", AnyText, nullable=False, server_default=""))
    op.add_column("conversations", sa.Column("is_archived", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "reply_ratings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sender_id", AnyText, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("rated_at", sa.Double, nullable=False),
        sa.UniqueConstraint("sender_id", "turn"),
    )


def downgrade() -> None:
    """Drops them; the conversations stay."""
    op.drop_table("reply_ratings")
    with op.batch_alter_table("conversations") as table:
        table.drop_column("is_archived")
        table.drop_column("title")

"""Adds the documents that questions are answered from, and the vectors of their sentences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "documents",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", AnyText, nullable=False, unique=True),
        sa.Column("title", AnyText, nullable=False),
        sa.Column("source", AnyText, nullable=False),
        sa.Column("text", AnyText, nullable=False),
        sa.Column("passages", sa.JSON, nullable=False),
        sa.Column("digest", AnyText, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "document_vectors",
        sa.Column("document_key", sa.Integer, sa.ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", AnyText, nullable=False),
        sa.Column("fingerprint", AnyText, nullable=False),
        sa.Column("n_vectors", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drops them; the files that the documents were read from stay where they are."""
    op.drop_table("document_vectors")
    op.drop_table("documents")

"""Makes the tables of conversations, FAQ entries and unanswered questions, and the full-text index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the tables."""
    _conversations()
    _entries()
    _marks()
    _unanswered()
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE entry_text USING fts5"
            "(question, alternatives, answer, tokenize = 'porter unicode61 remove_diacritics 2')"
        )


def downgrade() -> None:
    """Drops the tables and what is in them."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE entry_text")
    for table in ("unanswered", "marks", "entry_vectors", "entry_versions", "entries", "events", "conversations"):
        op.drop_table(table)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sender_id", AnyText, nullable=False, unique=True),
        sa.Column("n_events", sa.Integer, nullable=False),
        sa.Column("n_turns", sa.Integer, nullable=False),
        sa.Column("first_at", sa.Double, nullable=False),
        sa.Column("last_at", sa.Double, nullable=False),
        sa.Column("last_text", AnyText, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("conversation_id", sa.Integer, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("timestamp", sa.Double, nullable=False),
        sa.Column("body", AnyText, nullable=False),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("id", AnyText, nullable=False, unique=True),
        *(sa.Column(name, AnyText, nullable=False) for name in ("question", "answer")),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("alternatives", "tags")),
        *(sa.Column(name, AnyText, nullable=False) for name in ("category", "language")),
        sa.Column("status", AnyText, nullable=False, index=True),
        sa.Column("threshold", sa.Double),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("author", AnyText, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "entry_versions",
        _entry_key(),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("reason", AnyText, nullable=False),
    )
    op.create_table(
        "entry_vectors",
        _entry_key(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fingerprint", AnyText, nullable=False),
        sa.Column("n_vectors", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _entry_key() -> sa.Column[int]:
    return sa.Column("entry_key", sa.Integer, sa.ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True)


def _marks() -> None:
    op.create_table("marks", sa.Column("name", AnyText, primary_key=True), sa.Column("value", sa.Integer, nullable=False))


def _unanswered() -> None:
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("question", AnyText, nullable=False),
        sa.Column("folded", AnyText, nullable=False),
        sa.Column("sender_id", AnyText, nullable=False, index=True),
        sa.Column("best_entry_id", AnyText),
        sa.Column("best_score", sa.Double, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("is_resolved", sa.Boolean, nullable=False),
    )
    op.create_index("ix_unanswered_open", "unanswered", ["is_resolved", "folded"])

"""Makes the full-text index of PostgreSQL; SQLite's is as old as its tables.

Words are cut to their stems and none is left out: in a short question "when" and "you" may be all there is. PostgreSQL's own
English configuration would drop them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Makes the index, on PostgreSQL."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("CREATE TEXT SEARCH DICTIONARY assistant_stem (TEMPLATE = snowball, LANGUAGE = english)")
    op.execute("CREATE TEXT SEARCH CONFIGURATION assistant_faq (COPY = simple)")
    op.execute("ALTER TEXT SEARCH CONFIGURATION assistant_faq ALTER MAPPING FOR asciiword, word WITH assistant_stem")
    op.create_table(
        "entry_text",
        sa.Column("entry_key", sa.Integer, sa.ForeignKey("entries.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("words", TSVECTOR, nullable=False),
    )
    op.create_index("ix_entry_text_words", "entry_text", ["words"], postgresql_using="gin")


def downgrade() -> None:
    """Drops it, on PostgreSQL."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.drop_table("entry_text")
    op.execute("DROP TEXT SEARCH CONFIGURATION assistant_faq")
    op.execute("DROP TEXT SEARCH DICTIONARY assistant_stem")

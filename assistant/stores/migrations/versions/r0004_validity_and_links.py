"""Adds what links an FAQ entry to an intent and to other entries, and the days on which it is valid."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.stores.columns import AnyText

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

_COLUMNS = ("intent", "follow_ups", "valid_from", "valid_until")


def upgrade() -> None:
    """Adds the columns; entries that are there have no links and are valid always."""
    with op.batch_alter_table("entries") as table:
        table.add_column(sa.Column("intent", AnyText, nullable=False, server_default=""))
        table.add_column(sa.Column("follow_ups", sa.JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("valid_from", sa.Date))
        table.add_column(sa.Column("valid_until", sa.Date))


def downgrade() -> None:
    """Drops the columns and what is in them."""
    with op.batch_alter_table("entries") as table:
        for name in _COLUMNS:
            table.drop_column(name)

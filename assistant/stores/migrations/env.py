"""Runs migrations on the connection it is handed, inside the transaction that its caller opened."""

from __future__ import annotations

from alembic import context

from assistant.stores.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
)
context.run_migrations()

"""The history of the schema, run by Alembic; see ``assistant.stores.schema``."""

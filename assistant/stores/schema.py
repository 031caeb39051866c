"""Brings a database's schema up to date, and costs next to nothing when it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from assistant.errors import SchemaTooNew

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.orm import Session

    from assistant.stores.database import Database

HEAD = "0010"
"""The newest revision in ``migrations/versions``; kept here so that a current database is opened without importing Alembic."""

KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
"""All revisions, oldest first."""


def ensure_schema(database: Database) -> None:
    """Makes or migrates the schema, in one transaction; processes that start at the same time wait for the first one.

    Raises:
        SchemaTooNew: a newer release made the database; it is left as it is.
        DatabaseUnavailable: it cannot be read or written.
    """
    with database.read() as session:
        found = current_revision(session)
    if found == HEAD:
        return
    if found is not None and found not in KNOWN:
        raise SchemaTooNew(path=database.shown, found=found, known=HEAD)
    with database.write(lock="schema") as session:
        if current_revision(session) != HEAD:
            _upgrade(session)


def current_revision(session: Session) -> str | None:
    """Returns the revision that the database is at; None when it has no schema yet."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def alembic_config() -> Config:
    """Returns Alembic's configuration for the migrations that came with this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(session: Session) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = session.connection()
    command.upgrade(config, "head")

"""What the verbs of ``faq`` share: opening the entries, who is at work, how an entry is typed and shown."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import project_and_settings
from assistant.cli.output import write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from assistant.config import Settings
    from assistant.faq.entry import FaqEntry, Status
    from assistant.project import Project
    from assistant.stores.entries import EntryStore

EntryArgument = Annotated[str, typer.Argument(metavar="ENTRY", help="The entry's id.")]
ReasonOption = Annotated[str, typer.Option(help="Why; kept with the version.")]
StatusOption = Annotated[str | None, typer.Option(help="draft, in_review, published or archived.")]
ExpectOption = Annotated[
    int | None, typer.Option("--expect", metavar="VERSION", help="Refuse when the entry has another version by now.")
]


@contextmanager
def open_entries(folder: Path | None) -> Iterator[EntryStore]:
    """Gives the entries of a project's database."""
    with open_project(folder) as (_, _, entries):
        yield entries


@contextmanager
def open_project(folder: Path | None) -> Iterator[tuple[Project, Settings, EntryStore]]:
    """Gives a project, its settings, and the entries of its database."""
    from assistant.opening import open_project_database
    from assistant.stores.entries import EntryStore

    project, settings = project_and_settings(folder)
    with open_project_database(project, settings) as database:
        yield project, settings, EntryStore(database)


@contextmanager
def losing_nothing(project: Project) -> Iterator[None]:
    """Keeps what was not saved because someone else had saved in the meantime, and has the error say where.

    Raises:
        StaleEntry: that is what happened.
    """
    from assistant.errors import StaleEntry
    from assistant.faq.files import write_entries
    from assistant.project import made_folder

    try:
        yield
    except StaleEntry as error:
        file = made_folder(project.state / "not-saved") / f"{error.rejected.id}.yml"
        write_entries(file, [error.rejected])
        raise StaleEntry(rejected=error.rejected, expected=error.expected, current=error.current, kept_at=file) from error


def as_status(typed: str | None) -> Status | None:
    """Returns the status that was typed.

    Raises:
        BadSetting: there is none of that name.
    """
    from assistant.errors import BadSetting
    from assistant.faq.entry import STATUSES

    if typed is None:
        return None
    for status in STATUSES:
        if status == typed:
            return status
    raise BadSetting(name="--status", value=typed, why=f"it is one of {', '.join(STATUSES)}")


def as_day(typed: str, option: str) -> date | None:
    """Returns the day that was typed, None for ``none``.

    Raises:
        BadSetting: it is no day.
    """
    from datetime import date

    from assistant.errors import BadSetting

    if typed == "none":
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise BadSetting(name=option, value=typed, why="write a day as 2027-01-31, or none") from error


def as_threshold(typed: str) -> float | None:
    """Returns the threshold that was typed, None for ``none``.

    Raises:
        BadSetting: it is no number.
    """
    from assistant.errors import BadSetting

    if typed == "none":
        return None
    try:
        return float(typed)
    except ValueError as error:
        raise BadSetting(name="--threshold", value=typed, why="write a number between 0 and 1, or none") from error


def as_json(entry: FaqEntry) -> dict[str, object]:
    """Returns an entry as programs read it."""
    from dataclasses import asdict

    return asdict(entry)


def show(entry: FaqEntry, *, in_json: bool) -> None:
    """Writes one line about an entry that was saved."""
    if in_json:
        write_json(as_json(entry))
    else:
        write(f"{entry.id} (version {entry.version}, {entry.status}): {entry.question}")

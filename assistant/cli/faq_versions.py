"""``faq history``, ``diff``, ``rollback``: what became of an entry, and the way back."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from assistant.cli.faq_store import (
    EntryArgument,
    ExpectOption,
    ReasonOption,
    as_json,
    losing_nothing,
    open_entries,
    open_project,
    show,
)
from assistant.cli.options import JsonOption, ProjectOption
from assistant.cli.output import write, write_json
from assistant.people import user_name


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    for verb in (history, diff, rollback):
        app.command()(verb)


def history(entry_id: EntryArgument, json: JsonOption = False, project: ProjectOption = None) -> None:
    """Lists the versions of an entry, the newest first: who saved it, when and why."""
    from assistant.faq.differences import changed_fields

    with open_entries(project) as entries:
        versions = entries.history(entry_id)
    older = [version.entry for version in versions[1:]]
    changes = [changed_fields(before, after.entry) for after, before in zip(versions, older, strict=False)] + [()]
    if json:
        write_json(
            [
                as_json(version.entry) | {"reason": version.reason, "changed": fields}
                for version, fields in zip(versions, changes, strict=True)
            ]
        )
        return
    for version, fields in zip(versions, changes, strict=True):
        entry = version.entry
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.updated_at))
        write(f"{entry.version:>4}  {when}  {entry.author or '-':<12} {entry.status:<10} {version.reason}  {', '.join(fields)}")


def diff(
    entry_id: EntryArgument,
    old: Annotated[int | None, typer.Argument(help="A version; by default the one before the other.")] = None,
    new: Annotated[int | None, typer.Argument(help="Another; by default the newest.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Shows what differs between two versions of an entry, any two."""
    from assistant.faq.differences import changed_fields, changed_lines

    with open_entries(project) as entries:
        after = entries.get(entry_id) if new is None else entries.version(entry_id, new)
        before = entries.version(entry_id, max(1, after.version - 1) if old is None else old)
    lines = changed_lines(before, after)
    if json:
        fields = changed_fields(before, after)
        write_json({"id": entry_id, "old": before.version, "new": after.version, "changed": fields, "lines": lines})
        return
    for line in lines or [f"versions {before.version} and {after.version} say the same"]:
        write(line)


def rollback(
    entry_id: EntryArgument,
    version: Annotated[int, typer.Argument(help="The version to return to.")],
    expect: ExpectOption = None,
    reason: ReasonOption = "",
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Saves what an older version said as the newest one; nothing of the history goes."""
    with open_project(project) as (found, _, entries), losing_nothing(found):
        expected = entries.get(entry_id).version if expect is None else expect
        show(entries.roll_back(entry_id, version, expected, user_name(), reason), in_json=json)

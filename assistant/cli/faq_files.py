"""``faq import`` and ``export``: many entries at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.cli.faq_store import StatusOption, as_status, open_entries, open_project
from assistant.cli.options import JsonOption, ProjectOption
from assistant.cli.output import progress, talk, write, write_json
from assistant.people import user_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.config import Settings
    from assistant.faq.entry import FaqEntry
    from assistant.knowledge.entry_doubts import Doubt
    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.stores.entries import EntryStore
    from assistant.stores.entry_import import ImportChange, ImportMode, ImportReport

_STEP = 1000  # entries between two reports of progress

_MOST_CHECKED = 5_000
_MOST_READ = 100
"""So many answers of an import are read for their language, which takes some tenths of a second each."""


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.command("import")(import_entries)
    app.command("export")(export_entries)


def import_entries(
    files: Annotated[
        list[Path],
        typer.Argument(help="YAML, JSON Lines, CSV, Markdown, web pages with FAQ markup, Rasa response selector data; or folders."),
    ],
    mode: Annotated[
        str,
        typer.Option(
            help="merge: add and change; add: leave those that are there alone; replace: archive all that is not in the files."
        ),
    ] = "merge",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, line by line, and change nothing.")] = False,
    check: Annotated[bool, typer.Option(help="Say which of the texts that come in read badly, or would be flagged.")] = True,
    vectors: Annotated[bool, typer.Option(help="Make the vectors now, and not when the first question is asked.")] = True,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Imports entries from files, all of them or none; entries with the same id are changed."""
    from assistant.faq.files import entries_in, survey

    chosen = _mode(mode)
    told = _teller(in_json=json) if dry_run else None
    came: list[FaqEntry] = []

    def tell(change: ImportChange) -> None:
        if told is not None:
            told(change)
        if check and change.after.status != "archived" and len(came) < _MOST_CHECKED:
            came.append(change.after)

    with open_project(project) as (found, settings, entries), progress() as report:
        surveyed = survey(files, report)
        result = entries.import_entries(
            entries_in(surveyed),
            chosen,
            user_name(),
            "imported",
            report,
            n_entries=surveyed.n_entries,
            tell=tell,
            is_dry_run=dry_run,
        )
        n_vectors = _make_vectors(found, settings, entries, report) if vectors and not dry_run else 0
        doubts = _proofread(came, settings, report)
    for doubt in doubts:
        if json:
            write_json({"warning": doubt.as_json()})
        else:
            talk(f"warning: {doubt}")
    _show(result, n_vectors, len(doubts), in_json=json, is_dry_run=dry_run)


def export_entries(
    file: Annotated[Path, typer.Argument(help="The file to write; its ending says the format: .yml, .jsonl, .csv, .md or .html.")],
    status: StatusOption = None,
    rasa: Annotated[bool, typer.Option("--rasa", help="Write a .yml file as Rasa's response selector data.")] = False,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Exports entries to a file; importing it again changes nothing."""
    from assistant.faq.files import write_entries
    from assistant.messages import Progress

    wanted = as_status(status)
    n_written = 0

    def counted(entries: EntryStore, report: ProgressCallback) -> Iterator[FaqEntry]:
        nonlocal n_written
        for n_written, entry in enumerate(entries.each(wanted), start=1):
            yield entry
            if n_written % _STEP == 0:
                report(Progress("export", n_written, 0))

    with open_entries(project) as entries, progress() as report:
        write_entries(file, counted(entries, report), as_rasa=rasa)
    if json:
        write_json({"exported": n_written, "file": str(file)})
    else:
        write(f"{n_written} entries -> {file}")


def _proofread(entries: Sequence[FaqEntry], settings: Settings, report: ProgressCallback) -> list[Doubt]:
    """Returns what in entries should be read once more: the tone of all of them, the language of the first ones' answers."""
    from assistant.messages import Progress
    from assistant.opening import open_proofs

    proofs = open_proofs(settings)
    found = [doubt for entry in entries for doubt in proofs.flagged(entry)]
    for n_read, entry in enumerate(entries[:_MOST_READ], start=1):
        found += proofs.weak(entry)
        report(Progress("proofread", n_read, min(len(entries), _MOST_READ)))
    if len(entries) > _MOST_READ:
        talk(f"the first {_MOST_READ} answers were read for their language; assistant validate --fluency reads all")
    return found


def _mode(typed: str) -> ImportMode:
    from assistant.errors import BadSetting

    known: tuple[Literal["merge"], Literal["add"], Literal["replace"]] = ("merge", "add", "replace")
    for mode in known:
        if mode == typed:
            return mode
    raise BadSetting(name="--mode", value=typed, why=f"it is one of {', '.join(known)}")


def _teller(*, in_json: bool) -> Callable[[ImportChange], None]:
    from assistant.faq.differences import changed_lines

    def tell(change: ImportChange) -> None:
        entry, before = change.after, change.before
        verb = "add" if before is None else "archive" if entry.status == "archived" != before.status else "change"
        lines = changed_lines(before, entry)
        if in_json:
            write_json({"would": verb, "id": entry.id, "lines": lines})
            return
        write(f"{verb} {entry.id}")
        for line in lines:
            if not line.startswith("@@"):
                write(f"    {line}")

    return tell


def _make_vectors(project: Project, settings: Settings, entries: EntryStore, report: ProgressCallback) -> int:
    from assistant.faq.vectorising import make_vectors
    from assistant.opening import load_interpreter
    from assistant.project import model_in_use

    if model_in_use(project) is None:  # then they are made when there is one
        return 0
    interpreter = load_interpreter(project, settings.model_copy(update={"threads": 1}))
    # Nobody waits for an answer beside this: it may have all the processors.
    threads = max(settings.threads, os.cpu_count() or 1)
    return make_vectors(entries, interpreter.encode, interpreter.fingerprint, report, threads=threads)


def _show(result: ImportReport, n_vectors: int, n_warnings: int, *, in_json: bool, is_dry_run: bool) -> None:
    counts = {"added": result.n_added, "changed": result.n_changed, "archived": result.n_archived}
    if in_json:
        write_json(counts | {"unchanged": result.n_unchanged, "vectors": n_vectors, "warnings": n_warnings, "dry_run": is_dry_run})
        return
    verb = "would be " if is_dry_run else ""
    told = [f"{count} {verb}{name}" for name, count in counts.items() if count or name != "archived"]
    told += [f"{result.n_unchanged} as they were"] + ([f"{n_warnings} warning{'s' * (n_warnings > 1)}"] if n_warnings else [])
    write(", ".join(told))

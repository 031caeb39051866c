"""``faq``: add, edit, list, search, import and export entries."""

from __future__ import annotations

import getpass
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.faq.entry import FaqEntry, Status
    from assistant.stores.entries import EntryStore

app = typer.Typer(help="Curate the FAQ.", rich_markup_mode=None, no_args_is_help=True)

QuestionOption = Annotated[str | None, typer.Option("--question", "-q", help="The question as it is shown.")]
AnswerOption = Annotated[str | None, typer.Option("--answer", "-a", help="The answer, Markdown.")]
AlternativesOption = Annotated[list[str] | None, typer.Option("--alternative", help="Another way to ask it; may be repeated.")]
TagsOption = Annotated[list[str] | None, typer.Option("--tag", help="A word to find it by; may be repeated.")]


@app.command()
def add(
    question: Annotated[str, typer.Option("--question", "-q", help="The question as it is shown.")],
    answer: Annotated[str, typer.Option("--answer", "-a", help="The answer, Markdown.")],
    alternative: AlternativesOption = None,
    tag: TagsOption = None,
    category: Annotated[str, typer.Option(help="One word to group it by.")] = "",
    publish: Annotated[bool, typer.Option("--publish", help="Let it answer at once; else it is a draft.")] = False,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Adds an entry."""
    from assistant.faq.entry import FaqEntry

    entry = FaqEntry(
        "", question, answer, tuple(alternative or ()), tuple(tag or ()), category, status="published" if publish else "draft"
    )
    with _entries(project) as entries:
        _show(entries.add(entry, _author(), "added"), as_json=as_json)


@app.command()
def edit(
    entry_id: Annotated[str, typer.Argument(help="The entry's id.")],
    question: QuestionOption = None,
    answer: AnswerOption = None,
    alternative: AlternativesOption = None,
    tag: TagsOption = None,
    status: Annotated[str | None, typer.Option(help="draft, in_review, published or archived.")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the version.")] = "edited",
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Changes an entry; what is not named stays. --alternative and --tag replace those that were there."""
    from dataclasses import replace

    wanted = _status(status)
    with _entries(project) as entries:
        entry = entries.get(entry_id)
        changed = replace(
            entry,
            question=question if question is not None else entry.question,
            answer=answer if answer is not None else entry.answer,
            alternatives=tuple(alternative) if alternative else entry.alternatives,
            tags=tuple(tag) if tag else entry.tags,
            status=wanted or entry.status,
        )
        _show(entries.save(changed, entry.version, _author(), reason), as_json=as_json)


@app.command("list")
def list_entries(
    text: Annotated[str | None, typer.Argument(help="Only entries with this in them.")] = None,
    status: Annotated[str | None, typer.Option(help="draft, in_review, published or archived.")] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Lists entries."""
    with _entries(project) as entries:
        found = entries.list(_status(status), text)
    if as_json:
        write_json([_as_json(entry) for entry in found])
        return
    for entry in found:
        write(f"{entry.id:<40} {entry.status:<10} {entry.question}")


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What somebody might ask.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 5,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Shows which entries a question finds, with their scores; the first answers if it is over the threshold."""
    from assistant.opening import load_interpreter, open_faq

    found, settings = project_and_settings(project)
    interpreter = load_interpreter(found, settings, model)
    with _entries(project) as entries:
        result = open_faq(entries, interpreter, settings).search(question, limit)
    if as_json:
        matches = [{"entry": m.entry_id, "question": m.question, "matched": m.matched, "score": m.score} for m in result.matches]
        write_json({"answered": result.best is not None, "threshold": result.threshold, "matches": matches})
        return
    for match in result.matches:
        write(f"{match.score:.2f}  {match.entry_id:<40} {match.matched}")
    write(f"answers with {result.best.entry_id}" if result.best else f"abstains: nothing reaches {result.threshold:.2f}")


@app.command("import")
def import_entries(
    files: Annotated[list[Path], typer.Argument(help="YAML, JSON lines, CSV or Markdown.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Imports entries from files, all of them or none; entries with the same id are changed."""
    from assistant.faq.files import read_entries

    read = [entry for file in files for entry in read_entries(file)]
    with _entries(project) as entries:
        result = entries.import_entries(read, "merge", _author(), "imported", is_dry_run=dry_run)
    if as_json:
        write_json({"added": result.n_added, "changed": result.n_changed, "unchanged": result.n_unchanged, "dry_run": dry_run})
    else:
        verb = "would be " if dry_run else ""
        write(f"{result.n_added} {verb}added, {result.n_changed} {verb}changed, {result.n_unchanged} as they were")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; its ending says the format: .yml, .jsonl, .csv or .md.")],
    status: Annotated[str | None, typer.Option(help="Only entries of this status.")] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Exports entries to a file."""
    from assistant.faq.files import write_entries

    with _entries(project) as entries:
        chosen = entries.list(_status(status))
    write_entries(file, chosen)
    if as_json:
        write_json({"exported": len(chosen), "file": str(file)})
    else:
        write(f"{len(chosen)} entries -> {file}")


@contextmanager
def _entries(folder: Path | None) -> Iterator[EntryStore]:
    from assistant.opening import open_project_database
    from assistant.stores.entries import EntryStore

    project, settings = project_and_settings(folder)
    with open_project_database(project, settings) as database:
        yield EntryStore(database)


def _status(typed: str | None) -> Status | None:
    from assistant.errors import BadSetting
    from assistant.faq.entry import STATUSES

    if typed is None:
        return None
    for status in STATUSES:
        if status == typed:
            return status
    raise BadSetting(name="--status", value=typed, why=f"it is one of {', '.join(STATUSES)}")


def _author() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no name for this user id
        return ""


def _as_json(entry: FaqEntry) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(entry)


def _show(entry: FaqEntry, *, as_json: bool) -> None:
    if as_json:
        write_json(_as_json(entry))
    else:
        write(f"{entry.id} (version {entry.version}, {entry.status}): {entry.question}")

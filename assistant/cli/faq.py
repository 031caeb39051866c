"""``faq``: curates the entries. This module gathers the verbs, and has those that find entries."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli import faq_curation, faq_entries, faq_files, faq_versions
from assistant.cli.faq_store import StatusOption, as_json, as_status, open_entries
from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import write, write_json

app = typer.Typer(help="Curate the FAQ.", rich_markup_mode=None, no_args_is_help=True)

for group in (faq_entries, faq_versions, faq_files, faq_curation):
    group.register(app)


@app.command("list")
def list_entries(
    text: Annotated[str | None, typer.Argument(help="Only entries with this in them.")] = None,
    status: StatusOption = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Lists entries."""
    with open_entries(project) as entries:
        found = entries.list(as_status(status), text)
    if json:
        write_json([as_json(entry) for entry in found])
        return
    for entry in found:
        write(f"{entry.id:<40} {entry.status:<10} {entry.question}")


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What somebody might ask.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 5,
    json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Shows which entries a question finds, with their scores; the first answers if it is over the threshold."""
    from assistant.opening import load_interpreter, open_faq

    found, settings = project_and_settings(project)
    interpreter = load_interpreter(found, settings, model)
    with open_entries(project) as entries:
        result = open_faq(entries, interpreter, settings).search(question, limit)
    if json:
        matches = [{"entry": m.entry_id, "question": m.question, "matched": m.matched, "score": m.score} for m in result.matches]
        write_json({"answered": result.best is not None, "threshold": result.threshold, "matches": matches})
        return
    for match in result.matches:
        write(f"{match.score:.2f}  {match.entry_id:<40} {match.matched}")
    write(f"answers with {result.best.entry_id}" if result.best else f"abstains: nothing reaches {result.threshold:.2f}")

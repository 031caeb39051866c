"""``faq``: what wants a curator's eye: unanswered questions, doubled and stale entries, and the figures."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.faq_store import open_project
from assistant.cli.options import JsonOption, ModelOption, ProjectOption
from assistant.cli.output import progress, write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.faq.askings import FaqFigures, StaleEntry
    from assistant.faq.index import FaqIndex
    from assistant.stores.entries import EntryStore

DAY_S = 86_400
_BAR = 40
_MAX_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    for verb in (queue, duplicates, stats):
        app.command()(verb)


def queue(
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
    dismiss: Annotated[list[int] | None, typer.Option(metavar="ROW", help="Take this row off the list; may be repeated.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Lists questions that were not answered, those that mean the same as one row: how often, by whom, what was near."""
    from assistant.stores.unanswered import UnansweredStore

    with _opened(project, model) as (index, entries):
        unanswered = UnansweredStore(entries.database)
        rows = index.clustered(unanswered.list())
        gone = {row for row in dismiss or () if 0 < row <= len(rows)}
        if gone:
            unanswered.resolve([number for row in gone for number in rows[row - 1].ids])
    shown = [(number, row) for number, row in enumerate(rows, start=1) if number not in gone][:limit]
    if json:
        write_json([{"row": number} | asdict(row) for number, row in shown])
        return
    for number, row in shown:
        nearest = f"nearest: {row.best_entry_id} {row.best_score:.2f}" if row.best_entry_id else "nearest: -"
        now = f"answered now by: {row.answered_by}" if row.answered_by else nearest
        write(f"{number:>4}  {row.count:>4} times  {row.question}  ({now}; {', '.join(row.sender_ids[:3])})")
        for other in row.others[:3]:
            write(f"{'':18}{other}")
    if not shown:
        write("every question so far found an answer")


def duplicates(
    entry: Annotated[str | None, typer.Argument(help="Only what is like this entry.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> int:
    """Finds published entries that answer the same question, and contradictions among them; exit code 1 when there are any."""
    with _opened(project, model) as (index, entries), progress() as report_progress:
        if entry is not None:
            entries.get(entry)
        found = index.likenesses(entry, report_progress)
    if json:
        write_json([asdict(pair) for pair in found])
    else:
        for pair in found:
            write(f"{pair.kind:<13} {pair.likeness:.2f}  {pair.entry_id}: {pair.question}")
            write(f"{'':19} {pair.other_id}: {pair.other_question}{f'  ({pair.why})' if pair.why else ''}")
        n_contradictions = sum(pair.kind == "contradiction" for pair in found)
        write(f"{len(found)} pairs of entries that answer the same question, {n_contradictions} of them contradict one another")
    return 1 if found else 0


def stats(
    days: Annotated[int, typer.Option(min=1, help="Of so many days up to now.")] = 30,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Shows what was asked and answered over time, the entries asked most, thumbs, and entries that want to be looked at."""
    from assistant.faq.askings import entry_figures, figures_of, stale_entries
    from assistant.stores.askings import AskingStore

    now = time.time()
    with open_project(project) as (_, _, entries):
        store = AskingStore(entries.database)
        askings, known = store.list(), entries.all_published()
        handed_over = store.handed_over(now - days * DAY_S)
    figures = figures_of([asking for asking in askings if asking.asked_at >= now - days * DAY_S], handed_over)
    stale = stale_entries(known, entry_figures(askings), now)
    if json:
        write_json(figures.as_json() | {"days": days, "stale": [asdict(entry) for entry in stale]})
        return
    questions = {entry.id: entry.question for entry in known}
    for line in _lines(figures, questions, stale, days):
        write(line)


def _lines(figures: FaqFigures, questions: dict[str, str], stale: Sequence[StaleEntry], days: int) -> Iterator[str]:
    most = max((hits + misses for _, hits, misses in figures.by_day), default=1) or 1
    if figures.by_day:
        yield "  day         answered █, missed ░"
    for day, hits, misses in figures.by_day:
        bar = "█" * round(hits / most * _BAR) + "░" * round(misses / most * _BAR)
        yield f"  {day.isoformat()}  {bar} {hits + misses}".rstrip()
    if figures.entries:
        yield "  asked most"
    for of_entry in figures.entries[:_MAX_SHOWN]:
        thumbs = f"  +{of_entry.n_up} -{of_entry.n_down}" if of_entry.n_up or of_entry.n_down else ""
        yield f"  {of_entry.n_hits:>5}  {questions.get(of_entry.entry_id, of_entry.entry_id)}{thumbs}"
    if stale:
        yield "  to be looked at"
    for entry in stale[:_MAX_SHOWN]:
        yield f"  {entry.entry_id}: {entry.why}"
    if len(stale) > _MAX_SHOWN:
        yield f"  and {len(stale) - _MAX_SHOWN} more: --json has them all"
    yield (
        f"last {days} days: {figures.n_hits} answered, {figures.n_misses} missed ({figures.hit_share:.0%} answered);"
        f" {figures.deflection_rate:.0%} of {figures.n_conversations} conversations needed no person"
    )


@contextmanager
def _opened(folder: Path | None, model: Path | None) -> Iterator[tuple[FaqIndex, EntryStore]]:
    from assistant.opening import load_interpreter, open_faq

    with open_project(folder) as (project, settings, entries):
        yield open_faq(entries, load_interpreter(project, settings, model), settings), entries

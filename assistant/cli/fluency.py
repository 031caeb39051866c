"""``albert fluency``: how well each word of a text is guessed from the words around it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.output import write, write_json

if TYPE_CHECKING:
    from assistant.albert.fluency import Fluency

_N_WEAKEST = 3


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(fluency)


def fluency(
    text: Annotated[str, typer.Argument(metavar="TEXT|-", help="An English text; - reads standard input.")],
    quick: Annotated[bool, typer.Option("--quick", help="Hide several words at once: less exact, a fraction of the work.")] = False,
    sentences: Annotated[int, typer.Option("--sentences", min=1, help="Read so many sentences.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Tell how fluent a text is: the mean log-probability of a word by the shipped encoder, and the words that fit least."""
    from assistant.albert.fluency import AT_ONCE
    from assistant.faq.passages import plain
    from assistant.knowledge.proofreading import weak_sentences
    from assistant.knowledge.sentences import sentences as found_in
    from assistant.opening import open_fluency

    shown = plain(sys.stdin.read() if text == "-" else text)
    read = [shown[start:end] for start, end in found_in(shown)][:sentences]
    scorer = open_fluency()
    told = scorer.score(read, at_once=AT_ONCE if quick else None)
    rows = [_row(one, of_it, bool(weak_sentences(one, scorer))) for one, of_it in zip(read, told, strict=True)]
    words = [word.log_probability for one in told for word in one.words]
    mean = sum(words) / len(words) if words else 0.0
    if json:
        write_json({"mean": round(mean, 4), "sentences": rows})
        return
    for row, of_it in zip(rows, told, strict=True):
        weakest = ", ".join(f"{word.text} {word.log_probability:.1f}" for word in of_it.weakest(_N_WEAKEST))
        write(f"{of_it.mean:7.2f}  {row['text']}\n         weakest: {weakest}{'  reads badly' if row['reads_badly'] else ''}")
    write(f"{mean:7.2f}  mean log-probability of a word, {len(words)} words")


def _row(text: str, fluency: Fluency, reads_badly: bool) -> dict[str, Any]:
    return {"text": text, "reads_badly": reads_badly, **fluency.as_json()}

"""``explain``: why a message is understood as it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import plain, progress, write, write_json

if TYPE_CHECKING:
    from rich.text import Text

    from assistant.evaluation.explanation import Explanation

MAX_INTENTS = 5
MAX_WORDS = 12
BAR = 24
_SURELY = 0.75
"""From this share of the strongest word on, a word is painted in full."""


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(explain)


def explain(
    text: Annotated[str, typer.Argument(help="The message.")],
    intent: Annotated[
        str | None, typer.Option(metavar="NAME", help="Explain this intent in place of the one that was found: why not this?")
    ] = None,
    nlu: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="The examples that the model was trained on, in place of the project's."),
    ] = None,
    project: ProjectOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Says why a message is understood as it is: the words that made the intent, and the training utterances nearest to it."""
    from assistant.evaluation.explaining import explain_message

    found, settings = project_and_settings(project)
    with progress() as report:
        explanation = explain_message(found, settings, text, report, intent=intent, model=model, nlu=tuple(nlu or ()))
    if as_json:
        write_json(explanation.as_json())
    elif sys.stdout.isatty():
        _print_coloured(explanation)
    else:
        write("\n".join(str(line) for line in _lines(explanation)))


def _print_coloured(explanation: Explanation) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for line in _lines(explanation):
        console.print(line)


def _lines(explanation: Explanation) -> list[Text]:
    """Returns what is told, a blank line between the parts; the colours say no more than the numbers."""
    from rich.text import Text

    parts = [[_painted(explanation)], _ranking(explanation), _words(explanation), _entities(explanation), _neighbours(explanation)]
    lines: list[Text] = []
    for part in parts:
        lines += [*part, Text()]
    return lines[:-1]


def _painted(explanation: Explanation) -> Text:
    """Returns the message: words for the intent on green, words against it on red, the strongest in full colour."""
    from rich.text import Text

    text, words = explanation.parse.text, explanation.attribution.words
    strongest = max((abs(word.share) for word in words), default=0.0) or 1.0
    line, end = Text(), 0
    for word in words:
        colour, part = ("green" if word.share > 0 else "red"), abs(word.share) / strongest
        style = f"black on {colour}" if part >= _SURELY else colour if part >= 1 - _SURELY else ""
        line.append(_shown(text[end : word.start])).append(_shown(text[word.start : word.end]), style)
        end = word.end
    return line.append(_shown(text[end:]))


def _ranking(explanation: Explanation) -> list[Text]:
    from rich.text import Text

    from assistant.evaluation.labels import fitted
    from assistant.evaluation.text_pictures import bar

    ranked, asked = explanation.parse.intent_ranking, explanation.attribution.intent
    ranking = [*ranked[:MAX_INTENTS], *(score for score in ranked[MAX_INTENTS:] if score.name == asked)]
    rows = [Text(f"  {fitted(s.name, 32)} {s.confidence:>6.1%} ").append(bar(s.confidence, BAR), "cyan") for s in ranking]
    return [Text("intent"), *rows, Text(f"  {'out of scope':<32} {explanation.parse.out_of_scope:>6.3f}")]


def _words(explanation: Explanation) -> list[Text]:
    from rich.text import Text

    from assistant.evaluation.labels import fitted
    from assistant.evaluation.text_pictures import bar

    found, text = explanation.attribution, explanation.parse.text
    strongest = sorted(found.words, key=lambda word: -abs(word.share))[:MAX_WORDS]
    most = max((abs(word.share) for word in strongest), default=0.0) or 1.0
    head = f"what each word did for {_shown(found.intent)}, of {found.score - found.baseline:+.2f} in log-probability"
    rows = [
        Text(f"  {fitted(text[word.start : word.end], 32)} {word.share:>+6.2f} ").append(
            bar(abs(word.share) / most, BAR), "green" if word.share > 0 else "red"
        )
        for word in strongest
    ]
    more = len(found.words) - len(strongest)
    return [Text(head), *rows, *([Text(f"  and {more} weaker {'word' if more == 1 else 'words'}")] if more else [])]


def _entities(explanation: Explanation) -> list[Text]:
    from rich.text import Text

    rows = []
    for entity in explanation.parse.entities:
        refined = [f"{key} {value}" for key, value in (("role", entity.role), ("group", entity.group)) if value]
        kind = " ".join([entity.entity, *refined])
        surface = explanation.parse.text[entity.start : entity.end]
        value = "" if entity.value == surface else f" = {entity.value}"
        found = f'  {kind}: "{surface}"{value}, {entity.confidence:.0%}, found by {entity.extractor}'
        rows.append(Text(_shown(found)))
    return [Text("entities"), *(rows or [Text("  none")])]


def _neighbours(explanation: Explanation) -> list[Text]:
    from rich.text import Text

    from assistant.evaluation.labels import fitted, one_line

    rows = [
        Text(_shown(f'  {near.distance:.3f}  {fitted(near.intent, 24)} "{one_line(near.text)}" ({near.place})'))
        for near in explanation.neighbours
    ]
    return [Text("nearest training utterances, by distance"), *(rows or [Text("  none")])]


def _shown(value: Any) -> str:
    return plain(str(value)).replace("\n", " ").replace("\t", " ")

"""Writes a finished task's model card: what it is, what from, how good, on what, at what cost, and what not to use it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.albert.tasks.run import Finished
    from assistant.albert.tasks.settings import TaskRecipe
    from assistant.albert.tasks.task import Setup

WATTS = 15
"""Taken for one busy core of a server with its share of memory and cooling; an estimate, nothing is measured."""

_SAYS = {
    "one_label": "one of {n} labels",
    "number": "a number from {low:g} to {high:g}",
    "many_labels": "any of {n} labels",
    "choice": "which of the given answers is right",
    "span": "the piece of a text that answers a question, or that there is none",
    "tags": "one of {n} tags for each word",
}


def task_card(finished: Finished, recipe: TaskRecipe) -> str:
    """Returns the card as Markdown."""
    facts, setup = finished.facts, finished.setup
    says = _SAYS[setup.form].format(n=len(setup.labels), low=setup.low, high=setup.high)
    hours = facts["minutes"] / 60
    sections = [
        f"# {finished.task.title}",
        f"A model of {facts['parameters']:,} parameters that says {says}. Fine-tuned from {facts['base']}"
        + (f", with {facts['teacher']} as its teacher." if facts["teacher"] else "."),
        _labels(finished),
        "## Figures",
        f"Measured once, after training. The epoch and any threshold were chosen by {facts['judged_by']}.",
        _table(finished),
        f"Kept: epoch {facts['epoch']} of {len(finished.epochs)}, after {facts['steps']} steps in all."
        + (f" Thresholds: {', '.join(f'{name} {value:g}' for name, value in setup.tuning.items())}." if setup.tuning else ""),
        "## Data",
        f"Learnt from {facts['examples']['train']:,} examples, as the data set's publisher labelled them."
        + (f" {facts['unlabelled']:,} more texts were labelled by the teacher." if facts["unlabelled"] else "")
        + (
            f" {facts['left_out']:,} were left out: they share a text with what another task is measured by."
            if facts["left_out"]
            else ""
        )
        + (f" {facts['skipped_rows']} damaged rows were left out." if facts["skipped_rows"] else "")
        + " The data set's own licence holds for what is done with the weights.",
        "## Cost",
        f"{facts['minutes']:g} minutes of training; at {WATTS} W for one busy core about {hours * WATTS:.1f} Wh: an estimate.",
        "## Limits",
        _limits(setup),
        "## Settings",
        _settings(recipe),
    ]
    return "\n\n".join(part for part in sections if part) + "\n"


def _limits(setup: Setup) -> str:
    return "\n".join(
        (
            f"- Texts over {setup.max_pieces} pieces are {'read in windows' if setup.form == 'span' else 'cut'}.",
            "- What the encoder was not trained on (other languages, registers, fields) is understood less well.",
            "- Labels are those of the annotators, with their mistakes and views; figures on other data will be lower.",
            "- Not for decisions about people.",
        )
    )


def _settings(recipe: TaskRecipe) -> str:
    rates = f"Rates {recipe.encoder_rate:g} (encoder) and {recipe.head_rate:g} (head), layer decay {recipe.layer_decay:g}"
    return f"`recipe.yaml` has all. {rates}, batches of {recipe.batch_size}, seed {recipe.seed}."


def _labels(finished: Finished) -> str:
    labels = finished.setup.labels
    most = 40
    return f"Labels: {', '.join(f'`{label}`' for label in labels[:most])}{', ...' if len(labels) > most else ''}." if labels else ""


def _table(finished: Finished) -> str:
    parts = ", ".join(f"{part} ({len(rows):,} examples)" for part, rows in finished.data.dev.items())
    rows = "\n".join(f"| {name} | {value:.4f} |" for name, value in finished.metrics.items())
    return f"| on {parts} | |\n|---|---|\n{rows}"

"""What came of a training, beside the model in use: figures, and the utterances that one understands and the other does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from assistant.languages import N_, tr
from assistant.ui.safe_text import safe_line
from assistant.ui.training.figures import clock, figure, label
from assistant.ui.training.run import Fate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.comparison import Change, Comparison
    from assistant.training.shelf import KeptModel
    from assistant.ui.training.run import TrainingRun

MOST_SHOWN: Final = 12
_CHANCE: Final = 0.05
_HEADS = {
    Fate.OPEN: N_("The new model is ready: p puts it into use, d throws it away"),
    Fate.USED: N_("The new model answers from the next message on"),
    Fate.DISCARDED: N_("The new model was thrown away; the one in use stays"),
}
_LESS_IS_BETTER = ("error", "loss")


def result_text(run: TrainingRun) -> Content:
    """Returns what a training made, as a table, and what changes utterance by utterance."""
    if run.outcome is None:
        return Content("")
    rows = [_row(name, value, run.rival) for name, value in run.outcome.metrics.items()]
    columns = Content.styled(" " * 24 + tr("new").rjust(8) + (tr("in use").rjust(10) if run.rival is not None else ""), "$muted")
    head = Content.styled(tr(_HEADS[run.fate]), "bold")
    foot = Content.styled(
        tr("{model} · trained in {time}", model=safe_line(run.outcome.folder.name), time=clock(run.outcome.seconds)), "$muted"
    )
    changes = [Content(""), *_changes(run.comparison)] if run.comparison is not None else []
    return Content("\n").join([head, Content(""), columns, *rows, *changes, Content(""), foot])


def _row(name: str, value: float, rival: KeptModel | None) -> Content:
    before = rival.metrics.get(name.removeprefix("dev_")) if rival is not None else None
    if before is None and rival is not None:
        before = rival.metrics.get(name)
    parts = [Content.styled(label(name).ljust(24), "$muted"), Content.styled(figure(name, value).rjust(8), "bold")]
    if before is not None:
        parts.append(Content(figure(name, before).rjust(10)))
        change = (before - value) if name.endswith(_LESS_IS_BETTER) else (value - before)
        if abs(change) >= 0.0005:  # noqa: PLR2004 (what the figures show)
            parts.append(
                Content.styled(
                    f"  {tr('▲ better') if change > 0 else tr('▼ worse')}", "$text-success" if change > 0 else "$text-error"
                )
            )
    return Content.assemble(*parts)


def _changes(comparison: Comparison) -> list[Content]:
    n_better, n_worse = len(comparison.better), len(comparison.worse)
    told = tr(
        "Held-out examples: {better} better, {worse} worse, {right:,} right with both, {wrong:,} wrong with both; "
        "{chance} (p = {p:.2g})",
        better=n_better,
        worse=n_worse,
        right=comparison.n_both_right,
        wrong=comparison.n_both_wrong,
        chance=tr("more than chance") if comparison.p_value < _CHANCE else tr("may be chance"),
        p=comparison.p_value,
    )
    return [
        Content.styled(told, "bold"),
        *_listed("▲", "$text-success", comparison.better),
        *_listed("▼", "$text-error", comparison.worse),
    ]


def _listed(sign: str, style: str, changes: Sequence[Change]) -> list[Content]:
    lines = [
        Content.assemble(
            (f"{sign} ", style),
            safe_line(one.text, limit=80),
            (
                f"  {safe_line(one.before.intent, limit=30)} → {safe_line(one.after.intent, limit=30)} {one.after.confidence:.0%}",
                "$muted",
            ),
        )
        for one in changes[:MOST_SHOWN]
    ]
    if len(changes) > MOST_SHOWN:
        lines.append(Content.styled("  " + tr("and {n} more", n=len(changes) - MOST_SHOWN), "$muted"))
    return lines

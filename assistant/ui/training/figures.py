"""Figures of trainings as people read them."""

from __future__ import annotations

from typing import Final

from assistant.languages import N_, tr
from assistant.ui.safe_text import safe_line

RATES: Final = ("accuracy", "f1", "precision", "recall")

NAMES: Final = frozenset(
    {
        N_("loss"),
        N_("intent loss"),
        N_("tag loss"),
        N_("epoch"),
        N_("intent accuracy"),
        N_("intent F1"),
        N_("intent macro F1"),
        N_("entity F1"),
        N_("entity precision"),
        N_("entity recall"),
        N_("sentence accuracy"),
        N_("calibration error"),
    }
)
"""The metrics that have names in other languages; others keep the name that the training gives them."""

STAGES: Final = {
    "read": N_("reading"),
    "encode": N_("reading the examples"),
    "train": N_("learning"),
    "export": N_("writing the model"),
}
"""The steps of a training as people read them."""


def label(name: str) -> str:
    """Returns the name of a metric as people read it: ``dev_entity_f1`` is "entity F1"."""
    english = name.removeprefix("dev_").replace("_", " ").replace(" f1", " F1")
    return safe_line(tr(english) if english in NAMES else english, limit=24)


def figure(name: str, value: float) -> str:
    """Returns a metric's value as people read it: rates in percent, losses with three decimals."""
    if 0 <= value <= 1 and name.endswith((*RATES, "error")):
        return f"{100 * value:.1f} %"
    return f"{value:.0f}" if name == "epoch" else f"{value:.3f}"


def clock(seconds: float) -> str:
    """Returns a duration as minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def stage_name(stage: str) -> str:
    """Returns a step of a training as people read it; one that is not known keeps its name."""
    return tr(STAGES[stage]) if stage in STAGES else safe_line(stage, limit=30)

"""Figures of trainings as people read them."""

from __future__ import annotations

from typing import Final

from assistant.ui.safe_text import safe_line

RATES: Final = ("accuracy", "f1", "precision", "recall")


def label(name: str) -> str:
    """Returns the name of a metric as people read it: ``dev_entity_f1`` is "entity F1"."""
    return safe_line(name.removeprefix("dev_").replace("_", " ").replace(" f1", " F1"), limit=24)


def figure(name: str, value: float) -> str:
    """Returns a metric's value as people read it: rates in percent, losses with three decimals."""
    if 0 <= value <= 1 and name.endswith((*RATES, "error")):
        return f"{100 * value:.1f} %"
    return f"{value:.0f}" if name == "epoch" else f"{value:.3f}"


def clock(seconds: float) -> str:
    """Returns a duration as minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"

"""Chooses among the translations that an engine offers: its own score, and how fluent each is where that can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.translation.engine import Hypothesis

WEIGHT = 0.5
"""Of a mean log-probability a word beside the engine's log-probability a piece. Set by judgement: no translations to fit it to."""


def best(offered: Sequence[Hypothesis], fluency: Callable[[Sequence[str]], Sequence[float]] | None) -> Hypothesis:
    """Returns the best translation; the engine's favourite among equals.

    Args:
        offered: by falling score; at least one.
        fluency: gives the mean log-probability of a word of each text; None where nothing knows the language.
    """
    if fluency is None or len({one.text for one in offered}) == 1:
        return max(offered, key=lambda one: one.score)
    told = fluency([one.text for one in offered])
    return max(zip(offered, told, strict=True), key=lambda pair: pair[0].score + WEIGHT * pair[1])[0]

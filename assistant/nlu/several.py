"""Tells several intents in one message: ``cancel+refund`` where somebody asks for both, whether or not an example ever did.

Each simple intent has a probability of its own. A set of intents is as probable as all of them being meant and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np

from assistant.messages import JOINT, IntentScore

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

MOST_AT_ONCE = 3
_NEAREST = 5
_LEAST_SHOWN = 1e-3
"""Combinations that no example has are shown from this probability on."""


def simple_intents(labels: Iterable[str]) -> tuple[str, ...]:
    """Returns the intents that labels are made of, sorted."""
    return tuple(sorted({part for label in labels for part in label.split(JOINT)}))


def has_several(labels: Iterable[str]) -> bool:
    """Says whether some label joins intents."""
    return any(JOINT in label for label in labels)


@dataclass(frozen=True, slots=True)
class Several:
    """A logistic regression for each simple intent, over sentence vectors.

    Attributes:
        labels: as the examples have them; a set of intents is written as one of them where one is of that set.
        weights: Shape: (hidden, simple intent).
        bias: Shape: (simple intent,).
        temperature: divides the logits, so that probabilities hold.
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float

    def __post_init__(self) -> None:
        """Checks that the parts fit.

        Raises:
            ValueError: they do not.
        """
        n = len(simple_intents(self.labels))
        if self.weights.ndim != 2 or self.weights.shape[1] != n or self.bias.shape != (n,) or self.temperature <= 0:  # noqa: PLR2004
            raise ValueError("weights and intents do not fit")

    def rank(self, vector: NDArray[np.float32]) -> tuple[IntentScore, ...]:
        """Returns the labels, and combinations beside them, by falling probability; among equals in the order of the alphabet.

        Args:
            vector: of length one. Shape: (hidden,).
        """
        return self.ranked(self.odds(vector))

    def odds(self, vector: NDArray[np.float32]) -> NDArray[np.float64]:
        """Returns the log-odds of each simple intent being meant; argument as for `rank`. Shape: (simple intent,)."""
        found: NDArray[np.float64] = (vector.astype(np.float64) @ self.weights + self.bias) / self.temperature
        return found

    def ranked(self, logits: NDArray[np.float64]) -> tuple[IntentScore, ...]:
        """Returns what `rank` does, of log-odds such as `odds` gives."""
        spellings = self._spellings()
        sets = self._candidates(logits, spellings)
        # The product over all intents of being meant or not, over that of none being meant, is the product of the odds.
        scores = np.array([sum(logits[i] for i in members) for members in sets])
        odds = np.exp(scores - scores.max())
        probabilities = odds / odds.sum()
        found = [
            IntentScore(spellings[members], round(float(probability), 6))
            for members, probability in zip(sets, probabilities, strict=True)
            if members in spellings
        ]
        names = simple_intents(self.labels)
        found += [
            IntentScore(JOINT.join(names[i] for i in sorted(members)), round(float(probability), 6))
            for members, probability in zip(sets, probabilities, strict=True)
            if members not in spellings and probability >= _LEAST_SHOWN
        ]
        return tuple(sorted(found, key=lambda score: (-score.confidence, score.name)))

    def _spellings(self) -> dict[frozenset[int], str]:
        """Returns the labels by the simple intents that they join, the simple intents among them."""
        index = {name: number for number, name in enumerate(simple_intents(self.labels))}
        simple = {frozenset((number,)): name for name, number in index.items()}
        return simple | {frozenset(index[part] for part in label.split(JOINT)): label for label in reversed(self.labels)}

    def _candidates(self, logits: NDArray[np.float64], known: Iterable[frozenset[int]]) -> Sequence[frozenset[int]]:
        nearest = [int(i) for i in np.argsort(-logits, kind="stable")[:_NEAREST]]
        joined = chain.from_iterable(combinations(nearest, size) for size in range(2, MOST_AT_ONCE + 1))
        return list(dict.fromkeys([*known, *map(frozenset, joined)]))

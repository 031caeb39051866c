"""How well each intent is taught: how many examples it has, what it is taken for, and which of its examples others have, too."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.validation.likeness import near_duplicates, plain_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FEW: Final = 8
"""An intent with fewer examples is learned badly."""
OFTEN: Final = 0.1
"""An intent is confused with another where this share of its examples, and more than one, were taken for it."""


@dataclass(frozen=True, slots=True)
class IntentHealth:
    """How well an intent is taught.

    Attributes:
        n_examples: how many it has.
        confused: intents that its examples were taken for, with how many, the most first; empty when nothing was measured.
        alike: intents that have examples which are the same or nearly so, with how many, the most first.
    """

    n_examples: int
    confused: tuple[tuple[str, int], ...] = ()
    alike: tuple[tuple[str, int], ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether it has too few examples."""
        return self.n_examples < FEW

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to say against it."""
        return not (self.is_short or self.confused or self.alike)


def intent_health(
    examples: Sequence[tuple[str, str]], measured: Iterable[tuple[str, str, int]] = (), intents: Iterable[str] = ()
) -> Mapping[str, IntentHealth]:
    """Returns the health of each intent, by name.

    Args:
        examples: text and intent of each.
        measured: (right, found, times), as a report of understanding has it; empty when nothing was measured.
        intents: that shall be there although they may have no example.
    """
    counts = Counter(intent for _, intent in examples) + Counter()
    confused: dict[str, list[tuple[str, int]]] = defaultdict(list)
    totals: Counter[str] = Counter()
    pairs = list(measured)
    for right, _, times in pairs:
        totals[right] += times
    for right, found, times in pairs:
        if right != found and found and times > 1 and times >= OFTEN * totals[right]:
            confused[right].append((found, times))
    alike = _alike(examples)
    names = sorted({*counts, *intents})
    return {
        name: IntentHealth(counts[name], _most(confused[name]), _most(list(alike.get(name, Counter()).items()))) for name in names
    }


def shared_examples(examples: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Returns pairs of examples, by their places, that are the same or nearly so and belong to different intents."""
    same: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, (text, _) in enumerate(examples):
        same[plain_words(text) or (text,)].append(place)
    exact = [(one, other) for group in same.values() for at, one in enumerate(group) for other in group[at + 1 :]]
    near = [(pair.first, pair.second) for pair in near_duplicates([text for text, _ in examples])]
    return [(one, other) for one, other in (*exact, *near) if examples[one][1] != examples[other][1]]


def _alike(examples: Sequence[tuple[str, str]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one, other in shared_examples(examples):
        found[examples[one][1]][examples[other][1]] += 1
        found[examples[other][1]][examples[one][1]] += 1
    return found


def _most(counted: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0])))

"""What the names of intents say: to an intent that has few examples its name is one more, as ``lost_or_stolen_card`` would be.

From three examples an intent the shipped bot's head understands 61 % of its other messages so, and 55 % without; beyond some ten,
names say nothing that examples do not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from assistant.training.features import Features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.training.encoding import Frozen
    from assistant.training.outcome import Task

    Floats = NDArray[np.float32]

FEW: Final = 10
"""Up to so many examples an intent's name is heard."""
LEAST_TELLING: Final = 0.25
"""Share of the names that must be nearer to their own intent's examples than to any other's: of names such as ``intent_7``, or in a
language that the encoder never read, hardly any is."""
TIMES_CHANCE: Final = 2.0
"""By so much the share must be above chance, too, where intents are few."""
_BORDER = re.compile(r"(?<=[a-zß-öø-ÿ0-9])(?=[A-ZÀ-ÖØ-Þ])|[\W_]+")


class Names(NamedTuple):
    """Names as the intent head reads them.

    Attributes:
        joined: Shape: (name, 2 * hidden).
        intents: whose names they are. Shape: (name,).
    """

    joined: Floats
    intents: NDArray[np.int64]


def words_of(intent: str) -> str:
    """Returns the name of an intent as words: ``faq/ask_openingHours+thank`` is ``ask opening hours thank``."""
    parts = (part.rpartition("/")[2] for part in intent.split("+"))
    return " ".join(_BORDER.sub(" ", " ".join(parts)).lower().split())


def name_features(task: Task) -> list[Features]:
    """Returns the names of all intents as texts whose words nobody tags; none where no intent has few examples."""
    if np.bincount([feature.intent for feature in task.features], minlength=len(task.labels.intents)).min() > FEW:
        return []
    named = ((number, words_of(intent)) for number, intent in enumerate(task.labels.intents))
    return [Features(tuple(task.tokenizer.encode(words).ids), (), (), number, ()) for number, words in named if words]


def telling_names(names: Frozen, data: Frozen) -> Names | None:
    """Returns the names of the intents that have few examples; None where names do not tell what intents mean.

    Args:
        names: what the encoder made of the names of all intents.
        data: of the examples.
    """
    present, counts = np.unique(data.intents, return_counts=True)
    centre = data.joined.mean(axis=0)
    by_intent = np.stack([data.joined[data.intents == intent].mean(axis=0) - centre for intent in present])  # (intent, 2 * hidden)
    by_intent /= np.linalg.norm(by_intent, axis=1, keepdims=True) + np.finfo(np.float32).tiny
    nearest = present[((names.joined - centre) @ by_intent.T).argmax(axis=1)]
    if (nearest == names.intents).mean() < max(LEAST_TELLING, TIMES_CHANCE / len(present)):
        return None
    is_heard = np.isin(names.intents, present[counts <= FEW])
    return Names(names.joined[is_heard], names.intents[is_heard])

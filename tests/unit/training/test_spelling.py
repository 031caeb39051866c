from __future__ import annotations

import numpy as np

from assistant.training.scoring import HeldOut
from assistant.training.spelling import MOST_EXAMPLES, are_many, fit_spelling_of_many


def many(n: int = 400) -> tuple[list[str], list[int], np.ndarray, HeldOut]:
    """Texts of two intents that a word tells, and a head that knows by heart those that are not held out."""
    generator = np.random.default_rng(0)
    fillers = ("please", "now", "today", "thanks", "hello", "soon")
    intents = generator.integers(0, 2, n).tolist()
    texts = [f"{generator.choice(fillers)} {('refund', 'deliver')[intent]} {generator.choice(fillers)}" for intent in intents]
    logits = np.zeros((n, 2), np.float32)
    logits[np.arange(n), intents] = 3.0
    logits[::5] = generator.normal(size=(len(logits[::5]), 2))
    found = HeldOut()
    for row in range(0, n, 5):
        found.add_intent(logits[row], intents[row], row)
    return texts, intents, logits, found


def test_letters_of_many_texts_are_learned_although_the_head_knows_these_by_heart() -> None:
    texts, intents, logits, found = many()
    measured = list(range(0, len(texts), 5))

    spelling, both = fit_spelling_of_many(texts, intents, found, measured, (logits, logits))
    again, _ = fit_spelling_of_many(texts, intents, found, measured, (logits, logits))

    assert found.accuracy < 0.7
    assert both.accuracy > 0.95
    assert spelling is not None
    assert again is not None
    assert (spelling.weights == again.weights).all()
    assert int(spelling.logits("would you deliver it").argmax()) == 1


def test_letters_that_say_nothing_are_left_out() -> None:
    texts, intents, logits, found = many()
    sure = HeldOut()
    for intent in found.intents:
        sure.add_intent(np.eye(2, dtype=np.float32)[intent] * 50, intent)

    shuffled = np.random.default_rng(1).permutation(texts).tolist()
    spelling, both = fit_spelling_of_many(shuffled, intents, sure, list(range(0, len(texts), 5)), (logits, logits))

    assert spelling is None
    assert both is sure


def test_what_counts_as_many() -> None:
    assert are_many(MOST_EXAMPLES + 1, ["a text of its own"])
    assert not are_many(MOST_EXAMPLES, ["a text of its own"])
    assert not are_many(MOST_EXAMPLES + 1, list(range(MOST_EXAMPLES)))  # nearly all were held out in turn: nothing to fit to

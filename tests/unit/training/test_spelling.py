from __future__ import annotations

import numpy as np

from assistant.training.scoring import HeldOut
from assistant.training.spelling import MOST_EXAMPLES, PENALTY, _fitted, are_many, fit_spelling, fit_spelling_of_many

TEXTS = ("天气怎么样", "今天天气如何", "天气如何", "你叫什么", "你叫啥名字", "什么名字", "再见", "再见了", "明天再见")
INTENTS = (0, 0, 0, 1, 1, 1, 2, 2, 2)


def held(right: float) -> HeldOut:
    """An encoder's head that gives the right intent of each example this logit, and another one."""
    found = HeldOut()
    for row, intent in enumerate(INTENTS):
        logits = np.zeros(3, dtype=np.float32)
        logits[intent] = right
        logits[(intent + 1) % 3] = 1.0
        found.add_intent(logits, intent, row)
    return found


def test_left_out_answers_are_those_of_a_fit_without_the_example() -> None:
    spelling, left_out = _fitted(TEXTS, np.array(INTENTS), 3)
    inputs = np.zeros((len(TEXTS), len(spelling.known)))
    for row, text in enumerate(TEXTS):
        places, values = spelling.values(text)
        inputs[row, places] = values
    right = np.eye(3)[list(INTENTS)]
    for row in range(len(TEXTS)):
        others = np.arange(len(TEXTS)) != row
        alike = inputs[others] @ inputs[others].T + PENALTY * np.eye(len(TEXTS) - 1)
        expected = inputs[row] @ inputs[others].T @ np.linalg.solve(alike, right[others])
        assert np.allclose(left_out[row], expected, atol=1e-4)


def test_letters_help_where_the_encoder_does_not_know_the_language() -> None:
    spelling, both = fit_spelling(TEXTS, INTENTS, 3, held(0.0), list(range(9)))
    assert spelling is not None
    assert held(0.0).accuracy == 0.0
    assert both.accuracy > 0.8
    assert both.loss() < held(0.0).loss()
    assert int(spelling.logits("天气好吗").argmax()) == 0
    assert both.rows == list(range(9))


def test_letters_are_left_out_where_the_encoder_knows_all() -> None:
    spelling, same = fit_spelling(TEXTS, INTENTS, 3, held(9.0), list(range(9)))
    assert spelling is None
    assert same.accuracy == 1.0


def test_examples_kept_apart_are_asked_by_their_text() -> None:
    apart = HeldOut()
    for intent in (0, 2):
        apart.add_intent(np.zeros(3, dtype=np.float32), intent, len(apart.rows))
    spelling, both = fit_spelling(TEXTS, INTENTS, 3, apart, ["后天天气", "回头再见"])
    assert spelling is not None
    assert both.accuracy == 1.0


def test_nothing_held_out_gives_nothing_to_choose_by() -> None:
    assert fit_spelling(TEXTS, INTENTS, 3, HeldOut(), [])[0] is None


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

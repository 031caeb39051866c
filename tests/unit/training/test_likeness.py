from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.likeness import alike
from assistant.training.likeness import BOTH, FOREIGN, PENALTY, Measured, _Examples, fit_likeness, fit_likeness_of_many, spread
from assistant.training.scoring import HeldOut

TEXTS = ("天气怎么样", "今天天气如何", "天气如何", "你叫什么", "你叫啥名字", "什么名字", "再见", "再见了", "明天再见")
INTENTS = (0, 0, 0, 1, 1, 1, 2, 2, 2)
SAME = np.tile(np.eye(4, dtype=np.float32)[0], (9, 1))
"""Vectors of an encoder that reads every text alike."""


def held(right: float) -> HeldOut:
    """A head that gives the right intent of each example this logit, and another one."""
    found = HeldOut()
    for row, intent in enumerate(INTENTS):
        logits = np.zeros(3, dtype=np.float32)
        logits[intent] = right
        logits[(intent + 1) % 3] = 1.0
        found.add_intent(logits, intent, row)
    return found


def rings(n: int, seed: int) -> tuple[np.ndarray, list[int]]:
    """Vectors of three intents, two of which lie around the third: no plane parts it from them, but likeness does."""
    generator = np.random.default_rng(seed)
    intents = generator.integers(0, 3, n)
    angle = np.array([0.0, -0.5, 0.5])[intents] + 0.08 * generator.normal(size=n)
    angle[(intents == 1) & (generator.random(n) < 0.5)] += 1.0  # the second intent lies on both sides of the first
    angle[intents == 2] += 0.5
    vectors = np.stack([np.cos(angle), np.sin(angle), 0.05 * generator.normal(size=n)], axis=1)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), intents.tolist()


def unsure(intents: list[int], rows: list[int]) -> HeldOut:
    """A head that knows nothing of some examples."""
    found = HeldOut()
    for row in rows:
        found.add_intent(np.zeros(3, np.float32), intents[row], row)
    return found


@pytest.mark.parametrize("number", [0, 1])
def test_left_out_answers_are_those_of_a_fit_without_the_example(number: int) -> None:
    vectors = rings(9, 1)[0]
    fit, parts = list(_Examples(TEXTS, vectors, np.array(INTENTS), 3).fitted())[number], (BOTH, FOREIGN)[number]
    runs = np.zeros((len(TEXTS), len(fit.spelling.known)))
    for row, text in enumerate(TEXTS):
        places, values = fit.spelling.values(text)
        runs[row, places] = values
    both = parts.letters * runs @ runs.T + parts.vectors * alike(vectors, vectors)
    right = np.eye(3)[list(INTENTS)]
    for row in range(len(TEXTS)):
        others = np.arange(len(TEXTS)) != row
        weights = np.linalg.solve(both[np.ix_(others, others)] + PENALTY * np.eye(len(TEXTS) - 1), right[others])
        assert np.allclose(fit.left_out[row], both[row, others] @ weights, atol=1e-4)
    answers = [fit.likeness.logits(vector) + fit.spelling.logits(text) for text, vector in zip(TEXTS, vectors, strict=True)]
    weights = np.linalg.solve(both + PENALTY * np.eye(len(TEXTS)), right)
    assert np.allclose(answers, both @ weights, atol=1e-4)


def test_letters_help_where_the_encoder_does_not_know_the_language() -> None:
    beside, both = fit_likeness(TEXTS, SAME, INTENTS, 3, held(0.0), Measured(list(range(9)), SAME))
    assert held(0.0).accuracy == 0.0
    assert both.accuracy > 0.8
    assert both.loss() < held(0.0).loss()
    assert beside.spelling is not None
    assert beside.likeness is not None
    assert int((beside.spelling.logits("天气好吗") + beside.likeness.logits(SAME[0])).argmax()) == 0
    assert both.rows == list(range(9))


def test_nothing_is_heard_beside_a_head_that_knows_all() -> None:
    beside, same = fit_likeness(TEXTS, SAME, INTENTS, 3, held(9.0), Measured(list(range(9)), SAME))
    assert beside == (None, None)
    assert same.accuracy == 1.0


def test_examples_kept_apart_are_asked_by_their_text_and_vector() -> None:
    apart = HeldOut()
    for intent in (0, 2):
        apart.add_intent(np.zeros(3, dtype=np.float32), intent, len(apart.rows))
    _, both = fit_likeness(TEXTS, SAME, INTENTS, 3, apart, Measured(["后天天气", "回头再见"], SAME[:2]))
    assert both.accuracy == 1.0


def test_nothing_held_out_gives_nothing_to_choose_by() -> None:
    nothing = HeldOut()
    assert fit_likeness(TEXTS, SAME, INTENTS, 3, nothing, Measured([], SAME[:0])) == ((None, None), nothing)


@pytest.mark.parametrize("is_many", [False, True])
def test_an_intent_on_both_sides_of_another_is_told_by_likeness(is_many: bool) -> None:
    vectors, intents = rings(400, 3)
    rows = list(range(0, 400, 5))
    measured = Measured(rows, vectors[rows])
    told = unsure(intents, rows)
    if is_many:
        found, both = fit_likeness_of_many(vectors, intents, 3, told, measured)
        likeness = None if found is None else found.whole
    else:
        beside, both = fit_likeness(["text"] * 400, vectors, intents, 3, told, measured)
        likeness = beside.likeness
    assert likeness is not None
    assert both.accuracy > 0.9
    asked, right = rings(200, 4)
    assert (likeness.logits(asked).argmax(axis=1) == np.array(right)).mean() > 0.9


def test_held_out_examples_have_no_say_in_the_trial_where_examples_are_many() -> None:
    vectors, intents = rings(300, 5)
    rows = list(range(0, 300, 3))
    wrong = [(intent + 1) % 3 if row in rows else intent for row, intent in enumerate(intents)]
    measured = Measured(rows, vectors[rows])
    as_is, _ = fit_likeness_of_many(vectors, intents, 3, unsure(intents, rows), measured)
    other, _ = fit_likeness_of_many(vectors, wrong, 3, unsure(intents, rows), measured)
    assert as_is is not None
    assert other is not None
    assert (as_is.trial.weights == other.trial.weights).all()
    assert not (as_is.whole.weights == other.whole.weights).all()


def test_so_many_of_each_intent_have_a_say() -> None:
    intents = np.array([0] * 90 + [1] * 10)
    chosen = spread(intents, 20)
    assert len(set(chosen.tolist())) == 20
    assert np.bincount(intents[chosen]).tolist() == [18, 2]
    assert spread(intents, 100).tolist() == list(range(100))

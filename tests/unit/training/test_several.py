from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.several import Several
from assistant.training.several import fit_several

INTENTS = ("cancel", "greet", "refund", "track")


def vector(*names: str) -> np.ndarray:
    """A sentence vector that lies among those of its intents."""
    return unit(np.eye(4, dtype=np.float32)[[INTENTS.index(name) for name in names]].sum(axis=0))


def unit(vectors: np.ndarray) -> np.ndarray:
    found: np.ndarray = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return found.astype(np.float32)


def data() -> tuple[np.ndarray, list[str]]:
    generator = np.random.default_rng(0)
    labels = [name for name in INTENTS for _ in range(12)] + ["refund+cancel"] * 12 + ["greet+track"] * 12
    clean = np.stack([vector(*label.split("+")) for label in labels])
    return unit(clean + 0.1 * generator.normal(size=clean.shape)), labels


@pytest.fixture(scope="module")
def several() -> Several:
    fitted = fit_several(*data(), seed=0)
    assert fitted is not None
    return fitted.several


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (("cancel",), "cancel"),
        (("greet",), "greet"),
        (("cancel", "refund"), "refund+cancel"),  # as the examples write it
        (("greet", "track"), "greet+track"),
        (("greet", "refund"), "greet+refund"),  # no example joins these
    ],
)
def test_one_intent_and_several_are_told_apart(several: Several, names: tuple[str, ...], label: str) -> None:
    ranking = several.rank(vector(*names))
    assert ranking[0].name == label
    assert {*INTENTS, "refund+cancel", "greet+track"} <= {score.name for score in ranking}
    assert all(0 <= score.confidence <= 1 for score in ranking)
    assert 0.98 < sum(score.confidence for score in ranking) <= 1.00001


def test_the_same_examples_give_the_same() -> None:
    first, second = (fit_several(*data(), seed=0) for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.several.weights == second.several.weights).all()
    assert first.several.temperature == second.several.temperature
    assert (first.held == second.held).all()


def test_where_no_label_joins_intents_there_is_nothing_to_tell() -> None:
    assert fit_several(np.eye(2, dtype=np.float32), ["greet", "faq/hours"], seed=0) is None


def test_weights_that_do_not_fit_are_refused(several: Several) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Several(("greet", "a+b"), several.weights, several.bias, 1.0)


def test_few_joined_examples_do_not_teach_that_no_others_are_joined() -> None:
    generator = np.random.default_rng(1)
    names = [f"intent{number}" for number in range(12)]
    centres = unit(generator.normal(size=(12, 32)))
    labels = [name for name in names for _ in range(10)] + ["intent0+intent1"] * 4
    clean = np.stack([unit(sum(centres[names.index(part)] for part in label.split("+"))) for label in labels])
    fitted = fit_several(unit(clean + 0.1 * generator.normal(size=clean.shape)), labels, seed=0)
    assert fitted is not None
    pairs = [(one, other) for one in range(2, 12) for other in range(one + 1, 12)]
    found = [fitted.several.rank(unit(centres[one] + centres[other]))[0].name for one, other in pairs]
    joined = ["+".join(sorted((names[one], names[other]))) for one, other in pairs]
    assert np.mean([a == b for a, b in zip(found, joined, strict=True)]) > 0.9
    singles = [fitted.several.rank(centre)[0].name for centre in centres]
    assert singles == names


def test_what_is_said_of_an_example_is_what_was_learned_without_it() -> None:
    vectors, labels = data()
    turned = ["track" if row == 0 else label for row, label in enumerate(labels)]  # a label that only this example itself supports
    fitted = fit_several(vectors, turned, seed=0)
    assert fitted is not None
    assert fitted.several.ranked(fitted.held[0])[0].name == "cancel"
    right = [fitted.several.ranked(odds)[0].name == label for odds, label in zip(fitted.held, turned, strict=True)]
    assert np.mean(right) > 0.9

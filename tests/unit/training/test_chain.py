from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from assistant.nlu.chain import TagChain
from assistant.nlu.tag_features import features
from assistant.training.chain import ChainFit, Sentences, _best_trusting, _slopes
from assistant.training.scoring import HeldOut

MASK = np.arange(4) < np.array([4, 2, 1])[:, None]


def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    return generator.normal(size=(3, 4, 3)), generator.normal(size=(3, 3)), generator.integers(0, 3, (3, 4))


def loss(scores: np.ndarray, moves: np.ndarray, tags: np.ndarray) -> float:
    """The mean negative log-likelihood of a word's tag, every sequence counted."""
    total = 0.0
    for row in range(3):
        n = int(MASK[row].sum())

        def score(path: tuple[int, ...], row: int = row) -> float:
            steps = sum(moves[before, tag] for before, tag in pairwise(path))
            return float(steps + sum(scores[row, word, tag] for word, tag in enumerate(path)))

        every = np.logaddexp.reduce([score(path) for path in product(range(3), repeat=n)])
        total += every - score(tuple(tags[row, :n].tolist()))
    return total / float(MASK.sum())


def test_slopes_are_how_the_loss_changes() -> None:
    scores, moves, tags = drawn()
    found = _slopes(scores.copy(), tags, MASK, moves)
    small = 1e-5
    for place in np.ndindex(scores.shape):
        nudge = np.zeros_like(scores)
        nudge[place] = small
        slope = (loss(scores + nudge, moves, tags) - loss(scores - nudge, moves, tags)) / (2 * small)
        assert found.scores[place] == pytest.approx(slope, abs=1e-7), place
    for place in np.ndindex(moves.shape):
        nudge = np.zeros_like(moves)
        nudge[place] = small
        slope = (loss(scores, moves + nudge, tags) - loss(scores, moves - nudge, tags)) / (2 * small)
        assert found.moves[place] == pytest.approx(slope, abs=1e-7), place


def sentences(n: int = 60) -> Sentences:
    """Texts whose tags the head cannot tell: a word behind ``to`` is a city (1, then 2), in one intent only."""
    generator = np.random.default_rng(0)
    cities = [("new", "york"), ("san", "jose"), ("rome",), ("oslo",)]
    words: list[tuple[str, ...]] = []
    tags: list[int] = []
    intents = np.zeros((n, 2), np.float32)
    for row in range(n):
        city, intent = cities[generator.integers(4)], row % 2
        words.append(("fly", "to", *city, "today"))
        tags += [0, 0, *(([1] + [2] * (len(city) - 1)) if intent else [0] * len(city)), 0]
        intents[row, intent] = 1.0
    return Sentences(words, np.zeros((len(tags), 3), np.float32), intents, np.array(tags))


def fit_chain(data: Sentences, seed: int) -> TagChain:
    fit = ChainFit(data, seed)
    fit.learn(data)
    return fit.chain()


def test_a_chain_learns_what_the_head_does_not_know() -> None:
    data = sentences()

    chain = fit_chain(data, seed=0)

    assert data.found(chain) == data.gold()
    unknown = Sentences(
        [("fly", "to", "lima", "today")], np.zeros((4, 3), np.float32), np.array([[0.0, 1.0]], np.float32), np.zeros(4, np.int64)
    )
    assert unknown.found(chain) == [[0, 0, 1, 0]]


def test_the_same_examples_give_the_same_chain() -> None:
    one, other = fit_chain(sentences(), seed=3), fit_chain(sentences(), seed=3)

    assert (one.by_feature == other.by_feature).all()
    assert (one.moves == other.moves).all()
    assert (one.moves != fit_chain(sentences(), seed=4).moves).any()


def test_texts_without_words_are_passed_over() -> None:
    data = sentences(20)
    padded = Sentences([(), *data.words, ()], data.logits, np.vstack([data.intents[:1], data.intents, data.intents[:1]]), data.tags)

    assert padded.found(fit_chain(padded, seed=0))[1:-1] == data.found(fit_chain(padded, seed=0))


def test_a_chain_goes_on_with_examples_that_it_was_measured_on() -> None:
    data = sentences()
    is_oslo = np.array(["oslo" in words for words in data.words])
    fit = ChainFit(data, seed=0)
    fit.learn(data, ~is_oslo)
    first = fit.chain()
    known = {bucket for words in data.only(~is_oslo).words for bucket in features(words).ravel().tolist()}
    unknown = np.array([bucket not in known for bucket in first.buckets.tolist()])
    assert unknown.any()
    assert not first.by_feature[unknown].any()  # what is held out tells it nothing

    fit.learn(data, epochs=2, begun=0.6)

    assert fit.chain().by_feature[unknown].any()
    assert fit.chain().by_feature[~unknown] != pytest.approx(first.by_feature[~unknown], abs=1e-3)
    assert data.found(fit.chain()) == data.gold()


def test_some_examples_are_read_as_they_are_among_all() -> None:
    data, rows = sentences(), np.arange(60) % 3 == 0
    fit = ChainFit(data, seed=0)
    fit.learn(data)
    found = data.found(fit.chain())
    assert data.only(rows).found(fit.chain()) == found[::3]
    assert data.only(rows).gold() == data.gold()[::3]


@pytest.mark.parametrize(
    ("said", "right", "trust"),
    [
        ((1.2, 4.0), (1, 1), 1.0),  # what the head hardly says is right
        ((1.6, 4.0), (0, 1), 0.5),  # is wrong
        ((4.0, 4.0), (1, 1), 0.75),  # any will do
    ],
)
def test_held_out_entities_say_how_much_the_head_is_trusted(said: tuple[float, ...], right: tuple[int, ...], trust: float) -> None:
    """A chain that says of each word, by 1, that it is no entity, and a head that says more or less surely that it is one."""
    by_intent, nothing = np.array([[1.0, 0.0, 0.0]], np.float32), np.zeros((0, 3), np.float16)
    chain = TagChain(np.zeros(3, np.float32), np.zeros((3, 3), np.float32), by_intent, np.zeros(0, np.uint32), nothing)
    logits = np.zeros((2, 3), np.float32)
    logits[:, 1] = said
    measured = Sentences([("one",), ("two",)], logits, np.ones((2, 1), np.float32), np.array(right))
    bare = HeldOut([np.zeros(1, np.float32)] * 2, [0, 0], [[tag] for tag in right], [[0], [0]], [0, 1])
    chosen, held = _best_trusting(chain, measured, bare)
    assert chosen.trust == trust
    assert held.found == [[tag] for tag in right]
    assert (held.logits, held.intents, held.rows) == (bare.logits, bare.intents, bare.rows)

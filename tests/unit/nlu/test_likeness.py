from __future__ import annotations

import numpy as np

from assistant.nlu.likeness import Likeness, alike

EXAMPLES = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)


def test_the_nearer_an_example_the_more_it_says() -> None:
    likeness = Likeness(EXAMPLES, np.eye(2, dtype=np.float32))
    near, far = np.array([0.8, 0.6], np.float32), np.array([0.6, 0.8], np.float32)
    assert int(likeness.logits(near).argmax()) == 0
    assert int(likeness.logits(far).argmax()) == 1
    assert likeness.logits(near)[0] > likeness.logits(far)[0]


def test_likeness_is_one_at_an_example_and_least_opposite_to_it() -> None:
    found = alike(np.array([[1.0, 0.0], [-1.0, 0.0]], np.float32), EXAMPLES)
    assert found.shape == (2, 2)
    assert found[0, 0] == 1.0
    assert np.isclose(found[1, 0], np.exp(-4.0))


def test_one_text_and_several_at_once_are_told_alike() -> None:
    generator = np.random.default_rng(0)
    likeness = Likeness(generator.normal(size=(5, 3)).astype(np.float32), generator.normal(size=(5, 4)).astype(np.float32))
    texts = generator.normal(size=(6, 3)).astype(np.float32)
    assert np.allclose(likeness.logits(texts), [likeness.logits(text) for text in texts], atol=1e-4)

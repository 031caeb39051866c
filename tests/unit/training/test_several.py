from __future__ import annotations

import pytest
import torch

from assistant.nlu.several import Several
from assistant.training.several import fit_several

INTENTS = ("cancel", "greet", "refund", "track")


def vector(*names: str) -> torch.Tensor:
    """A sentence vector that lies among those of its intents."""
    return torch.nn.functional.normalize(sum((torch.eye(4)[INTENTS.index(name)] for name in names), torch.zeros(4)), dim=0)


def data() -> tuple[torch.Tensor, list[str]]:
    generator = torch.Generator().manual_seed(0)
    labels = [name for name in INTENTS for _ in range(12)] + ["refund+cancel"] * 12 + ["greet+track"] * 12
    clean = torch.stack([vector(*label.split("+")) for label in labels])
    return torch.nn.functional.normalize(clean + 0.1 * torch.randn(clean.shape, generator=generator), dim=1), labels


@pytest.fixture(scope="module")
def several() -> Several:
    fitted = fit_several(*data(), seed=0)
    assert fitted is not None
    return fitted


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
    ranking = several.rank(vector(*names).numpy())
    assert ranking[0].name == label
    assert {*INTENTS, "refund+cancel", "greet+track"} <= {score.name for score in ranking}
    assert all(0 <= score.confidence <= 1 for score in ranking)
    assert 0.98 < sum(score.confidence for score in ranking) <= 1.00001


def test_the_same_examples_give_the_same() -> None:
    first, second = (fit_several(*data(), seed=0) for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.weights == second.weights).all()
    assert first.temperature == second.temperature


def test_where_no_label_joins_intents_there_is_nothing_to_tell() -> None:
    assert fit_several(torch.eye(2), ["greet", "faq/hours"], seed=0) is None


def test_weights_that_do_not_fit_are_refused(several: Several) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Several(("greet", "a+b"), several.weights, several.bias, 1.0)

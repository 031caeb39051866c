from __future__ import annotations

import numpy as np
import pytest

from assistant.faq.pieces import PieceWeights, pieces


def common(one: str, other: str) -> float:
    first, second = pieces([one])[0], pieces([other])[0]
    return len(np.intersect1d(first, second)) / max(len(first), 1)


def test_misspelt_joined_and_bent_words_share_most_of_their_runs() -> None:
    assert common("cancelation", "cancellation") > 0.6
    assert common("gift card", "giftcards") > 0.4
    assert common("delivery", "warranty") < 0.1


def test_no_run_goes_from_word_to_word() -> None:
    # " ab", "ab " and " ab " are all the runs there are: a letter alone says nothing.
    assert len(pieces(["a ab"])[0]) == 3
    assert np.array_equal(pieces(["ab a"])[0], pieces(["a ab"])[0])


def test_runs_are_counted_over_all_texts() -> None:
    runs, counts = pieces(["returns", "return"])
    assert counts.sum() == pieces(["returns"])[1].sum() + pieces(["return"])[1].sum()
    assert len(np.unique(runs)) == len(runs)


@pytest.mark.parametrize("text", ["", "?!", "\ud800", "日本", "a"])
def test_any_text_has_runs_or_none(text: str) -> None:
    runs, counts = pieces([text])
    assert len(runs) == len(counts)


def test_rare_runs_say_more() -> None:
    weights = PieceWeights([pieces([text])[0] for text in ("return shoes", "return parcels", "return voucher")])
    of_return, of_shoes, unknown = (weights.of(pieces([word])[0]) for word in ("return", "shoes", "zzz"))
    assert of_return.max() < of_shoes.mean() < unknown.min() == pytest.approx(1.0)
    assert PieceWeights([]).of(pieces(["xyz"])[0]).min() == 1.0

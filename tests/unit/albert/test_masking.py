from __future__ import annotations

import numpy as np
import pytest

from assistant.albert.masking import IGNORED, Masker, make_masker
from assistant.albert.sentences import pad
from assistant.albert.tokenizer import SpecialIds, train_tokenizer

SPECIAL = SpecialIds(pad=0, unknown=1, start=2, end=3, mask=4)
# Even ids begin a word, odd ones go on with it.
EVEN_STARTS = np.asarray([number % 2 == 0 for number in range(100)])


def sequence(n_words: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    body = [token for word in range(n_words) for token in (10 + 2 * word, 11 + 2 * word)]
    return np.asarray([[2, *body, 3]])


@pytest.mark.parametrize("share", [0.15, 0.5])
def test_whole_words_are_hidden_up_to_the_share(share: float) -> None:
    ids = sequence(40)
    _, labels = Masker(EVEN_STARTS, SPECIAL, share).mask(ids, np.ones_like(ids), np.random.default_rng(0))
    hidden = labels[0, 1:-1] != IGNORED
    assert (hidden[::2] == hidden[1::2]).all()
    assert share * 80 <= hidden.sum() <= share * 80 + 5
    assert (labels[0, 1:-1][hidden] == ids[0, 1:-1][hidden]).all()


def test_special_tokens_and_padding_are_never_hidden() -> None:
    ids, mask = pad([sequence(3)[0].astype(np.int32), sequence(20)[0].astype(np.int32)], pad_id=0)
    masker = Masker(EVEN_STARTS, SPECIAL, share=0.9)
    hidden, labels = masker.mask(ids, mask, np.random.default_rng(1))
    assert (labels[:, 0] == IGNORED).all()
    assert (labels[mask == 0] == IGNORED).all()
    assert (hidden[ids == SPECIAL.end] == SPECIAL.end).all()


def test_most_hidden_pieces_are_masked_and_a_tenth_is_kept() -> None:
    ids = np.repeat(sequence(40), 100, axis=0)
    hidden, labels = Masker(EVEN_STARTS, SPECIAL, 0.3).mask(ids, np.ones_like(ids), np.random.default_rng(2))
    chosen = labels != IGNORED
    assert (hidden[chosen] == SPECIAL.mask).mean() == pytest.approx(0.8, abs=0.03)
    assert (hidden[chosen] == ids[chosen]).mean() == pytest.approx(0.1, abs=0.03)
    assert (hidden[~chosen] == ids[~chosen]).all()


def test_runs_of_n_words_are_drawn_in_proportion_to_one_over_n() -> None:
    ids = sequence(44)
    lengths = []
    rng = np.random.default_rng(3)
    for _ in range(2000):
        _, labels = Masker(EVEN_STARTS, SPECIAL, share=0.001).mask(ids, np.ones_like(ids), rng)
        lengths.append(int((labels != IGNORED).sum()) // 2)
    shares = [lengths.count(n) / len(lengths) for n in (1, 2, 3)]
    assert shares == pytest.approx([6 / 11, 3 / 11, 2 / 11], abs=0.04)


def test_one_word_is_hidden_of_a_single_word() -> None:
    ids = sequence(1)
    _, labels = Masker(EVEN_STARTS, SPECIAL).mask(ids, np.ones_like(ids), np.random.default_rng(4))
    assert (labels != IGNORED).sum() == 2


def test_a_text_without_words_is_left_alone() -> None:
    ids = np.asarray([[2, 3]])
    hidden, labels = Masker(EVEN_STARTS, SPECIAL).mask(ids, np.ones_like(ids), np.random.default_rng(4))
    assert (hidden == ids).all()
    assert (labels == IGNORED).all()


def test_words_start_at_the_space_marker(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    masker = make_masker(tokenizer)
    pieces = {token: piece for piece, token in tokenizer.get_vocab().items()}
    assert all(pieces[token].startswith("▁") == start for token, start in enumerate(masker.starts))

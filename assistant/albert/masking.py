"""Hides words for masked language modelling: runs of one to three whole words, anew each time a text is seen.

Source: Lan et al. 2019, section 3.3.1 (n-gram masking after Joshi et al. 2019); the 80/10/10 rule of Devlin et al. 2018.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.tokenizer import SpecialIds, is_word_piece, special_ids, starts_word

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

IGNORED = -100
KEEP_SHARE = 0.1
RANDOM_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Masker:
    """Hides runs of whole words.

    Attributes:
        starts: which entries of the vocabulary begin a word. Shape: (vocabulary,) bool.
        special: ids that are never hidden.
        share: of the tokens of a text to hide, between 0 and 1; at least one word is hidden.
        max_words: longest run; a run of n words is drawn with probability proportional to 1/n.
    """

    starts: NDArray[np.bool_]
    special: SpecialIds
    share: float = 0.15
    max_words: int = 3

    def mask(
        self, ids: NDArray[np.int64], attention_mask: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Returns the ids with words hidden, and the labels: the original id where one is hidden, -100 elsewhere.

        Shape: (batch, tokens) int64 each, as the input.
        """
        hidden = np.zeros(ids.shape, dtype=bool)
        for row, length in enumerate(attention_mask.sum(1)):
            self._choose(ids[row, :length], hidden[row, :length], rng)
        labels = np.where(hidden, ids, IGNORED)
        fate = rng.random(ids.shape)
        masked = np.where(hidden & (fate >= KEEP_SHARE + RANDOM_SHARE), self.special.mask, ids)
        other = rng.integers(0, len(self.starts), ids.shape)
        return np.where(hidden & (fate < RANDOM_SHARE), other, masked), labels

    def _choose(self, ids: NDArray[np.int64], hidden: NDArray[np.bool_], rng: np.random.Generator) -> None:
        words = self._words(ids)
        wanted = max(1, round(self.share * (len(ids) - 2)))
        chances = 1 / np.arange(1, self.max_words + 1)
        cumulated = np.cumsum(chances / chances.sum())
        for start in rng.permutation(len(words)):
            n_words = 1 + int(np.searchsorted(cumulated, rng.random()))
            run = words[start : start + n_words]
            if hidden[[piece for word in run for piece in word]].any():
                continue
            for word in run:
                hidden[word] = True
            wanted -= sum(len(word) for word in run)
            if wanted <= 0:
                return

    def _words(self, ids: NDArray[np.int64]) -> list[list[int]]:
        special = {self.special.start, self.special.end, self.special.pad, self.special.mask}
        words: list[list[int]] = []
        is_open = False
        for place, token in enumerate(ids.tolist()):
            if token in special:
                is_open = False
            elif is_open and not self.starts[token]:
                words[-1].append(place)
            else:
                words.append([place])
                is_open = True
        return words


def make_masker(tokenizer: Tokenizer, *, share: float = 0.15, max_words: int = 3) -> Masker:
    """Returns a masker for the tokenizer's vocabulary."""
    word_piece = is_word_piece(tokenizer)
    vocabulary = tokenizer.get_vocab()
    starts = np.zeros(len(vocabulary), dtype=bool)
    for piece, token in vocabulary.items():
        starts[token] = starts_word(piece, word_piece=word_piece)
    return Masker(starts, special_ids(tokenizer), share, max_words)

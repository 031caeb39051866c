"""The words of all entries: how much each says, and which one a misspelt word was meant to be."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from assistant.faq.folding import words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

STEM_CHARS = 5
"""Words are compared by their first letters: "deliver" and "delivery" are one, in most languages of Europe."""

MIN_CORRECTED_CHARS = 5
"""Shorter words are too near to one another to guess."""

CORRECTED_WEIGHT = 0.7
"""How much a guessed word counts beside one that was typed."""

_LONG_WORD_CHARS = 8
_FUNCTION_WORD_SHARE = 0.15

# Words that carry grammar, not content. A large FAQ shows that by itself; in one of three entries nothing else would.
_FUNCTION_WORDS = (
    "a about after all also am an and any are as at be because been before being but by can could did do does doing dont for from"
    " get got had has have having he her here him his how i id if ill im in into is it its ive just like me my no not of off on one"
    " or our out please she should so some such than that the their them then there these they this to too up us very was we were"
    " what whats when where which while who why will with would yes you your yours"
)


def stem(word: str) -> str:
    """Returns what a word is compared by."""
    return word[:STEM_CHARS]


class Vocabulary:
    """Knows the words of an FAQ's entries.

    Args:
        spelt: the folded words of each entry.
        is_word: whether a folded word is one of the language, and so never a misspelt one; None: nothing is known of it.
    """

    def __init__(self, spelt: Iterable[Collection[str]], is_word: Callable[[str], bool] | None = None) -> None:
        self._is_word = is_word or (lambda _: False)
        self._entry_counts: Counter[str] = Counter()
        self._words: dict[str, list[str]] = {}
        self._stems: Counter[str] = Counter()
        self._n_entries = 0
        for of_entry in spelt:
            self._n_entries += 1
            self._entry_counts.update(set(of_entry))
            self._stems.update({stem(word) for word in of_entry})
        for word in sorted(self._entry_counts):
            self._words.setdefault(word[0], []).append(word)

    def weight(self, word_stem: str) -> float:
        """Returns how much a stem says, in (0, 1]: inverse document frequency, scaled so that an unknown stem has 1."""
        highest = math.log(1 + self._n_entries / 0.5)
        idf = math.log(1 + self._n_entries / (self._stems[word_stem] + 0.5)) / highest if self._n_entries else 1.0
        return min(idf, _FUNCTION_WORD_SHARE) if word_stem in _FUNCTION_STEMS else idf

    def weigh(self, question: str) -> dict[str, float]:
        """Returns the stems of a question, each with how much it counts; misspelt words count for what they were meant to be."""
        weighed: dict[str, float] = {}
        for word in words(question):
            meant = self.corrected(word)
            share = 1.0 if meant == word else CORRECTED_WEIGHT
            root = stem(meant)
            weighed[root] = max(weighed.get(root, 0.0), share * self.weight(root))
        return weighed

    def correct(self, question: str) -> str:
        """Returns the folded question with misspelt words replaced by the known words nearest to them."""
        return " ".join(self.corrected(word) for word in words(question))

    def corrected(self, word: str) -> str:
        """Returns the known word that a word was meant to be, or the word itself when it is known or none is near."""
        if len(word) < MIN_CORRECTED_CHARS or word in self._entry_counts or stem(word) in self._stems or not word.isalpha():
            return word
        # "greeting" is near to "getting", and was not meant to be it.
        if self._is_word(word):
            return word
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        distance = 1 if len(word) < _LONG_WORD_CHARS else 2
        # The first letter is rarely the wrong one, and looking at its words alone is what keeps this fast.
        near = extractOne(word, self._words.get(word[0], ()), scorer=OSA.distance, score_cutoff=distance)
        return near[0] if near else word


_FUNCTION_STEMS = frozenset(map(stem, _FUNCTION_WORDS.split()))

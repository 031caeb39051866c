"""Replaces what is written by what it means: ``sneakers`` by ``trainers``, whatever the case and accents, and with small typos."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from assistant.nlu.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LETTERS_OF_A_TYPO = 5
"""In words of so many letters one may be missing, too many, wrong, or swapped with its neighbour."""
MOST_KEPT = 1024
"""Texts whose meaning is kept at hand."""


@dataclass(frozen=True)
class Synonyms:
    """Meanings of written forms.

    A written form means its value, and so does the value itself in any case and accents. Where nothing is written so, a typo of one
    letter a word is forgiven, in words of LETTERS_OF_A_TYPO letters or more without figures, as long as all forms that are so near
    mean the same. What is a known word of its own is never taken for a typo.

    Attributes:
        values: by written form.
        known: words that are right as they are, such as the entries of lookup lists.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def meaning(self, written: str) -> str | None:
        """Returns what a text means; None where nothing says so."""
        return self._known_meaning(written) if self.values else None

    @cached_property
    def _known_meaning(self) -> Callable[[str], str | None]:
        """Looks texts up, most of which are written again and again."""
        return lru_cache(MOST_KEPT)(self._looked_up)

    def _looked_up(self, written: str) -> str | None:
        folded = fold(written)
        exact = self._meanings.get(folded)
        if exact is not None:
            return exact
        if folded in self._right:
            return None
        return self._forgiving(folded)

    def _forgiving(self, folded: str) -> str | None:
        words = folded.split()
        n_long = sum(map(_may_be_misspelt, words))
        candidates = self._by_words.get(len(words))
        if not n_long or candidates is None:
            return None
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        near = extract(folded, candidates, scorer=OSA.distance, score_cutoff=n_long, limit=None)
        meanings = {self._meanings[form] for form, _, _ in near if _is_near(words, form.split())}
        return meanings.pop() if len(meanings) == 1 else None

    @cached_property
    def _meanings(self) -> dict[str, str]:
        """Values by folded form, those that nothing tells apart left out."""
        said: dict[str, set[str]] = {}
        for written, value in self.values.items():
            said.setdefault(fold(written), set()).add(value)
        themselves: dict[str, set[str]] = {}
        for value in self.values.values():
            themselves.setdefault(fold(value), set()).add(value)
        return {folded: next(iter(values)) for folded, values in (themselves | said).items() if len(values) == 1}

    @cached_property
    def _right(self) -> frozenset[str]:
        return frozenset(map(fold, self.known))

    @cached_property
    def _by_words(self) -> dict[int, list[str]]:
        forms: dict[int, list[str]] = {}
        for form in self._meanings:
            forms.setdefault(len(form.split()), []).append(form)
        return forms


def _may_be_misspelt(word: str) -> bool:
    return len(word) >= LETTERS_OF_A_TYPO and not any(letter.isdigit() for letter in word)


def _is_near(words: list[str], form: list[str]) -> bool:
    from rapidfuzz.distance import OSA

    return all(
        ours == theirs or (_may_be_misspelt(ours) and _may_be_misspelt(theirs) and OSA.distance(ours, theirs, score_cutoff=1) <= 1)
        for ours, theirs in zip(words, form, strict=True)
    )

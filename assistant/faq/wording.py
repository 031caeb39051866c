"""The words of one entry as they are compared: counted once for each version, however often the FAQ changes around it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.faq.folding import fold, words
from assistant.faq.passages import plain
from assistant.faq.pieces import pieces
from assistant.faq.vocabulary import stem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.faq.entry import FaqEntry
    from assistant.faq.pieces import Counts, Pieces


@dataclass(frozen=True, slots=True)
class Wording:
    """What is known of an entry's words.

    Attributes:
        folded: its question and alternatives, folded.
        spelt: its words as they are written, folded, each once.
        stems: how often each stem is in its questions and its answer.
        n_words: the sum of these.
        pieces: the runs of letters in its questions; piece_counts: how often each is there.
        n_pieces: the sum of these.
    """

    folded: tuple[str, ...]
    spelt: frozenset[str]
    stems: Mapping[str, int]
    n_words: int
    pieces: Pieces
    piece_counts: Counts
    n_pieces: float


def wording(entry: FaqEntry) -> Wording:
    """Returns the wording of an entry."""
    folded = tuple(map(fold, entry.questions))
    spelt = [sys.intern(word) for text in (*entry.questions, plain(entry.answer)) for word in words(text)]
    stems = Counter(map(stem, spelt))
    runs, counts = pieces(folded)
    return Wording(folded, frozenset(spelt), dict(stems), len(spelt), runs, counts, float(counts.sum()))

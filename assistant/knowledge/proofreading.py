"""Finds sentences that read badly: the words around its words speak against them, as the encoder sees it.

A sentence is named when its three weakest words, or all of them together, are less probable where they stand than they are
anywhere. The limits were set on 200 sentences of the shipped FAQ; 120 sentences each of held-out dialogues (Schema-Guided Dialogue)
and complaints to a regulator chose nothing. Named of these are 1.5 %, 0 % and 0 %; of 79 such sentences with all words in random
order 87 %, with two pairs of neighbours exchanged and two words missing 33 %, with one pair exchanged 6 %, and with two letters of
a word exchanged 7 %. It finds what is badly broken, not slips. It tells nothing of grammar as linguists mean it: on 120 sentences
of CoLA's development split it is at chance (area under the curve 0.51). English alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.albert.fluency import AT_ONCE
from assistant.faq.passages import plain
from assistant.knowledge.sentences import sentences

if TYPE_CHECKING:
    from assistant.albert.fluency import Fluency, FluencyScorer

LANGUAGES = frozenset({"", "en"})
"""Languages of entries that can be told of; empty: none is given."""

MIN_WORDS = 4
MAX_SENTENCES = 12
"""Of a text; what stands after them is not read."""

_N_WEAKEST = 3
_WEAKEST_FIT = -3.0
_MEAN_FIT = 0.0

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class WeakSentence:
    """A sentence that reads badly.

    Attributes:
        text: the sentence, without Markdown's marks.
        words: that fit least where they stand, the worst first.
        fit: the mean of their logarithmic odds of standing there against standing anywhere.
    """

    text: str
    words: tuple[str, ...]
    fit: float

    def as_json(self) -> dict[str, Any]:
        """Returns the sentence as JSON."""
        return {"text": self.text, "words": list(self.words), "fit": round(self.fit, 3)}


def weak_sentences(text: str, scorer: FluencyScorer) -> tuple[WeakSentence, ...]:
    """Returns the sentences of a text that read badly, in order; those with addresses, code or placeholders are passed over.

    Args:
        text: English, Markdown or plain.
        scorer: of the shipped checkpoint, for which the limits were set.
    """
    shown = plain(_CODE.sub("{}", text))
    read = [shown[start:end] for start, end in sentences(shown)]
    read = [one for one in read if len(one.split()) >= MIN_WORDS and not _ADDRESS.search(one)][:MAX_SENTENCES]
    return tuple(
        weak
        for one, fluency in zip(read, scorer.score(read, at_once=AT_ONCE), strict=True)
        if (weak := _weak(one, fluency)) is not None
    )


def _weak(text: str, fluency: Fluency) -> WeakSentence | None:
    ordered = sorted(fluency.words, key=lambda word: word.fit)[:_N_WEAKEST]
    fit = sum(word.fit for word in ordered) / len(ordered) if ordered else 0.0
    mean = sum(word.fit for word in fluency.words) / max(1, len(fluency.words))
    if fit >= _WEAKEST_FIT and mean >= _MEAN_FIT:
        return None
    return WeakSentence(text, tuple(word.text for word in ordered), fit)

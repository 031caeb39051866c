"""What a person of the team might answer: what FAQ and documents say, and what colleagues wrote to messages like this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.dialogue.events import AgentUttered, UserUttered
from assistant.languages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.dialogue.events import Event
    from assistant.knowledge.index import Encode
    from assistant.knowledge.summaries import InOrder
    from assistant.messages import DocumentResult, FaqResult

MAX_SUGGESTED = 3
MIN_SCORE = 0.15
"""Below this nobody wants to read it, though a person chooses among what is suggested."""

MIN_ALIKE = 0.6
"""Cosine from which a message is like another."""

_ORDER_WEIGHT = 0.2
_MAX_COMPARED = 500


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply that a person may send, edit or pass over.

    Attributes:
        text: the reply.
        source: where it comes from, in words.
        score: in [0, 1].
    """

    text: str
    source: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """Returns the suggestion as JSON for programs."""
        return {"text": self.text, "source": self.source, "score": self.score}


def suggested(
    message: str,
    faq: FaqResult,
    documents: DocumentResult | None,
    past: Iterable[tuple[str, str]],
    encode: Encode,
    in_order: InOrder | None = None,
) -> tuple[Suggestion, ...]:
    """Returns what may be answered to a message, the best first.

    Args:
        message: what the user said last.
        faq: what the FAQ says to it; entries under the threshold count, too, since a person decides.
        documents: what the documents say to it; None: there are none.
        past: messages of users, and what was answered to them by a person.
        encode: makes sentence vectors.
        in_order: tells whether a text follows another; None: it is left out of the ranking.
    """
    found = [Suggestion(match.answer, tr('FAQ: "{question}"', question=match.question), match.score) for match in faq.matches]
    if documents is not None:
        found += [Suggestion(match.sentence, match.place, match.score) for match in documents.matches]
    found += _like_before(message, list(past)[-_MAX_COMPARED:], encode)
    worth = [one for one in found if one.score >= MIN_SCORE]
    if not worth:
        return ()
    follows = in_order([(message, one.text) for one in worth]).tolist() if in_order else [0.5] * len(worth)
    order = sorted(range(len(worth)), key=lambda number: -(worth[number].score + _ORDER_WEIGHT * (follows[number] - 0.5)))
    by_text = {worth[number].text: worth[number] for number in reversed(order)}
    return tuple(worth[number] for number in order if by_text[worth[number].text] is worth[number])[:MAX_SUGGESTED]


def answered_by_people(events: Iterable[Event]) -> Iterator[tuple[str, str]]:
    """Yields what users said in a conversation, each with the first thing that a person answered to it."""
    said = ""
    for event in events:
        if isinstance(event, UserUttered):
            said = event.text
        elif isinstance(event, AgentUttered) and said:
            yield said, event.text
            said = ""


def _like_before(message: str, past: Sequence[tuple[str, str]], encode: Encode) -> list[Suggestion]:
    if not past or not message.strip():
        return []
    vectors = np.asarray(encode([message, *(said for said, _ in past)]), dtype=np.float32)
    cosines = vectors[1:] @ vectors[0]
    return [
        Suggestion(answer, tr('a colleague, to "{question}"', question=said), float(cosine))
        for (said, answer), cosine in zip(past, cosines, strict=True)
        if cosine >= MIN_ALIKE
    ]

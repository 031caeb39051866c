"""Says what a document answers: the answer, the sentence around it, and where that stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.messages import BotMessage

if TYPE_CHECKING:
    from assistant.messages import DocumentMatch

_MARKS = re.compile(r"([\\`*_\[\]<~]|^[#>+-])")


UNSURE_ENTRY, SURE_DOCUMENT = 0.7, 0.85
"""An entry below the first score gives way to a document from the second on: both are probabilities of being right."""


def is_surer(document: DocumentMatch, entry_score: float) -> bool:
    """Whether what a document says goes before an FAQ entry of this score."""
    return entry_score < UNSURE_ENTRY and document.score >= SURE_DOCUMENT


def document_message(match: DocumentMatch) -> BotMessage:
    """Returns the message that gives a document's answer.

    Its ``metadata`` names the place: ``document``, ``document_place``, ``document_score``, ``document_span`` (first character of
    the answer in the document's text, and one past its last), ``document_passage``; and for screens ``highlight``: where in the
    message's text the answer stands, and ``highlighted``: the answer itself.
    """
    start, end = match.span
    before, said, after = (_escaped(part) for part in (match.sentence[:start], match.answer, match.sentence[end:]))
    text = f"{before}{said}{after}\n\n*from {_escaped(match.place)}*"
    noted = {
        "document": match.document_id,
        "document_place": match.place,
        "document_score": match.score,
        "document_span": [match.start + start, match.start + end],
        "document_passage": match.passage,
        "highlight": [len(before), len(before) + len(said)],
        "highlighted": match.answer,
    }
    return BotMessage(text, metadata=noted)


def _escaped(text: str) -> str:
    """Returns a plain text as Markdown shows it."""
    return _MARKS.sub(r"\\\1", text)

"""Says what the FAQ or a document answers: first in short, with a way to all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.messages import BotMessage, Button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.messages import DocumentMatch, FaqMatch

_MARKS = re.compile(r"([\\`*_\[\]<~]|^[#>+-])")


WHOLE = "whole_answer"
"""The part of a message's metadata that has all of an answer that was given in short."""

SHOW_WHOLE = "/show_whole_answer"
"""What the button for it sends."""

UNSURE_ENTRY, SURE_DOCUMENT = 0.7, 0.85
"""An entry below the first score gives way to a document from the second on: both are probabilities of being right."""


def is_surer(document: DocumentMatch, entry_score: float) -> bool:
    """Whether what a document says goes before an FAQ entry of this score."""
    return entry_score < UNSURE_ENTRY and document.score >= SURE_DOCUMENT


def faq_message(match: FaqMatch, short: str | None, follow_ups: Sequence[str], show_whole: str) -> BotMessage:
    """Returns the message that gives an entry's answer.

    Its ``metadata`` has ``faq_entry``, ``faq_score``, ``faq_passage``; and ``whole_answer`` where it is given in short.

    Args:
        match: the entry.
        short: what is said in place of a long answer; None: the answer is.
        follow_ups: questions to offer.
        show_whole: title of the button that gives the whole answer.
    """
    noted = {"faq_entry": match.entry_id, "faq_score": match.score}
    noted |= {"faq_passage": match.passage} if match.passage else {}
    buttons = tuple(Button(question, question) for question in follow_ups)
    if short is None:
        return BotMessage(match.answer, buttons, metadata=noted)
    return BotMessage(short, (Button(show_whole, SHOW_WHOLE), *buttons), metadata=noted | {WHOLE: match.answer})


def document_message(match: DocumentMatch, show_whole: str) -> BotMessage:
    """Returns the message that gives a document's answer.

    Its ``metadata`` names the place: ``document``, ``document_place``, ``document_score``, ``document_span`` (first character of
    the answer in the document's text, and one past its last), ``document_passage``; and for screens ``highlight``: where in the
    message's text the answer stands, and ``highlighted``: the answer itself. Where the passage says more than the sentence, it
    is the ``whole_answer``, and a button titled ``show_whole`` gives it.
    """
    start, end = match.span
    before, said, after = (_escaped(part) for part in (match.sentence[:start], match.answer, match.sentence[end:]))
    place = f"\n\n*from {_escaped(match.place)}*"
    text = f"{before}{said}{after}{place}"
    noted = {
        "document": match.document_id,
        "document_place": match.place,
        "document_score": match.score,
        "document_span": [match.start + start, match.start + end],
        "document_passage": match.passage,
        "highlight": [len(before), len(before) + len(said)],
        "highlighted": match.answer,
    }
    if not _says_more(match):
        return BotMessage(text, metadata=noted)
    return BotMessage(text, (Button(show_whole, SHOW_WHOLE),), metadata=noted | {WHOLE: _escaped(match.passage) + place})


def _says_more(match: DocumentMatch) -> bool:
    return len(match.passage.split()) > len(match.sentence.split())


def _escaped(text: str) -> str:
    """Returns a plain text as Markdown shows it."""
    return _MARKS.sub(r"\\\1", text)

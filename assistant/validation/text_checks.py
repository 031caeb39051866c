"""Checks what the assistant says itself, its responses and FAQ answers, as it checks what users write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.knowledge.entry_doubts import flagged_sentences, shortly
from assistant.nlu.signals.anchors import words_alone
from assistant.project import shipped_signals
from assistant.validation.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assistant.dialogue.domain import Domain
    from assistant.faq.entry import FaqEntry


def own_texts(domain: Domain | None, entries: Iterable[FaqEntry]) -> Iterator[tuple[str, str]]:
    """Yields what a bot may say, each text with its place: responses, and the questions and answers of its FAQ."""
    for name, variations in domain.responses.items() if domain else ():
        where = str(domain.places["response", name]) if domain else ""
        yield from ((where, variation.message.text) for variation in variations if variation.message.text)
    for entry in entries:
        yield from ((f'FAQ "{entry.id}"', text) for text in (entry.question, *entry.alternatives, entry.answer))


def moderation_findings(texts: Iterable[tuple[str, str]], thresholds: Mapping[str, float]) -> Iterator[Finding]:
    """Yields the texts that moderation would flag, by their words alone; none where no heads are shipped.

    Args:
        texts: each with its place.
        thresholds: of the project, by category.
    """
    folder = shipped_signals()
    if folder is None:
        return
    heads = words_alone(folder).with_thresholds(thresholds)
    for where, text in texts:
        for said, flag in flagged_sentences(text, heads):
            what = f'this reads as {flag.category.replace("_", " ")} ({flag.score:.0%}): "{shortly(said)}"'
            yield Finding(False, "VAL-018", where, what, "say it in other words, or leave it if it is meant so")

"""Checks how what the assistant says reads: sentences of FAQ answers and responses that are badly broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.knowledge.proofreading import LANGUAGES, weak_sentences
from assistant.messages import Progress
from assistant.validation.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.albert.fluency import FluencyScorer
    from assistant.dialogue.domain import Domain
    from assistant.faq.entry import FaqEntry
    from assistant.messages import ProgressCallback

CODE = "VAL-019"


def fluency_findings(
    domain: Domain, entries: Sequence[FaqEntry], scorer: FluencyScorer, on_progress: ProgressCallback
) -> Iterator[Finding]:
    """Yields the sentences that read badly, with the words that fit least; entries in other languages than English are left out.

    Args:
        domain: its responses are read.
        entries: their answers are read.
        scorer: tells how fluent a sentence is.
        on_progress: told of each text.
    """
    texts = {
        (str(domain.places["response", name]), variation.message.text): None
        for name, variations in domain.responses.items()
        for variation in variations
        if variation.message.text
    }
    texts |= {(f'FAQ "{entry.id}"', entry.answer): None for entry in entries if entry.language in LANGUAGES}
    for done, (where, text) in enumerate(texts, start=1):
        for weak in weak_sentences(text, scorer):
            what = f'this reads badly, look at "{", ".join(weak.words)}": {weak.text}'
            yield Finding(False, CODE, where, what, "write it as you would say it, or leave it if it is meant so")
        on_progress(Progress("read", done, len(texts)))

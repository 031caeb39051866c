"""Looks an FAQ entry through before people read it: what moderation would flag in it, and sentences that read badly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.errors import MissingError
from assistant.knowledge.proofreading import LANGUAGES, weak_sentences
from assistant.knowledge.sentences import sentences
from assistant.nlu.signals.anchors import NO_VECTOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.albert.fluency import FluencyScorer
    from assistant.faq.entry import FaqEntry
    from assistant.messages import Flag
    from assistant.nlu.signals.heads import SignalHeads

T = TypeVar("T")

FLUENCY = "fluency"
_QUOTED, _QUOTED_SENTENCE = 60, 160


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in an entry that somebody should read once more; it keeps nobody from saving it.

    Attributes:
        entry_id: the entry; empty where it has no id yet.
        part: ``question``, ``alternatives`` or ``answer``.
        kind: a category of moderation, or ``fluency``: it reads badly.
        text: the sentence.
        words: that fit least where they stand; none where it is moderation that doubts.
        score: of moderation, in [0, 1]; 0 where the sentence reads badly.
    """

    entry_id: str
    part: str
    kind: str
    text: str
    words: tuple[str, ...] = ()
    score: float = 0.0

    @property
    def why(self) -> str:
        """The doubt in a few words, such as ``reads as abuse (91%)``."""
        if self.kind == FLUENCY:
            return f'reads badly, look at "{", ".join(self.words)}"'
        return f"reads as {self.kind.replace('_', ' ')} ({self.score:.0%})"

    def __str__(self) -> str:
        """The doubt in one line."""
        where = f"{self.entry_id}, {self.part}" if self.entry_id else self.part
        return f'{where}: this {self.why}: "{shortly(self.text, _QUOTED_SENTENCE)}"'

    def as_json(self) -> dict[str, Any]:
        """Returns the doubt as JSON."""
        return {"entry": self.entry_id, "part": self.part, "kind": self.kind, "text": self.text, "why": self.why}


def shortly(text: str, longest: int = _QUOTED) -> str:
    """Returns a text as it is quoted, at most so many characters of it."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def flagged_sentences(text: str, heads: SignalHeads) -> Iterator[tuple[str, Flag]]:
    """Yields the sentences of a text that moderation flags, by their words alone: among others an insult is easily passed over."""
    for line in text.splitlines():
        for said in (line[start:end] for start, end in sentences(line)):
            yield from ((said, flag) for flag in heads.weigh(said, NO_VECTOR)[1])


class EntryProofs:
    """Doubts of entries. What it needs is loaded when it is needed first, and where it is missing nothing is doubted.

    Args:
        load_heads: gives the heads of moderation that read words alone.
        load_scorer: gives what tells the fluency of English.
    """

    def __init__(self, load_heads: Callable[[], SignalHeads | None], load_scorer: Callable[[], FluencyScorer]) -> None:
        self._load_heads = load_heads
        self._load_scorer = load_scorer

    def doubts(self, entry: FaqEntry) -> tuple[Doubt, ...]:
        """Returns all that is doubtful in an entry; takes some tenths of a second, the first time a second."""
        return (*self.flagged(entry), *self.weak(entry))

    def flagged(self, entry: FaqEntry) -> tuple[Doubt, ...]:
        """Returns what moderation would flag; takes under a millisecond."""
        if self._heads is None:
            return ()
        parts = [("question", entry.question), *(("alternatives", text) for text in entry.alternatives), ("answer", entry.answer)]
        return tuple(
            Doubt(entry.id, part, flag.category, said, score=flag.score)
            for part, text in parts
            for said, flag in flagged_sentences(text, self._heads)
        )

    def weak(self, entry: FaqEntry) -> tuple[Doubt, ...]:
        """Returns the sentences of the answer that read badly; none of an answer in another language than English."""
        if entry.language not in LANGUAGES or self._scorer is None:
            return ()
        return tuple(
            Doubt(entry.id, "answer", FLUENCY, weak.text, weak.words) for weak in weak_sentences(entry.answer, self._scorer)
        )

    @cached_property
    def _heads(self) -> SignalHeads | None:
        return _if_there(self._load_heads)

    @cached_property
    def _scorer(self) -> FluencyScorer | None:
        return _if_there(self._load_scorer)


def _if_there(load: Callable[[], T]) -> T | None:
    try:
        return load()
    except MissingError:
        return None

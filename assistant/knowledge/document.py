"""A document that questions are answered from, and its passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

STEP = " > "
"""Between the headings of a path, as people read it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document that is searched and read as one: ``text[start:end)``.

    Attributes:
        start: first character in the document's text; end: one past the last.
        headings: under which it stands, the widest first; empty before the first heading.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Returns the passage as JSON."""
        return {"start": self.start, "end": self.end, "headings": list(self.headings)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Passage:
        """Returns the passage that `as_json` wrote."""
        return cls(int(data["start"]), int(data["end"]), tuple(data["headings"]))


@dataclass(frozen=True, slots=True)
class Document:
    """A longer text that was added as knowledge.

    Attributes:
        id: names it, made from the name of its file.
        title: its first heading, or the name of its file.
        source: the file that it was read from, as it was named.
        text: plain, without marks; what offsets count in.
        passages: in order; headings are no part of any.
        digest: sha256 of the file.
        updated_at: when this text was stored; 0.0: not yet. Unit: seconds since the epoch.
    """

    id: str
    title: str
    source: str
    text: str
    passages: tuple[Passage, ...]
    digest: str
    updated_at: float = 0.0

    @property
    def n_words(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    def place(self, passage: Passage) -> str:
        """Returns where a passage stands as people read it: ``Returns policy > Deadlines``."""
        return STEP.join((self.title, *passage.headings))

    def as_json(self) -> dict[str, Any]:
        """Returns what a list of documents says of it."""
        return {
            "document": self.id,
            "title": self.title,
            "source": self.source,
            "words": self.n_words,
            "passages": len(self.passages),
            "digest": self.digest,
            "updated_at": self.updated_at,
        }

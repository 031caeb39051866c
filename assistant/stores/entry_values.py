"""What the store of entries returns besides entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.faq.entry import FaqEntry


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """One save of an entry: the entry as it was, with its author and time, and why it was saved; the reason may be empty."""

    entry: FaqEntry
    reason: str


@dataclass(frozen=True, slots=True)
class EntryChanges:
    """What changed since a revision.

    Attributes:
        revision: the FAQ's revision now.
        entries: the entries that changed, of any status, as they are now.
    """

    revision: int
    entries: tuple[FaqEntry, ...]


@dataclass(frozen=True, slots=True)
class KeptCalibration:
    """A calibration as JSON, and the FAQ's revision that it was fitted to."""

    revision: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A text of an entry that is near a question in meaning.

    Attributes:
        entry_id: the entry.
        position: which of its texts, in the order of ``assistant.faq.passages.texts_of``.
        score: the cosine.
    """

    entry_id: str
    position: int
    score: float

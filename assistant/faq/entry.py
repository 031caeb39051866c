"""An FAQ entry: one answer, its question and alternative questions, and what curators note about it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from assistant.errors import BadEntry, nearest
from assistant.faq.folding import fold

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import date

    from assistant.errors import Place

Status: TypeAlias = Literal["draft", "in_review", "published", "archived"]
STATUSES: tuple[Status, ...] = get_args(Status)

MAX_QUESTION_CHARS = 1_000
MAX_ANSWER_CHARS = 100_000
MAX_ALTERNATIVES = 1_000

_MAX_ID_CHARS = 60
_ID = re.compile(r"[^\W_][\w.-]*")
_INTENT = re.compile(r"[^/]+(?:/[^/]+)?")


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """One answer with the questions it answers.

    Attributes:
        id: names the entry; empty: made from the question when the entry is added.
        question: as it is shown.
        answer: Markdown.
        alternatives: other ways to ask the same.
        tags: free words to find it by; category: one word to group it by, may be empty.
        language: ISO 639-1.
        status: only published entries answer.
        threshold: the score in [0, 1] from which it answers; None: what holds for all.
        intent: the intent that asks for it, ``name`` or ``retrieval_intent/name``; empty: none is linked.
        follow_ups: ids of the entries that people ask for next.
        valid_from, valid_until: the first and the last day on which it answers; None: no bound.
        version: counts its saves; 0 means it is not in a database yet.
        author: who saved this version; may be empty.
        updated_at: when this version was saved; 0.0 means not yet. Unit: seconds since the epoch.
    """

    id: str
    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    category: str = ""
    language: str = "en"
    status: Status = "draft"
    threshold: float | None = None
    intent: str = ""
    follow_ups: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    version: int = 0
    author: str = ""
    updated_at: float = 0.0

    @property
    def questions(self) -> tuple[str, ...]:
        """The question and its alternatives, in this order."""
        return (self.question, *self.alternatives)

    def is_live(self, today: date) -> bool:
        """Whether the entry may answer on a day: it is published, and valid then."""
        has_begun = self.valid_from is None or self.valid_from <= today
        return self.status == "published" and has_begun and (self.valid_until is None or today <= self.valid_until)

    def content(self) -> FaqEntry:
        """Returns the entry without what saving adds: two entries say the same when their contents are equal."""
        return replace(self, version=0, author="", updated_at=0.0)


def slug(question: str, taken: Container[str] = ()) -> str:
    """Returns an id made from the question that is not taken yet."""
    plain = "-".join(re.findall(r"[^\W_]+", fold(question)))[:_MAX_ID_CHARS].strip("-") or "entry"
    if plain not in taken:
        return plain
    number = 2
    while f"{plain}-{number}" in taken:
        number += 1
    return f"{plain}-{number}"


def checked(entry: FaqEntry, where: Place | str | None = None) -> FaqEntry:
    """Returns the entry with its texts tidied: ends stripped, characters that no terminal shows removed, repetitions left out.

    Args:
        entry: as typed or read; an empty id is left for the store to make.
        where: the place that errors name.

    Raises:
        BadEntry: a part is missing, too long or not of its kind.
    """
    tidied = replace(
        entry,
        id=entry.id.strip(),
        question=_line(entry.question),
        answer=_clean(entry.answer).strip(),
        alternatives=_lines(entry.alternatives),
        tags=_lines(entry.tags),
        category=_line(entry.category),
        language=_line(entry.language) or "en",
        intent=_line(entry.intent),
        follow_ups=_lines(entry.follow_ups),
    )
    fault = _fault(tidied)
    if fault:
        raise BadEntry(why=fault, where=where)
    return tidied


def _fault(entry: FaqEntry) -> str:
    """Returns what is wrong with the entry; empty when nothing is."""
    name = f' of "{entry.id}"' if entry.id else ""
    longest = max(map(len, entry.questions))
    faults = (
        (entry.id and not _ID.fullmatch(entry.id), f'id "{entry.id}" may hold letters, digits, "-", "_" and "." only'),
        (not entry.question, f"the question{name} is empty"),
        (not entry.answer, f"the answer{name} is empty"),
        (longest > MAX_QUESTION_CHARS, f"a question{name} has {longest} characters, more than {MAX_QUESTION_CHARS}"),
        (len(entry.answer) > MAX_ANSWER_CHARS, f"the answer{name} has more than {MAX_ANSWER_CHARS} characters"),
        (len(entry.alternatives) > MAX_ALTERNATIVES, f"there are more than {MAX_ALTERNATIVES} alternatives{name}"),
        (entry.status not in STATUSES, f'unknown status "{entry.status}"{name}: {nearest(entry.status, STATUSES)}'),
        (entry.threshold is not None and not 0 <= entry.threshold <= 1, f"the threshold{name} is not between 0 and 1"),
        (entry.intent and not _INTENT.fullmatch(entry.intent), f'"{entry.intent}"{name} is no name of an intent'),
        (bool(entry.id) and entry.id in entry.follow_ups, f"the follow-ups{name} name the entry itself"),
        (_is_over_before_it_begins(entry), f"the validity{name} ends before it begins"),
    )
    return next((why for is_wrong, why in faults if is_wrong), "")


def _is_over_before_it_begins(entry: FaqEntry) -> bool:
    return entry.valid_from is not None and entry.valid_until is not None and entry.valid_until < entry.valid_from


def _clean(text: str) -> str:
    """Returns the text without control, surrogate and unassigned characters; line breaks of all kinds become newlines."""
    lines = text.replace("\t", "    ").splitlines()
    return "\n".join("".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cs"}) for line in lines)


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for line in map(_line, texts) if line))

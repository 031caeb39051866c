"""What is typed into the fields of an entry, read back as values; what is wrong is said field by field, while it is being typed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from assistant.errors import nearest
from assistant.faq.entry import MAX_ALTERNATIVES, MAX_ANSWER_CHARS, MAX_QUESTION_CHARS, STATUSES
from assistant.knowledge.entry_doubts import FLUENCY
from assistant.languages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from assistant.faq.entry import FaqEntry
    from assistant.knowledge.entry_doubts import Doubt

DETAILS = ("language", "intent", "threshold", "valid_from", "valid_until", "follow_ups")
"""The fields that many entries leave as they are."""

CATEGORIES: Final = {
    "hate": N_("hate"),
    "abuse": N_("abuse"),
    "sexual": N_("sexual"),
    "self_harm": N_("self-harm"),
    "spam": N_("spam"),
}
"""What moderation may find, as people read it."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_INTENT = re.compile(r"[^/\s]+(?:/[^/\s]+)?")


def typed_of(entry: FaqEntry) -> dict[str, str]:
    """Returns an entry as its fields show it: lists with commas, the alternatives one a line, nothing for what is not set."""
    return {
        "question": entry.question,
        "alternatives": "\n".join(entry.alternatives),
        "answer": entry.answer,
        "tags": ", ".join(entry.tags),
        "category": entry.category,
        "status": entry.status,
        "language": entry.language,
        "intent": entry.intent,
        "threshold": "" if entry.threshold is None else f"{entry.threshold:g}",
        "valid_from": "" if entry.valid_from is None else entry.valid_from.isoformat(),
        "valid_until": "" if entry.valid_until is None else entry.valid_until.isoformat(),
        "follow_ups": ", ".join(entry.follow_ups),
    }


def read_fields(opened: FaqEntry, typed: Mapping[str, str]) -> tuple[FaqEntry, dict[str, str]]:
    """Returns the entry that the fields describe, and why a field cannot be read; such a field keeps what it was opened with.

    Args:
        opened: the entry as it was opened.
        typed: what stands in each field, see ``typed_of``.
    """
    faults: dict[str, str] = {}
    values: dict[str, Any] = {
        "question": typed["question"].strip(),
        "alternatives": _split(typed["alternatives"], "\n"),
        "answer": typed["answer"].strip(),
        "tags": _split(typed["tags"], ","),
        "category": typed["category"].strip(),
        "status": next((status for status in STATUSES if status == typed["status"]), opened.status),
        "language": typed["language"].strip() or "en",
        "intent": typed["intent"].strip(),
        "follow_ups": _split(typed["follow_ups"], ","),
    }
    for name, read, fault in (
        ("threshold", float, tr("a number from 0 to 1, or nothing")),
        ("valid_from", date.fromisoformat, tr("a day such as 2027-01-31, or nothing")),
        ("valid_until", date.fromisoformat, tr("a day such as 2027-01-31, or nothing")),
    ):
        text = typed[name].strip()
        try:
            values[name] = read(text) if text else None
        except ValueError:
            faults[name] = fault
    return replace(opened, **values), faults


def faults_of(entry: FaqEntry, known_ids: Collection[str]) -> dict[str, str]:
    """Returns what keeps an entry from being saved, by field.

    Args:
        entry: as the fields describe it.
        known_ids: of the entries that are there; a follow-up is one of them.
    """
    longest = max(map(len, entry.alternatives), default=0)
    unknown = next((wanted for wanted in entry.follow_ups if wanted not in known_ids), None)
    is_over = entry.valid_from is not None and entry.valid_until is not None and entry.valid_until < entry.valid_from
    faults = (
        ("question", not entry.question, tr("an entry needs a question")),
        ("question", len(entry.question) > MAX_QUESTION_CHARS, tr("at most {n} characters", n=MAX_QUESTION_CHARS)),
        (
            "alternatives",
            longest > MAX_QUESTION_CHARS,
            tr("one has {n} characters, at most {most} are kept", n=longest, most=MAX_QUESTION_CHARS),
        ),
        ("alternatives", len(entry.alternatives) > MAX_ALTERNATIVES, tr("at most {n} lines", n=MAX_ALTERNATIVES)),
        ("answer", not entry.answer, tr("an entry needs an answer")),
        ("answer", len(entry.answer) > MAX_ANSWER_CHARS, tr("at most {n} characters", n=MAX_ANSWER_CHARS)),
        ("language", not _LANGUAGE.fullmatch(entry.language), tr("a language such as en or de-AT")),
        ("intent", entry.intent and not _INTENT.fullmatch(entry.intent), tr("a name, or retrieval_intent/name")),
        ("threshold", entry.threshold is not None and not 0 <= entry.threshold <= 1, tr("a number from 0 to 1, or nothing")),
        ("valid_until", is_over, tr("ends before it begins")),
        ("follow_ups", entry.id and entry.id in entry.follow_ups, tr("an entry does not follow itself")),
        ("follow_ups", unknown is not None, tr("no entry {name}: {fix}", name=unknown, fix=nearest(unknown or "", known_ids))),
    )
    found: dict[str, str] = {}
    for name, is_wrong, why in faults:
        if is_wrong:
            found.setdefault(name, why)
    return found


def remarks_on(entry: FaqEntry, intents: Collection[str], today: date) -> dict[str, str]:
    """Returns what should be looked at but keeps nobody from saving, by field.

    Args:
        entry: as the fields describe it.
        intents: that the project knows.
        today: the curator's day.
    """
    remarks: dict[str, str] = {}
    name = entry.intent.split("/", maxsplit=1)[0]
    if name and name not in intents:
        remarks["intent"] = tr("not in the domain: {fix}", fix=nearest(name, intents))
    if entry.valid_until is not None and entry.valid_until < today:
        remarks["valid_until"] = tr("over: it answers no more")
    return remarks


def doubt_of(doubt: Doubt) -> str:
    """Returns in a few words why something should be read once more."""
    if doubt.kind == FLUENCY:
        return tr('reads badly, look at "{words}"', words=", ".join(doubt.words))
    return tr("reads as {category} ({score})", category=tr(CATEGORIES[doubt.kind]), score=f"{doubt.score:.0%}")


def _split(text: str, separator: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(separator))))

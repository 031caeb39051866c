"""What was asked of the FAQ and what became of it, and the figures that follow: what is asked, what is missed, what is stale."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from assistant.languages import tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from assistant.faq.entry import FaqEntry

Rating: TypeAlias = Literal[-1, 0, 1]
"""Thumb down, no word, thumb up."""

STALE_AFTER_DAYS = 90
"""An entry that was there so long and never answered is stale."""

MIN_RATINGS, LOW_SHARE = 3, 0.5
"""From so many ratings on an entry is rated low when fewer than this share are thumbs up."""

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that was put to the FAQ.

    Attributes:
        id: names the asking.
        question: as it was asked, without personal data where that is wanted.
        sender_id: who asked.
        entry_id: the entry that answered; None: none did.
        score: of the first entry, in [0, 1].
        asked_at: when. Unit: seconds since the epoch.
        rating: what the person thought of the answer.
    """

    id: int
    question: str
    sender_id: str
    entry_id: str | None
    score: float
    asked_at: float
    rating: Rating = 0


@dataclass(frozen=True, slots=True)
class EntryFigures:
    """How an entry does: how often it answered, thumbs up, thumbs down, and when it answered last."""

    entry_id: str
    n_hits: int = 0
    n_up: int = 0
    n_down: int = 0
    last_at: float = 0.0

    @property
    def is_rated_low(self) -> bool:
        """Whether people found it wrong more often than right."""
        n_ratings = self.n_up + self.n_down
        return n_ratings >= MIN_RATINGS and self.n_up < LOW_SHARE * n_ratings


@dataclass(frozen=True, slots=True)
class FaqFigures:
    """How the FAQ does.

    Attributes:
        n_hits, n_misses: questions that an entry answered, and that none did.
        n_conversations: those in which the FAQ was asked; n_deflected: of these, those that needed no person: every question was
            answered, no answer was rated down, and the conversation was not handed over.
        by_day: hits and misses of each day, the oldest first, days without questions among them.
        deflection_by_day: of each of these days, the share of the conversations in which the FAQ was asked then that needed no
            person; None where it was not asked.
        entries: of each entry that ever answered, the one asked most first.
    """

    n_hits: int
    n_misses: int
    n_conversations: int
    n_deflected: int
    by_day: tuple[tuple[date, int, int], ...] = ()
    deflection_by_day: tuple[float | None, ...] = ()
    entries: tuple[EntryFigures, ...] = field(default=())

    @property
    def hit_share(self) -> float:
        """The share of questions that were answered; 0 when none was asked."""
        return self.n_hits / max(self.n_hits + self.n_misses, 1)

    @property
    def deflection_rate(self) -> float:
        """The share of conversations that needed no person; 0 when there were none."""
        return self.n_deflected / max(self.n_conversations, 1)

    def as_json(self) -> dict[str, Any]:
        """Returns the figures as JSON."""
        return {
            "hits": self.n_hits,
            "misses": self.n_misses,
            "hit_share": self.hit_share,
            "conversations": self.n_conversations,
            "deflection_rate": self.deflection_rate,
            "by_day": [
                {"day": day.isoformat(), "hits": hits, "misses": misses, "deflection_rate": share}
                for (day, hits, misses), share in zip(self.by_day, self.deflection_by_day, strict=True)
            ],
            "entries": [
                {"entry": e.entry_id, "hits": e.n_hits, "up": e.n_up, "down": e.n_down, "last_at": e.last_at} for e in self.entries
            ],
        }


@dataclass(frozen=True, slots=True)
class StaleEntry:
    """An entry that wants to be looked at, and why."""

    entry_id: str
    question: str
    why: str


def figures_of(askings: Sequence[Asking], handed_over: Collection[str] = ()) -> FaqFigures:
    """Returns the figures of askings.

    Args:
        askings: in any order.
        handed_over: the conversations that were handed over to a person.
    """
    hits = Counter(_day(asking) for asking in askings if asking.entry_id is not None)
    misses = Counter(_day(asking) for asking in askings if asking.entry_id is None)
    conversations: defaultdict[str, bool] = defaultdict(lambda: True)
    on_days: defaultdict[date, set[str]] = defaultdict(set)
    for asking in askings:
        is_well = asking.entry_id is not None and asking.rating >= 0 and asking.sender_id not in handed_over
        conversations[asking.sender_id] &= is_well
        on_days[_day(asking)].add(asking.sender_id)
    days = _days(hits.keys() | misses.keys())
    return FaqFigures(
        n_hits=hits.total(),
        n_misses=misses.total(),
        n_conversations=len(conversations),
        n_deflected=sum(conversations.values()),
        by_day=tuple((day, hits[day], misses[day]) for day in days),
        deflection_by_day=tuple(_share([conversations[sender] for sender in on_days[day]]) for day in days),
        entries=entry_figures(askings),
    )


def entry_figures(askings: Iterable[Asking]) -> tuple[EntryFigures, ...]:
    """Returns how each entry that answered does, the one that was asked most first."""
    of_entries: defaultdict[str, list[Asking]] = defaultdict(list)
    for asking in askings:
        if asking.entry_id is not None:
            of_entries[asking.entry_id].append(asking)
    made = (
        EntryFigures(
            entry_id,
            n_hits=len(asked),
            n_up=sum(asking.rating > 0 for asking in asked),
            n_down=sum(asking.rating < 0 for asking in asked),
            last_at=max(asking.asked_at for asking in asked),
        )
        for entry_id, asked in of_entries.items()
    )
    return tuple(sorted(made, key=lambda figures: (-figures.n_hits, figures.entry_id)))


def stale_entries(entries: Iterable[FaqEntry], figures: Iterable[EntryFigures], now: float) -> tuple[StaleEntry, ...]:
    """Returns the published entries that want to be looked at: expired, rated low, or never asked for since they were written.

    Args:
        entries: of any status.
        figures: of the entries that answered.
        now: seconds since the epoch.
    """
    known = {of_entry.entry_id: of_entry for of_entry in figures}
    published = (entry for entry in entries if entry.status == "published")
    found = ((entry, _staleness(entry, known.get(entry.id), now)) for entry in published)
    return tuple(StaleEntry(entry.id, entry.question, why) for entry, why in found if why)


def top_questions(askings: Iterable[Asking], questions: Mapping[str, str], n_best: int = 10) -> tuple[tuple[str, int], ...]:
    """Returns the entries asked most, by their question, and how often; one that is no longer there by its id."""
    counted = Counter(asking.entry_id for asking in askings if asking.entry_id is not None)
    return tuple((questions.get(entry_id, entry_id), count) for entry_id, count in counted.most_common(n_best))


def _staleness(entry: FaqEntry, figures: EntryFigures | None, now: float) -> str:
    if entry.valid_until is not None and entry.valid_until < date.fromtimestamp(now):  # noqa: DTZ012 (the curators' own day)
        return tr("valid until {last}", last=entry.valid_until.isoformat())
    if figures is not None and figures.is_rated_low:
        return tr("{n} of {all} people found it wrong", n=figures.n_down, all=figures.n_up + figures.n_down)
    days = int((now - entry.updated_at) // _DAY_S)
    if figures is None and days >= STALE_AFTER_DAYS:
        return tr("never asked for in {n} days", n=days)
    return ""


def _day(asking: Asking) -> date:
    return date.fromtimestamp(asking.asked_at)  # noqa: DTZ012 (the curators' own day)


def _share(are_well: Collection[bool]) -> float | None:
    return sum(are_well) / len(are_well) if are_well else None


def _days(asked: Collection[date]) -> list[date]:
    if not asked:
        return []
    first, last = min(asked), max(asked)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]

"""Which entries a list shows, in which order, and what it says of each: no widget in here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from assistant.faq.entry import STATUSES
from assistant.languages import N_, tr
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from assistant.faq.entry import FaqEntry, Status

ORDERS: Final = ("category", "question", "asked most", "saved last", "state")
"""Ways to sort; what a search found comes in the order of the search."""

_BY: Final = {
    "category": N_("by category"),
    "question": N_("by question"),
    "asked most": N_("by asked most"),
    "saved last": N_("by saved last"),
    "state": N_("by state"),
}

STATUS_SIGNS: Final = {
    "published": N_("● published"),
    "in_review": N_("◐ in review"),
    "draft": N_("○ draft"),
    "archived": N_("✕ archived"),
}
"""Each status with a sign of its own, so that colour is not needed to tell them apart."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is looked at.

    Attributes:
        status: only entries of this status; None: all but archived ones.
        category: only entries of this category; None: all.
        order: one of ORDERS.
    """

    status: Status | None = None
    category: str | None = None
    order: str = ORDERS[0]

    def next_status(self) -> Listing:
        """Returns the listing of the next status; after the last come all again."""
        known: tuple[Status | None, ...] = (None, *STATUSES)
        return replace(self, status=known[(known.index(self.status) + 1) % len(known)])

    def next_category(self, categories: Collection[str]) -> Listing:
        """Returns the listing of the next category; after the last come all again."""
        known = (None, *sorted(categories))
        place = known.index(self.category) if self.category in known else 0
        return replace(self, category=known[(place + 1) % len(known)])

    def next_order(self) -> Listing:
        """Returns the listing in the next order."""
        return replace(self, order=ORDERS[(ORDERS.index(self.order) + 1) % len(ORDERS)])

    def as_text(self, *, is_ranked: bool = False) -> str:
        """Returns what is looked at, in one line; ranked, in the order of a search."""
        status = tr(STATUS_SIGNS[self.status])[2:] if self.status else tr("all states")
        category = (
            tr("all categories")
            if self.category is None
            else tr("category {name}", name=safe_line(self.category, limit=40) or tr("none"))
        )
        return f"{status}, {category}, {tr('best first') if is_ranked else tr(_BY[self.order])}"


@dataclass(frozen=True, slots=True)
class Found:
    """Entries as a list shows them.

    Attributes:
        entries: in their order.
        categories: of all entries, whatever is looked at.
        hits: how often each entry answered lately, by id.
        scores: what a search gave an entry, by id; empty without a search.
    """

    entries: tuple[FaqEntry, ...] = ()
    categories: tuple[str, ...] = ()
    hits: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)


def arranged(entries: Sequence[FaqEntry], listing: Listing, hits: Mapping[str, int], *, is_ranked: bool) -> tuple[FaqEntry, ...]:
    """Returns those entries that are looked at, in their order.

    Args:
        entries: of the listing's status, in the order of the search where there was one.
        listing: what is looked at.
        hits: how often each entry answered.
        is_ranked: whether their order is that of a search, and stays.
    """
    chosen = [entry for entry in entries if listing.category is None or entry.category == listing.category]
    if is_ranked:
        return tuple(chosen)
    keys: dict[str, Callable[[FaqEntry], tuple[object, ...]]] = {
        "category": lambda entry: (entry.category, entry.question.casefold()),
        "question": lambda entry: (entry.question.casefold(),),
        "asked most": lambda entry: (-hits.get(entry.id, 0), entry.question.casefold()),
        "saved last": lambda entry: (-entry.updated_at,),
        "state": lambda entry: (STATUSES.index(entry.status), entry.question.casefold()),
    }
    return tuple(sorted(chosen, key=keys[listing.order]))


def state_of(entry: FaqEntry, today: date) -> str:
    """Returns the status with its sign; of a published entry that does not answer on this day, why."""
    if entry.status == "published" and not entry.is_live(today):
        return tr("◌ over") if entry.valid_until is not None and entry.valid_until < today else tr("◌ not yet")
    return tr(STATUS_SIGNS[entry.status]) if entry.status in STATUS_SIGNS else safe_line(entry.status)

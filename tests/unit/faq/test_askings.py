from __future__ import annotations

from datetime import date, datetime

import pytest

from assistant.faq.askings import Asking, Rating, entry_figures, figures_of, stale_entries, top_questions
from assistant.faq.entry import FaqEntry

DAY = 86_400
NOON = datetime(2026, 7, 1, 12).timestamp()  # noqa: DTZ001 (days are the curators' own)


def asked(number: int, sender: str, entry: str | None, day: int = 0, rating: Rating = 0) -> Asking:
    return Asking(number, "?", sender, entry, 0.5, NOON + day * DAY, rating)


def test_hits_misses_and_days() -> None:
    figures = figures_of([asked(1, "a", "hours"), asked(2, "b", None), asked(3, "b", "hours", day=2)])
    assert (figures.n_hits, figures.n_misses) == (2, 1)
    assert figures.hit_share == pytest.approx(2 / 3)
    assert figures.by_day == ((date(2026, 7, 1), 1, 1), (date(2026, 7, 2), 0, 0), (date(2026, 7, 3), 1, 0))
    assert figures.as_json()["by_day"][1] == {"day": "2026-07-02", "hits": 0, "misses": 0, "deflection_rate": None}


def test_deflected_is_what_needed_no_person() -> None:
    askings = [
        asked(1, "well", "hours"),
        asked(2, "well", "shoes", rating=1),
        asked(3, "missed", "hours"),
        asked(4, "missed", None),
        asked(5, "disliked", "hours", rating=-1),
        asked(6, "passed-on", "hours"),
    ]
    figures = figures_of(askings, handed_over={"passed-on"})
    assert (figures.n_conversations, figures.n_deflected, figures.deflection_rate) == (4, 1, 0.25)
    later = figures_of([*askings, asked(7, "well", "hours", day=2), asked(8, "new", None, day=2)], handed_over={"passed-on"})
    assert later.deflection_by_day == (0.25, None, 0.5)


def test_nothing_asked_has_figures_too() -> None:
    figures = figures_of([])
    assert (figures.hit_share, figures.deflection_rate, figures.by_day, figures.entries) == (0.0, 0.0, (), ())


def test_entries_are_counted_with_their_thumbs() -> None:
    ratings: tuple[Rating, ...] = (1, -1, -1)
    figures = entry_figures([asked(n, "a", "shoes", rating=rating) for n, rating in enumerate(ratings)] + [asked(9, "a", "hours")])
    assert [(f.entry_id, f.n_hits, f.n_up, f.n_down, f.is_rated_low) for f in figures] == [
        ("shoes", 3, 1, 2, True),
        ("hours", 1, 0, 0, False),
    ]
    assert top_questions([asked(1, "a", "shoes"), asked(2, "a", None), asked(3, "b", "gone")], {"shoes": "Shoes?"}) == (
        ("Shoes?", 1),
        ("gone", 1),
    )


def test_stale_is_what_is_expired_rated_low_or_never_asked_for() -> None:
    entries = [
        FaqEntry("new", "New?", ".", status="published", updated_at=NOON - DAY),
        FaqEntry("old", "Old?", ".", status="published", updated_at=NOON - 100 * DAY),
        FaqEntry("used", "Used?", ".", status="published", updated_at=NOON - 100 * DAY),
        FaqEntry("bad", "Bad?", ".", status="published", updated_at=NOON),
        FaqEntry("over", "Over?", ".", status="published", updated_at=NOON, valid_until=date(2026, 6, 30)),
        FaqEntry("draft", "Draft?", ".", updated_at=0.0),
    ]
    figures = entry_figures([asked(1, "a", "used"), *(asked(n, "a", "bad", rating=-1) for n in range(3))])
    assert [(stale.entry_id, stale.why) for stale in stale_entries(entries, figures, NOON)] == [
        ("old", "never asked for in 100 days"),
        ("bad", "3 of 3 people found it wrong"),
        ("over", "valid until 2026-06-30"),
    ]

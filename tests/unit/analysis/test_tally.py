from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.analysis.reading import Feedback
from assistant.analysis.tally import MOST_FLAGGED, SAMPLE, Mood, Quoted, Tally, periods
from assistant.messages import Flag, IntentScore, Parse, Sentiment

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def parsed(text: str, score: float, *flags: Flag, intent: str = "a", confidence: float = 0.9) -> Parse:
    label = "negative" if score < 0 else "positive" if score > 0 else "neutral"
    sentiment = Sentiment(label, score, "anger" if score < 0 else "neutral")
    return Parse(text, (IntentScore(intent, confidence),), sentiment=sentiment, flags=flags)


def tallied(*pairs: tuple[Feedback, Parse]) -> Tally:
    tally = Tally(0.4)
    tally.add_all(pairs)
    return tally


def test_messages_are_counted_by_what_they_say() -> None:
    tally = tallied(
        (Feedback("a", MONDAY), parsed("a", -0.7, Flag("abuse", 0.9))),
        (Feedback("b", MONDAY), parsed("b", 0.6, intent="b")),
        (Feedback("c"), parsed("c", 0.0, intent="b", confidence=0.3)),
    )
    assert (tally.mood.n, tally.mood.n_flagged) == (3, 1)
    assert tally.mood.mean == pytest.approx(-0.1 / 3)
    assert tally.mood.labels == {"negative": 1, "positive": 1, "neutral": 1}
    assert {name: mood.n for name, mood in tally.by_intent.items()} == {"a": 1, "b": 1, "": 1}
    assert tally.n_trusted == 2
    assert tally.emotions == {"anger": 1, "neutral": 2}
    assert tally.flags == {"abuse": 1}
    assert tally.bins == [0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
    assert tally.flagged == [Quoted(0.9, "a", "abuse")]
    assert [quoted.text for quoted in tally.best()] == ["b"]
    assert tally.worst() == [Quoted(-0.7, "a", "anger")]


def test_what_is_kept_has_a_bound_and_the_sample_is_drawn_evenly() -> None:
    tally = Tally(0.4)
    for number in range(4 * SAMPLE):
        tally.add(Feedback(f"m{number}"), parsed("", -0.5, Flag("spam", number / 100_000)))
    assert len(tally.sample) == SAMPLE
    assert len(tally.flagged) == MOST_FLAGGED
    places = [int(text[1:]) for text, _ in tally.sample]
    assert sum(places) / SAMPLE == pytest.approx(2 * SAMPLE, rel=0.05)
    assert max(quoted.score for quoted in tally.flagged) == pytest.approx((4 * SAMPLE - 1) / 100_000)


@pytest.mark.parametrize(("n_days", "first", "n_periods"), [(10, "2024-01-01", 10), (100, "2024-01-01", 15), (400, "2024-01", 14)])
def test_many_days_are_shown_as_weeks_and_many_weeks_as_months(n_days: int, first: str, n_periods: int) -> None:
    days = {(MONDAY + timedelta(days=number)).date().isoformat(): Mood(n=2, total=-1.0) for number in range(n_days)}
    found = periods(days)
    assert (found[0][0], len(found)) == (first, n_periods)
    assert sum(mood.n for _, mood in found) == 2 * n_days
    assert {mood.mean for _, mood in found} == {-0.5}

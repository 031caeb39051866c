from __future__ import annotations

import pytest

from assistant.dialogue.joined_intents import as_listed
from assistant.messages import IntentScore, Parse

INTENTS = ("greet", "track", "cancel", "refund", "refund+cancel")


def ranked(**confidences: float) -> dict[str, float]:
    scores = (IntentScore(name.replace("_and_", "+"), confidence) for name, confidence in confidences.items())
    return dict(as_listed(Parse("x", tuple(scores)), INTENTS).intent_ranking)


def test_a_combination_that_the_domain_lists_is_written_as_there() -> None:
    assert ranked(cancel_and_refund=0.7, cancel=0.3) == {"refund+cancel": 0.7, "cancel": 0.3}
    assert ranked(refund_and_cancel=0.7, cancel=0.3) == {"refund+cancel": 0.7, "cancel": 0.3}


def test_a_combination_that_it_does_not_list_counts_to_its_surest_part() -> None:
    found = ranked(greet_and_track=0.5, track=0.25, cancel=0.125, greet=0.125)
    assert found == {"track": 0.75, "cancel": 0.125, "greet": 0.125}
    assert list(found) == ["track", "cancel", "greet"]


def test_a_part_that_the_domain_has_goes_before_one_that_it_has_not() -> None:
    assert ranked(unheard_of=0.4, track_and_unheard_of=0.6) == {"track": 0.6, "unheard_of": 0.4}


@pytest.mark.parametrize("ranking", [(), (IntentScore("greet", 0.6), IntentScore("unheard_of", 0.4))])
def test_where_nothing_is_joined_nothing_changes(ranking: tuple[IntentScore, ...]) -> None:
    parse = Parse("x", ranking)
    assert as_listed(parse, INTENTS) is parse

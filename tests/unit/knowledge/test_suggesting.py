from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.dialogue.events import AgentUttered, BotUttered, UserUttered
from assistant.knowledge.suggesting import answered_by_people, suggested
from assistant.messages import BotMessage, DocumentMatch, DocumentResult, FaqMatch, FaqResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.dialogue.events import Event


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns whether each text has to do with parcels, or not."""
    return np.array([[1.0, 0.0] if "parcel" in text else [0.0, 1.0] for text in texts], dtype=np.float32)


FAQ = FaqResult(
    (FaqMatch("a", "Where is it?", "Where is it?", "On its way.", 0.4), FaqMatch("b", "Gifts?", "Gifts?", "No.", 0.05)), 0.5
)
DOCUMENT = DocumentMatch("policy", "Policy > Parcels", "They take two days.", (10, 18), 0, "They take two days.", 0.3)
PAST = [("my parcel is late", "I have asked the carrier."), ("thanks", "You are welcome.")]


def test_what_fits_is_suggested_with_its_source_and_the_best_comes_first() -> None:
    found = suggested("the parcel is not there", FAQ, DocumentResult((DOCUMENT,), 0.5), PAST, encode)
    assert [(one.text, one.source) for one in found] == [
        ("I have asked the carrier.", 'a colleague, to "my parcel is late"'),
        ("On its way.", 'FAQ: "Where is it?"'),
        ("They take two days.", "Policy > Parcels"),
    ]


def test_what_follows_the_message_rises() -> None:
    close = FaqResult((FaqMatch("a", "A?", "A?", "first", 0.41), FaqMatch("b", "B?", "B?", "second", 0.4)), 0.5)

    def in_order(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.array([0.9 if answer == "second" else 0.2 for _, answer in pairs], dtype=np.float32)

    assert [one.text for one in suggested("hm", close, None, [], encode)] == ["first", "second"]
    assert [one.text for one in suggested("hm", close, None, [], encode, in_order)] == ["second", "first"]


def test_the_same_reply_is_suggested_once() -> None:
    twice = [("my parcel is late", "Sorry!"), ("parcel late", "Sorry!")]
    assert [one.text for one in suggested("where is my parcel", FaqResult((), 0.5), None, twice, encode)] == ["Sorry!"]


def test_nothing_fits_nothing_is_suggested() -> None:
    assert suggested("hm", FaqResult((), 0.5), None, [], encode) == ()


def test_the_first_thing_that_a_person_answers_counts() -> None:
    events: list[Event] = [
        UserUttered("hi"),
        BotUttered(BotMessage("hello")),
        UserUttered("my parcel is late"),
        AgentUttered("I look.", {"agent": "kim"}),
        AgentUttered("Found it.", {"agent": "kim"}),
    ]
    assert list(answered_by_people(events)) == [("my parcel is late", "I look.")]

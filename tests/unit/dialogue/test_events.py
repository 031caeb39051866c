from __future__ import annotations

import json
import time
from typing import Any

import pytest

from assistant.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    FollowupAction,
    LoopInterrupted,
    SlotSet,
    UserUttered,
    bot_message_from_json,
    event_from_json,
)
from assistant.messages import BotMessage, Button, Entity, Flag, IntentScore, Parse, Sentiment


def test_an_event_is_written_as_rasa_writes_it() -> None:
    parse = Parse("hi", (IntentScore("greet", 0.9),), (Entity("city", 0, 2, "Cork", role="to"),))
    shown = UserUttered("hi", parse, "rest", "m1", {"page": "cart"}, timestamp=5.0).as_json()
    assert shown == {
        "event": "user",
        "timestamp": 5.0,
        "text": "hi",
        "parse_data": parse.as_json(),
        "input_channel": "rest",
        "message_id": "m1",
        "metadata": {"page": "cart"},
    }
    assert SlotSet("city", None, timestamp=1.0).as_json() == {"event": "slot", "timestamp": 1.0, "name": "city", "value": None}


def test_sentiment_and_flags_survive_storing() -> None:
    parse = Parse("you liars", sentiment=Sentiment("negative", -0.8, "anger"), flags=(Flag("abuse", 0.91), Flag("hate", 0.5)))
    event = UserUttered("you liars", parse, timestamp=5.0)
    stored = json.loads(json.dumps(event.as_json()))
    assert stored["parse_data"]["sentiment"] == {"label": "negative", "score": -0.8, "emotion": "anger"}
    assert stored["parse_data"]["flags"] == [{"category": "abuse", "score": 0.91}, {"category": "hate", "score": 0.5}]
    assert event_from_json(stored) == event


def test_a_message_that_was_not_weighed_is_stored_as_before() -> None:
    parse = Parse("hi", (IntentScore("greet", 0.9),))
    assert not {"sentiment", "flags"} & parse.as_json().keys()
    assert Parse.from_json(parse.as_json()) == parse


@pytest.mark.parametrize(
    ("sentiment", "flags"),
    [
        ("negative", "rude"),
        (0.4, {"hate": 1}),
        ({"score": 1}, [{"category": "hate"}]),
        ({"label": "a", "score": "b"}, ["hate", None]),
    ],
)
def test_what_other_components_call_sentiment_and_flags_is_passed_over(sentiment: Any, flags: Any) -> None:
    stored = {"event": "user", "text": "hi", "parse_data": {"text": "hi", "sentiment": sentiment, "flags": flags}, "timestamp": 1}
    assert event_from_json(stored) == UserUttered("hi", Parse("hi"), "", timestamp=1.0)


def test_parts_of_a_message_that_are_not_there_are_null_in_the_event() -> None:
    assert BotUttered(BotMessage("hi"), timestamp=1.0).as_json() == {
        "event": "bot",
        "timestamp": 1.0,
        "text": "hi",
        "data": {"buttons": None, "image": None, "attachment": None, "custom": None},
        "metadata": {},
    }


def test_the_names_of_older_actions_are_read_as_what_replaced_them() -> None:
    assert event_from_json({"event": "form", "name": "f", "timestamp": 1}) == ActiveLoop("f", timestamp=1.0)
    refused = event_from_json({"event": "form_validation", "validate": False, "timestamp": 1})
    assert refused == LoopInterrupted(is_interrupted=True, timestamp=1.0)


def test_an_event_without_time_happens_now() -> None:
    before = time.time()
    event = event_from_json({"event": "slot", "name": "a", "value": 1, "timestamp": None})
    assert isinstance(event, SlotSet)
    assert before <= event.timestamp <= time.time()


def test_the_start_of_time_is_a_time() -> None:
    assert event_from_json({"event": "followup", "name": "a", "timestamp": 0.0}) == FollowupAction("a", timestamp=0.0)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"event": "unheard_of"},
        {"event": ["slot"], "name": "a"},
        {"event": "slot"},
        {"event": "slot", "name": 5, "value": 1},
        {"event": "slot", "name": ["a"], "value": 1},
        {"event": "slot", "name": None},
        {"event": "slot", "name": "a", "value": 1, "timestamp": "noon"},
        {"event": "followup", "name": {}},
        {"event": "action", "name": None},
        {"event": "action", "name": "a", "confidence": "high"},
        {"event": "active_loop", "name": 7},
        {"event": "user", "text": "hi", "parse_data": "greet"},
        {"event": "user", "text": "hi", "parse_data": {"intent": "greet"}},
        {"event": "user", "text": ["hi"]},
        {"event": "user", "text": "hi", "metadata": "none"},
        {"event": "bot", "text": "hi", "data": [1]},
        {"event": "bot", "text": ["hi"]},
        {"event": "bot", "text": "hi", "data": {"buttons": ["yes"]}},
        {"event": "bot", "text": "hi", "metadata": [1]},
        {"event": "bot", "text": "hi", "data": {"custom": "x"}},
        {"event": "reminder", "intent": "x"},
        {"event": "reminder", "intent": "x", "date_time": "noon", "entities": ["city"]},
        {"event": "agent", "text": "hi", "data": "x"},
        {"event": "cancel_reminder", "entities": 5},
    ],
)
def test_a_shape_that_is_not_known_is_no_event(data: dict[str, Any]) -> None:
    assert event_from_json(data) is None


def test_what_is_read_can_be_written_again() -> None:
    data = {"event": "action", "name": "a", "policy": "rule", "confidence": 1, "reason": "so", "timestamp": 2}
    event = event_from_json(data)
    assert isinstance(event, ActionExecuted)
    assert event == ActionExecuted("a", "rule", 1.0, "so", timestamp=2.0)
    assert event_from_json(json.loads(json.dumps(event.as_json()))) == event


def test_a_message_of_an_action_is_read_without_what_is_not_shown() -> None:
    message = bot_message_from_json({"text": 5, "buttons": [{"title": "Yes"}], "elements": [], "custom": {}, "template": None})
    assert message == BotMessage("5", (Button("Yes", "Yes"),))

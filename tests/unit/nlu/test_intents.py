from __future__ import annotations

import numpy as np
import pytest

from assistant.messages import IntentScore, Parse
from assistant.nlu.calibration import Calibration
from assistant.nlu.intents import IntentRanker, grouped

VECTOR = np.zeros(2, dtype=np.float32)
PLAIN = Calibration()


def test_intents_are_ranked_by_falling_confidence() -> None:
    ranking, responses = IntentRanker(("a", "b", "c"), PLAIN).rank(np.log(np.array([0.2, 0.5, 0.3], dtype=np.float32)), VECTOR)
    assert [score.name for score in ranking] == ["b", "c", "a"]
    assert [score.confidence for score in ranking] == pytest.approx([0.5, 0.3, 0.2], abs=1e-5)
    assert responses == {}


def test_a_retrieval_intent_is_as_probable_as_all_of_its_responses() -> None:
    intents = ("chat/hi", "faq/hours", "faq/price", "greet")
    ranking, responses = IntentRanker(intents, PLAIN).rank(np.log(np.array([0.05, 0.25, 0.3, 0.4], dtype=np.float32)), VECTOR)
    assert [score.name for score in ranking] == ["faq/price", "greet", "chat/hi"]
    assert ranking[0].confidence == pytest.approx(0.55, abs=1e-5)
    assert [score.name for score in responses["faq"]] == ["faq/price", "faq/hours"]
    assert sum(score.confidence for score in responses["faq"]) == pytest.approx(1.0, abs=1e-5)


def parsed() -> Parse:
    ranking, responses = grouped((IntentScore("faq/price", 0.4), IntentScore("greet", 0.35), IntentScore("faq/hours", 0.25)))
    return Parse("what does it cost", ranking, responses=responses)


def test_the_json_is_that_of_rasas_response_selector() -> None:
    data = parsed().as_json()
    assert data["intent"] == {"name": "faq", "confidence": 0.65}
    assert [score["name"] for score in data["intent_ranking"]] == ["faq", "greet"]
    selected = {
        "response": {
            "responses": [],
            "confidence": 0.615385,
            "intent_response_key": "faq/price",
            "utter_action": "utter_faq/price",
        },
        "ranking": [
            {"confidence": 0.615385, "intent_response_key": "faq/price"},
            {"confidence": 0.384615, "intent_response_key": "faq/hours"},
        ],
    }
    assert data["response_selector"] == {"all_retrieval_intents": ["faq"], "default": selected, "faq": selected}


def test_a_retrieval_intent_survives_json() -> None:
    assert Parse.from_json(parsed().as_json()) == parsed()


def test_without_retrieval_intents_there_is_no_response_selector() -> None:
    assert "response_selector" not in Parse("hi", (IntentScore("greet", 1.0),)).as_json()


def test_no_response_is_better_than_its_intent() -> None:
    assert grouped((IntentScore("greet", 1.0), IntentScore("faq/a", 0.0)))[1] == {"faq": (IntentScore("faq/a", 0.0),)}

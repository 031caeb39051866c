from __future__ import annotations

import numpy as np
import pytest

from assistant.messages import IntentScore, Parse
from assistant.nlu.calibration import Calibration
from assistant.nlu.intents import IntentRanker, grouped
from assistant.nlu.several import Several

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


def several_of(*odds: float) -> Several:
    """Tells ``a``, ``b``, ``c`` with these log-odds, whatever the message."""
    return Several(("a", "b", "b+a", "c"), np.zeros((2, 3), dtype=np.float32), np.array(odds, dtype=np.float32), 1.0)


def test_the_logits_have_a_say_in_what_joins_intents_and_in_what_does_not() -> None:
    alone = dict(several_of(0.5, -0.4, 0.4).rank(VECTOR))
    assert max(alone, key=alone.__getitem__) == "a+c"
    logits = np.log(np.array([0.05, 0.05, 0.85, 0.05], dtype=np.float32))
    ranking, _ = IntentRanker(("a", "b", "b+a", "c"), PLAIN, several_of(0.5, -0.4, 0.4)).rank(logits, VECTOR)
    found = dict(ranking)
    assert ranking[0].name == "b+a"
    assert found["a+c"] == alone["a+c"]  # no example has it, so the logits do not tell
    assert sum(found.values()) == pytest.approx(sum(alone.values()), abs=1e-4)
    shares = np.sqrt([alone[name] * p for name, p in (("a", 0.05), ("b", 0.05), ("b+a", 0.85), ("c", 0.05))])
    assert found["b+a"] / found["c"] == pytest.approx(shares[2] / shares[3], rel=1e-3)


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

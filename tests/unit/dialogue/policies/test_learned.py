from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, SlotSet
from assistant.dialogue.policies.features import StateFeatures, named
from assistant.dialogue.policies.learned import (
    NO_ACTION,
    POLICY_GRAPH,
    LearnedPolicy,
    PolicySettings,
    load_policy,
    save_policy,
)
from assistant.dialogue.tracker import ACTION_LISTEN, State
from assistant.errors import BadModel
from tests.unit.dialogue.building import domain_of, entity, listening, said

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.dialogue.tracker import Tracker

DOMAIN = domain_of("""
intents: [a, b]
entities: [city]
slots: {kind: {type: categorical, values: [x, y]}, t: {type: text}}
responses: {utter_x: [{text: x}], utter_y: [{text: y}]}
forms: {form: {required_slots: [t]}}
""")
ACTIONS = (NO_ACTION, ACTION_LISTEN, "utter_gone", "utter_x", "utter_y")


def policy(threshold: float = 0.5, **logits: float) -> LearnedPolicy:
    """A policy whose graph always answers the same."""
    answer = np.array([logits.get(name or "none", 0.0) for name in ACTIONS], dtype=np.float32)
    settings = PolicySettings(("after:action_listen", "intent:a"), ACTIONS, 3)
    return LearnedPolicy(settings, lambda _: answer, DOMAIN, threshold)


def wanted(policy: LearnedPolicy, tracker: Tracker) -> str | None:
    decision = policy.predict(tracker)
    return decision.action if decision else None


# --- states in numbers ----------------------------------------------------------------------------------------------------------


def test_a_state_is_its_intent_entities_last_action_form_and_slots() -> None:
    tracker = listening(DOMAIN, ActiveLoop("form"), SlotSet("kind", "y"), said("a", entity("city", "Rome")))
    assert named(tracker.state()) == {
        "intent:a": 1.0,
        "entity:city": 1.0,
        "after:action_listen": 1.0,
        "form:form": 1.0,
        "slot:kind:1": 1.0,
    }
    assert named(State()) == {}


def test_states_fill_the_last_rows_and_unknown_features_are_not_seen() -> None:
    features = StateFeatures.of([State("a", (), ACTION_LISTEN)])
    matrix = features.matrix([State("a", ("city",), ACTION_LISTEN), State("b", (), "utter_x")], 3)
    assert features.names == ("after:action_listen", "intent:a")
    assert matrix.tolist() == [[0, 0], [1, 1], [0, 0]]
    assert features.matrix([State("a")] * 5, 3).tolist() == [[0, 1]] * 3
    assert (features.knows("intent:a"), features.knows("intent:b")) == (True, False)


# --- decisions ------------------------------------------------------------------------------------------------------------------


def test_the_most_probable_action_is_chosen_with_its_reason() -> None:
    decision = policy(utter_x=5.0, utter_y=3.0).predict(listening(DOMAIN, said("a")))
    assert decision is not None
    assert (decision.action, decision.policy, round(decision.confidence, 2)) == ("utter_x", "learned", 0.87)
    assert decision.reason == "stories suggest it: 87% sure, next utter_y 12%"


@pytest.mark.parametrize(
    ("logits", "threshold"),
    [
        ({"utter_x": 0.5}, 0.5),  # not sure enough
        ({"none": 9.0}, 0.1),  # no story tells of it
        ({"utter_gone": 9.0}, 0.1),  # the domain does not have it any more
        ({"action_listen": 9.0}, 0.1),  # a message wants an answer
    ],
)
def test_what_is_unsure_or_cannot_be_done_is_left_to_others(logits: dict[str, float], threshold: float) -> None:
    assert wanted(policy(threshold, **logits), listening(DOMAIN, said("a"))) is None


def test_a_reply_that_is_told_of_gets_what_stories_have_for_it() -> None:
    """However much the graph would rather leave it: that is learned from replies that nothing tells of."""
    answer = np.array([9.0, 0.0, 0.0, 3.0, 0.0], dtype=np.float32)
    asked = listening(DOMAIN, said("b"), ActionExecuted("utter_y"), ActionExecuted(ACTION_LISTEN), said("a"))
    for replies, expected in (((), None), ((("utter_y", "a"),), "utter_x"), ((("utter_x", "a"), ("", "a")), None)):
        settings = PolicySettings(("after:action_listen", "intent:a"), ACTIONS, 3, replies)
        assert wanted(LearnedPolicy(settings, lambda _: answer, DOMAIN, 0.5), asked) == expected


def test_nothing_is_said_to_an_intent_that_no_story_has() -> None:
    assert wanted(policy(utter_x=9.0), listening(DOMAIN, said("b"))) is None
    assert wanted(policy(utter_x=9.0), listening(DOMAIN)) is None


def test_an_action_runs_once_a_turn() -> None:
    tracker = listening(DOMAIN, said("a"), ActionExecuted("utter_x"), ActionExecuted("utter_y"))
    assert wanted(policy(utter_x=9.0), tracker) is None
    tracker.update_all([ActionExecuted(ACTION_LISTEN), said("a")])
    assert wanted(policy(utter_x=9.0), tracker) == "utter_x"


def test_it_listens_after_an_action_but_not_where_a_form_waits() -> None:
    tracker = listening(DOMAIN, said("a"), ActionExecuted("utter_x"))
    assert wanted(policy(action_listen=9.0), tracker) == ACTION_LISTEN
    in_form = listening(DOMAIN, ActiveLoop("form"), said("a"), ActionExecutionRejected("form"), ActionExecuted("utter_x"))
    assert wanted(policy(action_listen=9.0), in_form) is None


# --- its files ------------------------------------------------------------------------------------------------------------------


def test_a_model_without_a_policy_has_none(tmp_path: Path) -> None:
    assert load_policy(tmp_path, DOMAIN, 0.5) is None


@pytest.mark.parametrize("settings", ["{", "[]", '{"features": 1}'])
def test_settings_that_are_none_are_refused(tmp_path: Path, settings: str) -> None:
    (tmp_path / "policy.json").write_text(settings)
    with pytest.raises(BadModel, match=r"policy\.json"):
        load_policy(tmp_path, DOMAIN, 0.5)


@pytest.mark.parametrize("graph", [None, b"no graph"])
def test_a_graph_that_is_none_is_refused(tmp_path: Path, graph: Any) -> None:
    save_policy(tmp_path, PolicySettings(("intent:a",), ACTIONS, 3))
    if graph is not None:
        (tmp_path / POLICY_GRAPH).write_bytes(graph)
    with pytest.raises(BadModel, match=r"policy\.onnx"):
        load_policy(tmp_path, DOMAIN, 0.5)

"""The learned policy: what it makes of situations that its stories do not tell of."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.albert.activations import softmax
from assistant.dialogue.domain import Intent
from assistant.dialogue.events import ActionExecuted, SlotSet
from assistant.dialogue.policies.learned import NO_ACTION, LearnedPolicy, load_policy
from assistant.dialogue.policies.stories import StoryPolicy
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import Cancelled, Progress
from assistant.training.conversations import examples
from assistant.training.kept_policy import PolicyArguments
from assistant.training.policy import save_trained_policy, train_policy
from tests.unit.dialogue.building import domain_of, listening, said, stories_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.events import Event
    from assistant.dialogue.stories import Story
    from assistant.dialogue.tracker import Tracker
    from assistant.training.kept_policy import TrainedPolicy

DOMAIN = domain_of("""
intents: [greet, weather, order, refund, invoice, yes, no]
slots: {vip: {type: bool}, size: {type: categorical, values: [small, large]}}
responses:
  utter_greet: [{text: hello}]
  utter_weather: [{text: fine}]
  utter_ask_order: [{text: shall I?}]
  utter_ask_refund: [{text: shall I?}]
  utter_ask_invoice: [{text: shall I?}]
  utter_ordered: [{text: done}]
  utter_refunded: [{text: done}]
  utter_sent: [{text: done}]
  utter_left: [{text: left}]
""")
STORIES = stories_of("""
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: weather, steps: [{intent: weather}, {action: utter_weather}]}
stories:
- {story: order, steps: [{intent: order}, {action: utter_ask_order}, {intent: yes}, {action: utter_ordered}]}
- {story: order not, steps: [{intent: order}, {action: utter_ask_order}, {intent: no}, {action: utter_left}]}
- {story: refund, steps: [{intent: refund}, {action: utter_ask_refund}, {intent: yes}, {action: utter_refunded}]}
- {story: refund not, steps: [{intent: refund}, {action: utter_ask_refund}, {intent: no}, {action: utter_left}]}
- story: invoice
  steps:
  - intent: invoice
  - slot_was_set: [{vip: true}]
  - action: utter_ask_invoice
  - intent: yes
  - action: utter_sent
""")
ARGUMENTS = PolicyArguments(steps=250, made_per_story=12)
LISTEN = ActionExecuted(ACTION_LISTEN)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trained = train_policy(STORIES, DOMAIN, ARGUMENTS, lambda _: None)
    assert trained is not None
    assert trained.metrics["policy_fit"] > 0.95
    made = tmp_path_factory.mktemp("policy")
    save_trained_policy(made, trained)
    return made


@pytest.fixture
def policy(folder: Path) -> LearnedPolicy:
    loaded = load_policy(folder, DOMAIN, 0.5)
    assert loaded is not None
    return loaded


def wanted(policy: LearnedPolicy | StoryPolicy, tracker: Tracker) -> str | None:
    decision = policy.predict(tracker)
    return decision.action if decision else None


def turn(intent: str, *actions: str) -> list[Event]:
    return [said(intent), *map(ActionExecuted, actions), LISTEN]


@pytest.mark.parametrize(("intent", "action"), [("order", "utter_ordered"), ("refund", "utter_refunded")])
def test_a_story_goes_on_after_something_was_asked_in_between(policy: LearnedPolicy, intent: str, action: str) -> None:
    for aside in (turn("weather", "utter_weather"), turn("greet", "utter_greet") + turn("weather", "utter_weather")):
        tracker = listening(DOMAIN, *turn(intent, f"utter_ask_{intent}"), *aside, said("yes"))
        assert wanted(StoryPolicy(STORIES, DOMAIN), tracker) is None
        assert wanted(policy, tracker) == action


def test_a_combination_of_slots_that_no_story_has_changes_nothing(policy: LearnedPolicy) -> None:
    slots = (SlotSet("size", "large"), SlotSet("vip", value=True))
    tracker = listening(DOMAIN, said("refund"), *slots, ActionExecuted("utter_ask_refund"), LISTEN, said("yes"))
    assert wanted(StoryPolicy(STORIES, DOMAIN), tracker) is None
    assert wanted(policy, tracker) == "utter_refunded"


def test_it_listens_after_what_a_story_has_said(policy: LearnedPolicy) -> None:
    tracker = listening(DOMAIN, *turn("greet", "utter_greet"), said("order"), ActionExecuted("utter_ask_order"))
    assert wanted(policy, tracker) == ACTION_LISTEN


@pytest.mark.parametrize("before", [[], turn("greet", "utter_greet"), turn("weather", "utter_weather")])
def test_yes_means_nothing_where_nothing_was_asked(policy: LearnedPolicy, before: list[Event]) -> None:
    assert wanted(policy, listening(DOMAIN, *before, said("yes"))) is None


def test_what_a_story_tells_of_is_not_left_to_others(policy: LearnedPolicy) -> None:
    replies = policy._settings.replies
    assert ("utter_ask_order", "no") in replies
    assert ("utter_greet", "no") not in replies
    told = listening(DOMAIN, *turn("order", "utter_ask_order"), said("no")).states(6)[1:]
    strange = listening(DOMAIN, *turn("greet", "utter_greet"), said("no")).states(6)[1:]
    others = policy._settings.actions.index(NO_ACTION)
    assert (policy.probabilities(told)[others], policy.probabilities(strange)[others] > 0.1) == (0, True)


def test_the_graph_computes_what_the_network_does(policy: LearnedPolicy, tmp_path: Path) -> None:
    trained = train_policy(STORIES, DOMAIN, replace(ARGUMENTS, steps=20), lambda _: None)
    assert trained is not None
    save_trained_policy(tmp_path, trained)
    loaded = load_policy(tmp_path, DOMAIN, 0.5)
    assert loaded is not None
    states = listening(DOMAIN, *turn("greet", "utter_greet"), said("no")).states(6)[1:]
    matrix = loaded._features.matrix(states, 6)
    expected = softmax(trained.network.logits(matrix[None]))[0]
    assert loaded.probabilities(states) == pytest.approx(expected, abs=1e-5)
    assert not np.allclose(policy.probabilities(states), expected, atol=1e-2)


def test_two_trainings_with_one_seed_give_identical_files(tmp_path: Path) -> None:
    for name, seed in (("one", 0), ("two", 0), ("other", 1)):
        (tmp_path / name).mkdir()
        trained = train_policy(STORIES, DOMAIN, replace(ARGUMENTS, steps=20, seed=seed), lambda _: None)
        assert trained is not None
        save_trained_policy(tmp_path / name, trained)
    files = {name: [(tmp_path / name / file).read_bytes() for file in ("policy.onnx", "policy.json")] for name in ("one", "two")}
    assert files["one"] == files["two"]
    assert (tmp_path / "other" / "policy.onnx").read_bytes() != files["one"][0]


def test_training_reports_and_can_be_stopped() -> None:
    seen: list[Progress] = []

    def report(step: Progress) -> None:
        seen.append(step)
        if step.done > 20:
            raise Cancelled

    with pytest.raises(Cancelled):
        train_policy(STORIES, DOMAIN, replace(ARGUMENTS, steps=100), report)
    assert [(step.stage, step.done, step.total) for step in seen] == [("policy", 1, 100), ("policy", 21, 100)]


def test_without_stories_there_is_nothing_to_learn() -> None:
    assert train_policy([story for story in STORIES if story.is_rule], DOMAIN, ARGUMENTS, lambda _: None) is None


# --- what it learns from --------------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_conversations() -> None:
    first, again, other = (examples(STORIES, DOMAIN, 6, 30, random.Random(seed)) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert len(set(first)) == len(first)


def test_what_no_story_tells_of_is_learned_as_such() -> None:
    found = examples(STORIES, DOMAIN, 6, 30, random.Random(0))
    strange = [example.states for example in found if example.action == NO_ACTION]
    assert strange
    for states in strange:
        assert states[-1].intent in {"yes", "no"}  # what may open a conversation may be said anywhere
        asked = states[-2].prev_action if len(states) > 1 else None
        assert asked not in {"utter_ask_order", "utter_ask_refund"}


def test_no_example_looks_back_further_than_it_may() -> None:
    assert max(len(example.states) for example in examples(STORIES, DOMAIN, 3, 30, random.Random(0))) == 3


def test_a_policy_that_was_kept_is_the_same_and_another_seed_or_story_makes_another(tmp_path: Path) -> None:
    seen: list[Progress] = []

    def trained(name: str, stories: Sequence[Story] = STORIES, seed: int = 0) -> bytes:
        seen.clear()
        made = train_policy(stories, DOMAIN, replace(ARGUMENTS, steps=41, seed=seed), seen.append, tmp_path / "cache")
        assert made is not None
        (tmp_path / name).mkdir()
        save_trained_policy(tmp_path / name, made)
        return (tmp_path / name / "policy.onnx").read_bytes()

    first = trained("first")
    assert len(seen) == 3
    assert trained("again") == first
    assert [(step.done, step.total) for step in seen] == [(41, 41)]
    assert trained("other seed", seed=1) != first
    assert len(seen) == 3
    assert trained("fewer stories", STORIES[:-1]) != first
    (tmp_path / "cache" / "policy.safetensors").write_bytes(b"nothing of the kind")
    assert trained("damaged") == first


def test_what_teaches_a_policy_nothing_leaves_the_kept_one_in_place(tmp_path: Path) -> None:
    seen: list[Progress] = []
    quick = replace(ARGUMENTS, steps=41)

    def trained(domain: Domain) -> TrainedPolicy:
        seen.clear()
        made = train_policy(STORIES, domain, quick, seen.append, tmp_path)
        assert made is not None
        return made

    first = trained(DOMAIN)
    more = replace(DOMAIN, intents=dict(DOMAIN.intents) | {"new": Intent("new")}, source={})
    again = trained(more)
    assert len(seen) == 1
    assert (again.settings, again.metrics) == (first.settings, first.metrics)
    assert all(np.array_equal(value, again.network.weights[name]) for name, value in first.network.weights.items())
    trained(replace(DOMAIN, intents=dict(DOMAIN.intents) | {"order": Intent("order", ignore_entities=frozenset({"city"}))}))
    assert len(seen) == 3
    trained(replace(DOMAIN, slots={}))
    assert len(seen) == 3


def test_the_key_of_a_kept_policy_is_the_same_in_every_process(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from assistant.project import find_project, shipped_root\n"
        "from assistant.dialogue.domain import load_domain; from assistant.dialogue.stories import load_stories\n"
        "from assistant.training.kept_policy import KeptPolicy, PolicyArguments\n"
        "p = find_project(shipped_root()); print(KeptPolicy(Path(), load_stories(p), load_domain(p), PolicyArguments())._key)"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True, cwd=tmp_path
        ).stdout
        for seed in ("1", "2")
    }
    assert len(keys) == 1

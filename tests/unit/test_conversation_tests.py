from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.errors import UnknownName
from assistant.evaluation.conversations import run_conversation_tests
from assistant.messages import IntentScore, Parse
from assistant.project import find_project, shipped_root

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.evaluation.conversations import StoryReport

DOMAIN = """\
intents: [greet, order, chat, inform]
entities: [number]
slots:
  number: {type: text, mappings: [{type: from_entity, entity: number}]}
  flag: {type: bool, mappings: [{type: custom}]}
responses: {utter_greet: [{text: hi}], utter_chat: [{text: x}], utter_yes: [{text: y}], utter_no: [{text: n}], utter_z: [{text: z}]}
forms: {order_form: {required_slots: [number]}}
actions: [action_check]
"""
RULES = """\
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: chat, steps: [{intent: chat}, {action: utter_chat}]}
- {rule: start, steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]}
- rule: submit
  wait_for_user_input: false
  condition: [{active_loop: order_form}]
  steps:
  - action: order_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: action_check
- {rule: fine, wait_for_user_input: false, steps: [{action: action_check}, {slot_was_set: [{flag: true}]}, {action: utter_yes}]}
- {rule: bad, wait_for_user_input: false, steps: [{action: action_check}, {slot_was_set: [{flag: false}]}, {action: utter_no}]}
"""


def run(folder: Path, test: str, **options: object) -> StoryReport:
    for name, text in (("domain.yml", DOMAIN), ("data/rules.yml", RULES), ("tests/test_a.yml", test)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return run_conversation_tests(find_project(folder), load_settings(), **options)  # type: ignore[arg-type]


def story(*steps: str) -> str:
    return "stories:\n- story: t\n  steps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)


def test_a_conversation_as_the_bot_has_it_passes(tmp_path: Path) -> None:
    report = run(
        tmp_path,
        story(
            "user: hello, intent: greet",
            "action: utter_greet",
            "user: order, intent: order",
            "action: order_form",
            "active_loop: order_form",
            "user: nice weather, intent: chat",
            "action: utter_chat",
            "action: order_form",
            "user: '[5](number)', intent: inform",
            "action: order_form",
            "active_loop: null",
            "slot_was_set: [{requested_slot: null}]",
            "action: action_check",
            "slot_was_set: [{flag: true}]",
            "action: utter_yes",
        ),
    )
    assert report.failures == ()
    assert (report.n_passed, report.n_failed, report.n_actions_right) == (1, 0, report.n_actions)
    assert report.untested == {"forms": (), "responses": ("utter_no",)}
    assert report.as_text().splitlines() == [
        "no test touches these responses: utter_no",
        f"1 passed, 0 failed; {report.n_actions} of {report.n_actions} decisions as expected",
    ]


def test_what_custom_actions_do_stands_in_the_test(tmp_path: Path) -> None:
    steps = ["user: order, intent: order", "action: order_form", "active_loop: order_form", "user: '5', intent: inform"]
    steps += ["action: order_form", "active_loop: null", "slot_was_set: [{requested_slot: null}]", "action: action_check"]
    assert run(tmp_path, story(*steps, "slot_was_set: [{flag: false}]", "action: utter_no")).n_failed == 0
    assert run(tmp_path, story(*steps, "slot_was_set: [{flag: true}]", "action: utter_no")).n_failed == 1


def test_a_difference_is_shown_with_its_place_and_its_reason(tmp_path: Path) -> None:
    report = run(tmp_path, story("user: hello, intent: greet", "action: utter_chat"))
    (failure, *_) = report.failures
    assert (str(failure.where), failure.expected, failure.found) == ("tests/test_a.yml:5", "utter_chat", "utter_greet")
    assert failure.reason == 'rule "greet" (data/rules.yml:2)'
    assert report.as_json()["failed"] == 1
    assert report.as_text().startswith('tests/test_a.yml:5: t\n  - utter_chat\n  + utter_greet  (rule "greet"')


def test_a_test_that_ends_before_the_bot_does_fails(tmp_path: Path) -> None:
    steps = ["user: order, intent: order", "action: order_form", "active_loop: order_form", "user: '5', intent: inform"]
    report = run(tmp_path, story(*steps, "action: order_form", "active_loop: null", "slot_was_set: [{requested_slot: null}]"))
    assert [(failure.expected, failure.found) for failure in report.failures] == [("action_listen", "action_check")]


def test_a_choice_is_as_many_tests(tmp_path: Path) -> None:
    report = run(tmp_path, story("or: [{intent: greet}, {intent: chat}]", "action: utter_greet"))
    assert (report.n_passed, report.n_failed) == (1, 1)


def test_an_action_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=re.escape('test_a.yml:5: unknown action "utter_gret"; did you mean "utter_greet"')):
        run(tmp_path, story("user: hello, intent: greet", "action: utter_gret"))


class Misunderstands:
    def parse(self, text: str) -> Parse:
        return Parse(text, (IntentScore("chat" if "hello" in text else "greet", 0.9),))


def test_with_a_model_messages_mean_what_it_understands(tmp_path: Path) -> None:
    report = run(tmp_path, story("user: hello, intent: greet", "action: utter_greet"), interpreter=Misunderstands())
    assert [(failure.expected, failure.found) for failure in report.failures] == [("greet", "chat"), ("utter_greet", "utter_chat")]
    assert report.failures[0].reason == 'understood "hello" so'
    assert run(tmp_path, story("user: good day, intent: greet", "action: utter_greet"), interpreter=Misunderstands()).n_failed == 0


def test_the_conversations_of_the_shipped_bot_go_as_they_should() -> None:
    report = run_conversation_tests(find_project(shipped_root()), load_settings())
    assert report.failures == ()
    assert report.n_passed >= 20

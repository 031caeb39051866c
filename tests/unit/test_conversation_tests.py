from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.errors import CannotWrite, UnknownName
from assistant.evaluation.conversations import run_conversation_tests
from assistant.evaluation.story_files import stories_as_yaml, write_story_files
from assistant.evaluation.story_report import StoryReport
from assistant.messages import Entity, IntentScore, Parse
from assistant.project import find_project, shipped_root

if TYPE_CHECKING:
    from pathlib import Path

DOMAIN = """\
intents: [greet, order, chat, inform]
entities: [number, kind]
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
    assert (report.n_passed, report.n_failed, report.n_actions_right) == (1, 0, len(report.actions))
    assert list(report.as_lines()) == [
        '5 of 6 rules are tested; not "bad"',
        '3 of 4 responses are tested; not "utter_no"',
        "1 passed, 0 failed; 11 of 11 decisions as expected",
    ]


def test_what_no_test_touches_is_named(tmp_path: Path) -> None:
    report = run(tmp_path, story("user: hello, intent: greet", "action: utter_greet"))
    assert {kind: (touched.n_touched, touched.n_all) for kind, touched in report.coverage.items()} == {
        "rules": (1, 6),
        "stories": (0, 0),
        "forms": (0, 1),
        "responses": (1, 4),
        "intents": (1, 4),
    }
    assert report.coverage["rules"].missing == ("bad", "chat", "fine", "start", "submit")
    assert report.coverage["forms"].missing == ("order_form",)
    assert report.as_json()["coverage"]["intents"] == {"touched": 1, "all": 4, "missing": ["chat", "inform", "order"]}


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
    assert list(report.as_lines())[:5] == [
        "tests/test_a.yml:2: t",
        "    user: hello",
        "    intent: greet",
        "  - action: utter_chat  (tests/test_a.yml:5)",
        '  + action: utter_greet  (rule "greet" (data/rules.yml:2))',
    ]


def test_a_test_that_ends_before_the_bot_does_fails(tmp_path: Path) -> None:
    steps = ["user: order, intent: order", "action: order_form", "active_loop: order_form", "user: '5', intent: inform"]
    report = run(tmp_path, story(*steps, "action: order_form", "active_loop: null", "slot_was_set: [{requested_slot: null}]"))
    assert [(failure.expected, failure.found) for failure in report.failures] == [("action_listen", "action_check")]
    assert "  + action: action_check" in "\n".join(report.as_lines())


def test_a_choice_is_as_many_tests(tmp_path: Path) -> None:
    report = run(tmp_path, story("or: [{intent: greet}, {intent: chat}]", "action: utter_greet"))
    assert (report.n_passed, report.n_failed) == (1, 1)


def test_an_action_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=re.escape('test_a.yml:5: unknown action "utter_gret"; did you mean "utter_greet"')):
        run(tmp_path, story("user: hello, intent: greet", "action: utter_gret"))


@pytest.mark.parametrize(
    ("intent", "action", "found"),
    [
        ("nlu_fallback", "action_answer_faq", "action_answer_faq"),
        ("inform", "action_answer_faq", "action_answer_faq"),
        ("greet", "action_answer_faq", "utter_greet"),
        ("nlu_fallback", "utter_z", "action_default_fallback"),
    ],
)
def test_the_faq_answers_where_the_test_says_so_and_the_bot_would_ask_it(
    tmp_path: Path, intent: str, action: str, found: str
) -> None:
    report = run(tmp_path, story(f"user: how much is it, intent: {intent}", f"action: {action}"))
    assert next(step.found for step in report.actions) == found


class Misunderstands:
    def parse(self, text: str) -> Parse:
        return Parse(text, (IntentScore("chat" if "hello" in text else "greet", 0.9),))


def test_with_a_model_messages_mean_what_it_understands(tmp_path: Path) -> None:
    report = run(tmp_path, story("user: hello, intent: greet", "action: utter_greet"), interpreter=Misunderstands())
    assert [(failure.expected, failure.found) for failure in report.failures] == [("greet", "chat"), ("utter_greet", "utter_chat")]
    assert report.failures[0].reason == "90% sure"
    assert run(tmp_path, story("user: good day, intent: greet", "action: utter_greet"), interpreter=Misunderstands()).n_failed == 0


class Finds:
    """Understands all as an order, with the entities of the test's choice."""

    def __init__(self, *entities: Entity) -> None:
        self._entities = entities

    def parse(self, text: str) -> Parse:
        return Parse(text, (IntentScore("order", 0.9),), self._entities)


ORDER = ("user: 'order [5](number) [x](kind)', intent: order", "action: order_form", "active_loop: order_form")


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ((Entity("number", 6, 7, "5"), Entity("kind", 8, 9, "x", role="any")), None),
        ((Entity("number", 6, 7, "5"),), "order [5](number) x"),
        ((Entity("number", 6, 9, "5"), Entity("kind", 8, 9, "x")), 'order [5 x]{"entity": "number", "value": "5"}'),
        ((Entity("number", 6, 7, "6"), Entity("kind", 8, 9, "x")), 'order [5]{"entity": "number", "value": "6"} [x](kind)'),
        ((Entity("kind", 6, 7, "5"), Entity("kind", 8, 9, "x")), "order [5](kind) [x](kind)"),
        ((), "order 5 x"),
    ],
)
def test_with_a_model_the_entities_are_held_against_the_annotated_ones(
    tmp_path: Path, found: tuple[Entity, ...], shown: str | None
) -> None:
    report = run(tmp_path, story(*ORDER), interpreter=Finds(*found))
    wrong = [failure for failure in report.failures if failure.kind == "entities"]
    assert [(failure.expected, failure.found) for failure in wrong] == (
        [("order [5](number) [x](kind)", shown)] if shown is not None else []
    )


# --- actions that are run -------------------------------------------------------------------------------------------------------

CHECK = """\
import os
from rasa_sdk import Action
from rasa_sdk.events import SlotSet

class Check(Action):
    def name(self):
        return "action_check"

    def run(self, dispatcher, tracker, domain):
        number = tracker.get_slot("number")
        if number == "0":
            raise ValueError("no such order")
        with open(os.path.join(os.environ["ASSISTANT_STATE_DIR"], "checked"), "w") as file:
            file.write(number)
        dispatcher.utter_message(text=f"Checked {number}.")
        return [SlotSet("flag", number == "5")]
"""


def live(folder: Path, *steps: str) -> StoryReport:
    (folder / "actions.py").write_text(CHECK)
    return run(folder, story(*steps), runs_actions=True)


def ordering(number: str) -> tuple[str, ...]:
    asked = (
        "user: order, intent: order",
        "action: order_form",
        "active_loop: order_form",
        f"user: '[{number}](number)', intent: inform",
    )
    return (*asked, "action: order_form", "active_loop: null", "slot_was_set: [{requested_slot: null}]", "action: action_check")


def test_actions_that_are_run_decide_by_what_they_do(tmp_path: Path) -> None:
    fine = live(tmp_path, *ordering("5"), "bot: Checked 5.", "slot_was_set: [{flag: true}, number]", "action: utter_yes")
    assert fine.failures == ()
    assert live(tmp_path, *ordering("7"), "slot_was_set: [{flag: false}]", "action: utter_no").failures == ()
    assert not (tmp_path / ".assistant" / "checked").exists()


def test_what_a_test_says_of_slots_forms_and_texts_is_tested(tmp_path: Path) -> None:
    said = ("bot: Never said.", "slot_was_set: [{flag: true}]", "active_loop: order_form", "action: utter_no")
    wrong = [(failure.kind, failure.expected, failure.found) for failure in live(tmp_path, *ordering("7"), *said).failures]
    assert wrong == [
        ("bot", "Never said.", "Checked 7."),
        ("slot", "flag = True", "flag = False"),
        ("active_loop", "order_form", "null"),
    ]


def test_a_form_that_is_run_declines_by_itself(tmp_path: Path) -> None:
    steps = (*ordering("5")[:3], "user: nice weather, intent: chat", "action: utter_chat", "action: order_form")
    assert live(tmp_path, *steps).failures == ()
    (failure, *_) = live(tmp_path, *ordering("5")[:4], "action: utter_chat").failures
    assert (failure.expected, failure.found) == ("utter_chat", "order_form")


def test_an_action_that_fails_is_a_difference(tmp_path: Path) -> None:
    failures = live(tmp_path, *ordering("0"), "action: utter_yes").failures
    assert failures[0].expected == "action_check runs"
    assert failures[0].found.startswith("ACT-001 action_check: custom action failed: ValueError: no such order")


# --- files ----------------------------------------------------------------------------------------------------------------------


def test_failed_tests_are_written_as_tests_with_what_was_predicted(tmp_path: Path) -> None:
    steps = ("user: 'hi [5](number)', intent: chat", "action: utter_greet", "slot_was_set: [{flag: true}, number]")
    report = run(tmp_path, story(*steps, "user: again, intent: greet"), interpreter=Misunderstands())
    written = stories_as_yaml(report.failed)
    assert written == (
        'version: "3.1"\n'
        "stories:\n"
        "- story: t (tests/test_a.yml:2)\n"
        "  steps:\n"
        "  - user: hi [5](number)  # predicted: hi 5\n"
        "    intent: chat  # predicted: greet\n"
        "  - action: utter_greet\n"
        "  - slot_was_set:\n"
        "    - flag: true\n"
        "    - number\n"
        "  - user: again\n"
        "    intent: greet\n"
    )
    (tmp_path / "again.yml").write_text(written)
    again = run(tmp_path, story(), files=[tmp_path / "again.yml"])
    assert [(failure.expected, failure.found) for failure in again.failures] == [("utter_greet", "utter_chat")]


def test_where_the_bot_should_have_listened_is_written_as_a_step(tmp_path: Path) -> None:
    report = run(tmp_path, story(*ordering("5")[:-1], "user: again, intent: greet", "action: utter_greet"))
    assert stories_as_yaml(report.failed).splitlines()[-5:] == [
        "    - requested_slot:",
        "  - action: action_listen  # predicted: action_check",
        "  - user: again",
        "    intent: greet",
        "  - action: utter_greet",
    ]
    assert stories_as_yaml(run(tmp_path, story(*ordering("5")[:-1])).failed).splitlines()[-1:] == [
        "  - action: action_listen  # predicted: action_check"
    ]


def test_the_files_have_rasa_s_names(tmp_path: Path) -> None:
    steps = ("user: hello, intent: greet", "action: utter_chat")
    report = run(tmp_path, story(*steps) + "- story: u\n  steps: [{user: hi, intent: chat}, {action: utter_chat}]\n")
    paths = write_story_files(tmp_path / "out", report, with_successes=True)
    assert [path.name for path in paths] == ["failed_test_stories.yml", "story_report.json", "successful_test_stories.yml"]
    found = json.loads((tmp_path / "out" / "story_report.json").read_text())
    assert found["conversation_accuracy"] == {"accuracy": 0.5, "correct": 1, "with_warnings": 0, "total": 2}
    assert found["utter_chat"] == {"precision": 1.0, "recall": 0.5, "f1-score": 2 / 3, "support": 2.0}
    assert set(found) >= {"accuracy", "macro avg", "weighted avg", "greet", "chat", "action_listen", "utter_greet"}
    assert "story: u" in (tmp_path / "out" / "successful_test_stories.yml").read_text()
    all_good = run(tmp_path, story("user: hello, intent: greet", "action: utter_greet"))
    write_story_files(tmp_path / "out", all_good)
    assert (tmp_path / "out" / "failed_test_stories.yml").read_text() == "# None of the test stories failed - all good!\n"


def test_files_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(CannotWrite, match="ALB-010"):
        write_story_files(tmp_path / "out", StoryReport(()))


def test_the_conversations_of_the_shipped_bot_go_so_with_its_actions_run(monkeypatch: pytest.MonkeyPatch) -> None:
    project = find_project(shipped_root())
    report = run_conversation_tests(project, load_settings(project.config), runs_actions=True)
    assert list(report.failures) == []


def test_the_conversations_of_the_shipped_bot_go_as_they_should() -> None:
    project = find_project(shipped_root())
    report = run_conversation_tests(project, load_settings(project.config))
    assert report.failures == ()
    assert report.n_passed >= 20

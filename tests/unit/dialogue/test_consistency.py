from __future__ import annotations

import pytest

from assistant.dialogue.consistency import contradictions
from tests.unit.dialogue.building import domain_of, stories_of

DOMAIN = domain_of("""
intents: [a, b]
slots: {s: {type: text}}
responses: {utter_x: [{text: x}], utter_y: [{text: y}]}
forms: {form: {required_slots: [s]}}
""")

RULE = "rules:\n- rule: r\n  steps:\n  - intent: a\n  - action: utter_x\n"


def found(text: str) -> list[str]:
    return [str(contradiction) for contradiction in contradictions(stories_of(text), DOMAIN)]


@pytest.mark.parametrize(
    "text",
    [
        RULE + "- rule: q\n  steps: [{intent: b}, {action: utter_y}]",
        RULE + "- rule: q\n  condition: [{slot_was_set: [{s: x}]}]\n  steps: [{intent: a}, {action: utter_y}]",
        RULE + "- rule: same\n  steps: [{intent: a}, {action: utter_x}]",
        RULE + "stories:\n- story: s\n  steps: [{intent: a}, {action: utter_x}, {intent: b}, {action: utter_y}]",
        (
            "stories:\n- story: s\n  steps: [{intent: a}, {action: utter_x}]\n"
            "- story: t\n  steps: [{intent: a}, {action: utter_x}, {intent: b}, {action: utter_y}]"
        ),
        RULE + "- rule: in the form\n  condition: [{active_loop: form}]\n  steps: [{intent: a}, {action: utter_x}, {action: form}]",
        RULE + "stories:\n- story: interrupted\n  steps: [{intent: b}, {action: form}, {active_loop: form}, "
        "{intent: a}, {action: utter_x}, {action: form}, {active_loop: null}, {action: utter_y}]",
    ],
)
def test_what_agrees_is_left_in_peace(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (RULE + "- rule: q\n  steps:\n  - intent: a\n  - action: utter_y", "stories.yml:5", "stories.yml:9"),
        (RULE + "- rule: q\n  steps:\n  - intent: a\n  - action: utter_x\n  - action: utter_y", "stories.yml:5", "stories.yml:10"),
        (RULE + "stories:\n- story: s\n  steps:\n  - intent: a\n  - action: utter_y", "stories.yml:5", "stories.yml:10"),
        (
            (
                "stories:\n- story: s\n  steps:\n  - intent: a\n  - action: utter_x\n"
                "- story: t\n  steps:\n  - intent: a\n  - action: utter_y"
            ),
            "stories.yml:5",
            "stories.yml:9",
        ),
    ],
)
def test_a_contradiction_names_both_places_and_both_actions(text: str, first: str, second: str) -> None:
    (message,) = found(text)
    assert message.startswith("STO-002")
    assert {first, second} == {word.rstrip(":") for word in message.split() if word.startswith("stories.yml")}
    assert "utter_y" in message

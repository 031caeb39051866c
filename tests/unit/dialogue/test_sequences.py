from __future__ import annotations

import re
import time

import pytest

from assistant.dialogue.sequences import MAX_SEQUENCES, NO_LOOP, Point, linear_stories, rule_points, story_points
from assistant.dialogue.stories import ActionStep, UserStep, parse_stories
from assistant.dialogue.tracker import ACTION_LISTEN, State
from assistant.errors import BadStep, UnknownName
from tests.unit.dialogue.building import domain_of, stories_of, yaml_of

DOMAIN = domain_of("""
intents: [a, b, c]
entities: [city]
slots: {s: {type: text}, flag: {type: bool, initial_value: true}}
responses: {utter_x: [{text: x}], utter_y: [{text: y}]}
forms: {form: {required_slots: [s]}}
""")


def words(text: str) -> set[str]:
    """The linear stories as one line of intents and actions each."""
    shown = set()
    for story in linear_stories(stories_of(text)):
        steps = [
            step.intent if isinstance(step, UserStep) else step.name if isinstance(step, ActionStep) else "."
            for step in story.steps
        ]
        shown.add(" ".join(str(step) for step in steps))
    return shown


def points(rule_or_story: str) -> list[Point]:
    (story,) = stories_of(rule_or_story)
    return (rule_points if story.is_rule else story_points)(story, DOMAIN)


# --- joining --------------------------------------------------------------------------------------------------------------------


def test_every_choice_of_an_or_is_a_story() -> None:
    text = "stories: [{story: s, steps: [{or: [{intent: a}, {intent: b}]}, {action: x}, {or: [{intent: a}, {intent: c}]}]}]"
    assert words(text) == {"a x a", "a x c", "b x a", "b x c"}


def test_stories_are_joined_where_one_ends_and_another_starts_with_a_checkpoint() -> None:
    text = """
        stories:
        - {story: one, steps: [{intent: a}, {checkpoint: k}]}
        - {story: two, steps: [{intent: b}, {checkpoint: k}]}
        - {story: x, steps: [{checkpoint: k}, {action: x}]}
        - {story: y, steps: [{checkpoint: k, slot_was_set: [s]}, {action: y}]}
    """
    assert words(text) == {"a x", "a . y", "b x", "b . y"}


def test_a_checkpoint_in_the_middle_ends_one_part_and_starts_the_next() -> None:
    text = """
        stories:
        - {story: s, steps: [{intent: a}, {checkpoint: k}, {action: x}]}
        - {story: t, steps: [{checkpoint: k}, {action: y}]}
    """
    assert words(text) == {"a x", "a y"}


def test_checkpoints_that_lead_back_are_followed_and_then_cut() -> None:
    """Three ways back to one checkpoint are an honest bot: round and round, but not for ever."""
    text = """
        stories:
        - {story: start, steps: [{intent: a}, {checkpoint: k}]}
        - {story: one, steps: [{checkpoint: k}, {action: one}, {checkpoint: k}]}
        - {story: two, steps: [{checkpoint: k}, {action: two}, {checkpoint: k}]}
        - {story: three, steps: [{checkpoint: k}, {action: three}, {checkpoint: k}]}
    """
    found = words(text)
    assert {"a one two", "a three three", "a two one"} <= {" ".join(story.split()[:3]) for story in found}
    assert len(found) < MAX_SEQUENCES


def test_a_checkpoint_that_leads_nowhere_is_named() -> None:
    with pytest.raises(BadStep, match=re.escape('stories.yml:5: this step cannot be read: no story starts with checkpoint "gone"')):
        words("stories:\n- story: s\n  steps:\n  - intent: a\n  - checkpoint: gone")


def test_too_many_combinations_are_refused_before_they_are_made() -> None:
    steps = ", ".join("{or: [{intent: a}, {intent: b}, {intent: c}]}" for _ in range(30))
    before = time.process_time()
    with pytest.raises(BadStep, match=f"more than {MAX_SEQUENCES} stories"):
        words(f"stories: [{{story: bomb, steps: [{steps}]}}]")
    assert time.process_time() - before < 2.0


# --- states ---------------------------------------------------------------------------------------------------------------------


def test_a_story_asks_for_each_action_in_the_state_before_it() -> None:
    found = points(
        "stories: [{story: s, steps: [{intent: a, entities: [city]}, {action: utter_x}, {intent: b}, {action: utter_y}]}]"
    )
    assert [point.action for point in found] == ["utter_x", ACTION_LISTEN, "utter_y", ACTION_LISTEN]
    first = found[0].states[-1]
    assert (first.intent, first.entities, first.prev_action) == ("a", ("city",), ACTION_LISTEN)
    assert [state.prev_action for state in found[2].states] == [ACTION_LISTEN, "utter_x", ACTION_LISTEN]
    assert found[0].story == "s"


def test_slots_of_a_story_are_set_from_their_step_on() -> None:
    found = points("stories: [{story: s, steps: [{intent: a}, {action: utter_x}, {slot_was_set: [{s: v}]}, {action: utter_y}]}]")
    assert [dict(point.states[-1].slots).get("s") for point in found] == [None, (1.0,), (1.0,)]


def test_a_rule_knows_only_what_it_says() -> None:
    """Not even the initial value of a slot is a condition of a rule."""
    found = points("rules: [{rule: r, steps: [{intent: a}, {action: utter_x}]}]")
    assert [(point.action, len(point.states)) for point in found] == [("utter_x", 1), (ACTION_LISTEN, 2)]
    assert found[0].states[0] == found[0].states[0]._replace(intent="a", slots=(), prev_action=ACTION_LISTEN, active_loop=None)


def test_a_rule_that_does_not_wait_asks_for_no_listening() -> None:
    found = points("rules: [{rule: r, wait_for_user_input: false, steps: [{intent: a}, {action: utter_x}]}]")
    assert [point.action for point in found] == ["utter_x"]


def test_the_absence_of_slots_and_forms_is_part_of_a_rules_state() -> None:
    (point, _) = points("""
        rules:
        - rule: r
          condition: [{active_loop: null}, {slot_was_set: [{s: null}, {flag: false}]}]
          steps: [{intent: a}, {action: utter_x}]
    """)
    assert point.states[-1].active_loop == NO_LOOP
    assert dict(point.states[-1].slots) == {"s": (), "flag": (1.0, 0.0)}


def test_a_rule_of_submission_starts_from_the_form() -> None:
    found = points("""
        rules:
        - rule: submit
          condition: [{active_loop: form}]
          steps:
          - action: form
          - active_loop: null
          - slot_was_set: [{requested_slot: null}]
          - action: utter_x
    """)
    assert [point.action for point in found] == ["utter_x", ACTION_LISTEN]
    assert (found[0].states[0].prev_action, found[0].states[0].active_loop) == ("form", NO_LOOP)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("{action: utter_z}", 'stories.yml:1: unknown action "utter_z"; did you mean "utter_'),
        ("{active_loop: fromm}", 'unknown form "fromm"'),
    ],
)
def test_a_step_that_names_what_is_not_there_is_refused(step: str, words: str) -> None:
    with pytest.raises(UnknownName, match=re.escape(words)):
        points(f"stories: [{{story: s, steps: [{{intent: a}}, {step}]}}]")


def test_a_story_that_names_an_unknown_intent_or_slot_is_followed_all_the_same() -> None:
    """As in Rasa, which warns; validation here says more."""
    found = points("stories: [{story: s, steps: [{intent: aa}, {slot_was_set: [flagg]}, {action: utter_x}]}]")
    assert [point.action for point in found] == ["utter_x", ACTION_LISTEN]
    assert found[0].states[-1] == State("aa", (), ACTION_LISTEN, (("flag", (1.0, 1.0)),))


def test_entities_fill_their_slots_where_a_story_does_not_say_so() -> None:
    domain = domain_of("""
        intents: [a]
        entities: [city]
        slots: {city: {type: text, mappings: [{type: from_entity, entity: city}]}}
        responses: {utter_x: [{text: x}]}
    """)
    (story,) = parse_stories(yaml_of("stories: [{story: s, steps: [{intent: a, entities: [city: Cork]}, {action: utter_x}]}]"))
    assert story_points(story, domain)[0].states[-1] == State("a", ("city",), ACTION_LISTEN, (("city", (1.0,)),))


def test_what_the_assistant_says_in_a_story_is_an_action_of_its_own() -> None:
    (story,) = parse_stories(yaml_of("stories: [{story: s, steps: [{intent: a}, {bot: Hello there}]}]"))
    assert [point.action for point in story_points(story, domain_of("intents: [a]"))] == ["Hello there", ACTION_LISTEN]


def test_a_rule_with_or_is_as_many_rules() -> None:
    found = points("rules: [{rule: r, steps: [{or: [{intent: a}, {intent: b}]}, {action: utter_x}]}]")
    assert [(point.states[-1].intent, point.action) for point in found if point.action != ACTION_LISTEN] == [
        ("a", "utter_x"),
        ("b", "utter_x"),
    ]


def test_a_message_that_nothing_follows_is_met_with_silence() -> None:
    found = points("stories: [{story: s, steps: [{intent: a}, {intent: b}, {action: utter_x}, {intent: c}]}]")
    assert [(point.states[-1].intent, point.action) for point in found] == [
        ("a", ACTION_LISTEN),
        ("b", "utter_x"),
        ("b", ACTION_LISTEN),
        ("c", ACTION_LISTEN),
    ]

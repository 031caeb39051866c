from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.events import ActionExecuted, ActiveLoop, SlotSet
from assistant.dialogue.policies.stories import StoryPolicy
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from tests.unit.dialogue.building import domain_of, listening, said, stories_of

if TYPE_CHECKING:
    from assistant.dialogue.events import Event

DOMAIN = domain_of("""
intents: [a, b, c, yes]
slots: {s: {type: text}, t: {type: text, influence_conversation: false}}
responses: {utter_x: [{text: x}], utter_y: [{text: y}], utter_z: [{text: z}]}
forms: {form: {required_slots: [t]}}
""")
LISTEN = ActionExecuted(ACTION_LISTEN)


def policy(*steps: str, max_history: int = 6) -> StoryPolicy:
    text = "stories:\n" + "\n".join(f"- {{story: s{n}, steps: [{step}]}}" for n, step in enumerate(steps))
    return StoryPolicy(stories_of(text), DOMAIN, max_history)


def wanted(stories: StoryPolicy, tracker: Tracker) -> str | None:
    decision = stories.predict(tracker)
    return decision.action if decision else None


ASK = "{intent: a}, {action: utter_x}, {intent: yes}, {action: utter_y}"
TELL = "{intent: b}, {action: utter_z}, {intent: yes}, {action: utter_x}"


def test_a_conversation_that_goes_as_a_story_goes_on_as_it_does() -> None:
    stories = policy(ASK, TELL)
    tracker = listening(DOMAIN, said("a"))
    assert wanted(stories, tracker) == "utter_x"
    tracker.update(ActionExecuted("utter_x"))
    assert wanted(stories, tracker) == ACTION_LISTEN
    tracker.update_all([LISTEN, said("yes")])
    assert wanted(stories, tracker) == "utter_y"


def test_the_same_word_means_what_came_before_it() -> None:
    assert wanted(policy(ASK, TELL), listening(DOMAIN, said("b"), ActionExecuted("utter_z"), LISTEN, said("yes"))) == "utter_x"


def test_a_story_is_recognised_in_the_middle_of_a_conversation() -> None:
    before: list[Event] = [said("c"), ActionExecuted("utter_z"), LISTEN] * 6
    tracker = listening(DOMAIN, *before, said("a"), ActionExecuted("utter_x"), LISTEN, said("yes"))
    assert wanted(policy(ASK, TELL), tracker) == "utter_y"


def test_a_story_may_begin_with_what_the_assistant_does() -> None:
    stories = policy("{action: utter_z}, {intent: yes}, {action: utter_y}")
    tracker = listening(DOMAIN, said("a"), ActionExecuted("utter_x"), ActionExecuted("utter_z"), LISTEN, said("yes"))
    assert wanted(stories, tracker) == "utter_y"
    assert wanted(stories, listening(DOMAIN, said("a"), ActionExecuted("utter_x"), LISTEN, said("yes"))) is None
    assert wanted(policy("{action: utter_z}, {action: utter_x}"), listening(DOMAIN, said("a"), ActionExecuted("utter_z"))) is None


def test_slots_set_before_the_story_began_do_not_hide_it() -> None:
    tracker = listening(DOMAIN, said("c"), SlotSet("s", "x"), ActionExecuted("utter_z"), LISTEN, said("a"))
    assert wanted(policy(ASK), tracker) == "utter_x"


def test_a_slot_set_within_a_story_counts() -> None:
    stories = policy("{intent: a}, {action: utter_x}, {slot_was_set: [{s: v}]}, {action: utter_y}")
    assert wanted(stories, listening(DOMAIN, said("a"), ActionExecuted("utter_x"), SlotSet("s", "other"))) == "utter_y"
    assert wanted(stories, listening(DOMAIN, said("a"), ActionExecuted("utter_x"))) is None


def test_the_same_past_with_two_ends_decides_nothing() -> None:
    assert wanted(policy("{intent: a}, {action: utter_x}", "{intent: a}, {action: utter_y}"), listening(DOMAIN, said("a"))) is None


def test_what_no_story_knows_is_left_to_others() -> None:
    assert wanted(policy(ASK), listening(DOMAIN, said("c"))) is None
    assert wanted(policy(), listening(DOMAIN, said("a"))) is None


def test_only_so_many_states_are_compared() -> None:
    long = "{intent: c}, {action: utter_z}, {intent: a}, {action: utter_x}, {intent: b}, {action: utter_y}"
    tracker = listening(DOMAIN, said("c"), ActionExecuted("utter_x"), LISTEN)  # not the story's first answer
    tracker.update_all([said("a"), ActionExecuted("utter_x"), LISTEN, said("b")])
    assert wanted(policy(long, max_history=10), tracker) is None
    assert wanted(policy(long, max_history=2), tracker) == "utter_y"


def test_a_form_of_many_questions_is_one_step_of_a_story() -> None:
    stories = policy(
        "{intent: a}, {action: form}, {active_loop: form}, {active_loop: null}, {action: utter_x}, {intent: b}, {action: utter_y}"
    )
    tracker = listening(DOMAIN, said("a"), ActionExecuted("form"), ActiveLoop("form"))
    for _ in range(4):
        tracker.update_all([LISTEN, said("c"), SlotSet("t", "v"), ActionExecuted("form")])
    tracker.update(ActiveLoop(None))
    assert wanted(stories, tracker) == "utter_x"
    tracker.update_all([ActionExecuted("utter_x"), LISTEN, said("b")])
    assert wanted(stories, tracker) == "utter_y"


def test_rules_are_left_aside() -> None:
    rules = stories_of("rules: [{rule: r, steps: [{intent: a}, {action: utter_x}]}]")
    assert wanted(StoryPolicy(rules, DOMAIN), listening(DOMAIN, said("a"))) is None


def test_the_whole_conversation_decides_where_its_last_states_are_those_of_two_stories() -> None:
    middle = "{intent: c}, {action: utter_z}, {intent: yes}"
    stories = policy(f"{{intent: a}}, {{action: utter_x}}, {middle}, {{action: utter_x}}", max_history=3)
    assert wanted(stories, listening(DOMAIN, *_gone("a", "utter_x"), *_gone("c", "utter_z"), said("yes"))) == "utter_x"
    stories = policy(
        f"{{intent: a}}, {{action: utter_x}}, {middle}, {{action: utter_x}}",
        f"{{intent: b}}, {{action: utter_y}}, {middle}, {{action: utter_y}}",
        max_history=3,
    )
    assert wanted(stories, listening(DOMAIN, *_gone("a", "utter_x"), *_gone("c", "utter_z"), said("yes"))) == "utter_x"
    assert wanted(stories, listening(DOMAIN, *_gone("b", "utter_y"), *_gone("c", "utter_z"), said("yes"))) == "utter_y"
    assert wanted(stories, listening(DOMAIN, *_gone("c", "utter_z"), *_gone("c", "utter_z"), said("yes"))) is None


def _gone(intent: str, action: str) -> tuple[Event, ...]:
    return said(intent), ActionExecuted(action), LISTEN

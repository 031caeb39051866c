"""A conversation becomes a story or a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.corrections.applying import apply
from assistant.corrections.conversations import entities_named, message_at, steps_of, understood
from assistant.corrections.stories import propose_story
from assistant.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    AgentUttered,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from assistant.dialogue.stories import load_stories
from assistant.dialogue.story_writing import step_as_yaml
from assistant.errors import CannotPlace, NoSuchTurn, NotInText, UnknownName
from assistant.evaluation.conversations import run_conversation_tests
from assistant.messages import BotMessage, Entity, IntentScore, Parse
from assistant.project import find_project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Step
    from assistant.project import Project

LISTEN = ActionExecuted("action_listen")
NUMBER = Entity("number", 9, 14, "12345", extractor="tagger", confidence=0.7)


def said(text: str, intent: str, *entities: Entity) -> UserUttered:
    return UserUttered(text, Parse(text, (IntentScore(intent, 0.8),), entities))


EVENTS: list[Event] = [
    said("of an earlier session", "chat"),
    ActionExecuted("action_session_start"),
    SessionStarted(),
    LISTEN,
    said("hello", "greet"),
    ActionExecuted("utter_greet"),
    BotUttered(BotMessage("hi")),
    LISTEN,
    said("blorp", "nlu_fallback"),
    ActionExecuted("action_default_fallback"),
    UserUtteranceReverted(),
    LISTEN,
    said("where is 12345", "track", NUMBER),
    SlotSet("number", "12345"),
    SlotSet("note", "nobody sees it"),
    ActionExecuted("order_form"),
    ActiveLoop("order_form"),
    SlotSet("requested_slot", "number"),
    SlotSet("requested_slot", None),
    ActiveLoop(None),
    ActionExecuted("action_check"),
    SlotSet("kind", "b"),
    LISTEN,
]


def written(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [dict(step_as_yaml(step)) for step in steps]


TRACKED: list[dict[str, Any]] = [
    {"slot_was_set": [{"number": "12345"}]},
    {"action": "order_form"},
    {"active_loop": "order_form"},
    {"slot_was_set": [{"requested_slot": None}]},
    {"active_loop": None},
    {"action": "action_check"},
    {"slot_was_set": [{"kind": "b"}]},
]


def test_a_story_is_what_stands_since_the_session_began(domain: Domain) -> None:
    assert written(steps_of(EVENTS, domain)) == [
        {"intent": "greet"},
        {"action": "utter_greet"},
        {"intent": "track", "entities": [{"number": "12345"}]},
        *TRACKED,
    ]


def test_a_test_has_what_was_written(domain: Domain) -> None:
    steps = written(steps_of(EVENTS, domain, has_texts=True))
    assert steps[0] == {"user": "hello", "intent": "greet"}
    assert steps[2] == {"user": "where is [12345](number)", "intent": "track"}


def test_a_story_ends_with_a_turn_as_it_went_or_as_it_should_have_gone(domain: Domain) -> None:
    assert written(steps_of(EVENTS, domain, turn=2)) == [{"intent": "greet"}, {"action": "utter_greet"}]
    corrected = steps_of(EVENTS, domain, turn=3, intent="chat", entities=(), actions=["utter_chat", "utter_done"])
    assert written(corrected)[2:] == [{"intent": "chat"}, {"action": "utter_chat"}, {"action": "utter_done"}]


def test_a_message_that_was_taken_back_can_be_corrected(domain: Domain) -> None:
    assert message_at(EVENTS, 3, "ann").text == "blorp"
    assert written(steps_of(EVENTS, domain, turn=3))[2:] == [{"intent": "nlu_fallback"}, {"action": "action_default_fallback"}]


def test_a_restart_begins_a_story(domain: Domain) -> None:
    events: list[Event] = [
        *EVENTS,
        said("/restart", "restart"),
        ActionExecuted("action_restart"),
        Restarted(),
        LISTEN,
        said("hello", "greet"),
    ]
    assert written(steps_of(events, domain)) == [{"intent": "greet"}]


def test_what_was_said_to_a_person_is_left_out(domain: Domain) -> None:
    with_person: list[Event] = [LISTEN, said("help", "chat"), ActionExecuted("action_handoff"), ConversationPaused(), LISTEN]
    with_person += [said("are you there", "greet"), AgentUttered("yes"), ConversationResumed(), said("hello", "greet")]
    with_person.append(ActionExecuted("utter_greet"))
    assert written(steps_of(with_person, domain)) == [
        {"intent": "chat"},
        {"action": "action_handoff"},
        {"intent": "greet"},
        {"action": "utter_greet"},
    ]


@pytest.mark.parametrize("turn", [0, 5, 99])
def test_a_turn_that_is_not_there_is_named(domain: Domain, turn: int) -> None:
    with pytest.raises(NoSuchTurn, match=f"COR-001 conversation 'ann' has no turn {turn}; name a turn from 1 to 4"):
        message_at(EVENTS, turn, "ann")
    with pytest.raises(NoSuchTurn, match="nothing was said in it"):
        message_at([], None, "ann")


def test_entities_as_understood_are_what_was_written(domain: Domain) -> None:
    odd = (Entity("time", 0, 5, "x"), Entity("city", 0, 99, "x"), Entity("number", 9, 14, 12345, role="r", extractor="values"))
    assert understood(said("where is 12345", "track", *odd), domain) == (Entity("number", 9, 14, "12345", "r"),)


def test_entities_are_named_by_their_text() -> None:
    text = "from Cork to Cork = 5"
    assert entities_named(text, ["city:from=Cork", "city:to=Cork", "number=5=>five"]) == (
        Entity("city", 5, 9, "Cork", "from"),
        Entity("city", 13, 17, "Cork", "to"),
        Entity("number", 20, 21, "five"),
    )


@pytest.mark.parametrize("named", ["city=Rome", "city=", "city", "=Cork", "city=Cork,city=Cork,city=Cork"])
def test_an_entity_that_is_not_in_the_text_is_named(named: str) -> None:
    with pytest.raises(NotInText, match="COR-005"):
        entities_named("from Cork to Cork", named.split(","))


# --- files ----------------------------------------------------------------------------------------------------------------------


def test_a_story_stands_after_the_last_one(project: Project, domain: Domain) -> None:
    path = project.root / "data" / "stories.yml"
    before = path.read_text()
    proposal = propose_story(project, domain, "tracked", steps_of(EVENTS, domain))
    assert [edit.shown for edit in proposal.edits] == ["data/stories.yml"]
    apply(project, proposal)
    after = path.read_text()
    assert after.startswith(before[: before.index("\nrules:")])
    assert after.endswith(before[before.index("\nrules:") :])
    assert [story.name for story in load_stories(project)] == ["greeting", "tracked", "chat"]


def test_a_saved_test_passes(project: Project, domain: Domain) -> None:
    events: list[Event] = [
        LISTEN,
        said("hello", "greet"),
        ActionExecuted("utter_greet"),
        LISTEN,
        said("nice", "chat"),
        ActionExecuted("utter_chat"),
    ]
    proposal = propose_story(project, domain, "small talk", steps_of(events, domain, has_texts=True), is_test=True)
    apply(project, proposal)
    assert (project.root / "tests" / "test_stories.yml").read_text() == (
        'version: "3.1"\n\nstories:\n'
        "- story: small talk\n"
        "  steps:\n"
        "  - user: hello\n"
        "    intent: greet\n"
        "  - action: utter_greet\n"
        "  - user: nice\n"
        "    intent: chat\n"
        "  - action: utter_chat\n"
    )
    again = find_project(project.root)
    report = run_conversation_tests(again, load_settings())
    assert (report.n_passed, report.n_failed) == (1, 0)
    second = propose_story(again, domain, "small talk", steps_of(events, domain, turn=1, has_texts=True), is_test=True)
    assert second.title == 'test "small talk 2"'


def test_a_story_that_is_there_already_changes_nothing(project: Project, domain: Domain) -> None:
    proposal = propose_story(project, domain, "again", steps_of(EVENTS, domain, turn=2))
    assert (proposal.edits, proposal.title) == ((), 'the story "greeting" says so already')


def test_what_a_story_contradicts_is_said(project: Project, domain: Domain) -> None:
    events: list[Event] = [LISTEN, said("nice", "chat")]
    steps = steps_of(events, domain, actions=["utter_done"])
    (note,) = propose_story(project, domain, "other", steps).notes
    assert note.startswith("STO-002 data/stories.yml:")
    assert 'wants "utter_done" where data/stories.yml:19 wants "utter_chat"' in note


def test_names_that_are_not_there_are_named(project: Project, domain: Domain) -> None:
    with pytest.raises(UnknownName, match='unknown action "utter_gret"; did you mean "utter_greet"'):
        propose_story(project, domain, "x", steps_of(EVENTS, domain, actions=["utter_gret"]))
    with pytest.raises(UnknownName, match='unknown intent "gret"; did you mean "greet"'):
        propose_story(project, domain, "x", steps_of(EVENTS, domain, intent="gret", actions=["utter_greet"]))


def test_a_form_that_cannot_be_added_to_is_left_alone(project: Project, domain: Domain) -> None:
    (project.root / "data" / "stories.yml").write_text("stories: [{story: a, steps: [{intent: greet}, {action: utter_greet}]}]\n")
    with pytest.raises(CannotPlace, match=r"COR-002 data/stories\.yml"):
        propose_story(project, domain, "x", steps_of(EVENTS, domain))


@pytest.mark.parametrize("name", ["a: b # c", '"quoted"', "- dash", "{map}", "né \U0001f600", "yes", "12"])
def test_any_name_is_a_name(project: Project, domain: Domain, name: str) -> None:
    apply(project, propose_story(project, domain, name, steps_of(EVENTS, domain)))
    assert name in {story.name for story in load_stories(project)}

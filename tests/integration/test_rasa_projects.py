"""Rasa projects as people write them: each loads without edits, validates without errors, and passes its own tests."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.outcome import ActionOutcome
from assistant.actions.process import ProcessRunner
from assistant.config import load_settings
from assistant.dialogue.domain import load_domain
from assistant.dialogue.slots import MappingCondition
from assistant.evaluation.conversations import run_conversation_tests
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project
from assistant.validation import validate_project
from tests.integration.bots import Keywords, agent_of, say, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.agent import Agent

BOTS = Path(__file__).parent.parent / "data" / "bots"
NAMES = sorted(path.name for path in BOTS.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_a_project_has_no_errors(name: str) -> None:
    assert [str(finding) for finding in validate_project(find_project(BOTS / name)) if finding.is_error] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_project_passes_its_own_conversation_tests(name: str) -> None:
    project = find_project(BOTS / name)
    report = run_conversation_tests(project, load_settings(project.config, project.endpoints))
    assert report.failures == ()
    assert report.n_passed > 0


def test_a_domain_may_be_spread_over_files_and_folders() -> None:
    domain = load_domain(find_project(BOTS / "library"))
    assert {"utter_greet", "utter_found", "utter_faq/wifi", "utter_hours"} <= set(domain.responses)
    assert domain.slots["sent_to"].mappings[0].role == "to"
    assert domain.slots["sent_to"].influences
    assert domain.slots["shelf"].mappings[0].conditions == (MappingCondition(None),)
    assert (domain.session.expiration_minutes, domain.session.carry_over_slots) == (0, False)
    assert domain.problems == ()


def test_examples_are_read_in_each_of_their_forms() -> None:
    data = read_nlu(find_project(BOTS / "pizzeria").training)
    texts = {example.text: example for example in data.examples}
    assert texts["do you like pizza yourself"].intent == "chitchat"
    big, ham, olives = texts["a big one with ham and olives please"].entities
    assert (big.entity, big.role, big.value, ham.value, olives.entity) == ("size", "wanted", "large", "ham", "topping")
    assert texts["the family size one"].entities[0].value == "large"
    assert data.synonyms["huge"] == "large"
    assert data.lookups["topping"] == ("ham", "olives", "mushrooms")


# --- in conversation ------------------------------------------------------------------------------------------------------------


class Members:
    """Runs the library's actions: starts sessions, and looks members up without finding out."""

    def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> ActionOutcome:
        assert tracker["sender_id"]
        assert domain["actions"]
        if name == "action_session_start":
            return ActionOutcome([{"event": "session_started"}, {"event": "action", "name": "action_listen"}])
        return ActionOutcome([{"event": "slot", "name": "member", "value": None}])

    def close(self) -> None:
        pass


@pytest.fixture
def librarian(tmp_path: Path) -> Iterator[Agent]:
    """The library's bot over keywords in place of a model."""
    project = find_project(shutil.copytree(BOTS / "library", tmp_path / "library"))
    understood = Keywords({r"coffee|hello": "greet", "book": "find_book", "wifi": "faq/wifi"}, {"Woolf|Joyce": "author"})
    agent = agent_of(replace(project, state=tmp_path / "state"), understood, Members())
    yield agent
    agent.close()


def test_what_stories_say_word_by_word_is_said_in_conversation(librarian: Agent) -> None:
    assert texts(say(librarian, "Do you sell  coffee")) == ["There is a machine in the hall."]
    assert texts(say(librarian, "hello")) == ["Welcome to the library.", "Monday to Friday, nine to six."]


def test_entities_fill_slots_and_retrieval_intents_their_responses(librarian: Agent) -> None:
    assert texts(say(librarian, "a book by Joyce")) == ["We have something by Joyce."]
    (reply,) = say(librarian, "is there wifi", "bob").messages
    assert (reply.text, reply.custom) == ("The network is called Library, no password.", {"sticker": "wifi"})


# --- further projects: their own actions, in conversation -----------------------------------------------------------------------


def opened(name: str, folder: Path, intents: dict[str, str], entities: dict[str, str] | None = None) -> Agent:
    """The agent of a project, with its own actions in a process."""
    shutil.copytree(BOTS / name, folder / name)
    project = find_project(folder / name)
    return agent_of(project, Keywords(intents, entities or {}), ProcessRunner(project.bot, project.state, 30.0))


def test_a_form_asks_for_what_its_own_code_says(tmp_path: Path) -> None:
    intents = {"insure": "insure", "robot": "chitchat", "^yes": "affirm", "galway": "inform", "changed my mind": "cancel"}
    entities = {r"\b(?:car|boat)\b": "vehicle", r"\b[A-Z]-[A-Z]{2} \d+": "plate", "Galway": "city"}
    agent = opened("insurance", tmp_path, intents, entities)
    try:
        for text, answers in (
            ("insure my car", ["Plate of your car?"]),
            ("are you a robot", ["Plate of your car?"]),  # after one of two answers at random
            ("D-AB 123", ["Were you insured before?"]),
            ("yes", ["Where do you live?"]),
            ("Galway", ["Done: car, D-AB 123, None, Galway, True, None"]),
            ("insure a boat", ["How long is it, in metres?"]),
            ("70", ["Too long.", "How long is it, in metres?"]),
            ("i changed my mind", ["Do you want to stop?"]),
            ("yes", ["That is no length.", "How long is it, in metres?"]),  # as in Rasa, the form has the first word
        ):
            reply = [text for text in texts(say(agent, text)) if text]
            assert reply[-len(answers) :] == answers, text
    finally:
        agent.close()


def test_stories_with_checkpoints_and_list_slots_lead_through_custom_actions(tmp_path: Path) -> None:
    intents = {"hello": "hello", "^yes": "yes", "reviews": "compare_reviews", "venues": "find_venues", "thanks": "thanks"}
    agent = opened("concerts", tmp_path, intents)
    try:
        assert texts(say(agent, "hello"))[-1] == "Do you like live music?"
        assert texts(say(agent, "yes")) == ["Gigs: Ada and the Loops, Nine Rivers"]
        assert "Nine Rivers" in str(texts(say(agent, "reviews")))
        assert texts(agent.trigger_intent("ann", "EXTERNAL_gig_cancelled", [{"entity": "number", "value": "2"}])) == [
            "A gig was cancelled: ['2']"
        ]
    finally:
        agent.close()


def test_texts_of_stories_retrieval_and_several_intents_go_side_by_side(tmp_path: Path) -> None:
    agent = opened("telephone", tmp_path, {"swift": "order+greet", "open": "faq/hours", "^bye": "goodbye"}, {"Swift": "product"})
    try:
        assert texts(say(agent, "Hello my friend")) == ["My dear friend, welcome back."]
        assert texts(say(agent, "when are you open")) == ["We are there from 8 to 18."]
        assert texts(say(agent, "hi, the Swift"))[1:] == ["Ordered: Swift.\nIt comes tomorrow.\n"]
        assert texts(say(agent, "bye")) == ["Bye bye"]
    finally:
        agent.close()

"""Rasa projects as people write them: each loads without edits, validates without errors, and passes its own tests."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.outcome import ActionOutcome
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

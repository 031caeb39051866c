"""Rasa's retrieval intents: one intent with many response keys, one action that says the response of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.evaluation.conversations import run_conversation_tests
from assistant.project import find_project
from assistant.validation import validate_project
from tests.integration.bots import Keywords, agent_of, say, texts

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.project import Project

FILES = {
    "domain.yml": """
intents: [faq, greet]
actions: [utter_faq]
responses:
  utter_faq/ask_hours: [{text: "From nine to five."}]
  utter_faq/ask_place: [{text: "At the harbour."}]
  utter_greet: [{text: "Hello!"}]
""",
    "data/nlu.yml": """
nlu:
- {intent: faq/ask_hours, examples: "- when are you open\\n- opening hours\\n- are you open now\\n- hours\\n- till when\\n"}
- {intent: faq/ask_place, examples: "- where are you\\n- your address\\n- how do i get there\\n- which street\\n- place\\n"}
- {intent: greet, examples: "- hi\\n- hello\\n- hey\\n- good day\\n- morning\\n"}
""",
    "data/rules.yml": """
rules:
- {rule: questions, steps: [{intent: faq}, {action: utter_faq}]}
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
""",
    "tests/test_stories.yml": """
stories:
- story: hours
  steps: [{user: when are you open, intent: faq/ask_hours}, {action: utter_faq}]
- story: place
  steps: [{user: where are you, intent: faq}, {action: utter_faq}]
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return find_project(tmp_path)


def test_the_response_of_the_key_is_said(project: Project) -> None:
    agent = agent_of(project, Keywords({"open": "faq/ask_hours", "where": "faq/ask_place", "hi": "greet"}, {}))
    assert texts(say(agent, "when are you open")) == ["From nine to five."]
    assert texts(say(agent, "where are you")) == ["At the harbour."]
    assert texts(say(agent, "hi")) == ["Hello!"]
    agent.close()


def test_a_project_with_retrieval_intents_is_sound_and_passes_its_tests(project: Project) -> None:
    assert [str(finding) for finding in validate_project(project) if finding.is_error] == []
    report = run_conversation_tests(project, load_settings())
    assert (report.n_passed, report.n_failed) == (2, 0)

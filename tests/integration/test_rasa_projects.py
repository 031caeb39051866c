"""Rasa projects as people write them: each loads without edits, validates without errors, and passes its own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import load_settings
from assistant.dialogue.domain import load_domain
from assistant.dialogue.slots import MappingCondition
from assistant.evaluation.conversations import run_conversation_tests
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project
from assistant.validation import validate_project

BOTS = Path(__file__).parent.parent / "data" / "bots"
NAMES = sorted(path.name for path in BOTS.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_a_project_has_no_errors(name: str) -> None:
    assert [str(finding) for finding in validate_project(find_project(BOTS / name)) if finding.is_error] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_project_passes_its_own_conversation_tests(name: str) -> None:
    project = find_project(BOTS / name)
    report = run_conversation_tests(project, load_settings(project.config, project.endpoints))
    assert report.n_failed == 0, report.as_text()
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

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from assistant.errors import UnknownName
from assistant.messages import Entity, IntentScore, Parse
from assistant.nlu.training_data import read_nlu
from assistant.ui.faq.teaching import N_INTENTS, likely_intents, teach

if TYPE_CHECKING:
    from assistant.dialogue.domain import Domain
    from assistant.project import Project


def parse(text: str) -> Parse:
    found = text.find("4321")
    entities = (Entity("number", found, found + 4, "4321"),) if found >= 0 else ()
    return Parse(text, tuple(IntentScore(name, 0.1) for name in ("track", "greet", "chat", "inform", "faq")), entities)


@pytest.fixture
def agent(domain: Domain) -> Any:
    return cast("Any", SimpleNamespace(domain=domain, interpreter=SimpleNamespace(parse=parse)))


def test_questions_become_examples_with_their_entities(project: Project, agent: Any) -> None:
    assert teach(project, agent, ["find parcel 4321 for me", "my parcel?"], "track") == 2
    taught = {example.text: example for example in read_nlu(project.training).examples}
    assert taught["my parcel?"].intent == "track"
    assert [(entity.entity, entity.value) for entity in taught["find parcel 4321 for me"].entities] == [("number", "4321")]
    assert teach(project, agent, ["my parcel?"], "track") == 0


def test_an_intent_that_is_not_there_is_refused(project: Project, agent: Any) -> None:
    with pytest.raises(UnknownName):
        teach(project, agent, ["my parcel?"], "nothing")


def test_the_most_likely_intents_are_offered(agent: Any) -> None:
    assert likely_intents(agent, "hello") == ("track", "greet", "chat", "inform")[:N_INTENTS]

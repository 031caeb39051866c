"""Questions about a long policy document: answered with the span marked and the place named, or honestly not at all."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from assistant.config import load_settings
from assistant.errors import ManifestMissing
from assistant.knowledge.files import read_document
from assistant.opening import knowledge_paths, open_documents, open_plain_encoder
from assistant.project import find_project, shipped_root
from assistant.stores.database import open_database
from assistant.stores.documents import DocumentStore
from tests.integration.bots import Keywords, agent_of, say, texts
from tests.integration.conftest import INTENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.agent import Agent
    from assistant.messages import BotMessage
    from assistant.project import Project

POLICY = "returns-and-guarantee-policy.md"
QUESTION = "why must I register a return before I send it?"


class Reading(Keywords):
    """Knows intents by keywords, and texts by the shipped encoder."""

    fingerprint = "shipped"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return open_plain_encoder().encode(texts)


@pytest.fixture
def store(project: Project) -> Iterator[DocumentStore]:
    project.state.mkdir(parents=True, exist_ok=True)
    with open_database(project.database_url) as database:
        yield DocumentStore(database)


@pytest.fixture
def bot(project: Project, store: DocumentStore) -> Iterator[Agent]:
    store.put(read_document(shipped_root() / "data" / "knowledge" / POLICY, f"knowledge/{POLICY}"))
    agent = agent_with_documents(project, store)
    yield agent
    agent.close()


def agent_with_documents(project: Project, store: DocumentStore, **options: Any) -> Agent:
    settings = load_settings(project.config, project.endpoints)

    def opened(interpreter: Any) -> Any:
        return open_documents(store, interpreter, settings)

    return agent_of(project, Reading(INTENTS, {}), settings={"faq_threshold": 0.9}, **({"open_documents": opened} | options))


def marked(message: BotMessage) -> str:
    """Returns the part of a message that is highlighted."""
    start, end = message.metadata["highlight"]
    return str(message.text)[start:end]


def test_a_question_about_a_long_policy_is_answered_with_the_span_marked_and_the_place_named(
    bot: Agent, store: DocumentStore
) -> None:
    reply = say(bot, QUESTION)
    (message,) = reply.messages
    assert (reply.trace.decisions[0].action, reply.trace.decisions[0].policy) == ("action_answer_faq", "documents")
    assert "cannot be matched to an order" in marked(message)
    assert len(marked(message)) < len(str(message.text)) / 2
    assert str(message.text).startswith("Register a return in your account before you send it, because")
    assert str(message.text).endswith("*from Returns and guarantee policy > Preparing a return > Registering*")
    start, end = message.metadata["document_span"]
    assert store.get(message.metadata["document"]).text[start:end] == marked(message) == message.metadata["highlighted"]
    assert reply.trace.documents is not None
    assert reply.trace.documents.best is not None
    assert reply.trace.timings_ms["documents"] > 0
    assert bot.unanswered.list() == ()


@pytest.mark.parametrize("text", ["what is the capital of peru", "do you sell living goldfish", "my neighbour plays the drums"])
def test_what_no_document_says_is_left_to_the_fallback(bot: Agent, text: str) -> None:
    reply = say(bot, text)
    assert texts(reply) == ["Pardon?"]
    assert reply.trace.documents is not None
    assert reply.trace.documents.best is None


def test_the_faq_and_rules_go_before_documents_which_are_not_even_asked(bot: Agent) -> None:
    assert texts(say(bot, "How much is shipping?")) == ["Shipping is **free** from 50 euros."]
    assert say(bot, "hello").trace.documents is None


def test_a_document_that_another_process_adds_is_found_in_the_next_message(
    bot: Agent, store: DocumentStore, tmp_path: Path
) -> None:
    assert texts(say(bot, "how tall is the lighthouse of our shop?")) == ["Pardon?"]
    file = tmp_path / "lighthouse.md"
    file.write_text("# Our lighthouse\n\nThe lighthouse of our shop is 43 metres tall. It was built by the owner.\n")
    store.put(read_document(file))
    reply = say(bot, "how tall is the lighthouse of our shop?")
    assert "43 metres" in marked(reply.messages[0])
    store.remove("lighthouse")
    assert texts(say(bot, "how tall is the lighthouse of our shop?")) == ["Pardon?"]


def test_marks_in_a_document_are_shown_as_they_are(bot: Agent, store: DocumentStore, tmp_path: Path) -> None:
    file = tmp_path / "stars.txt"
    file.write_text("The secret word for the club *is* [rose_garden], and members say it at the door of the club.")
    store.put(read_document(file))
    reply = say(bot, "what is the secret word for the club?")
    assert "\\*is\\* \\[rose\\_garden\\]" in str(reply.messages[0].text)


def test_a_reader_that_is_damaged_keeps_nobody_from_an_answer(project: Project, store: DocumentStore) -> None:
    class Damaged:
        def ask(self, question: str) -> Any:
            raise ManifestMissing(folder=project.root, why=f"gone: {question}")

    agent = agent_with_documents(project, store, open_documents=lambda _: Damaged())
    reply = say(agent, QUESTION)
    agent.close()
    assert texts(reply) == ["Pardon?"]
    assert "ALB-001" in reply.trace.problems[0]


def test_a_projects_own_folder_and_what_its_settings_name_are_its_documents(project: Project) -> None:
    (project.root / "knowledge").mkdir()
    shutil.copy(shipped_root() / "data" / "knowledge" / POLICY, project.root / "knowledge")
    found = find_project(project.root)
    settings = load_settings(found.config, found.endpoints, knowledge="docs")
    assert knowledge_paths(found, settings) == [project.root / "knowledge", project.root / "docs"]


def test_replies_are_suggested_to_people_of_the_team(bot: Agent) -> None:
    say(bot, "what does delivery cost")
    suggestions = bot.suggested_replies("ann")
    assert suggestions[0].text == "Shipping is **free** from 50 euros."
    assert suggestions[0].source.startswith("FAQ")
    assert bot.suggested_replies("nobody") == ()

"""Small bots for whole conversations: a stand-in for the model that knows keywords, and agents on SQLite in a folder."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.actions.process import ProcessRunner
from assistant.agent import Agent, Memory
from assistant.config import load_settings
from assistant.dialogue.domain import load_domain
from assistant.dialogue.stories import load_stories
from assistant.faq.index import FaqIndex
from assistant.messages import Entity, IntentScore, Parse, UserMessage
from assistant.nlu.signals.anchors import load_shipped
from assistant.opening import open_documents, open_plain_encoder, open_project_database
from assistant.project import find_project, shipped_root, shipped_signals
from assistant.stores.askings import AskingStore
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.documents import DocumentStore
from assistant.stores.entries import EntryStore
from assistant.stores.handoffs import HandoffStore
from assistant.stores.seeding import seed_if_empty
from assistant.stores.unanswered import UnansweredStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.actions.outcome import ActionRunner
    from assistant.messages import Reply
    from assistant.project import Project

WIDTH = 64


class Keywords:
    """Understands by keywords: the first pattern that is found names the intent; entities by patterns, too."""

    fingerprint = "keywords"

    def __init__(self, intents: dict[str, str], entities: dict[str, str]) -> None:
        self._intents = [(re.compile(pattern), intent) for pattern, intent in intents.items()]
        self._entities = [(re.compile(pattern), entity) for pattern, entity in entities.items()]

    def parse(self, text: str) -> Parse:
        intent = next((intent for pattern, intent in self._intents if pattern.search(text.lower())), None)
        found = [
            Entity(entity, match.start(), match.end(), match[0])
            for pattern, entity in self._entities
            for match in pattern.finditer(text)
        ]
        ranking = (IntentScore(intent, 0.9),) if intent else (IntentScore("inform", 0.2), IntentScore("greet", 0.1))
        return Parse(text, ranking, tuple(found))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Words hashed into a vector: texts with the same words are near one another."""
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % WIDTH] += 1
        lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)


def agent_of(project: Project, interpreter: Any, runner: ActionRunner | None = None, **options: Any) -> Agent:
    """The agent of a project as it is opened for people, with another interpreter."""
    project.state.mkdir(parents=True, exist_ok=True)
    database = open_database(project.database_url)
    entries = EntryStore(database)
    seed_if_empty(entries, project.faq)
    settings = load_settings(project.config, project.endpoints, **options.pop("settings", {}))
    agent = Agent(
        domain=load_domain(project),
        stories=load_stories(project),
        settings=settings,
        memory=Memory(
            ConversationStore(database), entries, UnansweredStore(database), HandoffStore(database), AskingStore(database)
        ),
        model=project.models / "none",
        load_model=lambda _: (interpreter, FaqIndex(entries, interpreter.encode, interpreter.fingerprint, settings.faq_threshold)),
        runner=runner,
        **options,
    )
    agent.on_close(database.close)
    return agent


class Hearing(Keywords):
    """Knows intents by keywords, and hears moods and insults as the shipped heads do, on the vectors of the shipped encoder."""

    fingerprint = "shipped"

    def __init__(self, intents: dict[str, str], entities: dict[str, str]) -> None:
        super().__init__(intents, entities)
        folder = shipped_signals()
        assert folder is not None
        self._heads = load_shipped(folder)[0]

    def parse(self, text: str) -> Parse:
        sentiment, flags = self._heads.weigh(text, self.encode([text])[0])
        return replace(super().parse(text), sentiment=sentiment, flags=flags)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return open_plain_encoder().encode(texts)


def shop_agent(root: Path, interpreter: Any, *, has_documents: bool = False) -> Agent:
    """The shipped bot in a folder of its own, its actions and FAQ for real; its longer documents too, where they are wanted."""
    for part in ("intents", "data/faq", "data/knowledge"):
        shutil.copytree(shipped_root() / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    project = find_project(root)
    options: dict[str, Any] = {}
    if has_documents:
        settings = load_settings(project.config, project.endpoints)
        database = open_project_database(project, settings)
        options["open_documents"] = lambda of: open_documents(DocumentStore(database), of, settings)
    agent = agent_of(project, interpreter, ProcessRunner(project.bot, project.state, 30.0), **options)
    if has_documents:
        agent.on_close(database.close)
    return agent


def say(agent: Agent, text: str, sender: str = "ann") -> Reply:
    return agent.handle(UserMessage(text, sender))


def texts(reply: Reply) -> list[str | None]:
    return [message.text for message in reply.messages]

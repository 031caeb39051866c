"""Reads what the intents screen shows: examples, domain, health, and messages that nobody has labelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.corrections.conversations import understood
from assistant.corrections.draft import Draft, read_draft
from assistant.corrections.suggestions import ignored_messages, messages_in, suggest
from assistant.dialogue.domain import load_domain
from assistant.dialogue.events import UserUttered
from assistant.project import find_project
from assistant.ui.evaluation.results import last_understood
from assistant.validation.intent_health import intent_health, shared_examples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.corrections.suggestions import Suggestion
    from assistant.dialogue.domain import Domain
    from assistant.messages import Entity
    from assistant.project import Project
    from assistant.ui.ports import AgentPort
    from assistant.validation.intent_health import IntentHealth

_MOST_CONVERSATIONS = 200


@dataclass(frozen=True, slots=True)
class Bot:
    """What a bot is taught.

    Attributes:
        project: as its files lie now.
        domain: its intents and entities.
        draft: its examples.
    """

    project: Project
    domain: Domain
    draft: Draft


def read_bot(project: Project) -> Bot:
    """Returns what a bot is taught, as its files have it now.

    Raises:
        SourceError: a file cannot be read.
    """
    found = find_project(project.root)
    return Bot(found, load_domain(found), read_draft(found))


@dataclass(frozen=True, slots=True)
class Health:
    """The health of all intents, and which examples other intents have, too, or nearly so."""

    intents: Mapping[str, IntentHealth]
    shared: frozenset[int]


def health_of(draft: Draft, domain: Domain, measured: Iterable[tuple[str, str, int]]) -> Health:
    """Returns the health of the intents of a draft; takes up to a second for ten thousand examples."""
    examples = [(one.text, one.intent) for one in draft.utterances]
    taught = {intent.split("/", maxsplit=1)[0] for _, intent in examples}
    silent = [name for name in domain.intents if name not in taught]
    intents = intent_health(examples, measured, [*silent, *(new.name for new in draft.new_intents)])
    shared = {draft.utterances[place].key for pair in shared_examples(examples) for place in pair}
    return Health(intents, frozenset(shared))


def measured_pairs(project: Project) -> tuple[tuple[str, str, int], ...]:
    """Returns (right, found, times) as it was measured last; nothing when it never was."""
    understood = last_understood(project)
    return understood.pairs if understood is not None else ()


def read_suggestions(project: Project, agent: AgentPort, draft: Draft) -> tuple[Suggestion, ...]:
    """Returns what people wrote and nobody has labelled, what would teach most first; takes up to seconds."""
    senders = [one.sender_id for one in agent.conversations.senders()][:_MOST_CONVERSATIONS]
    messages = messages_in(agent.events(sender) for sender in senders)
    known = [one.text for one in draft.utterances]
    return suggest(messages, known, ignored_messages(project), agent.interpreter.parse, agent.interpreter.encode)


def entities_of(suggestion: Suggestion, domain: Domain) -> Sequence[Entity]:
    """Returns the entities found in a message that can stand in an example."""
    return understood(UserUttered(suggestion.text, suggestion.parse), domain)

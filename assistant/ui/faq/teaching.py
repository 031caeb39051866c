"""Makes a question that the FAQ could not answer an example of an intent: it was no question, but something to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.project import Project
    from assistant.ui.ports import AgentPort

N_INTENTS = 4


def likely_intents(agent: AgentPort, text: str) -> tuple[str, ...]:
    """Returns the intents that a text may have, the most likely first."""
    return tuple(score.name for score in agent.interpreter.parse(text).intent_ranking[:N_INTENTS])


def teach(project: Project, agent: AgentPort, texts: Sequence[str], intent: str) -> int:
    """Makes texts examples of an intent in the project's training files, with the entities found in them.

    Each is a correction of its own, which ``assistant correct --undo`` takes back. It counts from the next training on.

    Returns:
        How many are new.

    Raises:
        SourceError: a text cannot stand among the examples, or a file is written in a form that cannot be added to.
        CannotWrite: the disk refuses.
    """
    from assistant.corrections.applying import apply
    from assistant.corrections.examples import propose_example

    n_taught = 0
    for text in texts:
        proposal = propose_example(project, agent.domain, text, intent, agent.interpreter.parse(text).entities)
        n_taught += apply(project, proposal) is not None
    return n_taught

"""The learned policy: what stories suggest in situations that none of them tells of.

It is trained with the model and lies in the model's folder as ``policy.onnx`` and ``policy.json``; it runs on ONNX Runtime.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from assistant.albert.session import open_session
from assistant.dialogue.policies.features import StateFeatures
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.errors import BadModel
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.tracker import State, Tracker

POLICY_GRAPH = "policy.onnx"
POLICY_SETTINGS = "policy.json"
GRAPH_INPUT, GRAPH_OUTPUT = "states", "logits"

NO_ACTION = ""
"""What the graph answers where it leaves the decision to others."""


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What the graph's numbers mean.

    Attributes:
        features: of a state, by position; see StateFeatures.
        actions: by index of the logits; NO_ACTION is one of them.
        max_history: states that are looked back.
        replies: what was done last and the intent that came then, where stories or rules tell of it; "" for nothing yet.
    """

    features: tuple[str, ...]
    actions: tuple[str, ...]
    max_history: int
    replies: tuple[tuple[str, str], ...] = ()


class Scorer(Protocol):
    """Scores actions; a loaded graph is one."""

    def __call__(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns logits.

        Args:
            states: Shape: (max_history, feature).

        Returns:
            Shape: (action,).
        """


class LearnedPolicy:
    """Predicts the next action from the latest states.

    Args:
        settings: of the graph; score: the graph.
        domain: actions that it does not have any more are never chosen.
        threshold: a prediction below this probability is none.
    """

    def __init__(self, settings: PolicySettings, score: Scorer, domain: Domain, threshold: float) -> None:
        self._settings = settings
        self._score = score
        self._domain = domain
        self._threshold = threshold
        self._features = StateFeatures(settings.features)
        self._replies = frozenset(settings.replies)

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns the most probable action where the policy is sure of it."""
        if tracker.latest_message is None or not self._knows(tracker):
            return None
        probabilities = self.probabilities(tracker.states(self._settings.max_history))
        first, second = np.argsort(-probabilities, kind="stable")[:2]
        action, confidence = self._settings.actions[first], float(probabilities[first])
        if action == NO_ACTION or confidence < self._threshold or not self._may_run(action, tracker):
            return None
        runner_up = self._settings.actions[second] or "none of these"
        reason = f"stories suggest it: {confidence:.0%} sure, next {runner_up} {float(probabilities[second]):.0%}"
        return Decision(action, "learned", confidence, reason)

    def probabilities(self, states: list[State]) -> NDArray[np.float32]:
        """Returns the probability of each action of the settings, in their order.

        Args:
            states: oldest first, the present one last.
        """
        begun = [state for state in states if state.intent is not None or state.prev_action is not None]
        logits = self._score(self._features.matrix(begun, self._settings.max_history))
        if reply_of(begun) in self._replies and NO_ACTION in self._settings.actions:
            # Leaving it to others is learned from replies that nothing tells of; this is none of these.
            logits = np.where(np.array(self._settings.actions) == NO_ACTION, -np.inf, logits)
        shifted = np.exp(logits - logits.max())
        result: NDArray[np.float32] = shifted / shifted.sum()
        return result

    def _knows(self, tracker: Tracker) -> bool:
        """To a message whose intent no story tells of, nothing can be said."""
        return tracker.latest_action != ACTION_LISTEN or self._features.knows(f"intent:{tracker.intent}")

    def _may_run(self, action: str, tracker: Tracker) -> bool:
        if action == ACTION_LISTEN and (tracker.active_loop or tracker.latest_action == ACTION_LISTEN):
            return False  # a form is taken up again instead; and a message wants an answer
        return self._domain.has_action(action) and action not in tracker.actions_of_turn()


def reply_of(states: Sequence[State]) -> tuple[str, str] | None:
    """Returns what was done before the assistant listened and the intent that came then; None where something is done already.

    Args:
        states: oldest first, the present one last.
    """
    if not states or states[-1].prev_action != ACTION_LISTEN:
        return None
    asked = states[-2].prev_action if len(states) > 1 else None
    return asked or "", states[-1].intent or ""


def save_policy(folder: Path, settings: PolicySettings) -> None:
    """Writes the settings beside the graph."""
    text = json.dumps(asdict(settings), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / POLICY_SETTINGS).write_text(text + "\n", encoding="utf-8")


def load_policy(folder: Path, domain: Domain, threshold: float) -> LearnedPolicy | None:
    """Returns the policy of a model folder, or None when it was trained without one.

    Args:
        folder: whose manifest has been checked.
        domain: of the project.
        threshold: a prediction below this probability is none.

    Raises:
        BadModel: its files do not make a policy.
    """
    if not (folder / POLICY_SETTINGS).is_file():
        return None
    try:
        data = json.loads((folder / POLICY_SETTINGS).read_bytes())
        features, actions, max_history = tuple(data["features"]), tuple(data["actions"]), int(data["max_history"])
        replies = tuple((str(asked), str(intent)) for asked, intent in data.get("replies", ()))
        settings = PolicySettings(features, actions, max_history, replies)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(folder=folder, why=f"{POLICY_SETTINGS}: {type(error).__name__}: {error}") from error
    return LearnedPolicy(settings, _loaded(folder), domain, threshold)


def _loaded(folder: Path) -> Scorer:
    try:
        session = open_session(folder / POLICY_GRAPH)
    except Exception as error:  # the library raises many kinds, none with a public base
        raise BadModel(folder=folder, why=f"{POLICY_GRAPH}: {str(error).splitlines()[0]}") from error

    def score(states: NDArray[np.float32]) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = session.run([GRAPH_OUTPUT], {GRAPH_INPUT: states[None]})[0][0]
        return logits

    return score

"""What a custom action answers, whichever way it was run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """rasa-sdk's answer to one call.

    Attributes:
        events: in Rasa's JSON, unchecked.
        responses: messages in Rasa's JSON; one that names a ``response`` is still to be rendered.
        is_rejected: the action declined to run; both lists are empty then.
    """

    events: Sequence[Mapping[str, Any]] = ()
    responses: Sequence[Mapping[str, Any]] = ()
    is_rejected: bool = False


class ActionRunner(Protocol):
    """Runs custom actions somewhere."""

    def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> ActionOutcome:
        """Returns what an action answers.

        Raises:
            ActionError: it failed, is not there, took too long or answered nonsense. The conversation is untouched.
        """

    def close(self) -> None:
        """Ends what the runner has started."""


def outcome_of(answer: Any, action: str) -> ActionOutcome:
    """Returns the outcome that an answer in rasa-sdk's JSON describes.

    Raises:
        BadActionAnswer: it is not of that shape.
    """
    from assistant.errors import BadActionAnswer

    if answer is None:
        return ActionOutcome()
    events, responses = (answer.get(key) or [] for key in ("events", "responses")) if isinstance(answer, dict) else (None, None)
    if not isinstance(events, list) or not isinstance(responses, list):
        raise BadActionAnswer(action=action)
    return ActionOutcome(
        events=[event for event in events if isinstance(event, dict)],
        responses=[response for response in responses if isinstance(response, dict)],
    )

"""Runs a project's custom actions, and turns what they answer into events, as Rasa's own host of rasa-sdk actions does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    bot_message_from_json,
    event_from_json,
)
from assistant.dialogue.slot_filling import wanted_actions
from assistant.dialogue.slots import REQUESTED_SLOT
from assistant.errors import BadActionAnswer, NoActions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.actions.outcome import ActionOutcome, ActionRunner
    from assistant.actions.speaking import Speaker
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import BotMessage

VALIDATE_MAPPINGS = "action_validate_slot_mappings"
_RESPONSE_KEYS = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment", "quick_replies"}
SENT_EVENTS = 200
MAX_SENT_EVENTS = 2000
"""The current session is sent to an action, at least SENT_EVENTS of a longer conversation, and never more than MAX_SENT_EVENTS:
conversations grow without end, and actions look at the last turns."""


class CustomActions:
    """The actions that a project's own code runs.

    Args:
        domain: says which they are; it goes along with each call.
        runner: runs them; None: the project has none.
        speaker: renders the responses that they name.
    """

    def __init__(self, domain: Domain, runner: ActionRunner | None, speaker: Speaker) -> None:
        self._runner = runner
        self._speaker = speaker
        self._domain_json = domain.as_json()
        self.names = frozenset(domain.custom_actions())

    def run(self, name: str, tracker: Tracker, events: Sequence[Event] = ()) -> list[Event]:
        """Returns what an action says, then its events; ActionExecutionRejected alone when it declines.

        Args:
            name: of the action.
            tracker: the conversation.
            events: what has happened since and is not yet in the tracker.

        Raises:
            ActionError: it failed; nothing has happened then.
        """
        if self._runner is None:
            raise NoActions(action=name)
        outcome = self._runner.run(name, _with(tracker, events), self._domain_json)
        if outcome.is_rejected:
            return [ActionExecutionRejected(name)]
        try:
            said = [BotUttered(message) for response in outcome.responses for message in self._messages(response, tracker)]
            return [*said, *_events(outcome)]
        except TypeError as error:  # a text that is a list, buttons that are none
            raise BadActionAnswer(action=name) from error

    def validate_form(self, form: str, candidates: Sequence[SlotSet], tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns what ``validate_<form>`` makes of the candidates; the candidates themselves without such an action.

        A candidate that the action does not mention is valid: it sets to None what is not.
        """
        name = f"validate_{form}"
        if name not in self.names:
            return list(candidates)
        # rasa-sdk takes for candidates the slot events that the tracker ends with: an action must stand before them.
        requested = tracker.slots.get(REQUESTED_SLOT) if tracker.active_loop == form else None
        before = [*events, SlotSet(REQUESTED_SLOT, requested), ActionExecuted(form)]
        return _unless_mentioned(candidates, self.run(name, tracker, [*before, *candidates]))

    def extract(self, tracker: Tracker) -> list[Event]:
        """Returns what a project's own code makes of a message: actions that slot mappings name, then the validation of all slots.

        As in Rasa, all that they may do here is to set slots and to speak.
        """
        extracted = [event for name in wanted_actions(tracker) for event in _slots_and_words(self.run(name, tracker))]
        if VALIDATE_MAPPINGS not in self.names:
            return extracted
        set_before = [SlotSet(name, value) for name, value in tracker.slots_set_this_turn().items()]
        found = [event for event in extracted if isinstance(event, SlotSet)]
        said = [event for event in extracted if not isinstance(event, SlotSet)]
        validated = _slots_and_words(self.run(VALIDATE_MAPPINGS, tracker, [*set_before, *found]))
        return [*said, *_unless_mentioned(found, validated)]

    # --- what an action says ----------------------------------------------------------------------------------------------------

    def _messages(self, response: Mapping[str, Any], tracker: Tracker) -> Iterator[BotMessage]:
        message = self._message(response, tracker)
        if message is not None:
            yield message
        for element in _mappings(response.get("elements")):
            yield _card(element)

    def _message(self, response: Mapping[str, Any], tracker: Tracker) -> BotMessage | None:
        """Renders the response that is named, then lays over it what the action said itself."""
        said = bot_message_from_json(
            {**response, "buttons": [*_mappings(response.get("buttons")), *_mappings(response.get("quick_replies"))]}
        )
        name = response.get("response") or response.get("template")
        variables = {key: value for key, value in response.items() if key not in _RESPONSE_KEYS}
        base = self._speaker.rendered(str(name), tracker, variables) if name else None
        if base is None:
            return said if said.text or said.buttons or said.image or said.attachment or said.custom else None
        return replace(
            base,
            text=said.text or base.text,
            buttons=base.buttons + said.buttons,
            image=said.image or base.image,
            attachment=said.attachment or base.attachment,
            custom=said.custom or base.custom,
            metadata={**base.metadata, **said.metadata},
        )


def _card(element: Mapping[str, Any]) -> BotMessage:
    """One of several elements side by side, as a message of its own: a terminal shows them one under the other."""
    parts = (element.get("title"), element.get("subtitle"))
    return bot_message_from_json(
        {
            "text": " : ".join(str(part) for part in parts if part) or None,
            "buttons": element.get("buttons"),
            "image": element.get("image_url"),
        }
    )


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list | None) or not all(isinstance(item, dict) for item in value or ()):
        raise TypeError(value)
    return value or []


# --- what an action does --------------------------------------------------------------------------------------------------------


def _events(outcome: ActionOutcome) -> list[Event]:
    return [event for data in outcome.events if (event := event_from_json(data)) is not None]


def _slots_and_words(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, SlotSet | BotUttered)]


def _unless_mentioned(candidates: Sequence[SlotSet], validated: Sequence[Event]) -> list[Event]:
    mentioned = {event.name for event in validated if isinstance(event, SlotSet)}
    return [*validated, *(candidate for candidate in candidates if candidate.name not in mentioned)]


# --- what an action is told -----------------------------------------------------------------------------------------------------


def _with(tracker: Tracker, events: Sequence[Event]) -> dict[str, Any]:
    """The tracker as JSON, as it would be after more events."""
    shown = tracker.as_json(n_events=_n_sent(tracker.events))
    shown["events"] += [event.as_json() for event in events]
    shown["slots"] |= {event.name: event.value for event in events if isinstance(event, SlotSet)}
    for event in events:
        if isinstance(event, ActiveLoop):
            shown["active_loop"] = {"name": event.name} if event.name else {}
        elif isinstance(event, ActionExecuted):
            shown |= {"latest_action": {"action_name": event.name}, "latest_action_name": event.name}
    return shown


def _n_sent(events: Sequence[Event]) -> int:
    n_of_session = next((age for age, event in enumerate(reversed(events), 1) if isinstance(event, SessionStarted)), len(events))
    return min(max(n_of_session, SENT_EVENTS), MAX_SENT_EVENTS)

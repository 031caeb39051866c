"""Reminders: intents that are triggered at a time, unless something came in between; Rasa's ``ReminderScheduled``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import ReminderCancelled, ReminderScheduled, Restarted, UserUttered
from assistant.messages import Entity, IntentScore, Parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.dialogue.tracker import Tracker

EXTERNAL = "EXTERNAL: "
"""What the text of a message begins with that nobody wrote, as in Rasa; the intent follows."""


FORM_SILENCE = "form_silence"
"""The intent that is triggered when a form waits for too long; without a rule for it the form asks again."""


def silence_reminder(tracker: Tracker, minutes: float, now: float) -> list[ReminderScheduled]:
    """Returns the reminder of a form that has just asked; none where no form waits for what the user writes next.

    The user's next message ends it. It is scheduled anew only when the user has written, so that nobody is asked for ever.

    Args:
        tracker: at the end of a turn.
        minutes: of silence after which it goes off; 0: never.
        now: when the turn ended. Unit: seconds since the epoch.
    """
    message = tracker.latest_message
    if not minutes or tracker.active_loop not in tracker.domain.forms or tracker.is_paused:
        return []
    if message is None or is_external(message):
        return []
    due = datetime.fromtimestamp(now + minutes * 60, UTC).isoformat()
    return [ReminderScheduled(FORM_SILENCE, due, FORM_SILENCE, timestamp=now)]


def due_at(reminder: ReminderScheduled) -> float | None:
    """Returns when a reminder is due; None where its time cannot be read. Unit: seconds since the epoch.

    A time without a zone is the machine's own.
    """
    try:
        return datetime.fromisoformat(reminder.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def pending(tracker: Tracker) -> dict[int, ReminderScheduled]:
    """Returns the reminders of a conversation that are still to come, by their position among its events.

    One ends when it has been triggered, is cancelled, is scheduled anew under its name and intent, or when the user writes and it
    was to end then; a restart ends all, and so does taking back the turn that scheduled it.
    """
    found: dict[int, ReminderScheduled] = {}
    for position, event in enumerate(tracker.events):
        match event:
            case ReminderScheduled():
                found = {at: other for at, other in found.items() if (other.name, other.intent) != (event.name, event.intent)}
                found[position] = event
            case ReminderCancelled():
                found = {at: other for at, other in found.items() if not _cancels(event, other)}
            case UserUttered() if is_external(event):
                found.pop(event.metadata.get("reminder", -1), None)
            case UserUttered():
                found = {at: other for at, other in found.items() if not other.kill_on_user_msg}
            case Restarted():
                found = {}
            case _:
                pass
    counts = {id(event) for event in tracker.applied_events()}
    return {at: event for at, event in found.items() if id(event) in counts}


def is_external(message: UserUttered) -> bool:
    """Returns whether nobody wrote a message: an intent was triggered from outside, or by a reminder."""
    return bool(message.metadata.get("is_external"))


def external_message(
    intent: str, entities: Iterable[Mapping[str, Any]], channel: str, now: float, *, reminder: int | None = None
) -> UserUttered:
    """Returns the message of an intent that is triggered from outside.

    Args:
        intent: its name.
        entities: in Rasa's JSON.
        channel: where the answer goes.
        now: when. Unit: seconds since the epoch.
        reminder: position of the reminder that triggers it; None: something else does.
    """
    text = f"{EXTERNAL}{intent}"
    found = tuple(Entity.from_json(entity) for entity in entities if isinstance(entity.get("entity"), str))
    metadata = {"is_external": True} | ({} if reminder is None else {"reminder": reminder})
    return UserUttered(text, Parse(text, (IntentScore(intent, 1.0),), found), channel, metadata=metadata, timestamp=now)


def _cancels(cancelled: ReminderCancelled, reminder: ReminderScheduled) -> bool:
    if cancelled.name is not None and cancelled.name != reminder.name:
        return False
    if cancelled.intent is not None and cancelled.intent != reminder.intent:
        return False
    return cancelled.entities is None or tuple(map(dict, cancelled.entities)) == tuple(map(dict, reminder.entities))

"""Fills the slots that hold how the last message sounds, where a project wants such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.events import SlotSet

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.dialogue.tracker import Tracker


def mood_slots(tracker: Tracker, settings: Settings) -> list[SlotSet]:
    """Returns what the last message sets: a float slot gets the sentiment from -1 to 1, any other its label.

    A message that was not measured, such as a button's payload, leaves the slots as they are; so does a slot that is not there.
    """
    sentiment = tracker.latest_message.parse.sentiment if tracker.latest_message else None
    if sentiment is None:
        return []
    found = []
    if (slot := tracker.domain.slots.get(settings.sentiment_slot)) is not None:
        found.append(SlotSet(slot.name, sentiment.score if slot.type == "float" else sentiment.label))
    if settings.emotion_slot in tracker.domain.slots:
        found.append(SlotSet(settings.emotion_slot, sentiment.emotion))
    return found

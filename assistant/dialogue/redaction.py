"""Events without personal data, for those who want none of it stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.dialogue.events import UserUttered, event_from_json
from assistant.redaction import redacted, redacted_json, redacted_parse

if TYPE_CHECKING:
    from assistant.dialogue.events import Event


def redacted_event(event: Event) -> Event:
    """Returns the event with every text in it redacted: what was said, what was understood, and what slots hold."""
    if isinstance(event, UserUttered):
        return replace(
            event, text=redacted(event.text), parse=redacted_parse(event.parse), metadata=redacted_json(dict(event.metadata))
        )
    return event_from_json(redacted_json(event.as_json())) or event

"""Messages that name their intent themselves: ``/track_order{"order_number": "12345"}`` goes past NLU."""

from __future__ import annotations

import json
import re
from typing import Any

from assistant.errors import BadPayload
from assistant.messages import Entity, IntentScore, Parse

_PAYLOAD = re.compile(r"/(?P<intent>[^{@\s]+)(@(?P<confidence>[0-9.]+))?\s*(?P<entities>{.*})?", re.DOTALL)
EXTRACTOR = "payload"


def is_payload(text: str) -> bool:
    """Returns whether a message names its intent itself."""
    return bool(_PAYLOAD.fullmatch(text.strip()))


def parse_payload(text: str) -> Parse:
    """Returns what a payload says, with confidence 1 unless it names another.

    Raises:
        BadPayload: it has not the form ``/intent``, ``/intent@0.9`` or ``/intent{"entity": value}``.
    """
    match = _PAYLOAD.fullmatch(text.strip())
    if match is None:
        raise BadPayload(payload=text[:80], why="it does not start with / and an intent")
    confidence = _confidence(match["confidence"], text)
    entities = _entities(match["entities"], match.start("entities"), match.end("entities"), text) if match["entities"] else ()
    return Parse(text, (IntentScore(match["intent"], confidence),), entities)


def _confidence(number: str | None, text: str) -> float:
    try:
        return min(max(float(number), 0.0), 1.0) if number else 1.0
    except ValueError as error:
        raise BadPayload(payload=text[:80], why=f"{number!r} is no confidence") from error


def _entities(source: str, start: int, end: int, text: str) -> tuple[Entity, ...]:
    try:
        values: Any = json.loads(source)
    except (ValueError, RecursionError):
        try:  # buttons of older bots double their braces
            values = json.loads(source.replace("{{", "{").replace("}}", "}"))
        except (ValueError, RecursionError) as error:
            raise BadPayload(payload=text[:80], why=f"its entities are no JSON object ({error})") from error
    if not isinstance(values, dict):
        raise BadPayload(payload=text[:80], why="its entities are no JSON object")
    pairs = [(name, value) for name, item in values.items() for value in (item if isinstance(item, list) else [item])]
    return tuple(Entity(name, start, end, value, extractor=EXTRACTOR) for name, value in pairs)

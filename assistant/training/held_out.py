"""What a model said of examples that it was not fitted to, kept with it: so models are compared utterance by utterance, fairly.

The module knows no torch: screens read what trainings have written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assistant.errors import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE: Final = "held_out.json"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said of one example.

    Attributes:
        text: of the example; intent: the right one.
        found: the intent that was found; confidence: of it, in [0, 1].
    """

    text: str
    intent: str
    found: str
    confidence: float


def write_readings(folder: Path, readings: Sequence[Reading]) -> None:
    """Writes readings into a model folder that is being made.

    Raises:
        CannotWrite: the disk refuses.
    """
    try:
        rows = [{"text": one.text, "intent": one.intent, "found": one.found, "confidence": one.confidence} for one in readings]
        (folder / FILE).write_text(json.dumps(rows, ensure_ascii=True), encoding="utf-8")
    except OSError as error:
        raise CannotWrite(path=folder / FILE, why=error.strerror or str(error)) from error


def read_readings(folder: Path) -> tuple[Reading, ...]:
    """Returns the readings of a model folder; none where an older release trained it, or nothing could be held out."""
    try:
        rows = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return tuple(Reading(str(r["text"]), str(r["intent"]), str(r["found"]), float(r["confidence"])) for r in rows)
    except (OSError, ValueError, KeyError, TypeError):
        return ()

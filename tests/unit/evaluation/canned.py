"""A parser that knows its answers, and short ways to write what it is asked and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import Place
from assistant.messages import Entity, IntentScore, Parse
from assistant.nlu.training_data import Example

if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTILE = (
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[31mred\x1b[0m",
    "\x9b2J\x90q\x9c",
    "\u202egnp.exe\u202c\u2066",
    "</text><script>alert(1)</script>&\"'",
    "a\nb\r\tc\x00",
    "\ud800half",
    "micro avg",
    "accuracy",
    "-",
    "B-x#role=y%",
    "x" * 100_000,
    "漢字" * 500,
    "../../etc/passwd",
)
"""Names and texts that act on terminals, markup, paths or libraries where nobody stops them."""


class Canned:
    """A parser that knows its answers."""

    def __init__(self, *parses: Parse) -> None:
        self._parses = {parse.text: parse for parse in parses}

    def parse_many(self, texts: Sequence[str]) -> list[Parse]:
        return [self._parses[text] for text in texts]


def example(text: str, intent: str, *entities: Entity) -> Example:
    return Example(text, intent, entities, Place("nlu.yml", 1))


def parsed(text: str, intent: str, confidence: float, *entities: Entity, strange: float = 0.0) -> Parse:
    return Parse(text, (IntentScore(intent, confidence),), entities, strange)


def acts_on_a_terminal(text: str) -> bool:
    """Says whether a text holds what must not reach a terminal."""
    return any(not c.isprintable() and c != "\n" for c in text)

"""The lists of the evaluation screen: examples, and entities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.languages import N_, tr
from assistant.ui.chat.evidence import percent
from assistant.ui.faq.tables import FittedTable
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.training.held_out import Reading

MOST_SHOWN = 500


class ReadingTable(FittedTable):
    """Examples with the right intent and the one found."""

    FIRST = N_("Example")
    WIDTHS = ((N_("Sure"), 5), (N_("Taken for"), 20), (N_("Is"), 20))
    MIN_FIRST = 22

    def show(self, readings: Sequence[Reading]) -> None:
        """Shows examples, the first at the top."""
        self.show_rows([(str(number), _cells(one)) for number, one in enumerate(readings[:MOST_SHOWN])], from_top=True)


class EntityTable(FittedTable):
    """How well each type of entity is found."""

    FIRST = N_("Entity")
    WIDTHS = ((N_("F1"), 8), (N_("Precision"), 9), (N_("Recall"), 8), (N_("There"), 6))
    MIN_FIRST = 16

    def show(self, entities: Mapping[str, tuple[float, float, float, int]]) -> None:
        """Shows the types, the worst first; all of them together at the end."""
        order = sorted(entities, key=lambda name: (name == "all", entities[name][2], name))
        self.show_rows([(name, _scores(name, entities[name])) for name in order], from_top=True)


def _cells(one: Reading) -> tuple[str, ...]:
    found = safe_line(one.found, limit=40) or tr("(nothing)")
    return safe_line(one.text), percent(one.confidence).rjust(5), found, safe_line(one.intent, limit=40)


def _scores(name: str, scores: tuple[float, float, float, int]) -> tuple[str, ...]:
    precision, recall, f1, support = scores
    shown = [f"{100 * value:.1f} %".rjust(8) for value in (f1, precision, recall)]
    return tr("all") if name == "all" else safe_line(name, limit=60), *shown, str(support).rjust(6)

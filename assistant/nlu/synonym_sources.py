"""Collects synonyms from wherever training data has them, and notices those that contradict one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.errors import ConflictingSynonym

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.errors import Place, SourceError


@dataclass
class SynonymSources:
    """Synonyms on their way, in the order of the files; of two for the same text the later one counts.

    A synonym with a section of its own was meant for all texts, one beside an annotation perhaps for that text alone: it never
    takes the place of the other.

    Attributes:
        values: what is written, in lower case, to what it means.
        places: where those stand that have a section of their own.
        problems: what contradicts one another.
    """

    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[SourceError] = field(default_factory=list)

    def add(self, written: str, value: str, place: Place | None = None) -> None:
        """Adds what a text means.

        Args:
            written: the text, in any case.
            value: its meaning.
            place: where it stands in a section of its own; None: beside an annotation.
        """
        key = written.lower()
        before = self.places.get(key)
        if place is None and before is not None:
            return
        if place is not None:
            if before is not None and self.values[key] != value:
                meaning = self.values[key]
                self.problems.append(ConflictingSynonym(where=place, text=written, value=value, meaning=meaning, other=before))
            self.places[key] = place
        self.values[key] = value

    def add_all(self, values: Mapping[str, str], places: Mapping[str, Place]) -> None:
        """Adds the synonyms of a file; arguments are such as ``values`` and ``places``."""
        for written, value in values.items():
            self.add(written, value, places.get(written))

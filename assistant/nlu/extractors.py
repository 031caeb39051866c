"""Finds entities without a model: regexes and lookup lists; applies synonyms."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.messages import Entity
from assistant.nlu.folding import FoldedText, fold
from assistant.nlu.overlaps import LOOKUP_EXTRACTOR, REGEX_EXTRACTOR
from assistant.nlu.patterns import DEADLINE_S, Pattern, check_pattern, compiled
from assistant.nlu.roles import Roles
from assistant.nlu.synonyms import Synonyms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from assistant.nlu.training_data import TrainingData

MAX_FINDS = 200


@dataclass(frozen=True)
class Extractors:
    """Everything of NLU that needs no training.

    Attributes:
        regexes: (entity, pattern) pairs.
        lookups: entries by entity.
        synonyms: written form to value.
        roles: what tells roles and groups apart; it is learned, see `assistant.training.roles`.
    """

    regexes: tuple[tuple[str, str], ...] = ()
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)
    roles: Roles = field(default_factory=Roles)

    @classmethod
    def of(cls, data: TrainingData, entities: Collection[str] | None = None) -> Extractors:
        """Returns the extractors that training data describes.

        Args:
            data: its regexes are compiled here, so that a bad one is found before anything is trained; one that extracts nothing
                may be as it is.
            entities: the entities that there are; a regex or lookup of another name extracts nothing. None means any name.

        Raises:
            BadPattern: a pattern is no regular expression, or would grow too large.
        """
        extracting = [pattern for pattern in data.regexes if entities is None or pattern.name in entities]
        for pattern in extracting:
            check_pattern(pattern)
        lookups = {name: entries for name, entries in data.lookups.items() if entities is None or name in entities}
        return cls(tuple((pattern.name, pattern.pattern) for pattern in extracting), lookups, dict(data.synonyms))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Extractors:
        """Returns the extractors that `as_json` described."""
        lookups = {name: tuple(entries) for name, entries in data["lookups"].items()}
        regexes = tuple((name, pattern) for name, pattern in data["regexes"])
        return cls(regexes, lookups, dict(data["synonyms"]), Roles.from_json(data.get("roles", {})))

    def as_json(self) -> dict[str, Any]:
        """Returns the extractors as JSON."""
        lookups = {name: list(entries) for name, entries in self.lookups.items()}
        regexes = [list(pair) for pair in self.regexes]
        return {"regexes": regexes, "lookups": lookups, "synonyms": dict(self.synonyms), "roles": self.roles.as_json()}

    @property
    def entities(self) -> frozenset[str]:
        """The types that may be found."""
        return frozenset(name for name, _ in self.regexes) | frozenset(self.lookups)

    def extract(self, text: str) -> list[Entity]:
        """Returns all finds, overlapping ones too; at most MAX_FINDS of each extractor."""
        return self._regex_finds(text) + self._lookup_finds(text)

    def with_meaning(self, entities: Iterable[Entity]) -> list[Entity]:
        """Returns the entities, with synonyms applied to values that are texts."""
        return [self._with_meaning(entity) for entity in entities]

    def _with_meaning(self, entity: Entity) -> Entity:
        if not isinstance(entity.value, str) or entity.additional_info is not None:
            return entity
        value = self._synonyms.meaning(entity.value)
        return entity if value is None else replace(entity, value=value)

    def _regex_finds(self, text: str) -> list[Entity]:
        finds: list[Entity] = []
        plain = text.encode() if text.isascii() else None
        left_s = DEADLINE_S
        for name, pattern in self._compiled:
            if pattern.backtracks and left_s <= 0:
                continue
            started = time.perf_counter() if pattern.backtracks else 0.0
            for start, end in pattern.spans(text, plain, left_s):
                finds.append(_find(name, text, start, end, REGEX_EXTRACTOR))
                if len(finds) >= MAX_FINDS:
                    return finds
            left_s -= time.perf_counter() - started if pattern.backtracks else 0.0
        return finds

    def _lookup_finds(self, text: str) -> list[Entity]:
        if self._automaton is None:
            return []
        folded = FoldedText.of(text)
        finds: list[Entity] = []
        for index, first, behind in self._automaton.find_matches_as_indexes(folded.folded, overlapping=True):
            place = folded.original(first, behind)
            if place is not None and _is_border(text, place[0]) and _is_border(text, place[1]):
                finds += (_find(name, text, *place, LOOKUP_EXTRACTOR) for name in self._owners[index])
        return finds[:MAX_FINDS]

    @cached_property
    def _synonyms(self) -> Synonyms:
        return Synonyms(self.synonyms, frozenset(entry for entries in self.lookups.values() for entry in entries))

    @cached_property
    def _compiled(self) -> list[tuple[str, Pattern]]:
        return [(name, compiled(pattern)) for name, pattern in self.regexes]

    @cached_property
    def _entries(self) -> dict[str, list[str]]:
        """Names of the lists that have an entry, by entry; what is written for an entry is an entry too."""
        owners: dict[str, list[str]] = {}
        for name, entries in self.lookups.items():
            for entry in filter(None, map(fold, entries)):
                owners.setdefault(entry, []).append(name)
        written = {fold(text): owners.get(fold(value), []) for text, value in self.synonyms.items() if fold(text)}
        return {entry: list(dict.fromkeys(names)) for entry, names in (written | owners).items() if names}

    @cached_property
    def _owners(self) -> list[list[str]]:
        return list(self._entries.values())

    @cached_property
    def _automaton(self) -> Any:
        if not self._owners:
            return None
        from ahocorasick_rs import AhoCorasick

        return AhoCorasick(list(self._entries))


def _is_border(text: str, index: int) -> bool:
    """Says whether no word runs over this place."""
    return not (0 < index < len(text) and _is_word(text[index - 1]) and _is_word(text[index]))


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _find(name: str, text: str, start: int, end: int, extractor: str) -> Entity:
    return Entity(name, start, end, text[start:end], extractor=extractor)

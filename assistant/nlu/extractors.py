"""Finds entities without a model: regexes (RE2, linear in the text) and lookup lists; applies synonyms; settles overlaps.

The rule for overlaps, in this order:

1. Two finds of the same type on the same text are one entity: the pattern's, with the role and group that the model saw.
2. A find of less than `SURE` confidence yields to every other.
3. The longer find wins.
4. A regex wins over a lookup list, a lookup list over the model.
5. The more confident find wins, then the earlier, then the type that comes first in the alphabet.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.errors import BadPattern
from assistant.messages import Entity
from assistant.nlu.tags import MODEL_EXTRACTOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from assistant.nlu.training_data import NamedPattern, TrainingData

REGEX_EXTRACTOR = "RegexEntityExtractor"
LOOKUP_EXTRACTOR = "LookupEntityExtractor"
SURE = 0.5
MAX_FINDS = 200

_RANK = {REGEX_EXTRACTOR: 0, LOOKUP_EXTRACTOR: 1, MODEL_EXTRACTOR: 2}


@dataclass(frozen=True)
class Extractors:
    """Everything of NLU that needs no training.

    Attributes:
        regexes: (entity, pattern) pairs.
        lookups: entries by entity.
        synonyms: written form in lower case to value.
    """

    regexes: tuple[tuple[str, str], ...] = ()
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: TrainingData, entities: Collection[str] | None = None) -> Extractors:
        """Returns the extractors that training data describes.

        Args:
            data: its regexes are compiled here, so that a bad one is found before anything is trained.
            entities: the entities that there are; a regex or lookup of another name extracts nothing. None means any name.

        Raises:
            BadPattern: RE2 cannot take a pattern: it has look-around, back-references, or would grow too large.
        """
        for pattern in data.regexes:
            compile_pattern(pattern)
        return cls(
            tuple((p.name, p.pattern) for p in data.regexes if entities is None or p.name in entities),
            {name: entries for name, entries in data.lookups.items() if entities is None or name in entities},
            {fold(text): value for text, value in data.synonyms.items()},
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Extractors:
        """Returns the extractors that `as_json` described."""
        lookups = {name: tuple(entries) for name, entries in data["lookups"].items()}
        return cls(tuple((name, pattern) for name, pattern in data["regexes"]), lookups, dict(data["synonyms"]))

    def as_json(self) -> dict[str, Any]:
        """Returns the extractors as JSON."""
        lookups = {name: list(entries) for name, entries in self.lookups.items()}
        return {"regexes": [list(pair) for pair in self.regexes], "lookups": lookups, "synonyms": dict(self.synonyms)}

    @property
    def entities(self) -> frozenset[str]:
        """The types that may be found."""
        return frozenset(name for name, _ in self.regexes) | frozenset(self.lookups)

    def extract(self, text: str) -> list[Entity]:
        """Returns all finds, overlapping ones too; at most MAX_FINDS of each extractor."""
        return self._regex_finds(text) + self._lookup_finds(text)

    def finish(self, finds: Iterable[Entity]) -> tuple[Entity, ...]:
        """Returns the entities that are left when overlaps are settled, by position, with synonyms applied."""
        return tuple(self._with_synonym(entity) for entity in settle(finds))

    def _with_synonym(self, entity: Entity) -> Entity:
        value = self.synonyms.get(fold(entity.value)) if isinstance(entity.value, str) else None
        return entity if value is None else replace(entity, value=value)

    def _regex_finds(self, text: str) -> list[Entity]:
        finds: list[Entity] = []
        for name, pattern in self._compiled:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    finds.append(_find(name, text, match.start(), match.end(), REGEX_EXTRACTOR))
                if len(finds) >= MAX_FINDS:
                    return finds
        return finds

    def _lookup_finds(self, text: str) -> list[Entity]:
        if self._automaton is None:
            return []
        matches = self._automaton.find_matches_as_indexes(fold(text), overlapping=True)
        finds = [
            _find(name, text, start, end, LOOKUP_EXTRACTOR)
            for index, start, end in matches
            if _is_border(text, start) and _is_border(text, end)
            for name in self._owners[index]
        ]
        return finds[:MAX_FINDS]

    @cached_property
    def _compiled(self) -> list[tuple[str, Any]]:
        return [(name, _compile(pattern)) for name, pattern in self.regexes]

    @cached_property
    def _entries(self) -> dict[str, list[str]]:
        """Names of the lists that have an entry, by entry."""
        owners: dict[str, list[str]] = {}
        for name, entries in self.lookups.items():
            for entry in entries:
                names = owners.setdefault(fold(entry), [])
                if name not in names:
                    names.append(name)
        return owners

    @cached_property
    def _owners(self) -> list[list[str]]:
        return list(self._entries.values())

    @cached_property
    def _automaton(self) -> Any:
        if not self._entries:
            return None
        from ahocorasick_rs import AhoCorasick

        return AhoCorasick(list(self._entries))


def compile_pattern(pattern: NamedPattern) -> None:
    """Checks that a pattern can be matched in a time that is linear in the text.

    Raises:
        BadPattern: RE2 refuses it.
    """
    try:
        _compile(pattern.pattern)
    except Exception as error:  # the library's error class has no public name in all its versions
        why = error.args[0] if error.args else error
        text = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise BadPattern(where=pattern.place, name=pattern.name, why=text) from error


def _compile(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(pattern, options)


def settle(finds: Iterable[Entity]) -> list[Entity]:
    """Returns finds that do not overlap, by position; the module's docstring has the rule."""
    chosen: list[Entity] = []
    for find in sorted(_merged(finds), key=_precedence):
        if all(find.end <= other.start or other.end <= find.start for other in chosen):
            chosen.append(find)
    return sorted(chosen, key=lambda entity: entity.start)


def _merged(finds: Iterable[Entity]) -> list[Entity]:
    best: dict[tuple[int, int, str], Entity] = {}
    for find in sorted(finds, key=_precedence):
        key = (find.start, find.end, find.entity)
        first = best.setdefault(key, find)
        if find.extractor == MODEL_EXTRACTOR and first is not find:
            best[key] = replace(first, role=find.role, group=find.group)
    return list(best.values())


def _precedence(find: Entity) -> tuple[bool, int, int, float, int, str]:
    length, rank = find.end - find.start, _RANK.get(find.extractor, len(_RANK))
    return (find.confidence < SURE, -length, rank, -find.confidence, find.start, find.entity)


def fold(text: str) -> str:
    """Returns the text in lower case with every character in its place: letters whose lower case is longer stay as they are."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _is_border(text: str, index: int) -> bool:
    """Says whether no word runs over this place."""
    return not (0 < index < len(text) and _is_word(text[index - 1]) and _is_word(text[index]))


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _find(name: str, text: str, start: int, end: int, extractor: str) -> Entity:
    return Entity(name, start, end, text[start:end], extractor=extractor)

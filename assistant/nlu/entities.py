"""Finds the entities of a message: what the model tags, and what regexes, lookup lists and value finders say, made one list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.nlu.overlaps import SURE, VALUE_EXTRACTOR, settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.messages import Entity
    from assistant.nlu.extractors import Extractors
    from assistant.nlu.tags import TagScheme
    from assistant.nlu.values.extractor import ValueExtractor
    from assistant.nlu.words import Span

LEAST_BELIEF = 0.2
"""A value of a type that the model has learned is an entity when the model gives its words that type with this mean probability:
where the model is in two minds, that the words name a time tips the scale."""


@dataclass(frozen=True, slots=True)
class EntityFinder:
    """Everything that finds entities.

    Attributes:
        scheme: the tags of the model.
        extractors: regexes, lookup lists, synonyms, roles.
        values: what resolves values, in the order of their right to be believed.
    """

    scheme: TagScheme
    extractors: Extractors
    values: tuple[ValueExtractor, ...] = ()

    @property
    def entities(self) -> tuple[str, ...]:
        """The types that may be found, sorted."""
        valued = {name for extractor in self.values for name in extractor.dimensions}
        return tuple(sorted({*self.scheme.entities, *self.extractors.entities, *valued}))

    def find(self, text: str, words: list[Span], log_probs: NDArray[np.float64], intent: str) -> tuple[Entity, ...]:
        """Returns the entities of a text, by position.

        Args:
            text: the message.
            words: its words.
            log_probs: of each tag at each word. Shape: (word, tag).
            intent: the most probable one; it helps to tell roles apart.
        """
        tagged = self.scheme.decode(text, words, log_probs) if self.scheme.kinds else []
        values = [extractor.extract_with_candidates(text) for extractor in self.values]
        valued = [entity for outer, _ in values for entity in outer if not self._is_learned(entity)]
        candidates = [entity for _, found in values for entity in found if self._is_learned(entity)]
        believed = self._believed(words, log_probs, candidates) if candidates else []
        settled = settle([*_as_one(tagged, believed), *self.extractors.extract(text), *valued])
        if not settled:
            return ()
        resolved = [self._resolved(entity) for entity in settled]
        return tuple(self.extractors.with_meaning(self.extractors.roles.assign(text, words, resolved, intent)))

    def _is_learned(self, entity: Entity) -> bool:
        """Says whether the model decides which values of a type are entities.

        Words such as ``now`` name a time without meaning one. Where the examples annotate a type whose values are told by words,
        they show which are meant. What has a shape of its own, and what Duckling is asked for, is always found.
        """
        has_shape = any(extractor.has_shape(entity.entity) for extractor in self.values)
        return entity.extractor == VALUE_EXTRACTOR and not has_shape and entity.entity in self.scheme.entities

    def _believed(self, words: list[Span], log_probs: NDArray[np.float64], candidates: list[Entity]) -> list[Entity]:
        """Returns the values of learned types that the model takes for entities with some right; those it believes most stay."""
        probabilities = np.exp(log_probs)
        found: list[Entity] = []
        for entity in candidates:
            rows = [row for row, (start, end) in enumerate(words) if start < entity.end and entity.start < end]
            belief = float(probabilities[rows][:, self.scheme.tags_of(entity.entity)].sum(axis=1).mean()) if rows else 0.0
            if belief >= LEAST_BELIEF:
                found.append(replace(entity, confidence=min(1.0, belief)))
        chosen: list[Entity] = []
        for entity in sorted(found, key=lambda entity: (-entity.confidence, entity.start - entity.end)):
            if not any(_is_same_find(entity, other) for other in chosen):
                chosen.append(entity)
        return chosen

    def _resolved(self, entity: Entity) -> Entity:
        """Returns an entity that was found otherwise with the value that its text has."""
        if entity.additional_info is not None:
            return entity
        extractor = next((extractor for extractor in self.values if entity.entity in extractor.dimensions), None)
        meant = extractor.resolve(entity.entity, str(entity.value)) if extractor else None
        return entity if meant is None else replace(entity, value=meant.value, additional_info=meant.additional_info)


def _as_one(tagged: list[Entity], values: list[Entity]) -> list[Entity]:
    """Returns what the model tags and the values of these types, one entity where both are on the same text.

    A value says what is meant, and mends what is tagged in part. Where the model is sure of more words around a single value, as
    of ``on friday`` where examples are annotated so, its borders stay.
    """
    if not values:
        return tagged
    found = []
    for value in values:
        around = next((entity for entity in tagged if _surely_surrounds(entity, value)), None)
        is_only = around is not None and sum(_is_same_find(around, other) for other in values) == 1
        found.append(replace(around, value=value.value, additional_info=value.additional_info) if around and is_only else value)
    return [entity for entity in tagged if not any(_is_same_find(entity, other) for other in found)] + found


def _surely_surrounds(entity: Entity, value: Entity) -> bool:
    is_wider = entity.start <= value.start and value.end <= entity.end and entity.end - entity.start > value.end - value.start
    return entity.entity == value.entity and is_wider and entity.confidence >= SURE


def _is_same_find(one: Entity, other: Entity) -> bool:
    return one.entity == other.entity and one.start < other.end and other.start < one.end

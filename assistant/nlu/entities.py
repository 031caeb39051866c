"""Finds the entities of a message: what the model tags, and what regexes, lookup lists and value finders say, made one list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.nlu.overlaps import MODEL_EXTRACTOR, VALUE_EXTRACTOR, settle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.messages import Entity
    from assistant.nlu.extractors import Extractors
    from assistant.nlu.tags import TagScheme
    from assistant.nlu.values.extractor import ValueExtractor
    from assistant.nlu.words import Span


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
        valued = [entity for extractor in self.values for entity in extractor.extract(text)]
        finds = [entity for entity in valued if self._is_find(entity)]
        settled = [self._resolved(entity, valued) for entity in settle([*tagged, *self.extractors.extract(text), *finds])]
        return tuple(self.extractors.with_meaning(self.extractors.roles.assign(text, words, settled, intent)))

    def _is_find(self, entity: Entity) -> bool:
        """Says whether a value is an entity by itself.

        Words such as ``now`` name a time without meaning one; where the examples show which times are entities, the model decides,
        and the value says only what its finds mean. What has a shape of its own is always found.
        """
        if entity.extractor != VALUE_EXTRACTOR:
            return True
        has_shape = any(extractor.has_shape(entity.entity) for extractor in self.values)
        return has_shape or entity.entity not in self.scheme.entities

    def _resolved(self, entity: Entity, valued: list[Entity]) -> Entity:
        """Returns an entity of the model with the value that its own text has, or else that of the text around it."""
        if entity.extractor != MODEL_EXTRACTOR or entity.additional_info is not None:
            return entity
        extractor = next((extractor for extractor in self.values if entity.entity in extractor.dimensions), None)
        if extractor is None:
            return entity
        own = extractor.resolve(entity.entity, str(entity.value))
        around = [v for v in valued if v.entity == entity.entity and v.start < entity.end and entity.start < v.end]
        meant = own or max(around, key=lambda value: value.end - value.start, default=None)
        return entity if meant is None else replace(entity, value=meant.value, additional_info=meant.additional_info)

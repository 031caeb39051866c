"""Says which role or group an entity has, from the words and entities around it and the intent of the message.

Which of two sizes is wanted shows in the words beside them and in their order, not in the sizes; a linear model over such
features learns it from a dozen examples, where the tagger, which would have to learn each role as a kind of its own, does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.messages import Entity
    from assistant.nlu.words import Span

Part: TypeAlias = Literal["role", "group"]
PARTS: tuple[Part, ...] = ("role", "group")
NONE = ""

_BEFORE, _AFTER = 5, 4


@dataclass(frozen=True, slots=True)
class PartModel:
    """Weights that tell roles, or groups, apart.

    Attributes:
        labels: sorted; NONE for an entity without one.
        allowed: labels by type of entity, as they occur in the examples.
        weights: by feature, one a label.
    """

    labels: tuple[str, ...]
    allowed: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, tuple[float, ...]]

    def best(self, entity: str, features: Sequence[tuple[str, float]]) -> str:
        """Returns the most probable label of an entity of a type; among equals the first."""
        totals = [0.0] * len(self.labels)
        for name, strength in features:
            for index, weight in enumerate(self.weights.get(name, ())):
                totals[index] += strength * weight
        allowed = self.allowed[entity]
        return max(allowed, key=lambda label: (totals[self.labels.index(label)], [-ord(letter) for letter in label]))


@dataclass(frozen=True, slots=True)
class Roles:
    """Models of roles and groups; empty where no example has one."""

    models: Mapping[Part, PartModel] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Roles:
        """Returns the models that `as_json` described."""
        return cls({part: _part_from_json(data[part]) for part in PARTS if part in data})

    def as_json(self) -> dict[str, Any]:
        """Returns the models as JSON."""
        return {
            part: {
                "labels": list(model.labels),
                "allowed": {name: list(labels) for name, labels in model.allowed.items()},
                "weights": {name: list(weights) for name, weights in model.weights.items()},
            }
            for part, model in self.models.items()
        }

    def assign(self, text: str, words: Sequence[Span], entities: Sequence[Entity], intent: str) -> list[Entity]:
        """Returns the entities, each with the role and group that its surroundings say; those that have one keep it.

        Args:
            text: the message.
            words: its words.
            entities: by position.
            intent: the most probable one.
        """
        assigned = list(entities)
        for part, model in self.models.items():
            previous: dict[str, str] = {}
            for index, entity in enumerate(assigned):
                if entity.entity not in model.allowed:
                    continue
                label = getattr(entity, part)
                if label is None:
                    found = features_of(text, words, assigned, index, intent, previous.get(_thread(part, entity), ""))
                    label = model.best(entity.entity, list(found)) or None
                    assigned[index] = replace(entity, role=label) if part == "role" else replace(entity, group=label)
                previous[_thread(part, entity)] = label or NONE
        return assigned


def labelled_features(
    part: Part, text: str, words: Sequence[Span], entities: Sequence[Entity], intent: str, types: frozenset[str]
) -> Iterator[tuple[str, str, list[tuple[str, float]]]]:
    """Yields type, label and features of each entity of some types: what `Roles.assign` sees, with the right labels before it."""
    previous: dict[str, str] = {}
    for index, entity in enumerate(entities):
        if entity.entity in types:
            label = getattr(entity, part) or NONE
            yield (
                entity.entity,
                label,
                list(features_of(text, words, entities, index, intent, previous.get(_thread(part, entity), ""))),
            )
            previous[_thread(part, entity)] = label


def _thread(part: Part, entity: Entity) -> str:
    """Roles follow one another among entities of a type, groups among all."""
    return entity.entity if part == "role" else ""


def features_of(
    text: str, words: Sequence[Span], entities: Sequence[Entity], index: int, intent: str, previous: str
) -> Iterator[tuple[str, float]]:
    """Yields the features of one entity, each with its strength.

    Args:
        text: the message.
        words: its words.
        entities: by position.
        index: of the entity.
        intent: of the message.
        previous: the label of the entity before it.
    """
    entity = entities[index]
    before, after = _surroundings(text, words, entities, entity)
    last = ["^", "^", "^", *before][-3:]
    following = [*after, "$", "$"][:2]
    yield f"type {entity.entity}", 1.0
    yield f"intent {intent}", 1.0
    yield f"previous {previous}", 1.5
    yield f"-1 {last[2]}", 1.0
    yield f"-2 {last[1]}", 1.0
    yield f"-3 {last[0]}", 0.5
    yield f"-21 {last[1]} {last[2]}", 1.0
    yield f"+1 {following[0]}", 1.0
    yield f"+12 {following[0]} {following[1]}", 1.0
    yield from ((f"before {word}", 1.0) for word in sorted(set(before[-_BEFORE:])))
    yield from ((f"after {word}", 1.0) for word in sorted(set(after[:_AFTER])))
    yield from ((f"word {word}", 0.5) for word in sorted({*before, *after}))
    same = [other for other in entities if other.entity == entity.entity]
    yield f"several {len(same) > 1} later {same.index(entity) > 0}", 1.0


def _surroundings(text: str, words: Sequence[Span], entities: Sequence[Entity], entity: Entity) -> tuple[list[str], list[str]]:
    """Returns the words before and after an entity; other entities stand as one word that names their type."""
    before: list[str] = []
    after: list[str] = []
    others = [other for other in entities if other is not entity]
    for start, end in words:
        if start < entity.end and entity.start < end:
            continue
        side = before if end <= entity.start else after
        other = next((other for other in others if start < other.end and other.start < end), None)
        word = text[start:end].lower() if other is None else "<same>" if other.entity == entity.entity else f"<{other.entity}>"
        if other is None or not side or side[-1] != word:
            side.append(word)
    return before, after


def _part_from_json(data: Mapping[str, Any]) -> PartModel:
    allowed = {name: tuple(labels) for name, labels in data["allowed"].items()}
    weights = {name: tuple(map(float, row)) for name, row in data["weights"].items()}
    if any(len(row) != len(data["labels"]) or not all(map(math.isfinite, row)) for row in weights.values()):
        raise ValueError("weights and labels do not fit")
    return PartModel(tuple(data["labels"]), allowed, weights)

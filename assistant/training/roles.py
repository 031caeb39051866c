"""Fits the models of roles and groups: multinomial logistic regression over sparse features of the annotated entities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from assistant.albert.activations import softmax
from assistant.nlu.roles import PARTS, PartModel, Roles, labelled_features
from assistant.nlu.words import split_words
from assistant.training.minimising import minimise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.nlu.roles import Part
    from assistant.nlu.training_data import Example, TrainingData

    Row: TypeAlias = tuple[str, str, list[tuple[str, float]]]

INVERSE_PENALTY = 4.0
STEPS = 100
DIGITS = 4
"""Weights are kept to so many: the file stays small, and no decision hangs on more."""


def without_roles(data: TrainingData) -> TrainingData:
    """Returns the data as the tagger learns them: it finds entities, and their roles and groups are told apart afterwards."""
    return replace(data, examples=tuple(map(_without_roles, data.examples)))


def _without_roles(example: Example) -> Example:
    return replace(example, entities=tuple(replace(entity, role=None, group=None) for entity in example.entities))


def fit_roles(examples: Sequence[Example]) -> Roles:
    """Returns what tells the roles and groups of the examples apart; empty where none has one. The same examples give the same."""
    models = {part: model for part in PARTS if (model := _fit_part(part, examples)) is not None}
    return Roles(models)


def _fit_part(part: Part, examples: Sequence[Example]) -> PartModel | None:
    types = frozenset(entity.entity for example in examples for entity in example.entities if getattr(entity, part))
    rows: list[Row] = [
        row
        for example in examples
        if any(entity.entity in types for entity in example.entities)
        for row in labelled_features(part, example.text, split_words(example.text), example.entities, example.intent, types)
    ]
    if not rows:
        return None
    labels = tuple(sorted({label for _, label, _ in rows}))
    allowed = {name: tuple(sorted({label for type_, label, _ in rows if type_ == name})) for name in sorted(types)}
    names = sorted({name for _, _, found in rows for name, _ in found})
    weights = _fit(rows, labels, names)
    kept = zip(names, weights.round(DIGITS).tolist(), strict=True)
    return PartModel(labels, allowed, {name: tuple(row) for name, row in kept if any(row)})


def _fit(rows: Sequence[Row], labels: Sequence[str], names: Sequence[str]) -> NDArray[np.float64]:
    """Returns the weights. Shape: (feature, label)."""
    index = {name: number for number, name in enumerate(names)}
    features = np.array([index[name] for _, _, found in rows for name, _ in found])
    strengths = np.array([strength for _, _, found in rows for _, strength in found], dtype=np.float64)[:, None]
    owners = np.repeat(np.arange(len(rows)), [len(found) for _, _, found in rows])
    gold = np.array([labels.index(label) for _, label, _ in rows])
    every = np.arange(len(rows))

    def value_and_slope(weights: NDArray[np.floating]) -> tuple[float, NDArray[np.floating]]:
        logits = np.zeros((len(rows), len(labels)))
        np.add.at(logits, owners, weights[features] * strengths)
        odds = softmax(logits)
        value = -float(np.log(np.maximum(odds[every, gold], 1e-300)).sum()) + float(np.square(weights).sum()) / (
            2 * INVERSE_PENALTY
        )
        odds[every, gold] -= 1
        slope = weights / INVERSE_PENALTY
        np.add.at(slope, features, odds[owners] * strengths)
        return value, slope

    return minimise(value_and_slope, np.zeros((len(names), len(labels))), steps=STEPS).astype(np.float64)

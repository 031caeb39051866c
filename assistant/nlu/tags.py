"""Turns entities into BIO tags of words and back, by a search that cannot give an invalid sequence.

A tag is ``O``, ``B-kind`` or ``I-kind``. A kind is an entity with its role and group: ``city#role=from#group=1``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

from assistant.messages import Entity
from assistant.nlu.overlaps import MODEL_EXTRACTOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.nlu.words import Span

OUTSIDE = 0
IGNORED = -100


def format_kind(entity: str, role: str | None = None, group: str | None = None) -> str:
    """Returns the kind of an entity as one text that `parse_kind` takes apart; signs with a meaning are escaped."""
    refinements = (f"{key}={_escape(value)}" for key, value in (("role", role), ("group", group)) if value is not None)
    return "#".join((_escape(entity), *refinements))


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("#", "%23")


def parse_kind(kind: str) -> tuple[str, str | None, str | None]:
    """Returns entity, role and group of a kind."""
    entity, *refinements = kind.split("#")
    named = dict(part.split("=", 1) for part in refinements if "=" in part)
    role, group = named.get("role"), named.get("group")
    return unquote(entity), None if role is None else unquote(role), None if group is None else unquote(group)


@dataclass(frozen=True)
class TagScheme:
    """The tags of a model.

    Attributes:
        kinds: sorted; tag 0 is ``O``, tags 2k+1 and 2k+2 are ``B-`` and ``I-`` of kind k.
    """

    kinds: tuple[str, ...]

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> TagScheme:
        """Returns the scheme that has a tag for each of the entities."""
        return cls(tuple(sorted({format_kind(entity.entity, entity.role, entity.group) for entity in entities})))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The tags by index."""
        return ("O", *(f"{prefix}-{kind}" for kind in self.kinds for prefix in "BI"))

    @cached_property
    def entities(self) -> frozenset[str]:
        """The types of the kinds."""
        return frozenset(parse_kind(kind)[0] for kind in self.kinds)

    def tags_of(self, entity: str) -> list[int]:
        """Returns the tags of all kinds of a type."""
        return self._tags_by_type.get(entity, [])

    @cached_property
    def _tags_by_type(self) -> dict[str, list[int]]:
        tags: dict[str, list[int]] = {}
        for index, kind in enumerate(self.kinds):
            tags.setdefault(parse_kind(kind)[0], []).extend((2 * index + 1, 2 * index + 2))
        return tags

    def encode(self, words: Sequence[Span], entities: Iterable[Entity]) -> list[int]:
        """Returns the tag of each word.

        A word that an entity covers in part belongs to it. Where entities overlap, the first keeps the word.

        Raises:
            KeyError: an entity is of a kind that the scheme does not have.
        """
        tags = [OUTSIDE] * len(words)
        for entity in entities:
            kind = self._index[format_kind(entity.entity, entity.role, entity.group)]
            covered = [i for i, (start, end) in enumerate(words) if start < entity.end and entity.start < end]
            if any(tags[i] for i in covered):
                continue
            for order, i in enumerate(covered):
                tags[i] = 2 * kind + (2 if order else 1)
        return tags

    def knows(self, entity: Entity) -> bool:
        """Says whether the scheme has tags for the entity's kind."""
        return format_kind(entity.entity, entity.role, entity.group) in self._index

    def decode(self, text: str, words: Sequence[Span], log_probs: NDArray[np.floating]) -> list[Entity]:
        """Returns the entities of the most probable valid sequence of tags, each with its confidence.

        Args:
            text: the text.
            words: its words.
            log_probs: of each tag at each word; rows of zeros for words that nothing is known of. Shape: (word, tag).

        Returns:
            Entities by position. The confidence is the geometric mean of the probabilities of the words' tags.
        """
        path = best_path(log_probs)
        if not any(path):
            return []
        return [self._entity(text, words, path, log_probs, first, last) for first, last in stretches(path)]

    def _entity(
        self, text: str, words: Sequence[Span], path: list[int], log_probs: NDArray[np.floating], first: int, last: int
    ) -> Entity:
        start, end = words[first][0], words[last][1]
        entity, role, group = self._parsed[(path[first] - 1) // 2]
        mean = sum(float(log_probs[i, path[i]]) for i in range(first, last + 1)) / (last + 1 - first)
        return Entity(entity, start, end, text[start:end], role, group, min(1.0, math.exp(mean)), MODEL_EXTRACTOR)

    @cached_property
    def _parsed(self) -> tuple[tuple[str, str | None, str | None], ...]:
        return tuple(map(parse_kind, self.kinds))

    @cached_property
    def _index(self) -> dict[str, int]:
        return {kind: index for index, kind in enumerate(self.kinds)}


def stretches(tags: Sequence[int]) -> list[tuple[int, int]]:
    """Returns the first and last word of each entity: a B- and the I- of its kind behind it."""
    found: list[tuple[int, int]] = []
    for word, tag in enumerate(tags):
        if tag % 2:
            found.append((word, word))
        elif tag != OUTSIDE and found and found[-1][1] == word - 1 and tags[found[-1][0]] == tag - 1:
            found[-1] = (found[-1][0], word)
    return found


def best_path(log_probs: NDArray[np.floating]) -> list[int]:
    """Returns the most probable sequence in which each I- follows B- or I- of its own kind (Viterbi).

    Args:
        log_probs: Shape: (word, 1 + 2 * kind).

    Returns:
        One tag a word; among equals the lowest.
    """
    n_words, n_tags = log_probs.shape
    if not n_words:
        return []
    nearest: list[int] = log_probs.argmax(axis=1).tolist()
    before = OUTSIDE
    for tag in nearest:
        if tag and not tag % 2 and before not in (tag, tag - 1):
            break
        before = tag
    else:
        return nearest  # each word's best tag, as mostly, is a valid sequence, and none can be better
    score = np.array(log_probs[0], dtype=np.float64)
    score[2::2] = -np.inf
    back = np.zeros((n_words, n_tags), dtype=np.int64)
    begins, insides = np.arange(1, n_tags, 2), np.arange(2, n_tags, 2)
    for word in range(1, n_words):
        best = int(score.argmax())
        arriving = np.full(n_tags, score[best])
        back[word] = best
        stays = score[insides] > score[begins]
        back[word, insides] = np.where(stays, insides, begins)
        arriving[insides] = np.where(stays, score[insides], score[begins])
        score = arriving + log_probs[word]
    path = [int(score.argmax())]
    for word in range(n_words - 1, 0, -1):
        path.append(int(back[word, path[-1]]))
    return path[::-1]


def log_softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Returns log-probabilities over the last axis, in double precision."""
    scaled = logits.astype(np.float64) / temperature
    shifted = scaled - scaled.max(axis=-1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result

"""Holds examples out, a like share of each intent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

T = TypeVar("T")


def assign_folds(intents: Sequence[str] | Sequence[int], n_folds: int, seed: int) -> list[int]:
    """Returns the fold of each example; an intent's examples are spread over the folds as evenly as they go.

    Args:
        intents: of the examples.
        n_folds: from 0 to n_folds - 1.
        seed: of the shuffle within each intent.
    """
    generator = np.random.default_rng(seed)
    folds = np.zeros(len(intents), dtype=np.int64)
    labels = np.asarray(intents)
    offset = 0
    for intent in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == intent))
        # Each intent goes on where the last one stopped, or small intents would all crowd into the first folds.
        folds[rows] = (np.arange(len(rows)) + offset) % n_folds
        offset += len(rows)
    return [int(fold) for fold in folds]


def stable_folds(intents: Sequence[str], names: Sequence[bytes], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Returns the fold of each example; an example that is added moves few others, and only some of its own intent.

    Args:
        intents: of the examples.
        names: of the examples; they say who comes where.
        n_folds: from 0 to n_folds - 1; an intent's examples are spread over the folds as evenly as they go.
        seed: of the order.
    """
    salt = str(seed).encode()

    def place(name: bytes) -> bytes:
        return hashlib.blake2b(name, digest_size=8, salt=salt[:16]).digest()

    members: dict[str, list[int]] = {}
    for row, intent in enumerate(intents):
        members.setdefault(intent, []).append(row)
    folds = np.zeros(len(intents), dtype=np.int64)
    for intent, rows in members.items():
        # Each intent begins with a fold of its own, or small intents would all crowd into the first folds.
        first = int.from_bytes(place(intent.encode()), "big")
        for number, row in enumerate(sorted(rows, key=lambda row: place(names[row]))):
            folds[row] = (first + number) % n_folds
    return folds


def hold_out(intents: Sequence[str], share: float, seed: int) -> list[bool]:
    """Says for each example whether it is held out; an intent never loses its last example.

    Args:
        intents: of the examples.
        share: of each intent's examples; rounded down or up at random, so that the sum is right for small intents too.
        seed: of the choice.
    """
    generator = np.random.default_rng(seed)
    held = np.zeros(len(intents), dtype=bool)
    labels = np.asarray(intents)
    for intent in sorted(set(intents)):
        rows = generator.permutation(np.flatnonzero(labels == intent))
        count = min(int(len(rows) * share + generator.random()), len(rows) - 1)
        held[rows[:count]] = True
    return [bool(flag) for flag in held]


def partition(items: Sequence[T], is_held: Sequence[bool]) -> tuple[list[T], list[T]]:
    """Returns the items that are kept and those that are held out."""
    pairs = list(zip(items, is_held, strict=True))
    return [item for item, flag in pairs if not flag], [item for item, flag in pairs if flag]

"""Puts texts of equal length together: nothing is padded, so what a text is encoded to does not depend on its company."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_PIECES_A_BATCH = 256
"""A batch's states stay in the processor's second cache."""


def equal_lengths(lengths: Sequence[int], max_pieces: int = MAX_PIECES_A_BATCH) -> Iterator[list[int]]:
    """Yields batches of indices of texts that are equally long; short ones first.

    Args:
        lengths: of the texts, in pieces.
        max_pieces: of a batch; a text that is longer makes a batch of its own.
    """
    by_length: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        by_length.setdefault(length, []).append(row)
    for length, rows in sorted(by_length.items()):
        size = max(1, max_pieces // length)
        for first in range(0, len(rows), size):
            yield rows[first : first + size]

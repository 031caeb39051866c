"""Turns texts into pieces with their special tokens, cut to a length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.tasks.task import Pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer

    from assistant.albert.tokenizer import SpecialIds

CHUNK = 20_000
N_SPECIAL = 3
"""[CLS] first [SEP] second [SEP]"""


def tokenize(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Returns the ids of each text, without special tokens."""
    found: list[list[int]] = []
    for start in range(0, len(texts), CHUNK):
        # A lone surrogate cannot be passed on to the tokenizer; it reads as an unknown character.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts[start : start + CHUNK]]
        found += [encoding.ids for encoding in tokenizer.encode_batch_fast(clean, add_special_tokens=False)]
    return found


def single(ids: Sequence[int], special: SpecialIds, max_pieces: int) -> Pieces:
    """Returns [CLS] text [SEP]; a longer text loses its end."""
    row = [special.start, *ids[: max_pieces - 2], special.end]
    return Pieces(np.array(row, dtype=np.int64), np.zeros(len(row), dtype=np.int64))


def joined(first: Sequence[int], second: Sequence[int], special: SpecialIds, max_pieces: int) -> Pieces:
    """Returns [CLS] first [SEP] second [SEP]; the longer of the two loses its end until both fit."""
    n_first, n_second = fitted(len(first), len(second), max_pieces - N_SPECIAL)
    row = [special.start, *first[:n_first], special.end, *second[:n_second], special.end]
    types = np.zeros(len(row), dtype=np.int64)
    types[n_first + 2 :] = 1
    return Pieces(np.array(row, dtype=np.int64), types)


def fitted(first: int, second: int, room: int) -> tuple[int, int]:
    """Returns the lengths that two texts keep so that they fit into some room: the longer one gives way first."""
    half = room // 2
    if first + second <= room:
        return first, second
    if first <= half:
        return first, room - first
    if second <= half:
        return room - second, second
    return room - half, half


def text_pieces(rows: Sequence[Sequence[int]], special: SpecialIds, reading: str, max_pieces: int) -> tuple[Pieces, ...]:
    """Returns the sequences of an example of one or two texts, in the order that its head expects them.

    Args:
        rows: ids of its texts.
        special: of the tokenizer.
        reading: of two texts.
        max_pieces: of each sequence.
    """
    if len(rows) == 1:
        return (single(rows[0], special, max_pieces),)
    joint = (joined(rows[0], rows[1], special, max_pieces),) if reading != "twin" else ()
    apart = tuple(single(row, special, max_pieces) for row in rows) if reading != "joint" else ()
    return joint + apart

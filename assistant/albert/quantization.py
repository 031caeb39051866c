"""Chooses the eight-bit numbers that a layer's products are computed in, by looking at what flows into them.

The scales are fixed when the graph is written (static quantisation). Scales that are found while a batch runs, ONNX Runtime's
dynamic quantisation, would let one message change the numbers of its neighbours, and the search costs much of what is won.

Two things make eight bits enough for a layer that is applied many times. Each application has scales of its own. And a few channels
are fifty times as large as the others, so before rounding, part of each channel's size is moved from the states into the weights,
which are rounded a column at a time (Xiao et al. 2023, "SmoothQuant"). What flows in is measured on random pieces, so the scales
depend on the encoder alone, and stored vectors stay good when examples change. Half of these texts are drawn as texts draw their
pieces, the frequent ones often, and half evenly: the first reach extremes that the rare pieces never do, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

Site: TypeAlias = "tuple[int, str]"
"""A product of a layer: the number of the application, and ``attend``, ``output``, ``inner`` or ``outer``."""

SMOOTHED = frozenset({"attend", "inner", "outer"})
"""Products into which channels of very unlike size flow."""
SHARE_MOVED = 0.7
"""Of a channel's size (as an exponent) that is moved into the weights."""
LEVELS = 255

N_TEXTS = 128
LENGTHS = (1, 30)
RAREST = 32
"""Vocabularies begin with what is frequent, behind what hardly occurs in texts (signs of their own, places left free): the first
of so many parts is left out where frequent pieces are drawn."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the states go that flow into one product, by channel.

    Attributes:
        low, high: smallest and largest value seen. Shape: (channel,).
    """

    low: Floats
    high: Floats

    def widened(self, other: Extent) -> Extent:
        """Returns the extent of both."""
        return Extent(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    @property
    def size(self) -> Floats:
        """The largest absolute value by channel."""
        return np.maximum(np.abs(self.low), np.abs(self.high))


@dataclass(frozen=True, slots=True)
class EightBits:
    """Weights of one product in eight bits.

    Attributes:
        values: signed: with unsigned ones the runtime does not use the instructions for eight-bit products. Shape: (in, out) int8.
        scales: of each column. Shape: (out,) float32.
        shrink: what the states are multiplied by before they are rounded; None when nothing is. Shape: (in,) float32.
    """

    values: NDArray[np.int8]
    scales: Floats
    shrink: Floats | None


def random_texts(n_pieces: int, ends: tuple[int, int]) -> Iterator[NDArray[np.int64]]:
    """Yields texts of random pieces, always the same. Shape of each: (1, piece).

    Args:
        n_pieces: entries of the vocabulary.
        ends: the pieces that open and close every text; in trained encoders they carry the largest values of all.
    """
    generator = np.random.default_rng(0)
    for number, length in enumerate(generator.integers(*LENGTHS, size=N_TEXTS).tolist()):
        if number % 2:
            inside = (n_pieces * RAREST ** -generator.random(length)).astype(np.int64)  # as often as Zipf's law has it
        else:
            inside = generator.integers(0, n_pieces, size=length)
        yield np.concatenate([ends[:1], inside, ends[1:]])[None].astype(np.int64)


def measure(
    run: Callable[[NDArray[np.int64]], Sequence[Floats]], sites: Sequence[Site], texts: Iterator[NDArray[np.int64]]
) -> dict[Site, Extent]:
    """Returns how far the states go at each site.

    Args:
        run: gives the states that flow into each site for a text. Shape of each: (1, piece, channel).
        sites: in the order of what ``run`` gives.
        texts: to look at.
    """
    extents: dict[Site, Extent] = {}
    for input_ids in texts:
        for site, states in zip(sites, run(input_ids), strict=True):
            seen = Extent(states.min(axis=(0, 1)), states.max(axis=(0, 1)))
            extents[site] = extents[site].widened(seen) if site in extents else seen
    return extents


def round_weights(weights: Floats, product: str, extents: Sequence[Extent]) -> EightBits:
    """Returns the weights of a product in eight bits.

    Args:
        weights: Shape: (in, out).
        product: its name; says whether sizes are moved.
        extents: at all applications of the product.
    """
    shrink = None
    if product in SMOOTHED:
        states = np.maximum(np.max([extent.size for extent in extents], axis=0), 1e-5)
        rows = np.maximum(np.abs(weights).max(axis=1), 1e-5)
        factor = (states**SHARE_MOVED / rows ** (1 - SHARE_MOVED)).astype(np.float32)
        weights = weights * factor[:, None]
        shrink = 1 / factor
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / (LEVELS // 2)
    return EightBits(np.rint(weights / scales).astype(np.int8), scales.astype(np.float32), shrink)


def scale_and_zero(extent: Extent, shrink: Floats | None) -> tuple[np.float32, np.uint8]:
    """Returns the step between two of the 256 values that states are rounded to, and the value that stands for 0."""
    factor = 1.0 if shrink is None else shrink
    low, high = min(0.0, float((extent.low * factor).min())), max(1e-6, float((extent.high * factor).max()))
    scale = np.float32((high - low) / LEVELS)
    return scale, np.uint8(round(-low / float(scale)))


def as_text(extents: Mapping[Site, Extent]) -> bytes:
    """Returns the extents as bytes that differ when they do."""
    parts = (f"{site}".encode() + extent.low.tobytes() + extent.high.tobytes() for site, extent in sorted(extents.items()))
    return b"".join(parts)

"""Makes the vectors of many entries, a batch at a time, so that no first question has to wait for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import numpy as np

from assistant.faq.retriever import encoded
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from assistant.faq.entry import FaqEntry
    from assistant.faq.retriever import Encode
    from assistant.messages import ProgressCallback

BATCH = 512
"""Entries whose vectors are in memory at a time: enough for texts of one length to share a run of the encoder."""


class Shelf(Protocol):
    """Where entries and vectors are kept; ``assistant.stores.entries.EntryStore`` is one."""

    def count_without_vectors(self, fingerprint: str) -> int:
        """Returns how many published entries have no vectors of this encoder."""

    def without_vectors(self, fingerprint: str, limit: int) -> Sequence[FaqEntry]:
        """Returns some of them."""

    def save_vectors(self, fingerprint: str, vectors: Mapping[str, tuple[int, NDArray[np.float32]]]) -> None:
        """Keeps vectors: for each entry the version that they were made of, and the vectors."""


def make_vectors(
    shelf: Shelf, encode: Encode, fingerprint: str, progress: ProgressCallback | None = None, *, threads: int = 1
) -> int:
    """Makes and keeps the vectors that are missing, and returns of how many entries.

    Each batch is kept as it is made: whoever stops this loses a batch, and the next start goes on from there.

    Args:
        shelf: where the entries are kept.
        encode: makes sentence vectors.
        fingerprint: names the encoder.
        progress: called after each batch; raising Cancelled in it ends the work.
        threads: that encode side by side, each its share of a batch; ``encode`` itself need not use more than one.
    """
    n_wanted, n_made = shelf.count_without_vectors(fingerprint), 0
    with ThreadPoolExecutor(threads) as pool:
        while entries := shelf.without_vectors(fingerprint, BATCH):
            made = encoded(entries, lambda texts: _side_by_side(texts, encode, pool, threads))
            of_entries = zip(entries, made, strict=True)
            shelf.save_vectors(fingerprint, {entry.id: (entry.version, of) for entry, of in of_entries})
            n_made += len(entries)
            if progress:
                progress(Progress("vectors", n_made, max(n_wanted, n_made)))
    return n_made


def _side_by_side(texts: Sequence[str], encode: Encode, pool: Executor, threads: int) -> NDArray[np.float32]:
    """Returns the vectors of texts, each thread encoding its share: every so manieth, so that all have short and long ones."""
    n_shares = min(threads, len(texts))
    shares = [texts[place::n_shares] for place in range(n_shares)]
    made = list(pool.map(encode, shares))
    vectors = np.empty((len(texts), made[0].shape[1]), dtype=np.float32)
    for place, of_share in enumerate(made):
        vectors[place::n_shares] = of_share
    return vectors

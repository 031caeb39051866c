"""Whether the FAQ should be searched in PostgreSQL or in memory: ``python -m tests.benchmarks.bench_postgresql [--entries N]``.

Fills a database with entries of eight random, clustered vectors each, and looks for the same questions by pgvector's index and by
the index in memory. Both bring in candidates; ranking them is the same work afterwards. Wall-clock time, since the server works in
a process of its own; the best of several runs, since the machine may be busy. Needs pgvector, see ``tests.postgresql``.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np

from assistant.faq.entry import FaqEntry
from assistant.faq.vector_index import VectorIndex
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from tests.postgresql import running_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DIMENSION, N_TEXTS, N_ASKED, N_NEAREST, N_RUNS = 384, 8, 30, 96, 5
_BATCH = 250


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=10_000)
    n_entries = parser.parse_args().entries
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((n_entries, 1, DIMENSION), dtype=np.float32)
    vectors = centres + rng.standard_normal((n_entries, N_TEXTS, DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
    asked = vectors[rng.integers(0, n_entries, N_ASKED), 0] + 0.03 * rng.standard_normal((N_ASKED, DIMENSION), dtype=np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    flat = vectors.reshape(-1, DIMENSION)
    true = [set(np.argsort(-(flat @ query))[:10].tolist()) for query in asked]
    with running_server() as url, open_database(url) as database:
        store = EntryStore(database)
        before = time.perf_counter()
        _fill(store, vectors)
        print(f"{len(flat)} vectors of {n_entries} entries kept in {time.perf_counter() - before:.0f} s", flush=True)
        if store.search_vectors("bench", asked[0], 1) is None:
            parser.error("this PostgreSQL has no pgvector 0.8 or later")
        _show("PostgreSQL", asked, true, lambda query: _places(store, query))
        _show("memory", asked, true, VectorIndexSearch(flat))
        before = time.perf_counter()
        for _ in asked:
            store.revision()
        print(f"asking whether anything changed: {1000 * (time.perf_counter() - before) / N_ASKED:.2f} ms")
    print(f"memory: {flat.nbytes / n_entries / 1024:.0f} KiB an entry for its vectors, half as much again for their index")


class VectorIndexSearch:
    """Searches the index in memory."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._index = VectorIndex.of(vectors)

    def __call__(self, query: NDArray[np.float32]) -> list[int]:
        """Returns the rows of the nearest vectors."""
        return [int(row) for row in self._index.nearest(query, N_NEAREST, 800)[0]]


def _places(store: EntryStore, query: NDArray[np.float32]) -> list[int]:
    found = store.search_vectors("bench", query, N_NEAREST) or ()
    return [int(hit.entry_id[1:]) * N_TEXTS + hit.position for hit in found]


def _fill(store: EntryStore, vectors: NDArray[np.float32]) -> None:
    store.import_entries(FaqEntry(f"e{n}", f"Question {n}?", "Answer.", status="published") for n in range(len(vectors)))
    for start in range(0, len(vectors), _BATCH):
        store.save_vectors("bench", {f"e{start + n}": (1, of) for n, of in enumerate(vectors[start : start + _BATCH])})


def _show(name: str, asked: NDArray[np.float32], true: list[set[int]], search: Callable[[NDArray[np.float32]], list[int]]) -> None:
    times, recalls = [], []
    for query, wanted in zip(asked, true, strict=True):
        runs = []
        for _ in range(N_RUNS):
            before = time.perf_counter()
            found = search(query)
            runs.append(time.perf_counter() - before)
        times.append(1000 * min(runs))
        recalls.append(len(wanted & set(found)) / len(wanted))
    shown = f"p50 {np.median(times):.2f} ms, p95 {np.quantile(times, 0.95):.2f} ms"
    print(f"{name}: {shown}, {np.mean(recalls):.1%} of the ten nearest found", flush=True)


if __name__ == "__main__":
    main()

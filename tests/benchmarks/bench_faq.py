"""How fast the FAQ is found when it is large: ``python -m tests.benchmarks.bench_faq [--model DIR] [--entries N] [--passages N]``.

The first part fills a database with entries of five alternatives each, made by putting words into patterns, and asks questions: the
encoder, full text, ranking and the database are all in the time. The second searches synthetic clustered vectors, and says how
many of the ten nearest are among those that exact search finds. Wall-clock and processor time are shown: on a busy machine only
the latter says something.
"""

from __future__ import annotations

import argparse
import random
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.faq.entry import FaqEntry
from assistant.faq.index import FaqIndex
from assistant.faq.vector_index import VectorIndex
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from tests.benchmarks.faq_retrieval import encoder_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.faq.retriever import Encode

DIMENSION = 384
N_QUERIES, N_EXACT = 200, 50
_VERBS = (
    "return",
    "exchange",
    "track",
    "cancel",
    "insure",
    "wrap",
    "repair",
    "recycle",
    "gift",
    "store",
    "assemble",
    "ship",
    "reserve",
    "preorder",
    "clean",
)
_KINDS = (
    "leather",
    "cotton",
    "wooden",
    "foldable",
    "waterproof",
    "vintage",
    "electric",
    "silent",
    "organic",
    "outdoor",
    "wireless",
    "portable",
)
_THINGS = (
    "shoes",
    "lamp",
    "jacket",
    "kettle",
    "tent",
    "sofa",
    "bicycle",
    "carpet",
    "mirror",
    "printer",
    "blanket",
    "guitar",
    "camera",
    "heater",
    "backpack",
    "table",
    "curtain",
    "drill",
    "helmet",
    "pan",
    "keyboard",
    "necklace",
    "umbrella",
    "mattress",
    "telescope",
    "toaster",
    "suitcase",
    "notebook",
    "vase",
    "ladder",
)
_PLACES = (
    "cork",
    "dublin",
    "galway",
    "paris",
    "berlin",
    "madrid",
    "vienna",
    "oslo",
    "rome",
    "lisbon",
)
_PATTERNS = (
    "can i {0} a {1} {2} in {3}",
    "how do i {0} my {1} {2} from {3}",
    "{0} {1} {2} {3}",
    "is it possible to {0} the {1} {2} when i am in {3}",
    "i want to {0} this {1} {2}, i live in {3}",
    "what does it cost to {0} a {1} {2} near {3}",
)


def main() -> None:
    """Prints figures of both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="", help="a model folder; without it vectors are random, and take no time")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=1_000_000)
    arguments = parser.parse_args()
    if arguments.entries:
        _measure_entries(arguments.entries, encoder_named(arguments.model).encode if arguments.model else None)
    if arguments.passages:
        _measure_passages(arguments.passages)


def _measure_entries(n_entries: int, encode: Encode | None) -> None:
    entries = list(_entries(n_entries))
    with TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/assistant.db") as database:
        store = EntryStore(database)
        store.import_entries(entries)
        asking = encode or _random_vectors
        # Vectors of the entries are random either way: making 70,000 of them takes minutes, and changes no search's time.
        index = FaqIndex(store, _random_vectors, "benchmark")
        opened = _timed(index.refreshed)
        index.refreshed()._encode = asking
        rng = random.Random(1)
        asked = [f"please {rng.choice(rng.choice(entries).questions)} today" for _ in range(N_QUERIES)]
        times = [_timed(partial(index.search, question)) for question in asked]
        hits = np.mean([bool(index.search(entry.alternatives[0]).best) for entry in entries[:: n_entries // 50]])
        edited = store.get(entries[7].id)
        store.save(edited, edited.version)
        edit = _timed(index.refreshed)
    print(f"{n_entries} entries, opened in {opened[1]:.1f} s of the processor; own questions answered: {hits:.0%}")
    print(f"an edit is taken up in {edit[1]:.2f} s of the processor")
    _print("search, encoder included" if encode else "search without encoder", times)


def _measure_passages(n_passages: int) -> None:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((max(n_passages // 500, 1), DIMENSION), dtype=np.float32)
    vectors = np.empty((n_passages, DIMENSION), dtype=np.float32)
    for start in range(0, n_passages, 50_000):
        size = len(vectors[start : start + 50_000])
        made = centres[rng.integers(0, len(centres), size)] + rng.standard_normal((size, DIMENSION), dtype=np.float32)
        vectors[start : start + size] = made / np.linalg.norm(made, axis=1, keepdims=True)
    queries = vectors[rng.integers(0, n_passages, N_EXACT)] + 0.03 * rng.standard_normal((N_EXACT, DIMENSION), dtype=np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    with TemporaryDirectory() as folder:
        built = VectorIndex.of(vectors)
        built.save(Path(folder))
        size_mb = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        loaded: list[VectorIndex] = []
        load = _timed(lambda: loaded.append(VectorIndex.load(Path(folder))))
        times, recalls = [], []
        for query in queries:
            times.append(_timed(partial(loaded[0].nearest, query, 10)))
            exact = np.argpartition(-(vectors @ query), 10)[:10]
            recalls.append(len(set(exact.tolist()) & set(loaded[0].nearest(query, 10)[0].tolist())) / 10)
    print(f"{n_passages} passages, {size_mb:.0f} MB on disk, loaded in {load[0]:.2f} s")
    print(f"of the ten nearest {np.mean(recalls):.3f} are found")
    _print("search", times)


def _entries(n_entries: int) -> Iterator[FaqEntry]:
    rng = random.Random(0)
    taken: set[tuple[str, ...]] = set()
    while len(taken) < n_entries:
        words = tuple(rng.choice(choices) for choices in (_VERBS, _KINDS, _THINGS, _PLACES))
        if words in taken:
            continue
        taken.add(words)
        question, *alternatives = (pattern.format(*words) for pattern in _PATTERNS)
        answer = f"You can {words[0]} your {words[1]} {words[2]}. Ask in our shop in {words[3]}."
        yield FaqEntry(f"e{len(taken)}", question, answer, tuple(alternatives), status="published")


def _random_vectors(texts: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Returns for each text a vector of its own, near that of texts that share its first words' letters: enough to search among."""
    made = np.stack([np.random.default_rng(sum(map(ord, text))).standard_normal(DIMENSION, dtype=np.float32) for text in texts])
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Returns the seconds that work takes, by the clock and of the processor."""
    wall, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - used


def _print(name: str, times: list[tuple[float, float]]) -> None:
    for kind, seconds in zip(("wall-clock", "processor"), zip(*times, strict=True), strict=True):
        p50, p95 = 1000 * np.quantile(seconds, [0.5, 0.95])
        print(f"{name}, {kind}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()

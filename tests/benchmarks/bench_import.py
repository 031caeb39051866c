"""How fast entries are imported with their vectors, and in how much memory.

    python -m tests.benchmarks.bench_import [--rows 3000] [--alternatives 0] [--threads 2] [--model DIR]

Each row is a question and an answer of the shipped FAQ under another id, told apart by a number; with ``--alternatives`` it has so
many other questions too. Processor time is what this process used, on all threads.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from assistant.faq.files import entries_in, read_entries, survey
from assistant.faq.vectorising import make_vectors
from assistant.nlu.interpreter import Interpreter
from assistant.project import find_project, model_in_use, shipped_root
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--alternatives", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", type=Path, default=model_in_use(find_project(shipped_root())))
    options = parser.parse_args()
    if options.model is None:
        parser.error("there is no model: run `assistant train`, or name one with --model")
    interpreter = Interpreter.load(options.model)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "rows.jsonl"
        write_rows(file, options.rows, options.alternatives)
        with open_database(f"sqlite:///{name}/assistant.db") as database:
            measure(EntryStore(database), file, interpreter, options.threads)


def write_rows(file: Path, n_rows: int, n_alternatives: int) -> None:
    known = [entry for path in sorted((shipped_root() / "data" / "faq").iterdir()) for entry in read_entries(path)]
    with file.open("w", encoding="utf-8") as rows:
        for number, entry in enumerate(islice(cycle(known), n_rows)):
            row = {"id": f"{entry.id}-{number}", "question": f"{entry.question} {number}", "answer": f"{number}: {entry.answer}"}
            rows.write(json.dumps(row | {"alternatives": list(entry.alternatives[:n_alternatives])}) + "\n")


def measure(store: EntryStore, file: Path, interpreter: Interpreter, threads: int) -> None:
    wall, used = time.perf_counter(), time.process_time()
    surveyed = survey([file])
    store.import_entries(entries_in(surveyed), n_entries=surveyed.n_entries)
    stored = time.process_time() - used
    n_made = make_vectors(store, interpreter.encode, interpreter.fingerprint, threads=threads)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    n_texts = sum(len(vectors) for _, vectors in store.load_vectors(interpreter.fingerprint).values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n_made} rows, {n_texts} texts; stored in {stored:.1f} s, all in {used:.1f} s of processor time, {wall:.1f} s in all")
    print(f"{n_made / used:.0f} rows/s of processor time, {n_made / wall:.0f} rows/s by the clock, {memory:.0f} MB")


if __name__ == "__main__":
    main()

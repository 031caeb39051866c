"""Measures retrieval on the shipped FAQ, and on one entry an intent made of a data set of intents.

    python -m tests.benchmarks.faq_retrieval --encoder words --encoder checkpoint --out-of-scope FILE --intents FILE

An encoder is ``words`` (vectors that say nothing: bm25 alone), ``checkpoint`` (the shipped one), ``teacher`` (needs the extra
``teacher``) or a model folder. The shipped FAQ is asked paraphrases that no entry has seen; ``--out-of-scope`` names JSON lines
with a ``text`` that no entry answers. ``--intents`` names JSON lines with ``text`` and ``intent``: every tenth row is a
question; of the rest an entry an intent is made, one row its question and five its alternatives, in three draws. Their mean is
shown, beside what the vectors find alone: the entry with the nearest question. Nothing is fitted to these files: the
calibration sees the entries.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.faq.entry import FaqEntry, slug
from assistant.faq.index import FaqIndex
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from assistant.stores.seeding import seed_if_empty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.faq.retriever import Encode, IsWord
    from assistant.messages import FaqResult

ROOT = Path(__file__).parents[2]
N_DRAWS = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured with one encoder; shares in [0, 1].

    Attributes:
        hit_1, hit_5: of the paraphrases, the right entry is first, is among the first five.
        answered: of the paraphrases, an answer was given; right: of these, it was the right one.
        abstained: of the out-of-scope questions; None when there were none.
        abstained_at_90: the same with all thresholds times what lets nine of ten paraphrases be answered.
        calibration_error: mean distance between scores and the share that is right, of all questions asked; out of scope, none is.
        threshold: what the calibration chose.
        start_s: a first start, vectors and calibration included; restart_s: a later one.
        median_ms, p95_ms: a search, encoder included.
    """

    hit_1: float
    hit_5: float
    answered: float
    right: float
    abstained: float | None
    abstained_at_90: float | None
    calibration_error: float
    threshold: float
    start_s: float
    restart_s: float
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Encoder:
    """What makes vectors, and knows words; None: it knows none."""

    encode: Encode
    is_word: IsWord | None = None

    def index(self, store: EntryStore) -> FaqIndex:
        """Returns the index of a store."""
        return FaqIndex(store, self.encode, "benchmark", is_word=self.is_word)


def measured(encoder: Encoder, paraphrases: Sequence[tuple[str, str]], out_of_scope: Sequence[str]) -> Figures:
    """Returns the figures of an encoder on the shipped FAQ."""
    with TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/assistant.db") as database:
        store = EntryStore(database)
        seed_if_empty(store, [ROOT / "data" / "faq"])
        start_s = _seconds(lambda: encoder.index(store).refreshed())
        index = encoder.index(store)
        restart_s = _seconds(index.refreshed)
        results, times = [], []
        for question, _ in paraphrases:
            before = time.perf_counter()
            results.append(index.search(question))
            times.append(1000 * (time.perf_counter() - before))
        threshold = index.refreshed().threshold
        scores, needed = _first_scores(results)
        strange, strange_needed = _first_scores([index.search(question) for question in out_of_scope])
    places = [[match.entry_id for match in result.matches] for result in results]
    first = np.array([found[:1] == [entry] for found, (_, entry) in zip(places, paraphrases, strict=True)])
    return Figures(
        hit_1=float(first.mean()),
        hit_5=float(np.mean([entry in found for found, (_, entry) in zip(places, paraphrases, strict=True)])),
        answered=float((scores >= needed).mean()),
        right=float(first[scores >= needed].mean()) if (scores >= needed).any() else 0.0,
        abstained=float((strange < strange_needed).mean()) if len(strange) else None,
        abstained_at_90=float((strange / strange_needed < np.quantile(scores / needed, 0.1)).mean()) if len(strange) else None,
        calibration_error=_calibration_error(
            np.concatenate([scores, strange]), np.concatenate([first, np.zeros(len(strange), dtype=bool)])
        ),
        threshold=threshold,
        start_s=start_s,
        restart_s=restart_s,
        median_ms=float(np.median(times)),
        p95_ms=float(np.quantile(times, 0.95)),
    )


@dataclass(frozen=True, slots=True)
class Hits:
    """Shares of questions whose entry comes first, and is among the first five: of the retriever, and by the vectors alone.

    Beside them the calibration error of the retriever's scores.
    """

    hit_1: float
    hit_5: float
    alone_1: float
    alone_5: float
    calibration_error: float


def intents_measured(encoder: Encoder, rows: Sequence[dict[str, Any]], seed: int) -> Hits:
    """Returns how well questions find one entry an intent, with five alternatives."""
    encode = encoder.encode
    asked = rows[::10]
    rest: dict[str, list[str]] = {}
    for number, row in enumerate(rows):
        if number % 10:
            rest.setdefault(row["intent"], []).append(row["text"])
    entries = [_entry(intent, random.Random(f"{seed} {intent}").sample(texts, 6)) for intent, texts in sorted(rest.items())]
    vectors = np.stack([encode(entry.questions) for entry in entries])
    alone = np.einsum("qd,etd->qet", np.concatenate([encode([row["text"]]) for row in asked]), vectors).max(axis=2)
    near = np.argsort(-alone, axis=1, kind="stable")[:, :5]
    names = np.array([entry.id for entry in entries])
    with TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/assistant.db") as database:
        store = EntryStore(database)
        store.import_entries(entries)
        index = encoder.index(store)
        matches = [index.search(row["text"]).matches for row in asked]
    found = [[match.entry_id for match in of_row] for of_row in matches]
    first = np.array([places[:1] == [slug(row["intent"])] for places, row in zip(found, asked, strict=True)])
    return Hits(
        float(first.mean()),
        float(np.mean([slug(row["intent"]) in places for places, row in zip(found, asked, strict=True)])),
        float(np.mean([names[places[0]] == slug(row["intent"]) for places, row in zip(near, asked, strict=True)])),
        float(np.mean([slug(row["intent"]) in names[places] for places, row in zip(near, asked, strict=True)])),
        _calibration_error(np.array([of_row[0].score for of_row in matches]), first),
    )


def _entry(intent: str, texts: Sequence[str]) -> FaqEntry:
    """Returns the entry of an intent; its answer, which nobody wrote, is what the intent is called."""
    return FaqEntry(slug(intent), texts[0], intent.replace("_", " "), tuple(texts[1:]), status="published")


def encoder_named(name: str) -> Encoder:
    """Returns the encoder that a name of the command line means."""
    if name == "words":
        return Encoder(_nothing)
    if name == "checkpoint":
        from assistant.albert.checkpoint import load_checkpoint
        from assistant.albert.encode import encode_texts
        from assistant.albert.tokenizer import is_one_piece

        checkpoint = load_checkpoint(ROOT / "data" / "albert-compact")
        return Encoder(partial(encode_texts, checkpoint.model, checkpoint.tokenizer), partial(is_one_piece, checkpoint.tokenizer))
    if name == "teacher":
        from assistant.albert.encode import encode_texts
        from assistant.albert.teacher import load_teacher

        teacher = load_teacher()
        return Encoder(partial(encode_texts, teacher.model, teacher.tokenizer))
    from assistant.nlu.interpreter import Interpreter

    model = Interpreter.load(Path(name))
    return Encoder(model.encode, model.is_word)


def main() -> None:
    """Prints a row of figures for each encoder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", action="append", required=True)
    parser.add_argument("--out-of-scope", type=Path)
    parser.add_argument("--intents", type=Path)
    arguments = parser.parse_args()
    rows = _json_lines(ROOT / "tests" / "data" / "faq_paraphrases.jsonl")
    paraphrases = [(row["question"], row["entry"]) for row in rows]
    out_of_scope = [row["text"] for row in _json_lines(arguments.out_of_scope)] if arguments.out_of_scope else []
    print(f"{len(paraphrases)} paraphrases, {len(out_of_scope)} questions out of scope")
    for name in arguments.encoder:
        figures = measured(encoder_named(name), paraphrases, out_of_scope)
        shown = (f"{field} {getattr(figures, field):.3f}" for field in Figures.__slots__ if getattr(figures, field) is not None)
        print(f"{name}: {', '.join(shown)}", flush=True)
        if arguments.intents:
            drawn = [intents_measured(encoder_named(name), _json_lines(arguments.intents), seed) for seed in range(N_DRAWS)]
            means = (f"{field} {np.mean([getattr(hits, field) for hits in drawn]):.3f}" for field in Hits.__slots__)
            print(f"{name}, an entry an intent: {', '.join(means)}", flush=True)


def _first_scores(results: Sequence[FaqResult]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Returns the score of the first entry for each question, and the one that is needed to answer."""
    scores = [result.matches[0].score if result.matches else 0.0 for result in results]
    return np.array(scores), np.array([result.threshold for result in results])


def _calibration_error(scores: np.ndarray[Any, Any], is_right: np.ndarray[Any, Any]) -> float:
    """Returns the expected calibration error over ten bins. Source: Naeini et al. 2015."""
    bins = np.minimum((10 * scores).astype(int), 9)
    return float(sum(abs(scores[bins == place].sum() - is_right[bins == place].sum()) for place in range(10)) / len(scores))


def _nothing(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.full((len(texts), 4), 0.5, dtype=np.float32)


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _seconds(work: Any) -> float:  # Any: whatever it returns is left aside
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


if __name__ == "__main__":
    main()

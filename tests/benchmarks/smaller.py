"""What a smaller encoder costs and saves: layers used, eight bits, narrower embeddings, early exit, in one table.

    python -m tests.benchmarks.smaller --data DIR [--train 1500] [--test 500]

DIR holds ``nlu/banking77`` and ``nlu/clinc150``. The shared layer of the shipped checkpoint is applied fewer times, or more often
than it was trained for; its products are computed in eight bits; its word embeddings are cut to their largest singular directions.
Each time a logistic regression is fitted to the frozen sentence vectors, on rows drawn from the training part, and measured on rows
that were not trained on: every tenth row of BANKING77, the development split of CLINC150, a fifth of the shipped bot's examples.
Milliseconds are processor time on one thread, messages one by one, all kinds in turn; their ratio to the whole model in floats is
what says something on a busy machine. Megabytes are those of the encoder's graph.

Early exit: at half and three quarters of the depth a head of its own answers where its confidence passes a threshold, else the next
layers are applied. The thresholds are the lowest at which the head is as often right as the whole model on the messages that it
would answer, on a fifth of the training rows that its head was not fitted to.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.albert.batches import equal_lengths
from assistant.albert.checkpoint import load_checkpoint
from assistant.albert.encode import token_ids
from assistant.albert.encoder_graph import EncoderGraph
from assistant.albert.graph import GraphBuilder
from assistant.albert.model_graph import measure_extents
from assistant.albert.probes import REGULARISATION, read_intents
from assistant.albert.session import open_session
from assistant.albert.tokenizer import special_ids
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project, shipped_checkpoint, shipped_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from assistant.albert.probes import IntentData
    from assistant.albert.weights import EncoderWeights

DEPTHS = (2, 3, 4, 5, 8)
RANKS = (64, 32)
EXITS = (3, 5)
"""Half and three quarters of six applications."""
ROUNDS, TIMED = 3, 60
SEED = 0
_IDS, _VECTOR = "input_ids", "vector"


@dataclass(frozen=True, slots=True)
class Kind:
    """A smaller encoder: its name, its graph in ONNX."""

    name: str
    graph: bytes


class NarrowGraph(EncoderGraph):
    """An encoder whose word embeddings are the product of two smaller tables."""

    rank = 128

    def _embedded(self, input_ids: str, length: str, token_types: str) -> str:
        assert not token_types, "one text at a time"
        build, table = self._builder, self._embeddings("word")
        # The right singular vectors of the table, from the much smaller product with itself. Shape: (embedding, rank).
        directions = np.linalg.svd(table.T @ table)[0][:, : self.rank].astype(np.float32)
        words = build.node("Gather", build.constant("words", table @ directions), input_ids)
        words = build.node("MatMul", words, build.constant("directions", directions.T))
        places, zero = self._embeddings("position") + self._embeddings("token_type")[0], build.integers(0)
        narrow = build.node("Add", words, build.node("Slice", build.constant("places", places), zero, length, zero))
        narrow = self._normed(narrow, "embedding_norm", self._weights.pair("embeddings.LayerNorm"))
        return self._plain(narrow, "widen", *self._weights.linear("encoder.embedding_hidden_mapping_in"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--train", type=int, default=1500, help="rows of each data set to fit to")
    parser.add_argument("--test", type=int, default=500, help="rows of each to measure on")
    options = parser.parse_args(arguments)
    if not (options.data / "nlu").is_dir():
        print(f"no folder {options.data / 'nlu'}: nothing to measure", file=sys.stderr)
        return 3
    checkpoint = load_checkpoint(shipped_checkpoint() or shipped_root())
    special = special_ids(checkpoint.tokenizer)
    kinds = make_kinds(checkpoint.plain().weights, (special.start, special.end))
    sets = [_drawn(data, options.train, options.test) for data in _sets(options.data)]
    ids = {data.name: [token_ids(checkpoint.tokenizer, text) for text, _ in (*data.train, *data.test)] for data in sets}
    times = timed(kinds, [row for rows in ids.values() for row in rows[-TIMED // len(sets) :]])
    whole = kinds[0].name
    print(f"{'kind':<22}{'ms':>7}{'ratio':>7}{'MB':>7}" + "".join(f"{data.name:>12}" for data in sets))
    vectors: dict[tuple[str, str], NDArray[np.float32]] = {}
    for kind in kinds:
        told = []
        for data in sets:
            vectors[kind.name, data.name] = encoded(kind, ids[data.name])
            told.append(accuracy(data, vectors[kind.name, data.name]))
        row = f"{kind.name:<22}{times[kind.name]:>7.2f}{times[kind.name] / times[whole]:>7.2f}{len(kind.graph) / 1e6:>7.1f}"
        print(row + "".join(f"{value:>12.1%}" for value in told), flush=True)
    print("\nearly exit" + " " * 12 + "exit at 3  at 5   ratio   accuracy   whole model")
    for data in sets:
        at = {depth: vectors[_depth_name(depth), data.name] for depth in EXITS} | {6: vectors[whole, data.name]}
        cost = {depth: times[_depth_name(depth)] / times[whole] for depth in EXITS} | {6: 1.0}
        shares, ratio, right, full = early_exit(data, at, cost)
        print(f"{data.name:<22}{shares[0]:>9.1%}{shares[1]:>7.1%}{ratio:>7.2f}{right:>11.1%}{full:>13.1%}", flush=True)
    return 0


def make_kinds(encoder: EncoderWeights, ends: tuple[int, int]) -> list[Kind]:
    """Returns the encoders that are compared, the whole one in floats first."""
    extents = measure_extents(encoder, ends)
    kinds = [
        Kind("6 layers, floats", _graph(EncoderGraph, encoder)),
        Kind("6 layers, eight bits", _graph(EncoderGraph, encoder, extents)),
    ]
    for depth in DEPTHS:
        config = copy(encoder.config)
        config.num_hidden_layers = depth
        cut = replace(encoder, config=config)
        kinds.append(Kind(_depth_name(depth), _graph(EncoderGraph, cut)))
    for rank in RANKS:
        narrow = type(f"Narrow{rank}", (NarrowGraph,), {"rank": rank})
        kinds.append(Kind(f"embeddings of {rank}", _graph(narrow, encoder)))
    return kinds


def _depth_name(depth: int) -> str:
    return f"{depth} layers, floats"


def _graph(made_by: type[EncoderGraph], encoder: EncoderWeights, extents: Mapping[Any, Any] | None = None) -> bytes:
    build = GraphBuilder()
    build.named(made_by(build, encoder, extents).add(_IDS).vector, _VECTOR)
    return build.finished({_IDS: ("batch", "piece")}, {_VECTOR: ("batch", encoder.config.hidden_size)})


def encoded(kind: Kind, rows: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
    """Returns the sentence vectors of texts. Shape: (text, hidden)."""
    session = open_session(kind.graph)
    found: list[Any] = [None] * len(rows)
    for chosen in equal_lengths([len(row) for row in rows]):
        vectors = session.run([_VECTOR], {_IDS: np.stack([rows[row] for row in chosen]).astype(np.int64)})[0]
        for row, vector in zip(chosen, vectors, strict=True):
            found[row] = vector
    return np.stack(found)


def timed(kinds: Sequence[Kind], rows: Sequence[NDArray[np.int32]]) -> dict[str, float]:
    """Returns the median milliseconds of processor time of a message, by kind; they take turns, so all see the same machine."""
    sessions = {kind.name: open_session(kind.graph) for kind in kinds}
    took: dict[str, list[float]] = {kind.name: [] for kind in kinds}
    for _ in range(ROUNDS):
        for row in rows:
            fed = {_IDS: row[None].astype(np.int64)}
            for name, session in sessions.items():
                began = time.process_time()
                session.run([_VECTOR], fed)
                took[name].append((time.process_time() - began) * 1000)
    return {name: median(times) for name, times in took.items()}


def accuracy(data: IntentData, vectors: NDArray[np.float32]) -> float:
    """Returns how often a logistic regression is right on the rows that it was not fitted to."""
    n_train = len(data.train)
    model = _fitted(vectors[:n_train], [intent for _, intent in data.train])
    return float(np.mean(model.predict(vectors[n_train:]) == np.array([intent for _, intent in data.test])))


def early_exit(
    data: IntentData, at: Mapping[int, NDArray[np.float32]], cost: Mapping[int, float]
) -> tuple[list[float], float, float, float]:
    """Returns the share of messages that leave at each exit, the mean cost, the accuracy so, and that of the whole model.

    Args:
        data: its training rows come first in the vectors.
        at: vectors by depth, the whole depth last.
        cost: of a message that leaves at a depth; the whole model's is 1.
    """
    labels = np.array([intent for _, intent in (*data.train, *data.test)])
    n_train = len(data.train)
    fit, tune, test = np.split(np.arange(len(labels)), [n_train * 4 // 5, n_train])
    heads = {depth: _fitted(vectors[fit], labels[fit]) for depth, vectors in at.items()}
    whole = max(at)
    full_tune, full_test = (heads[whole].predict(at[whole][rows]) for rows in (tune, test))
    answer, left = full_test.copy(), np.full(len(test), whole)
    for depth in sorted((depth for depth in at if depth != whole), reverse=True):
        sure, told = _answers(heads[depth], at[depth][tune])
        threshold = _threshold(sure, told == labels[tune], full_tune == labels[tune])
        sure, told = _answers(heads[depth], at[depth][test])
        answer, left = np.where(sure >= threshold, told, answer), np.where(sure >= threshold, depth, left)
    ratio = float(np.mean([cost[int(depth)] for depth in left]))
    shares = [float(np.mean(left == depth)) for depth in sorted(at) if depth != whole]
    return shares, ratio, float(np.mean(answer == labels[test])), float(np.mean(full_test == labels[test]))


def _answers(head: LogisticRegression, vectors: NDArray[np.float32]) -> tuple[NDArray[Any], NDArray[Any]]:
    chances = head.predict_proba(vectors)
    return chances.max(axis=1), head.classes_[chances.argmax(axis=1)]


def _threshold(sure: NDArray[Any], is_right: NDArray[Any], is_full_right: NDArray[Any]) -> float:
    """Returns the lowest confidence from which an exit's head is as often right as the whole model; above 1 where there is none."""
    for threshold in np.sort(sure):
        rows = sure >= threshold
        if is_right[rows].sum() >= is_full_right[rows].sum():
            return float(threshold)
    return 2.0


def _fitted(vectors: NDArray[np.float32], labels: Any) -> LogisticRegression:
    return LogisticRegression(C=REGULARISATION, max_iter=100, tol=1e-3).fit(vectors, labels)


def _sets(folder: Path) -> list[IntentData]:
    nlu = folder / "nlu"
    banking = read_intents("banking77", nlu / "banking77" / "train.jsonl")
    clinc = read_intents("clinc150", nlu / "clinc150" / "train.jsonl", nlu / "clinc150" / "dev.jsonl")
    rows = [(example.text, example.intent) for example in read_nlu(find_project(shipped_root()).training).examples]
    random.Random(SEED).shuffle(rows)
    shipped = type(banking)("shipped bot", tuple(rows[len(rows) // 5 :]), tuple(rows[: len(rows) // 5]))
    return [banking, clinc, shipped]


def _drawn(data: IntentData, n_train: int, n_test: int) -> IntentData:
    draw = random.Random(SEED)
    train, test = list(data.train), list(data.test)
    draw.shuffle(train)
    draw.shuffle(test)
    return type(data)(data.name, tuple(train[:n_train]), tuple(test[:n_test]))


if __name__ == "__main__":
    sys.exit(main())

"""How much of the processor's arithmetic the encoder reaches: ``python -m tests.benchmarks.bench_encoder [--encoder DIR]``.

The encoder runs in floats and in eight bits, on one message and on batches as bulk work makes them, beside one large product in
the same numbers. Nothing that ONNX Runtime does can be faster than that, so it bounds what bulk work can gain over one message.
All times are of the processor, on one thread; what is compared takes turns.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.albert.batches import MAX_PIECES_A_BATCH
from assistant.albert.graph import CONTRIB, GraphBuilder
from assistant.albert.model_graph import INPUT, VECTOR, measure_extents, states_graph
from assistant.albert.plain_checkpoint import load_plain_checkpoint
from assistant.albert.session import open_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.albert.plain_checkpoint import PlainCheckpoint

SHIPPED = Path(__file__).parents[2] / "data" / "albert-compact"
PIECES = 14
"""Of a message of twelve words."""
ROUNDS, SECONDS = 9, 0.05
ROWS = 1024


class Run(NamedTuple):
    """Something to time, and the operations that its products take."""

    name: str
    call: Callable[[], object]
    operations: float
    pieces: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, default=SHIPPED)
    checkpoint = load_plain_checkpoint(parser.parse_args().encoder)
    ends = checkpoint.tokenizer.encode("").ids
    extents = measure_extents(checkpoint.weights, (ends[0], ends[-1]))
    runs = [
        *_runs("floats", checkpoint, states_graph(checkpoint.weights), _product(checkpoint.config, is_rounded=False)),
        *_runs("eight bits", checkpoint, states_graph(checkpoint.weights, extents), _product(checkpoint.config, is_rounded=True)),
    ]
    print("| what | time | a piece | operations a second |\n|---|---|---|---|")
    for run, seconds in zip(runs, _side_by_side(runs), strict=True):
        each = f"{seconds / run.pieces * 1e6:.1f} µs" if run.pieces else ""
        print(f"| {run.name} | {seconds * 1000:.2f} ms | {each} | {run.operations / seconds / 1e9:.0f} G |")


def _runs(numbers: str, checkpoint: PlainCheckpoint, graph: bytes, product: bytes) -> list[Run]:
    config, session, alone = checkpoint.config, open_session(graph), open_session(product)
    a_piece = 2 * config.num_hidden_layers * (4 * config.hidden_size**2 + 2 * config.hidden_size * config.intermediate_size)
    texts = np.random.default_rng(0).integers(0, config.vocab_size, (MAX_PIECES_A_BATCH // PIECES, PIECES))
    states = np.random.default_rng(0).normal(size=(ROWS, config.hidden_size)).astype(np.float32)
    found = [
        Run(f"{numbers}: {len(batch)} of {PIECES} pieces", _bound(session, VECTOR, INPUT, batch), a_piece * batch.size, batch.size)
        for batch in (texts[:1], texts)
    ]
    operations = 2 * ROWS * config.hidden_size * config.intermediate_size
    return [*found, Run(f"{numbers}: one product of {ROWS} rows", _bound(alone, "product", "states", states), operations, 0)]


def _bound(session: Any, output: str, name: str, value: Any) -> Callable[[], object]:
    return lambda: session.run([output], {name: value})


def _product(config: Any, *, is_rounded: bool) -> bytes:
    """Returns the graph of the feed-forward layer's first product."""
    build, shape = GraphBuilder(), (config.hidden_size, config.intermediate_size)
    generator = np.random.default_rng(0)
    if is_rounded:
        step, origin = build.constant("step", np.array(np.float32(0.02))), build.constant("origin", np.array(np.uint8(128)))
        values = build.constant("values", generator.integers(-127, 128, shape).astype(np.int8))
        scales = build.constant("scales", np.full(shape[1], 0.01, np.float32))
        rounded = build.node("QuantizeLinear", "states", step, origin)
        made = build.node("MatMulIntegerToFloat", rounded, values, step, scales, origin, domain=CONTRIB)
    else:
        made = build.node("MatMul", "states", build.constant("values", generator.normal(size=shape).astype(np.float32)))
    build.named(made, "product")
    return build.finished({"states": ("row", shape[0])}, {"product": ("row", shape[1])}, takes_floats=True)


def _side_by_side(runs: list[Run]) -> list[float]:
    """Returns the median seconds of each call."""
    times: list[list[float]] = [[] for _ in runs]
    for number in range(ROUNDS + 1):
        for run, found in zip(runs, times, strict=True):
            calls, started = 0, time.process_time()
            while (used := time.process_time() - started) < SECONDS:
                run.call()
                calls += 1
            if number:  # the first round warms up
                found.append(used / calls)
    return [median(found) for found in times]


if __name__ == "__main__":
    main()

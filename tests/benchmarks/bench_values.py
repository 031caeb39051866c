"""Measures what finding entities without the model costs: processor time a message, over the shipped bot's examples.

python -m tests.benchmarks.bench_values
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assistant.nlu.extractors import Extractors
from assistant.nlu.training_data import read_nlu
from assistant.nlu.values.extractor import DIMENSIONS, ValueExtractor
from assistant.project import find_project, shipped_root

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Prints the median and the 95th percentile for each extractor."""
    data = read_nlu(find_project(shipped_root()).training)
    texts = [example.text for example in data.examples]
    extractors = Extractors.of(data)
    measured: dict[str, Callable[[str], object]] = {"regexes and lookups": extractors.extract}
    measured |= {name: ValueExtractor({name: name}).extract for name in DIMENSIONS}
    measured["all values"] = ValueExtractor({name: name for name in DIMENSIONS}).extract
    for name, extract in measured.items():
        median, tail = _times_us(extract, texts)
        print(f"{name:<22} p50 {median:>8.1f} us  p95 {tail:>8.1f} us")


def _times_us(extract: Callable[[str], object], texts: list[str]) -> tuple[float, float]:
    times = []
    for text in texts[:1] + texts:  # the first loads what is loaded at use
        started = time.process_time_ns()
        extract(text)
        times.append((time.process_time_ns() - started) / 1_000)
    times = sorted(times[1:])
    return times[len(times) // 2], times[len(times) * 95 // 100]


if __name__ == "__main__":
    main()

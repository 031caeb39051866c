"""How fast understanding is, each figure beside what it is measured against: ``python -m tests.benchmarks.bench_nlu``.

    python -m tests.benchmarks.bench_nlu [--model DIR] [--messages N]

All times are of the processor, so other work on the machine counts little, and one thread is used. What is compared takes turns, so
that both have the same machine. Without ``--model`` one is trained first; ``bench_training`` times that.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from assistant.config import load_settings
from assistant.nlu.model_folder import GRAPH, INPUTS, OUTPUTS, TOKENIZER
from assistant.nlu.training_data import read_nlu
from assistant.opening import load_interpreter
from assistant.project import find_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).parents[2]
MESSAGE = "i would like to know when my order 12345 will arrive here"
WORDS = len(MESSAGE.split())
ROUNDS, CALLS = 15, 20
CHAT = """\
import sys, time
started = time.perf_counter()
from pathlib import Path
from dataclasses import replace
from assistant.config import load_settings
from assistant.messages import UserMessage
from assistant.opening import open_agent
from assistant.project import find_project
project = replace(find_project(Path(sys.argv[1])), state=Path(sys.argv[3]))
agent = open_agent(project, load_settings(project.config, project.endpoints), model=Path(sys.argv[2]))
agent.handle(UserMessage("where is my order", "bench"))
first = time.perf_counter() - started
for number in range(200):
    agent.handle(UserMessage(f"where is my order {10000 + number}", "bench"))
status = Path("/proc/self/status")  # the peak that getrusage knows is the parent's where that was larger
if status.exists():
    peak_kb = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
else:
    import resource
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(first, float(peak_kb) / 1024)
agent.close()
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a Markdown table: what, figure, what it is compared with, ratio."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        project = _copied_project(Path(folder) / "bot")
        print("| what | figure | beside | figure | ratio |\n|---|---|---|---|---|")
        for row in _rows(project, options, Path(folder)):
            print("| " + " | ".join(row) + " |", flush=True)


def _rows(project: Path, options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, ...]]:
    model = options.model or _trained(project, folder / "model")
    yield from _speed_rows(model, options.messages)
    yield from _chat_rows(project, model, folder / "state")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--messages", type=int, default=10_000)
    return parser.parse_args(arguments)


def _speed_rows(model: Path, n_messages: int) -> list[tuple[str, ...]]:
    """Measures one message and many."""
    project = find_project(ROOT)
    interpreter = load_interpreter(project, load_settings(project.config, project.endpoints), model)
    parse, bare, eager = _side_by_side(lambda: interpreter.parse(MESSAGE), _bare(model), _eager_torch(model))
    texts = _messages(n_messages)
    before_mb = _resident_mb()
    started = time.process_time()
    interpreter.parse_many(texts)
    bulk = (time.process_time() - started) / len(texts) * 1000
    precision = interpreter.manifest["runtime"]["precision"]
    one = f"one message of {WORDS} words, `Interpreter.parse`, {precision}"
    return [
        (one, f"{parse:.2f} ms", "the bare ONNX call", f"{bare:.2f} ms", f"{parse / bare:.2f}"),
        (one, f"{parse:.2f} ms", "eager torch, float32, the model alone", f"{eager:.2f} ms", f"{eager / parse:.1f}"),
        (
            f"{n_messages} messages of {WORDS} words in bulk",
            f"{bulk:.2f} ms",
            "one by one",
            f"{parse:.2f} ms",
            f"{parse / bulk:.2f}",
        ),
        ("memory that bulk work adds", f"{_resident_mb() - before_mb:.0f} MB", "", "", ""),
    ]


def _side_by_side(*calls: Callable[[], object]) -> list[float]:
    """Returns the median milliseconds of each call; they take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for round_number in range(ROUNDS + 1):
        for call, found in zip(calls, times, strict=True):
            started = time.process_time()
            for _ in range(CALLS):
                call()
            if round_number:  # the first round warms up
                found.append((time.process_time() - started) / CALLS * 1000)
    return [median(found) for found in times]


def _bare(model: Path) -> Callable[[], object]:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model / GRAPH), options, providers=["CPUExecutionProvider"])
    input_ids = np.array([Tokenizer.from_file(str(model / TOKENIZER)).encode(MESSAGE).ids], dtype=np.int64)
    return lambda: session.run(list(OUTPUTS), {INPUTS[0]: input_ids})


def _eager_torch(model: Path) -> Callable[[], object]:
    """Returns a call of the same model in torch, as it was trained."""
    import torch

    from assistant.evaluation.torch_model import load_torch_model

    torch.set_num_threads(1)
    loaded = load_torch_model(model)
    input_ids = torch.tensor([loaded.tokenizer.encode(MESSAGE).ids])
    mask = torch.ones_like(input_ids)

    def call() -> object:
        with torch.inference_mode():
            return loaded.model(input_ids, mask)

    return call


def _messages(count: int) -> list[str]:
    """Returns different messages as long as the one above, made of the shipped bot's examples."""
    words = " ".join(example.text for example in read_nlu([ROOT / "intents"]).examples).split()
    generator = np.random.default_rng(0)
    found: dict[str, None] = {}
    while len(found) < count:
        first = int(generator.integers(len(words) - WORDS))
        found[" ".join([*words[first : first + WORDS - 1], str(generator.integers(100_000))])] = None
    return list(found)


def _chat_rows(project: Path, model: Path, state: Path) -> list[tuple[str, ...]]:
    """Opens the assistant in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CHAT, str(project), str(model), str(state)]
    state.mkdir()
    subprocess.run(command, check=True, capture_output=True, env=environment)  # the first start makes the FAQ's vectors
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    first_s, memory_mb = (float(part) for part in done.stdout.split())
    return [
        ("first answer after start, by the clock", f"{first_s:.2f} s", "bound", "1.5 s", f"{first_s / 1.5:.2f}"),
        ("memory at most while answering", f"{memory_mb:.0f} MB", "bound", "250 MB", f"{memory_mb / 250:.2f}"),
    ]


def _trained(project: Path, output: Path) -> Path:
    _train_s(project, "--output", str(output))
    return output


def _train_s(project: Path, *options: str) -> float:
    return _seconds([sys.executable, str(ROOT / "app.py"), "train", "--fast", "--project", str(project), *options])


def _seconds(command: Sequence[str]) -> float:
    """Returns the processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _copied_project(folder: Path) -> Path:
    for part in ("intents", "data/faq"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


def _resident_mb() -> float:
    statm = Path("/proc/self/statm")
    if not statm.exists():  # elsewhere than on Linux only the peak is known
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()

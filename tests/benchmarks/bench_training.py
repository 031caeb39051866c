"""How long ``assistant train --fast`` takes, from the command to the saved model: ``python -m tests.benchmarks.bench_training``.

A copy of the shipped bot (or ``--project``) is trained three times, each time by the command in a process of its own: cold, with
nothing kept; after an intent was added; and again with nothing changed. Beside the clock stands the processor time of the process,
and the ratio to a reference that is measured in the same run: the bare runtime over the pieces of all examples, on one core, which
no training from nothing can do without. Then the phases of a cold and of a warm training, in one process. ``--rows FILE`` (Rasa
YAML or JSON lines, or a folder) trains on other examples instead, cold only.
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
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
from tokenizers import Tokenizer

from assistant.albert.batches import equal_lengths
from assistant.albert.model_graph import INPUT, states_graph
from assistant.albert.plain_checkpoint import load_plain_checkpoint
from assistant.albert.session import open_session
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project, shipped_checkpoint, shipped_root
from assistant.training import fast, frozen, project, trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.messages import ProgressCallback
    from assistant.nlu.training_data import TrainingData

INTENT = """\
version: "3.1"
nlu:
- intent: ask_gift_wrapping
  examples: |
    - can you wrap it as a present
    - do you offer gift wrapping
    - i would like it gift wrapped please
    - is there wrapping paper for gifts
    - please put a bow on it
    - could it come in a gift box
    - how much does gift wrapping cost
    - wrap my order as a gift
    - it is a present, can you pack it nicely
    - can i add a greeting card to a gift
"""
DOMAIN = 'version: "3.1"\nintents: [ask_gift_wrapping]\n'
COMMAND = "from assistant.cli.main import run; run()"
PHASES = {
    "policy": (project, "_policy"),
    "examples": (project, "training_data"),
    "checkpoint": (project, "starting_checkpoint"),
    "encoding": (fast, "encode_frozen"),
    "heads": (fast, "train_heads"),
    "likeness and letters": (trainer, "fit_likeness"),
    "chain of tags": (trainer, "with_chain"),
    "precision": (trainer, "choose_precision"),
    "saving": (trainer, "save_model"),
}
"""Parts of a training, and where the function that does each is looked up."""


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--project", type=Path, default=shipped_root())
    options.add_argument("--rows", type=Path, help="train on these examples instead, cold only")
    options.add_argument("--phases", action=argparse.BooleanOptionalAction, default=True)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bot = _copied(given.project, Path(folder) / "bot")
        data = read_nlu([given.rows] if given.rows else find_project(bot).training)
        reference = _bare_seconds(data)
        more = ["--nlu", str(given.rows), "--output", str(Path(folder) / "model")] if given.rows else []
        print(f"{len(data.examples)} examples, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<26}{'clock s':>9}{'processor s':>13}{'ratio':>7}")
        print(f"{'bare runtime, one core':<26}{'':>9}{reference:>13.1f}{1:>7.2f}")
        _print_run("cold", bot, more, reference)
        if not given.rows:
            _add_intent(bot)
            _print_run("an intent added", bot, more, reference)
            _print_run("nothing changed", bot, more, reference)
        if given.phases and not given.rows:
            _print_phases(bot)


def _copied(root: Path, folder: Path) -> Path:
    names = ("intents", "data", "domain", "domain.yml", "config.yml", "endpoints.yml", "actions")
    folder.mkdir()
    for name in names:
        path = root / name
        if path.is_dir():
            shutil.copytree(path, folder / name)
        elif path.is_file():
            shutil.copyfile(path, folder / name)
    return folder


def _add_intent(bot: Path) -> None:
    found = find_project(bot)
    nlu = found.training[0]
    beside = nlu if nlu.is_dir() else nlu.parent
    (beside / "gift_wrapping.yml").write_text(INTENT, encoding="utf-8")
    domain = next(path for path in (bot / "intents" / "domain", bot / "domain") if path.is_dir())
    (domain / "gift_wrapping.yml").write_text(DOMAIN, encoding="utf-8")


def _bare_seconds(data: TrainingData) -> float:
    """Returns the processor time of the runtime alone over all examples."""
    folder = shipped_checkpoint()
    assert folder is not None, "no checkpoint is shipped"
    checkpoint = load_plain_checkpoint(folder)
    tokenizer = Tokenizer.from_str(checkpoint.tokenizer.to_str())
    tokenizer.no_padding()
    rows = [encoding.ids for encoding in tokenizer.encode_batch(sorted({example.text for example in data.examples}))]
    session = open_session(states_graph(checkpoint.weights))
    batches = [np.array([rows[row] for row in chosen], dtype=np.int64) for chosen in equal_lengths([len(row) for row in rows])]
    started = time.process_time()
    for batch in batches:
        session.run(None, {INPUT: batch})
    return time.process_time() - started


def _print_run(name: str, bot: Path, more: Sequence[str], reference: float) -> None:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", COMMAND, "train", "--fast", "--project", str(bot), *more]
    subprocess.run(command, check=True, capture_output=True)
    clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:<26}{clock:>9.1f}{spent:>13.1f}{spent / reference:>7.2f}", flush=True)


def _print_phases(bot: Path) -> None:
    """Trains cold and warm in this process, and prints what each part takes of the processor."""
    found = find_project(bot)
    columns: list[dict[str, float]] = []
    for is_cold in (True, False):
        if is_cold:
            shutil.rmtree(found.state / project.CACHE, ignore_errors=True)
        spent: dict[str, float] = {}
        with ExitStack() as patched:
            for name, (module, function) in PHASES.items():
                patched.enter_context(mock.patch.object(module, function, _timed(getattr(module, function), name, spent)))
            for module in (project, frozen, trainer):  # one after the other, so that each second is counted once
                patched.enter_context(mock.patch.object(module, "Beside", _InTurn))
            with _counted("all", spent):
                project.train_project(found, mode="fast", on_progress=lambda _: None)
        spent["rest"] = spent["all"] - sum(value for name, value in spent.items() if name != "all")
        columns.append(spent)
    print(f"\n{'phase, processor s':<26}{'cold':>9}{'warm':>13}")
    for name in (*PHASES, "rest", "all"):
        print(f"{name:<26}{columns[0].get(name, 0.0):>9.2f}{columns[1].get(name, 0.0):>13.2f}")


class _InTurn:
    """Stands in for `Beside`: the part is done at once, before the caller goes on."""

    def __init__(self, work: Callable[[ProgressCallback], Any], on_progress: ProgressCallback) -> None:
        self.report = on_progress
        self._found = work(on_progress)

    def __enter__(self) -> _InTurn:
        return self

    def __exit__(self, *_: object) -> None:
        """Has nothing to stop."""

    def result(self) -> Any:
        return self._found


def _timed(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        with _counted(name, spent):
            return function(*args, **kwargs)

    return timed


@contextmanager
def _counted(name: str, spent: dict[str, float]) -> Iterator[None]:
    started = time.process_time()
    yield
    spent[name] = spent.get(name, 0.0) + time.process_time() - started


if __name__ == "__main__":
    main()

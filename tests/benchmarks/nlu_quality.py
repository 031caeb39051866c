"""How well models understand that were trained from the shipped checkpoint: ``python -m tests.benchmarks.nlu_quality --data DIR``.

    python -m tests.benchmarks.nlu_quality --data DIR [--only SNIPS ATIS ...] [--seeds 0 1 2] [--mode full] [--results FILE]
        [--epochs N] [--rate R] [--head-rate R] [--embedding-factor F] [--batch-size N] [--decay D]
        [--dropout P] [--limit N] [--threads N]

DIR holds ``nlu/snips``, ``nlu/atis``, ``nlu/clinc150`` and ``nlu/banking77``. Each row of the table is trained by the product's own
code and measured on the development split (every tenth row of BANKING77), which nothing is chosen by: the epoch and the temperature
are chosen on a part of the training split. Each run is one JSON line of FILE, written when it is done; runs that are there already,
of the same checkpoint and settings, are not repeated. The table on standard output is made of all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.checkpoint import load_checkpoint
from assistant.evaluation.nlu import evaluate
from assistant.evaluation.scope import score_scope
from assistant.nlu.interpreter import Interpreter
from assistant.nlu.training_data import TrainingData, read_dev, read_nlu
from assistant.training.arguments import TrainingArguments
from assistant.training.trainer import train_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).parents[2]
OUT_OF_SCOPE = "oos_dev.jsonl"
HELD_OUT_EVERY = 10
SETTINGS = {
    "epochs": "epochs",
    "rate": "encoder_rate",
    "head_rate": "head_rate",
    "batch_size": "batch_size",
    "embedding_factor": "embedding_factor",
    "decay": "layer_decay",
    "dropout": "dropout",
}
COLUMNS = ("intent", "tag_f1", "sentence", "calibration_error", "oos_auroc", "oos_recall", "minutes")


@dataclass(frozen=True, slots=True)
class Task:
    """A row of the table.

    Attributes:
        name: as shown.
        folder: below ``nlu``.
        per_intent: examples of each intent to train on; None: all.
    """

    name: str
    folder: str
    per_intent: int | None = None


TASKS = (
    Task("SNIPS", "snips"),
    Task("ATIS", "atis"),
    Task("CLINC150", "clinc150"),
    Task("CLINC150-10", "clinc150", 10),
    Task("BANKING77", "banking77"),
    Task("BANKING77-10", "banking77", 10),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is missing, prints the table of all there is, and returns the exit code."""
    options = _options(arguments)
    if not (options.data / "nlu").is_dir():
        print(f"no folder {options.data / 'nlu'}: nothing to measure", file=sys.stderr)
        return 3
    settings = {field: value for name, field in SETTINGS.items() if (value := getattr(options, name)) is not None}
    for task in TASKS:
        for seed in options.seeds if not options.only or task.name in options.only else ():
            key = {"task": task.name, "seed": seed, "mode": options.mode, "limit": options.limit, "settings": settings}
            key["checkpoint"] = _weights(options.checkpoint)
            if not any(key.items() <= row.items() for row in _rows(options.results)):
                found = _run(task, options, TrainingArguments(mode=options.mode, seed=seed, threads=options.threads, **settings))
                with options.results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(key | found) + "\n")
    print(table(_rows(options.results)))
    return 0


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Returns the runs as a Markdown table: mean and spread over the seeds of a row."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        settings = ", ".join(f"{name} {value}" for name, value in row["settings"].items()) or "defaults"
        settings += f", first {row['limit']} examples" if row["limit"] else ""
        groups.setdefault((row["task"], f"{row['mode']}, {settings}", row["checkpoint"]), []).append(row)
    head = ("data", "training", "checkpoint", "seeds", *(name.replace("_", " ") for name in COLUMNS))
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    order = [task.name for task in TASKS]
    for names, group in sorted(groups.items(), key=lambda item: (order.index(item[0][0]), item[0])):
        cells = [_spread([row["figures"][name] for row in group if name in row["figures"]], name) for name in COLUMNS]
        lines.append("| " + " | ".join((*names, str(len(group)), *cells)) + " |")
    return "\n".join(lines)


def _spread(values: Sequence[float], name: str) -> str:
    if not values:
        return ""
    scale, digits = (1, 1) if name == "minutes" else (1, 3) if name in {"calibration_error", "oos_auroc"} else (100, 1)
    shown = f"{mean(values) * scale:.{digits}f}"
    return shown if len(values) == 1 else f"{shown} ± {stdev(values) * scale:.{digits}f}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, default=ROOT / "data" / "albert-compact")
    parser.add_argument("--results", type=Path, default=Path("nlu_quality.jsonl"))
    parser.add_argument("--only", nargs="+", choices=[task.name for task in TASKS])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--mode", choices=["fast", "full"], default="full")
    parser.add_argument("--limit", type=int, help="train and measure on so many examples only")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch-size", type=int)
    for name in ("--rate", "--head-rate", "--embedding-factor", "--decay", "--dropout"):
        parser.add_argument(name, type=float)
    return parser.parse_args(arguments)


def _run(task: Task, options: argparse.Namespace, arguments: TrainingArguments) -> dict[str, Any]:
    """Trains one model and measures it."""
    folder = options.data / "nlu" / task.folder
    data, dev = _splits(folder, task.per_intent, arguments.seed)
    data, dev = _limited(data, options.limit), _limited(dev, options.limit)
    print(f"{task.name}, seed {arguments.seed}: {len(data.examples)} examples", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as output:
        result = train_model(data, None, load_checkpoint(options.checkpoint), arguments, Path(output) / "model", lambda _: None)
        interpreter = Interpreter.load(result.folder)
        report = evaluate(interpreter, dev.examples)
        figures = {"intent": report.intent_accuracy, "calibration_error": report.calibration_error, "minutes": result.seconds / 60}
        if data.entities:
            figures |= {"tag_f1": report.entity.f1, "sentence": report.sentence_accuracy}
        if (folder / OUT_OF_SCOPE).is_file():
            inside, outside = (
                interpreter.parse_many([example.text for example in examples])
                for examples in (dev.examples, read_nlu([folder / OUT_OF_SCOPE]).examples)
            )
            scope = score_scope(inside, outside)
            figures |= {"oos_auroc": scope.auroc, "oos_recall": scope.recall} if scope else {}
    rounded = {name: round(value, 5) for name, value in figures.items()}
    return {"figures": rounded, "best_epoch": result.best_epoch, "precision": result.precision, "n_examples": result.n_examples}


def _splits(folder: Path, per_intent: int | None, seed: int) -> tuple[TrainingData, TrainingData]:
    data, dev = read_nlu([folder]), read_dev([folder])
    if dev is None:
        rows = data.examples
        dev = TrainingData(rows[::HELD_OUT_EVERY])
        data = replace(data, examples=tuple(row for number, row in enumerate(rows) if number % HELD_OUT_EVERY))
    return (data if per_intent is None else _drawn(data, per_intent, seed)), dev


def _drawn(data: TrainingData, per_intent: int, seed: int) -> TrainingData:
    """Returns so many examples of each intent, drawn at random."""
    generator = np.random.default_rng(seed)
    intents = np.array([example.intent for example in data.examples])
    rows = [row for intent in data.intents for row in generator.permutation(np.flatnonzero(intents == intent))[:per_intent]]
    return replace(data, examples=tuple(data.examples[row] for row in sorted(rows)))


def _limited(data: TrainingData, limit: int | None) -> TrainingData:
    if limit is None or len(data.examples) <= limit:
        return data
    rows = np.linspace(0, len(data.examples) - 1, limit).astype(int)
    return replace(data, examples=tuple(data.examples[row] for row in rows))


def _weights(checkpoint: Path) -> str:
    manifest = json.loads((checkpoint / "manifest.json").read_bytes())
    return str(manifest["files"]["model.safetensors"]["sha256"])[:8]


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


if __name__ == "__main__":
    sys.exit(main())

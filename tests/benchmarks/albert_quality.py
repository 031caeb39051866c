"""Measures an encoder beside its teacher: linear probes of intents, hidden words, segment order, tags after fine-tuning, speed.

    python tests/benchmarks/albert_quality.py --data DIR [--checkpoint DIR] [--teacher] [--words] [--tags] [--speed]

DIR holds ``nlu/banking77``, ``nlu/clinc150`` and, for tags, ``nlu/atis`` and ``nlu/snips``: JSON lines with ``text``, ``intent``
and, for tags, ``tokens`` and ``tags``. Without it only speed can be measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.evaluation import Encoder
    from assistant.albert.probes import IntentData

PER_INTENT: tuple[int | None, ...] = (5, 10, None)
SEEDS = (0, 1, 2)
# Settings under which tags are compared from checkpoint to checkpoint.
TAG_SETS = {"atis": 6, "snips": 3}
SPEED_TEXT = "i would like to know when my order will arrive today"
N_SPEED = 1000


def main(arguments: list[str] | None = None) -> int:
    """Prints one JSON object with what was measured; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--checkpoint", type=Path, default=Path(__file__).parents[2] / "data" / "albert-compact")
    for name in ("teacher", "words", "tags", "speed"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args(arguments)
    if options.data is None and not options.speed:
        print("no --data folder was given: nothing to measure", file=sys.stderr)
        return 3
    print(json.dumps(_measure(options), indent=1))
    return 0


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    from assistant.albert.checkpoint import load_checkpoint

    checkpoint = load_checkpoint(options.checkpoint)
    result: dict[str, Any] = {}
    if options.speed:
        result["speed_s"] = _speed(checkpoint)
    if options.data is not None:
        result["probes"] = _probes(options, checkpoint)
    if options.data is not None and options.words:
        result["words"] = _words(options.data, checkpoint)
    if options.data is not None and options.tags:
        result["tags"] = {name: _tags(options, name, epochs) for name, epochs in TAG_SETS.items()}
    return result


def _probes(options: argparse.Namespace, checkpoint: Checkpoint) -> list[dict[str, Any]]:
    from assistant.albert.encode import encode_texts
    from assistant.albert.evaluation import encoder_of, measure_probes
    from assistant.albert.teacher import load_teacher

    encoders: dict[str, Encoder] = {"checkpoint": encoder_of(checkpoint)}
    if options.teacher:
        teacher = load_teacher()
        encoders["teacher"] = lambda texts: encode_texts(teacher.model, teacher.tokenizer, texts)
    return [
        {"encoder": who, **asdict(found)}
        for data in _intent_sets(options.data)
        for who, encoder in encoders.items()
        for found in measure_probes(encoder, data, PER_INTENT, SEEDS)
    ]


def _intent_sets(root: Path) -> list[IntentData]:
    from assistant.albert.probes import read_intents

    nlu = root / "nlu"
    clinc = nlu / "clinc150"
    return [
        read_intents("banking77", nlu / "banking77" / "train.jsonl"),
        read_intents("clinc150", clinc / "train.jsonl", clinc / "dev.jsonl"),
    ]


def _words(root: Path, checkpoint: Checkpoint) -> dict[str, Any]:
    """Measures on the documents that the recipe holds out."""
    from assistant.albert.corpus import read_source
    from assistant.albert.evaluation import measure_words
    from assistant.albert.recipes import load_distill_recipe

    recipe = load_distill_recipe(Path(__file__).parents[2] / "data" / "recipes" / "albert-compact.yaml")
    found = {}
    for source in recipe.sources:
        if not source.fields:
            held_out = read_source(root, source)[:: recipe.held_out_every]
            found[source.path] = asdict(measure_words(checkpoint, held_out))
    return found


def _tags(options: argparse.Namespace, name: str, epochs: int) -> dict[str, float]:
    """Fine-tunes intents and tags together, and measures on the dev split."""
    from assistant.albert.checkpoint import load_checkpoint
    from assistant.nlu.training_data import read_dev, read_nlu
    from assistant.training.arguments import TrainingArguments
    from assistant.training.trainer import train_model

    folder = options.data / "nlu" / name
    arguments = TrainingArguments(mode="full", epochs=epochs)
    checkpoint = load_checkpoint(options.checkpoint)
    with tempfile.TemporaryDirectory() as output:
        result = train_model(read_nlu([folder]), read_dev([folder]), checkpoint, arguments, Path(output) / "model", lambda _: None)
    return {**result.metrics, "seconds": result.seconds}


def _speed(checkpoint: Checkpoint) -> float:
    """Returns the processor seconds for a thousand messages of twelve words, one thread, through the runtime that answers use."""
    from assistant.albert.encode import encode_on_runtime

    started = time.process_time()
    encode_on_runtime(checkpoint, [f"{SPEED_TEXT} {number}" for number in range(N_SPEED)], threads=1)
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())

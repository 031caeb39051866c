"""Makes and measures the encoder: ``assistant albert presets | pretrain | distill | encode | evaluate | fluency | ...``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli import finetune, fluency, reader, signals
from assistant.cli.output import progress
from assistant.cli.run_bar import run_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.probes import IntentData

app = typer.Typer(name="albert", help="Make and measure the ALBERT encoder.", no_args_is_help=True)
finetune.register(app)
fluency.register(app)
reader.register(app)
signals.register(app)

# The sizes that the paper gives in its table 1, in millions; it does not say how it counted.
_PAPER_MILLIONS = {"base": 12, "large": 18, "xlarge": 60, "xxlarge": 235, "BERT base": 108, "BERT large": 334}

Recipe = Annotated[Path, typer.Option("--recipe", help="YAML file that says all of how it is made.")]
Output = Annotated[Path, typer.Option("--output", help="Folder to write the checkpoint to.")]
Device = Annotated[str, typer.Option("--device", help="cpu or cuda.")]
Half = Annotated[bool, typer.Option("--half", help="Store the weights in half precision.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


@app.command()
def presets(
    tokens: Annotated[int, typer.Option("--tokens", min=1, max=512, help="Length of sequence to count the work for.")] = 128,
    as_json: Json = False,
) -> None:
    """Show what each size of encoder takes, beside BERT's."""
    from assistant.albert.presets import BERT_SIZES, PRESETS, cost

    sizes = {preset.name: cost(preset, tokens=tokens) for preset in (*PRESETS.values(), *BERT_SIZES)}
    if as_json:
        print(json.dumps({name: asdict(value) for name, value in sizes.items()}))
        return
    header = ("preset", "parameters", "paper", "weights", "training", "multiply-adds a token")
    print("{:<12}{:>13}{:>8}{:>11}{:>12}{:>24}".format(*header))
    for name, value in sizes.items():
        paper = f"{_PAPER_MILLIONS[name]}M" if name in _PAPER_MILLIONS else "-"
        print(
            f"{name:<12}{value.parameters:>13,}{paper:>8}{value.weights_mb:>8,.0f} MB{value.training_mb:>9,.0f} MB"
            f"{value.multiply_adds / 1e6:>22,.0f} M"
        )


@app.command()
def pretrain(
    recipe: Recipe,
    corpus: Annotated[list[Path], typer.Option("--corpus", help="Text files, documents apart by a blank line.")],
    output: Output,
    more: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Further text files.")] = None,
    device: Device = "cpu",
    half: Half = False,
) -> None:
    """Pretrain an encoder from nothing: hidden words and sentence order. An interrupted run goes on."""
    from assistant.albert.pretraining import pretrain as run
    from assistant.albert.recipes import load_pretrain_recipe

    plan = load_pretrain_recipe(recipe)
    with run_bar() as report:
        checkpoint = run(plan, [*corpus, *(more or [])], _run_folder(output), device=device, on_progress=report)
    _release(checkpoint, recipe, output, is_half=half)


@app.command()
def distill(
    recipe: Recipe,
    data: Annotated[Path, typer.Option("--data", help="Folder that the recipe's sources are relative to.")],
    output: Output,
    teacher: Annotated[
        Path | None, typer.Option("--teacher", help="Folder of the teacher; the installed one if not given.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="Checkpoint to go on from; the teacher's weights if not given.")
    ] = None,
    card: Annotated[Path | None, typer.Option("--card", help="Model card to put in as README.md.")] = None,
    device: Device = "cpu",
    half: Half = False,
) -> None:
    """Distil a sentence encoder into an ALBERT. An interrupted run goes on."""
    from assistant.albert.checkpoint import load_checkpoint
    from assistant.albert.distillation import distill as run
    from assistant.albert.recipes import load_distill_recipe

    plan = load_distill_recipe(recipe)
    first = load_checkpoint(start) if start else None
    with run_bar() as report:
        checkpoint = run(plan, data, _run_folder(output), teacher_folder=teacher, start=first, device=device, on_progress=report)
    _release(checkpoint, recipe, output, is_half=half, card=card)


@app.command()
def encode(
    output: Annotated[Path, typer.Option("--output", help="NumPy file to write: float32, one row a line.")],
    checkpoint: Annotated[Path | None, typer.Option("--checkpoint", help="Folder; the shipped one if not given.")] = None,
    source: Annotated[Path | None, typer.Option("--input", help="Text file; standard input if not given.")] = None,
    threads: Annotated[int, typer.Option("--threads", min=0, help="Processor threads; 0 takes what there is.")] = 0,
) -> None:
    """Turn texts, one a line, into sentence vectors of length 1."""
    from assistant.albert.corpus import read_text
    from assistant.albert.encode import encode_on_runtime, save_vectors

    text = read_text(source) if source else sys.stdin.read()
    loaded = _load(checkpoint)
    lines = text.splitlines()
    with progress() as report:
        vectors = encode_on_runtime(loaded, lines, threads=threads, on_progress=report)
    save_vectors(vectors, output)
    print(f"{len(vectors)} vectors of {vectors.shape[1]} in {output}", file=sys.stderr)


@app.command()
def evaluate(
    checkpoint: Annotated[Path, typer.Argument(help="Checkpoint folder.")],
    intents: Annotated[
        list[str] | None,
        typer.Option(
            "--intents", help="NAME=TRAIN.jsonl or NAME=TRAIN.jsonl,TEST.jsonl; without TEST every tenth row is held out."
        ),
    ] = None,
    corpus: Annotated[
        list[Path] | None, typer.Option("--corpus", help="Text that was not trained on, for words and order.")
    ] = None,
    per_intent: Annotated[str, typer.Option("--per-intent", help="Examples an intent, with commas; all is all.")] = "5,10,all",
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Draws of the examples.")] = 3,
    teacher: Annotated[bool, typer.Option("--teacher", help="Measure the teacher beside it.")] = False,
    as_json: Json = False,
) -> None:
    """Measure a checkpoint: hidden words, segment order, cosine to the teacher, linear probes of intents."""
    from assistant.albert.corpus import read_documents
    from assistant.albert.evaluation import encoder_of, measure_words

    loaded = _load(checkpoint)
    counts = _counts(per_intent)
    sets = [_intent_data(spec) for spec in intents or []]
    encoders = {"checkpoint": encoder_of(loaded)}
    if teacher:
        encoders["teacher"] = _teacher_encoder()
    result: dict[str, Any] = {"checkpoint": str(checkpoint)}
    if corpus:
        result["words"] = asdict(measure_words(loaded, list(read_documents(corpus))))
    result |= _measure(encoders, sets, counts, seeds)
    print(json.dumps(result) if as_json else _table(result))


def _measure(
    encoders: dict[str, Callable[[Sequence[str]], NDArray[np.float32]]],
    sets: Sequence[IntentData],
    counts: Sequence[int | None],
    seeds: int,
) -> dict[str, Any]:
    from assistant.albert.evaluation import measure_cosine, measure_probes

    result: dict[str, Any] = {"probes": []}
    for data in sets:
        for who, encoder in encoders.items():
            found = measure_probes(encoder, data, counts, range(seeds))
            result["probes"] += [{"encoder": who, **asdict(probe)} for probe in found]
        if "teacher" in encoders:
            texts = [text for text, _ in data.test]
            cosine = measure_cosine(encoders["checkpoint"], encoders["teacher"], texts)
            result.setdefault("cosine_to_teacher", {})[data.name] = cosine
    return result


def _table(result: dict[str, Any]) -> str:
    lines = []
    if words := result.get("words"):
        lines.append(
            f"MLM accuracy {words['mlm_accuracy']:.1%}, SOP accuracy {words['sop_accuracy']:.1%} ({words['n_sequences']} sequences)"
        )
    for name, cosine in result.get("cosine_to_teacher", {}).items():
        lines.append(f"cosine to the teacher on {name}: {cosine:.3f}")
    if result["probes"]:
        lines.append(f"{'data':<16}{'an intent':>10}{'encoder':>14}{'accuracy':>10}{'spread':>8}")
    for probe in result["probes"]:
        examples = probe["per_intent"] or "all"
        lines.append(f"{probe['data']:<16}{examples:>10}{probe['encoder']:>14}{probe['mean']:>10.1%}{probe['spread']:>8.1%}")
    return "\n".join(lines)


def _counts(text: str) -> list[int | None]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part == "all" or (part.isascii() and part.isdigit() and int(part)) for part in parts):
        raise typer.BadParameter("give whole numbers or all, with commas", param_hint="--per-intent")
    return [None if part == "all" else int(part) for part in parts]


def _intent_data(spec: str) -> IntentData:
    from assistant.albert.probes import read_intents

    name, separator, paths = spec.partition("=")
    if not separator:
        raise typer.BadParameter(f"{spec!r} is not NAME=TRAIN.jsonl", param_hint="--intents")
    train, _, test = paths.partition(",")
    return read_intents(name, Path(train), Path(test) if test else None)


def _teacher_encoder() -> Callable[[Sequence[str]], NDArray[np.float32]]:
    from assistant.albert.encode import encode_texts
    from assistant.albert.teacher import load_teacher

    teacher = load_teacher()
    return lambda texts: encode_texts(teacher.model, teacher.tokenizer, texts)


def _load(folder: Path | None) -> Checkpoint:
    from assistant.albert.checkpoint import load_checkpoint
    from assistant.errors import BadCheckpoint
    from assistant.project import shipped_checkpoint, shipped_root

    folder = folder or shipped_checkpoint()
    if folder is None:
        raise BadCheckpoint(folder=shipped_root() / "data" / "albert-compact", why="none is shipped with this installation")
    return load_checkpoint(folder)


def _run_folder(output: Path) -> Path:
    return output.with_name(f"{output.name}.run")


def _release(checkpoint: Checkpoint, recipe: Path, output: Path, *, is_half: bool, card: Path | None = None) -> None:
    from assistant.albert.checkpoint import save_checkpoint
    from assistant.albert.curves import draw_curves, read_log
    from assistant.albert.parallel import is_main_process
    from assistant.albert.progress import LOG

    if not is_main_process():
        return
    log = _run_folder(output) / LOG
    extra = {"recipe.yaml": recipe.read_bytes(), LOG: log.read_bytes(), "curves.svg": draw_curves(read_log(log)).encode()}
    if card:
        extra["README.md"] = card.read_bytes()
    save_checkpoint(checkpoint, output, is_half=is_half, extra=extra)
    print(f"checkpoint in {output}", file=sys.stderr)

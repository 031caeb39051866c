"""Writes a finished task's folder: a checkpoint whose encoder any task can start from, its head, its graph, figures and card."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from assistant.albert.checkpoint import Checkpoint, save_checkpoint
from assistant.albert.curves import draw_curves, read_log
from assistant.albert.progress import LOG
from assistant.albert.tasks.building import HEAD_PREFIX, MANIFEST_KEY
from assistant.albert.tasks.card import task_card
from assistant.albert.tasks.task_graph import check_task_graph, task_graph

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.tasks.run import Finished
    from assistant.albert.tasks.settings import TaskRecipe

GRAPH = "model.onnx"
METRICS = "metrics.json"


def save_finished(finished: Finished, recipe: TaskRecipe, run_folder: Path, output: Path) -> dict[str, Any]:
    """Writes the folder whole or not at all, once its graph computes what the model does, and returns what the run came to.

    Args:
        finished: the run's result.
        recipe: it was made by.
        run_folder: with the run's log.
        output: the folder; an earlier one is replaced at the end.

    Raises:
        ExportDiffers: ONNX Runtime computes something else.
        CannotWrite: the disk refused.
    """
    graph = task_graph(finished.model, finished.setup)
    difference = check_task_graph(finished.model, finished.setup, graph, _sample(finished))
    result = {
        "task": finished.task.name,
        "metrics": finished.metrics,
        "output": str(output),
        **finished.facts,
        "tuning": dict(finished.setup.tuning),
        "graph_difference": difference,
    }
    log = run_folder / LOG
    extra = {
        GRAPH: graph,
        METRICS: _json({**result, "epochs": finished.epochs}),
        "recipe.yaml": recipe_text(recipe).encode(),
        "README.md": task_card(finished, recipe).encode(),
    }
    if log.exists():
        extra |= {LOG: log.read_bytes(), "curves.svg": draw_curves(read_log(log)).encode()}
    save_checkpoint(_as_checkpoint(finished), output, extra=extra)
    return result


def recipe_text(recipe: TaskRecipe) -> str:
    """Returns a recipe as the YAML that it is read from."""
    from io import StringIO

    stream = StringIO()
    YAML().dump(asdict(recipe), stream)
    return stream.getvalue()


def _as_checkpoint(finished: Finished) -> Checkpoint:
    heads = {f"{HEAD_PREFIX}{name}": value for name, value in finished.model.head.state_dict().items()}
    known = {"method": f"fine-tuned on {finished.task.name}", MANIFEST_KEY: finished.setup.as_json()}
    manifest = known | {"metrics": finished.metrics, "base": finished.facts["base"], "parameters": finished.facts["parameters"]}
    kept = finished.checkpoint
    return Checkpoint(finished.model.encoder, kept.tokenizer, kept.config, manifest, heads)


def _sample(finished: Finished) -> list[Any]:
    """Returns some units to compare graph and model on."""
    examples = next(iter(finished.data.dev.values()))[:20]
    units: list[Any] = finished.task.units(examples, finished.checkpoint.tokenizer, finished.setup)[:20]
    return units


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()

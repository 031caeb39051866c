"""Writes predictions as GLUE's server takes them: a table of index and prediction, one file a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistant.albert.tasks.examples import TextExample

_PARTS = {("MNLI", "test"): "MNLI-m", ("MNLI", "test_mismatched"): "MNLI-mm", ("MNLI", "dev"): "MNLI-m-dev"}
_PARTS |= {("MNLI", "test_diagnostic"): "AX", ("MNLI", "diagnostic"): "AX-dev"}


def submission_writer(folder_name: str, *, is_number: bool) -> Callable[[Path, str, Sequence[TextExample], Sequence[Any]], Path]:
    """Returns a writer of one task's predictions.

    Args:
        folder_name: the benchmark's name of the task.
        is_number: whether predictions are numbers, which get three decimals.
    """

    def write(folder: Path, part: str, examples: Sequence[TextExample], outcomes: Sequence[Any]) -> Path:
        name = _PARTS.get((folder_name, part)) or (folder_name if part == "test" else f"{folder_name}-{part}")
        rows = [
            f"{example.key}\t{outcome:.3f}" if is_number else f"{example.key}\t{outcome}"
            for example, outcome in zip(examples, outcomes, strict=True)
        ]
        path = folder / f"{name}.tsv"
        write_whole(path, "\n".join(["index\tprediction", *rows]) + "\n")
        return path

    return write


def write_whole(path: Path, text: str) -> None:
    """Writes a file whole or not at all.

    Raises:
        CannotWrite: the disk refused.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CannotWrite(path=path, why=str(error)) from error

"""Leaves out what another task is measured by: benchmarks share texts, and who has learnt from one knows the other's answers.

A thousand pairs of STS-B were drawn from MRPC, some of them from its dev, so that an encoder that comes by way of STS-B has seen
how alike they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assistant.albert.tasks.examples import TextExample


def measured_texts(tasks: Sequence[Any], data: Path) -> set[str]:
    """Returns the texts of some tasks' dev and test, as `apart_from` compares them.

    Args:
        tasks: of texts, from the registry.
        data: folder with their files.

    Raises:
        BadTaskData: a file is missing or damaged.
    """
    found: set[str] = set()
    for task in tasks:
        parts = task.read(data)
        for examples in (*parts.dev.values(), *parts.test.values()):
            found.update(bare for example in examples for bare in _bare(example.texts))
    return found


def apart_from(examples: Sequence[TextExample], measured: set[str]) -> list[TextExample]:
    """Returns the examples none of whose texts is among others."""
    return [example for example in examples if not measured.intersection(_bare(example.texts))]


def _bare(texts: Iterable[str]) -> list[str]:
    """Returns texts without what their publishers changed: case, spaces and signs."""
    return [bare for text in texts if (bare := "".join(letter for letter in text.casefold() if letter.isalnum()))]

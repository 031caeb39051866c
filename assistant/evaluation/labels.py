"""Makes names and texts of examples fit into a line or a picture: they come from files that anybody may have written."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.nlu.training_data import TrainingData
    from assistant.project import Project

MAX_LABEL = 40
MAX_TEXT = 100
# Controls, format characters such as direction overrides, halves of characters, private ones.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_JOINERS = frozenset("\u200c\u200d")


def one_line(text: str, limit: int = MAX_TEXT) -> str:
    """Returns the text as one line of visible characters; an ellipsis marks a cut.

    Args:
        text: of any length and content.
        limit: most characters.
    """
    head = text[: 4 * limit]  # what is cut off is never looked at
    visible = "".join(
        " " if c.isspace() else c for c in head if c.isspace() or c in _JOINERS or unicodedata.category(c) not in _UNSEEN
    )
    line = " ".join(visible.split())
    return line if len(line) <= limit and len(text) <= len(head) else f"{line[: limit - 1]}…"


def fitted(text: str, width: int) -> str:
    """Returns the text as one line of exactly so many terminal columns, cut with an ellipsis or filled with spaces."""
    from rich.cells import cell_len, set_cell_size

    line = one_line(text, max(1, width))
    if cell_len(line) <= width:
        return line + " " * (width - cell_len(line))
    return f"{set_cell_size(line, width - 1)}…"


def safe_json(value: object) -> str:
    """Returns JSON in which whatever would act on a terminal is escaped, so that a file of it can be shown as it is."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def with_shown_places(data: TrainingData, project: Project) -> TrainingData:
    """Returns training data whose examples name files as people know them: relative to the project."""
    examples = (
        replace(example, place=replace(example.place, path=project.shown(Path(example.place.path)))) for example in data.examples
    )
    return replace(data, examples=tuple(examples))

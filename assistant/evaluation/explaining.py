"""Explains a message by a project's own model and examples: what a command or a screen asks for in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import NoModel
from assistant.evaluation.attribution import Attributor
from assistant.evaluation.explanation import explain
from assistant.evaluation.labels import with_shown_places
from assistant.evaluation.neighbours import open_neighbours
from assistant.evaluation.torch_model import load_torch_model
from assistant.nlu.training_data import read_nlu
from assistant.opening import load_interpreter
from assistant.project import model_in_use

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.config import Settings
    from assistant.evaluation.explanation import Explanation
    from assistant.messages import ProgressCallback
    from assistant.project import Project

KEPT = "explain"
"""Folder of the project's state where the vectors of the examples are kept; it may be deleted at any time."""


def explain_message(
    project: Project,
    settings: Settings,
    text: str,
    on_progress: ProgressCallback,
    *,
    intent: str | None = None,
    model: Path | None = None,
    nlu: Sequence[Path] = (),
) -> Explanation:
    """Returns why a message is understood as it is. This loads torch: a screen asks for it in a process of its own.

    Args:
        project: whose model and examples are used.
        settings: in force.
        text: the message.
        on_progress: told of each chunk of examples that are encoded for the first time, stage ``encode``; may raise Cancelled.
        intent: to explain in place of the one that is found.
        model: a model folder; None: the project's model in use.
        nlu: the examples that the model was trained on, in place of the project's.

    Raises:
        MissingError: there is no model, it is damaged, or captum is not installed.
        SourceError: the examples cannot be read.
        NothingToExplain: the text holds no word.
        UnknownIntent: the model has no intent of this name.
    """
    folder = model or model_in_use(project)
    if folder is None:
        raise NoModel(project=str(project.root))
    interpreter = load_interpreter(project, settings, folder)
    attributor = Attributor(load_torch_model(folder))
    examples = with_shown_places(read_nlu(tuple(nlu) or project.nlu), project).examples
    neighbours = open_neighbours(examples, interpreter.encode, interpreter.fingerprint, project.state / KEPT, on_progress)
    return explain(interpreter, attributor, neighbours, text, intent)

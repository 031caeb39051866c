"""Trains a project's model: from its files to the model in use."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from assistant.albert.plain_checkpoint import PlainCheckpoint, load_plain_checkpoint
from assistant.nlu.training_data import TrainingData, read_dev, read_nlu
from assistant.project import made_folder, put_in_use, shipped_checkpoint
from assistant.training.beside import Beside

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.training.arguments import Mode
    from assistant.training.saving import Companion
    from assistant.training.trainer import TrainingResult

CACHE = "cache"
"""The folder of the project's state that keeps what is costly to compute again; it may be deleted at any time."""
PRESET = "compact"
"""The encoder that is made at random while no pretrained checkpoint is shipped."""


def train_project(
    project: Project,
    *,
    mode: Mode | None = None,
    seed: int = 0,
    nlu: Sequence[Path] = (),
    output: Path | None = None,
    entities: Collection[str] | None = None,
    budget_s: float | None = None,
    tell: Callable[[str], None] | None = None,
    on_progress: ProgressCallback,
) -> TrainingResult:
    """Trains a model from the project's examples, and puts it into use.

    Args:
        project: whose files are read.
        mode: ``fast`` trains heads on the frozen encoder, ``full`` the encoder too; None: fast where there is a pretrained
            checkpoint, else full, as heads can learn little on an encoder that knows nothing.
        seed: two runs with the same make the same model.
        nlu: training data to use in place of the project's.
        output: a folder to write; the model is not put into use then. None: a new one among the project's models.
        entities: the types that regexes and lookup lists may extract; None: all they name.
        budget_s: seconds that the training should end in; the mode is picked by them then. None: however long it takes.
        tell: told in a sentence what was picked.
        on_progress: told of each step; may raise Cancelled.

    Raises:
        SourceError: the training data do not hold together.
        MissingError: the shipped checkpoint is damaged.
        TaskError: training failed. In each case the model in use stays.
    """
    from assistant.training.arguments import TrainingArguments
    from assistant.training.trainer import train_model

    # One thread for each product, from here on: a limit that two threads set and lift, each in its time, would hold for neither.
    with threadpool_limits(1, "blas"), Beside(partial(_policy, project, seed), on_progress) as policy:
        data, dev = training_data(project, nlu)
        checkpoint, is_pretrained = starting_checkpoint(data, seed, is_frozen=mode != "full" and budget_s is None)
        arguments = TrainingArguments(mode=mode or ("fast" if is_pretrained else "full"), seed=seed)
        if budget_s is not None and not isinstance(checkpoint, PlainCheckpoint):
            from assistant.training.budget import plan_training

            plan = plan_training(data, checkpoint, budget_s, seed, is_pretrained=is_pretrained)
            arguments = plan.arguments
            if tell is not None:
                tell(plan.reason)
        folder = output or project.models / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{arguments.mode}"
        made_folder(folder.parent)
        result = train_model(
            data,
            dev,
            checkpoint,
            arguments,
            folder,
            policy.report,
            entities=entities,
            companion=partial(_save_policy, policy),
            cache=project.state / CACHE,
        )
    if output is None:
        put_in_use(project, folder)
    return result


def _save_policy(policy: Beside[Companion | None], folder: Path) -> dict[str, Any]:
    """Writes the policy, once it is trained, into a model's folder, and returns what the manifest shall say of it."""
    save = policy.result()
    return save(folder) if save else {}


def _policy(project: Project, seed: int, on_progress: ProgressCallback) -> Companion | None:
    """Trains the policy that stands beside the model, where the project's settings want one and its stories can teach one."""
    from assistant.config import load_settings
    from assistant.dialogue.domain import load_domain
    from assistant.dialogue.stories import load_stories

    settings, stories = load_settings(project.config), load_stories(project)
    if not settings.learned_policy or all(story.is_rule for story in stories):
        return None
    from assistant.training.kept_policy import PolicyArguments
    from assistant.training.policy import save_trained_policy, train_policy

    arguments = PolicyArguments(max_history=settings.max_history, seed=seed)
    policy = train_policy(stories, load_domain(project), arguments, on_progress, project.state / CACHE)
    if policy is None:
        return None

    def save(folder: Path) -> dict[str, Any]:
        save_trained_policy(folder, policy)
        return {"policy": policy.metrics}

    return save


def training_data(project: Project, nlu: Sequence[Path] = ()) -> tuple[TrainingData, TrainingData | None]:
    """Returns the project's examples, or those of other paths, and the development examples beside them."""
    paths = tuple(nlu) or project.nlu
    return read_nlu(paths), read_dev(nlu) if nlu else None


def starting_checkpoint(data: TrainingData, seed: int, *, is_frozen: bool = False) -> tuple[Checkpoint | PlainCheckpoint, bool]:
    """Returns the encoder to start from, and whether it is pretrained: the shipped one, or one made at random for these texts.

    Args:
        data: texts to make one for.
        seed: of one that is made.
        is_frozen: whether an encoder that is pretrained stays as it is; then it comes without torch, which takes seconds to load.
    """
    shipped = shipped_checkpoint()
    if shipped is not None and is_frozen:
        return load_plain_checkpoint(shipped), True
    from assistant.albert.checkpoint import load_checkpoint, random_checkpoint
    from assistant.albert.presets import PRESETS

    if shipped is not None:
        return load_checkpoint(shipped), True
    return random_checkpoint(PRESETS[PRESET], (example.text for example in data.examples), seed), False

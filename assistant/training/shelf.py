"""The models that a project has: trained, put into use, rolled back to, thrown away. Knows no torch."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assistant.albert.manifest import MANIFEST
from assistant.errors import CannotWrite, NotAModelFolder
from assistant.project import model_in_use

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.project import Project


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A trained model.

    Attributes:
        folder: where it lies.
        trained_at: seconds since the epoch.
        mode: how it was trained; empty when its manifest does not say.
        metrics: on held-out examples, by name.
        n_examples, n_intents: what it was trained on; 0 when its manifest does not say.
        is_in_use: whether it answers.
        is_readable: whether this release can open it; one of another release cannot be put into use.
    """

    folder: Path
    trained_at: float
    mode: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    n_examples: int = 0
    n_intents: int = 0
    is_in_use: bool = False
    is_readable: bool = True


def new_folder(project: Project, mode: str) -> Path:
    """Returns the folder for a model that is about to be trained; names sort by time."""
    return project.models / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{mode}"


def kept_models(project: Project) -> tuple[KeptModel, ...]:
    """Returns the project's models, the last first; a folder whose manifest cannot be read is left out."""
    from assistant.nlu.model_folder import is_of_other_release  # with numpy: the screens start without it

    in_use = model_in_use(project)
    found = []
    for folder in project.models.iterdir() if project.models.is_dir() else ():
        manifest = _manifest(folder)
        if manifest is not None:
            kept = _kept(folder, manifest, is_in_use=folder == in_use)
            found.append(replace(kept, is_readable=not is_of_other_release(folder)))
    return tuple(sorted(found, key=lambda model: (model.trained_at, model.folder.name), reverse=True))


def remove_model(project: Project, folder: Path) -> None:
    """Throws a model away.

    Raises:
        NotAModelFolder: it is none of the project's models, or it is the one in use.
        CannotWrite: the disk refuses.
    """
    if folder.parent != project.models or folder == model_in_use(project) or not (folder / MANIFEST).is_file():
        raise NotAModelFolder(path=folder)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise CannotWrite(path=folder, why=error.strerror or str(error)) from error


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _kept(folder: Path, manifest: dict[str, Any], *, is_in_use: bool) -> KeptModel:
    metrics, arguments = manifest.get("metrics"), manifest.get("arguments")
    numbers = {str(name): float(one) for name, one in metrics.items() if _is_number(one)} if isinstance(metrics, dict) else {}
    mode = str(arguments.get("mode") or "") if isinstance(arguments, dict) else ""
    counts = [int(manifest[name]) if _is_number(manifest.get(name)) else 0 for name in ("n_examples", "n_intents")]
    trained_at = (folder / MANIFEST).stat().st_mtime
    return KeptModel(folder, trained_at, mode, numbers, counts[0], counts[1], is_in_use)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""Makes new projects from what is shipped."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from assistant.errors import CannotWrite, ProjectExists
from assistant.project import shipped_root

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")
_GIT_IGNORE = "# what the assistant makes at run time\n.assistant/\n"


def make_project(folder: Path, *, shop: bool = False) -> Path:
    """Returns a new project's folder.

    Args:
        folder: to make; it must not exist, or be empty.
        shop: copy the whole shipped bot; else a small one to grow.

    Raises:
        ProjectExists: the folder has something in it; nothing was written.
        CannotWrite: the disk refuses.
    """
    source = shipped_root() if shop else shipped_root() / "data" / "starter"
    with new_folder(folder) as draft:
        shutil.copytree(source / "intents", draft / "intents", ignore=_LEFT_OUT)
        for part in ("faq", "knowledge"):
            if (source / "data" / part).is_dir():
                shutil.copytree(source / "data" / part, draft / "data" / part, ignore=_LEFT_OUT)
        (draft / ".gitignore").write_text(_GIT_IGNORE, encoding="utf-8")
    return folder.resolve()


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yields a folder to fill; where all went well it becomes the one named, else nothing of it is left.

    Args:
        folder: to make; it must not exist, or be empty.

    Raises:
        ProjectExists: the folder has something in it.
        CannotWrite: the disk refuses, or what is copied cannot be read.
    """
    folder = folder.resolve()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ProjectExists(path=folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
            draft = Path(made) / "draft"  # with the rights that a folder of one's own has
            draft.mkdir()
            yield draft
            if not folder.exists():
                draft.rename(folder)
                return
            for part in sorted(draft.iterdir()):  # a folder that is there stays: somebody may be working in it
                part.rename(folder / part.name)
    except OSError as error:
        raise CannotWrite(path=folder, why=error.strerror or str(error)) from error

"""Makes new projects from what is shipped."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.errors import CannotWrite, ProjectExists
from assistant.project import shipped_root

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
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectExists(path=folder)
    source = shipped_root() if shop else shipped_root() / "data" / "starter"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
            draft = Path(made)
            shutil.copytree(source / "intents", draft / "intents", ignore=_LEFT_OUT)
            shutil.copytree(source / "data" / "faq", draft / "data" / "faq", ignore=_LEFT_OUT)
            (draft / ".gitignore").write_text(_GIT_IGNORE, encoding="utf-8")
            folder.mkdir(exist_ok=True)  # one that is there stays: somebody may be working in it
            for part in draft.iterdir():
                part.rename(folder / part.name)
    except OSError as error:
        raise CannotWrite(path=folder, why=error.strerror or str(error)) from error
    return folder

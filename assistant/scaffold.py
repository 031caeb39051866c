"""Makes new projects from what is shipped."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from assistant.errors import ProjectExists
from assistant.project import shipped_root

if TYPE_CHECKING:
    from pathlib import Path

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")
_GIT_IGNORE = "# what the assistant makes at run time\n.assistant/\n"


def make_project(folder: Path, *, shop: bool = False) -> Path:
    """Returns a new project's folder.

    Args:
        folder: to make; it must not exist, or be empty.
        shop: copy the whole shipped bot; else a small one to grow.

    Raises:
        ProjectExists: the folder has something in it; nothing was written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectExists(path=folder)
    source = shipped_root() if shop else shipped_root() / "data" / "starter"
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source / "intents", draft / "intents", ignore=_LEFT_OUT)
    shutil.copytree(source / "data" / "faq", draft / "data" / "faq", ignore=_LEFT_OUT)
    (draft / ".gitignore").write_text(_GIT_IGNORE, encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    draft.replace(folder)
    return folder

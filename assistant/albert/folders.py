"""Writes a folder whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError

from assistant.errors import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Gives an empty folder to write into, which takes the place of ``path`` when the block ends without an error.

    Raises:
        CannotWrite: the disk refused; what stood at ``path`` before stands there still.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise CannotWrite(path=path, why=str(error)) from error
    try:
        yield folder
        # Temporary folders, and the weights that safetensors writes, are the writer's alone until here.
        folder.chmod(0o755)
        for file in folder.iterdir():
            file.chmod(0o644)
        _swap(folder, path)
    except (OSError, SafetensorError) as error:
        raise CannotWrite(path=path, why=str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _swap(folder: Path, path: Path) -> None:
    if not path.exists():
        folder.rename(path)
        return
    old = folder.with_name(f"{folder.name}.old")
    path.rename(old)
    folder.rename(path)
    shutil.rmtree(old, ignore_errors=True)

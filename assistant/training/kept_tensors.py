"""Keeps what is costly to compute from one training to the next, a file for each kind; all may be deleted at any time.

A file belongs to a key, a hash of everything that its content is computed from. It is checked when it is read: what is damaged or
belongs to another key counts as not there. A disk that refuses to keep something is no failure.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Tensors: TypeAlias = "Mapping[str, NDArray[Any]]"

_KEY, _DIGEST = "fingerprint", "digest"


def read_kept(path: Path, key: str) -> dict[str, NDArray[Any]] | None:
    """Returns the tensors that were kept under a key; None where there are none."""
    try:
        with safe_open(path, "numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get(_KEY) != key:
                return None
            tensors: dict[str, NDArray[Any]] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError):
        return None
    return tensors if metadata.get(_DIGEST) == _digest(tensors) else None


def keep(path: Path, key: str, tensors: Tensors) -> None:
    """Writes tensors under a key, in place of what the file held."""
    draft = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(dict(tensors), draft, metadata={_KEY: key, _DIGEST: _digest(tensors)})
        draft.replace(path)
    except (OSError, SafetensorError):
        with suppress(OSError):
            draft.unlink()


def key_of_parts(parts: Iterable[bytes | memoryview]) -> str:
    """Returns a key that differs when one of the parts does."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _digest(tensors: Tensors) -> str:
    return key_of_parts(part for name in sorted(tensors) for part in (name.encode(), np.ascontiguousarray(tensors[name]).data))

"""Keeps what a frozen encoder made of texts from one training to the next, in files that may be deleted at any time.

The files belong to one encoder: what another one made is thrown away. What they hold is bit for bit what encoding again would give,
so a model does not show whether there was a cache. A few texts that come in addition are written to a file of their own: writing
all again takes longer than encoding these.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.albert import encoder_graph, graph, model_graph
from assistant.training.kept_tensors import keep, key_of_parts, read_kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from assistant.training.features import Features

Key: TypeAlias = bytes

MAX_BYTES = 256_000_000
FEW = 0.125
"""Additions are apart up to this share of the rest."""
_KEY_BYTES = 16
FLOATS = "vectors.safetensors"
EIGHT_BITS = "eight-bits.safetensors"
"""Files in a cache: what encoders made of texts in floats, and in eight bits."""


@dataclass(frozen=True, slots=True)
class EncodedText:
    """What an encoder made of one text.

    Attributes:
        vector: the sentence vector. Shape: (hidden,) float32.
        middle: that of the layer in the middle. Shape: (hidden,) float32.
        states: of all layers at the first piece of each word; no rows when they were not wanted.
            Shape: (word, layer + 1, hidden) float16.
    """

    vector: NDArray[np.float32]
    middle: NDArray[np.float32]
    states: NDArray[np.float16]

    @property
    def size(self) -> int:
        """Bytes that it takes in the file."""
        return self.vector.nbytes + self.middle.nbytes + self.states.nbytes + _KEY_BYTES


def key_of(features: Features, *, has_states: bool) -> Key:
    """Returns the name under which a text is kept: a hash of its pieces, and of where its words start if they are wanted."""
    digest = hashlib.blake2b(np.array(features.input_ids, dtype=np.int64).tobytes(), digest_size=_KEY_BYTES)
    if has_states:
        digest.update(b"words" + np.array(features.pieces, dtype=np.int64).tobytes())
    return digest.digest()


class VectorCache:
    """The file and what is in it.

    Args:
        folder: where the files lie; made when something is kept.
        fingerprint: of the encoder and its tokenizer, and of the numbers that it computes in.
        file: in the folder; additions have ``added-`` before its name.
        max_bytes: most that the files may hold.
    """

    def __init__(self, folder: Path, fingerprint: str, max_bytes: int = MAX_BYTES, *, file: str = FLOATS) -> None:
        self._path, self._path_of_added = folder / file, folder / f"added-{file}"
        code = (Path(module.__file__ or "").read_bytes() for module in (encoder_graph, graph, model_graph))
        self._fingerprint = key_of_parts([fingerprint.encode(), *code])  # another release may write graphs that round another way
        self._max_bytes = max_bytes
        self._main = self._read(self._path)
        self._kept = self._main | self._read(self._path_of_added)

    def get(self, key: Key) -> EncodedText | None:
        """Returns what is kept of a text, or None."""
        return self._kept.get(key)

    def keep(self, used: Mapping[Key, EncodedText]) -> None:
        """Writes what was used now, then what was there before as far as it fits; a disk that refuses is no failure."""
        if not used.keys() - self._kept.keys():
            return
        added = {key: text for key, text in (self._kept | dict(used)).items() if key not in self._main}
        size, rest = (sum(text.size for text in texts.values()) for texts in (added, self._main))
        if size <= rest * FEW and size + rest <= self._max_bytes:
            self._kept = self._kept | dict(used)
            keep(self._path_of_added, self._fingerprint, _tensors(added))
            return
        self._kept = self._main = _bounded(
            (dict(used) | {key: text for key, text in self._kept.items() if key not in used}).items(), self._max_bytes
        )
        keep(self._path, self._fingerprint, _tensors(self._main))
        with suppress(OSError):
            self._path_of_added.unlink()

    def _read(self, path: Path) -> dict[Key, EncodedText]:
        tensors = read_kept(path, self._fingerprint)
        if tensors is None:
            return {}
        states = np.split(tensors["states"], np.cumsum(tensors["n_words"])[:-1])
        rows = zip(tensors["keys"], tensors["vectors"], tensors["middles"], states, strict=True)
        return {key.tobytes(): EncodedText(*found) for key, *found in rows}


def _tensors(kept: Mapping[Key, EncodedText]) -> dict[str, NDArray[Any]]:
    texts = list(kept.values())
    return {
        "keys": np.frombuffer(b"".join(kept), dtype=np.uint8).reshape(len(texts), _KEY_BYTES),
        "vectors": np.stack([text.vector for text in texts]),
        "middles": np.stack([text.middle for text in texts]),
        "n_words": np.array([len(text.states) for text in texts], dtype=np.int64),
        "states": np.concatenate([text.states for text in texts if len(text.states)] or [np.zeros((0, 1, 1), np.float16)]),
    }


def _bounded(texts: Iterable[tuple[Key, EncodedText]], max_bytes: int) -> dict[Key, EncodedText]:
    kept: dict[Key, EncodedText] = {}
    total = 0
    for key, text in texts:
        total += text.size
        if total > max_bytes:
            break
        kept[key] = text
    return kept

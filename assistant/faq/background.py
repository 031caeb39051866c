"""How near a question comes to what people also type, and no FAQ is about: the off-topic sentences' vectors, kept as text."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from assistant.faq.features import Floats
    from assistant.faq.grouped import Vectors

_KEPT = np.dtype("<f2")  # half precision: a cosine differs by less than 0.001


def as_text(vectors: Vectors) -> str:
    """Returns vectors as JSON can hold them; ``from_text`` gives them back."""
    return base64.b64encode(vectors.astype(_KEPT).tobytes()).decode("ascii")


@lru_cache(maxsize=2)  # asked for with every question; a calibration that is fitted anew has another text
def from_text(text: str, dimension: int) -> Vectors:
    """Returns the vectors that a text holds, shared by all who ask. Shape: (sentence, dimension) float32."""
    return np.frombuffer(base64.b64decode(text), dtype=_KEPT).reshape(-1, dimension).astype(np.float32)


def nearest_others(vectors: Vectors) -> Floats:
    """Returns for each sentence the cosine of the nearest other one. Shape: (sentence,); 0 where there is no other."""
    cosines = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(cosines, -1.0)
    return cosines.max(axis=1) if len(vectors) > 1 else np.zeros(len(vectors))

"""Gives a model the heads for sentiment, emotion and moderation that were made for the shipped encoder, whatever encoder it has.

The part that reads n-grams is good for any encoder. The part that reads sentence vectors is linear, so for another encoder it is
fitted anew to say of some hundred sentences what it says there: ridge regression, a matter of milliseconds. Where the other encoder
knows too little of them, little is left of that part, and the n-grams decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.nlu.signals.anchors import load_shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.nlu.signals.heads import SignalHeads

    Floats = NDArray[np.float32]

_PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
_FOLDS = 5


def heads_for(folder: Path, encoder: str, encode: Callable[[Sequence[str]], Floats]) -> tuple[SignalHeads, dict[str, Any]]:
    """Returns the heads of a folder for an encoder, and what a model's manifest shall say of them.

    Args:
        folder: of the heads, with the sentences to fit them by.
        encoder: fingerprint of the encoder.
        encode: gives its sentence vectors.

    Raises:
        MissingError: the folder is not as its manifest says.
    """
    heads, texts, logits = load_shipped(folder)
    if heads.encoder == encoder:
        return heads, {"encoder": "the same"}
    weights, bias, kept = transferred(encode(texts), logits)
    return replace(heads, by_vector=weights, bias=heads.bias + bias, encoder=encoder), {"encoder": "another", "kept": kept}


def transferred(vectors: Floats, logits: Floats) -> tuple[Floats, Floats, float]:
    """Returns weights and bias under which vectors say the logits, and how much of these they say of sentences held out.

    Args:
        vectors: of an encoder. Shape: (sentence, hidden).
        logits: Shape: (sentence, output).

    Returns:
        Shape: (hidden, output), (output,); a share of the variance, 0 where nothing is kept.
    """
    shares = {penalty: _kept(vectors, logits, penalty) for penalty in _PENALTIES}
    best = max(shares, key=shares.__getitem__)
    if shares[best] <= 0:  # the encoder knows nothing of it: what the sentences say on average
        return np.zeros((vectors.shape[1], logits.shape[1]), np.float32), logits.mean(axis=0), 0.0
    return *_ridge(vectors, logits, best), round(shares[best], 4)


def _kept(vectors: Floats, logits: Floats, penalty: float) -> float:
    off = 0.0
    for fold in range(_FOLDS):
        held = np.arange(len(vectors)) % _FOLDS == fold
        weights, bias = _ridge(vectors[~held], logits[~held], penalty)
        off += float(np.square(vectors[held] @ weights + bias - logits[held]).sum())
    return 1.0 - off / max(float(np.square(logits - logits.mean(axis=0)).sum()), 1e-12)


def _ridge(vectors: Floats, logits: Floats, penalty: float) -> tuple[Floats, Floats]:
    centre, mean = vectors.mean(axis=0), logits.mean(axis=0)
    centred = (vectors - centre).astype(np.float64)
    square = centred.T @ centred + penalty * np.eye(vectors.shape[1])
    weights = np.linalg.solve(square, centred.T @ (logits - mean)).astype(np.float32)
    return weights, (mean - centre @ weights).astype(np.float32)

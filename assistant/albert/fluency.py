"""Tells how fluent a text is by how well its words are guessed from the words around them, without torch.

The pseudo-log-likelihood of Salazar et al. 2020, "Masked Language Model Scoring": each word is hidden in turn, all of its pieces
together, and the checkpoint's own head for hidden words says how probable the word was. The head is a few products, computed here
at the hidden pieces alone. The shipped checkpoint knows English only, and lower-cases what it reads: it says nothing of other
languages, or of capital letters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from assistant.albert.manifest import verify_manifest
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Encoding

    from assistant.albert.quantization import Floats

AT_ONCE = 5
"""In a quick reading each fifth word is hidden at once: as many as in pretraining, and a fraction of the work."""

_MASK = "[MASK]"
_PIECES_AT_ONCE = 64
"""So many hidden pieces are compared with the whole vocabulary at a time: 8 MB of floats."""


@dataclass(frozen=True, slots=True)
class WordFluency:
    """A word of a text, with how probable it is among the others.

    Attributes:
        text: as it stands there; ``text[start:end]`` of the whole.
        log_probability: natural logarithm, the sum over its pieces.
        usual: the same where nothing is known of the words around it, as the head's bias has it.
    """

    text: str
    start: int
    end: int
    log_probability: float
    usual: float

    @property
    def fit(self) -> float:
        """How much more probable the words around it make it than it usually is; below 0 where they speak against it.

        A rare word is improbable anywhere: this tells it from a word that stands in the wrong place (Pauls and Klein 2012).
        """
        return self.log_probability - self.usual


@dataclass(frozen=True, slots=True)
class Fluency:
    """How fluent a text is, word by word; a text without words has none."""

    words: tuple[WordFluency, ...]

    @property
    def mean(self) -> float:
        """The mean log-probability of a word; 0 where there is none."""
        return sum(word.log_probability for word in self.words) / len(self.words) if self.words else 0.0

    def weakest(self, limit: int = 3) -> tuple[WordFluency, ...]:
        """Returns the words that fit least, the worst first."""
        return tuple(sorted(self.words, key=lambda word: word.log_probability)[:limit])

    def as_json(self) -> dict[str, Any]:
        """Returns the mean and the words as JSON."""
        words = [
            {
                "text": word.text,
                "start": word.start,
                "end": word.end,
                "log_probability": round(word.log_probability, 4),
                "fit": round(word.fit, 4),
            }
            for word in self.words
        ]
        return {"mean": round(self.mean, 4), "words": words}


class Reads(Protocol):
    """What is needed of an encoder; assistant.albert.plain_states.PlainEncoder is it."""

    def tokenized(self, texts: Sequence[str]) -> list[Encoding]:
        """Returns the pieces of each text."""

    def piece_id(self, piece: str) -> int:
        """Returns the number of a piece."""

    def last_states(self, ids: NDArray[np.int64]) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Yields the last layer's states of equally long rows of pieces."""


class FluencyScorer:
    """Scores texts with an encoder and the head for hidden words beside it. Made by `load`; threads may share one."""

    def __init__(self, encoder: Reads, weights: dict[str, Floats], config: dict[str, Any]) -> None:
        self._encoder = encoder
        self._mask = encoder.piece_id(_MASK)
        self._dense = np.ascontiguousarray(weights["predictions.dense.weight"].T), weights["predictions.dense.bias"]
        self._norm = weights["predictions.LayerNorm.weight"], weights["predictions.LayerNorm.bias"]
        self._words = np.ascontiguousarray(weights["albert.embeddings.word_embeddings.weight"].T)  # (embedding, word)
        self._bias = weights["predictions.bias"]
        self._usual = _log_softmax(self._bias[None])[0]
        self._activation = _ACTIVATIONS[config["hidden_act"]]
        self._epsilon = float(config["layer_norm_eps"])

    @classmethod
    def load(cls, folder: Path, encoder: Reads) -> FluencyScorer:
        """Returns the scorer of a checkpoint folder, whose files are checked first.

        Args:
            folder: the checkpoint.
            encoder: of the same checkpoint.

        Raises:
            ManifestMissing, DamagedFile, ForbiddenFile: the folder is not as its manifest says.
            BadCheckpoint: it has no head for hidden words.
        """
        from safetensors import SafetensorError, safe_open

        verify_manifest(folder)
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            with safe_open(folder / "model.safetensors", framework="numpy") as file:
                weights = {name: file.get_tensor(name).astype(np.float32) for name in _WEIGHTS}
            return cls(encoder, weights, config)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise BadCheckpoint(folder=folder, why=f"no head for hidden words: {type(error).__name__}: {error}") from error

    def score(self, texts: Sequence[str], *, at_once: int | None = None) -> list[Fluency]:
        """Returns how fluent each text is; each should be one sentence: the work grows with the square of its length.

        Args:
            texts: in English; what stands after the encoder's longest text is not read.
            at_once: hide each so manieth word of a text together, so that it is read so many times at most; None: once a word.
        """
        return [self._score(text, encoding, at_once) for text, encoding in zip(texts, self._encoder.tokenized(texts), strict=True)]

    def _score(self, text: str, encoding: Encoding, at_once: int | None) -> Fluency:
        words = _words_of(encoding)
        if not words:
            return Fluency(())
        n_copies = min(len(words), at_once or len(words))
        ids = np.array(encoding.ids, dtype=np.int64)
        hidden = [(number % n_copies, piece, number) for number, pieces in enumerate(words) for piece in pieces]
        copies, places, owners = (np.array(column) for column in zip(*sorted(hidden), strict=True))
        read = np.tile(ids, (n_copies, 1))  # (copy, piece)
        read[copies, places] = self._mask
        states = self._hidden_states(read, copies, places)
        told = _summed(self._log_probabilities(states, ids[places]), owners, len(words))
        usual = _summed(self._usual[ids[places]], owners, len(words))
        return Fluency(tuple(_word(text, encoding, *of_word) for of_word in zip(words, told, usual, strict=True)))

    def _hidden_states(self, read: NDArray[np.int64], copies: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns the states at some places of the copies, which are sorted. Shape: (place, hidden)."""
        found = []
        for rows, states in self._encoder.last_states(read):
            here = slice(*np.searchsorted(copies, [rows[0], rows[-1] + 1]))
            found.append(states[copies[here] - rows[0], places[here]])
        return np.concatenate(found)

    def _log_probabilities(self, states: NDArray[np.float32], wanted: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns the log-probability of the wanted piece at each place. Shape: (place,)."""
        narrow = self._activation(states @ self._dense[0] + self._dense[1])  # (place, embedding)
        narrow = narrow - narrow.mean(axis=-1, keepdims=True)
        narrow = narrow / np.sqrt((narrow**2).mean(axis=-1, keepdims=True) + self._epsilon) * self._norm[0] + self._norm[1]
        found = np.zeros(len(wanted), dtype=np.float32)
        for first in range(0, len(wanted), _PIECES_AT_ONCE):
            part = slice(first, first + _PIECES_AT_ONCE)
            logits = narrow[part] @ self._words + self._bias  # (place, word)
            found[part] = _log_softmax(logits)[np.arange(len(logits)), wanted[part]]
        return found


def _summed(values: Floats, owners: NDArray[np.int64], n_words: int) -> list[float]:
    total = np.zeros(n_words)
    np.add.at(total, owners, values)
    found: list[float] = total.tolist()
    return found


def _words_of(encoding: Encoding) -> list[list[int]]:
    """Returns the places of the pieces of each word, in order."""
    found: dict[int, list[int]] = {}
    for place, word in enumerate(encoding.word_ids):
        if word is not None and not encoding.special_tokens_mask[place]:
            found.setdefault(word, []).append(place)
    return list(found.values())


def _word(text: str, encoding: Encoding, pieces: Sequence[int], value: float, usual: float) -> WordFluency:
    start, end = encoding.offsets[pieces[0]][0], encoding.offsets[pieces[-1]][1]
    start, end = end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())  # some tokenizers count the space in
    return WordFluency(text[start:end], start, end, value, usual)


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    found: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


def _gelu(values: Floats) -> Floats:
    from scipy.special import erf

    found: Floats = values * 0.5 * (1 + erf(values / np.sqrt(2, dtype=np.float32)))
    return found


def _gelu_new(values: Floats) -> Floats:
    inner = np.sqrt(2 / np.pi, dtype=np.float32) * (values + np.float32(0.044715) * values**3)
    found: Floats = values * 0.5 * (1 + np.tanh(inner))
    return found


def _relu(values: Floats) -> Floats:
    return np.maximum(values, np.float32(0))


_ACTIVATIONS = {"gelu": _gelu, "gelu_new": _gelu_new, "relu": _relu}

_WEIGHTS = (
    "predictions.dense.weight",
    "predictions.dense.bias",
    "predictions.LayerNorm.weight",
    "predictions.LayerNorm.bias",
    "predictions.bias",
    "albert.embeddings.word_embeddings.weight",
)

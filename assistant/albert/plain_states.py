"""Reads texts with a checkpoint's own encoder, without torch: the states of its tokens, and whether two texts stand in order.

A trained model's graph gives intents, tags and sentence vectors. Reading an answer out of a passage, and telling the order of two
sentences, needs what that graph does not give: the state of every token, and the head for sentence order. Both are in the
checkpoint, so the graph is written from its weights when it is first wanted, and nothing is stored twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.batches import equal_lengths
from assistant.albert.encoder_graph import EncoderGraph
from assistant.albert.graph import GraphBuilder
from assistant.albert.plain_checkpoint import load_plain_checkpoint
from assistant.albert.session import open_session
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

    from assistant.albert.plain_checkpoint import PlainCheckpoint
    from assistant.albert.quantization import Floats

MAX_PIECES = 256
"""Of a text; what stands after them is not read."""

_IDS, _TYPES = "input_ids", "token_types"
_MIDDLE, _LAST, _VECTOR, _ORDER = "middle", "last", "vector", "order"


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the encoder reads it.

    Attributes:
        states: of each piece, the middle layer's beside the last one's; special pieces are left out. Shape: (piece, 2 * hidden).
        offsets: first character of each piece, and one past its last. Shape: (piece, 2).
    """

    states: NDArray[np.float32]
    offsets: NDArray[np.int64]


class PlainEncoder:
    """The encoder of a checkpoint on ONNX Runtime. Made by `load`; threads may share one.

    Attributes:
        hidden: width of a state of one layer.
    """

    def __init__(self, session: Any, tokenizer: Tokenizer, hidden: int) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self.hidden = hidden

    @classmethod
    def load(cls, folder: Path, *, threads: int = 1) -> PlainEncoder:
        """Returns the encoder of a checkpoint folder with a head for sentence order, every file checked first.

        Raises:
            ManifestMissing, DamagedFile, ForbiddenFile: the folder is not as its manifest says.
            BadCheckpoint: the files are whole but make no such encoder.
        """
        loaded = load_plain_checkpoint(folder)
        try:
            graph = pair_graph(loaded)
        except (KeyError, AttributeError, ValueError) as error:
            raise BadCheckpoint(folder=folder, why=f"{type(error).__name__}: {error}") from error
        loaded.tokenizer.no_padding()
        loaded.tokenizer.enable_truncation(MAX_PIECES)
        return cls(open_session(graph, threads), loaded.tokenizer, loaded.config.hidden_size)

    def read(self, texts: Sequence[str]) -> list[Read]:
        """Returns each text as it is read, in order; equally long texts share a run, so company makes no difference."""
        encodings = self._tokenizer.encode_batch([_clean(text) for text in texts])
        found: list[Any] = [None] * len(texts)
        for rows, outputs in self._run(encodings, (_MIDDLE, _LAST)):
            for place, row in enumerate(rows):
                is_text = np.array(encodings[row].special_tokens_mask) == 0
                states = np.concatenate([output[place][is_text] for output in outputs], axis=1)
                found[row] = Read(states, np.array(encodings[row].offsets, dtype=np.int64).reshape(-1, 2)[is_text])
        return found

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the encoder's sentence vectors, of length one. Shape: (text, hidden)."""
        encodings = self._tokenizer.encode_batch([_clean(text) for text in texts])
        found = np.zeros((len(texts), self.hidden), dtype=np.float32)
        for rows, (vectors,) in self._run(encodings, (_VECTOR,)):
            found[rows] = vectors
        return found

    def in_order(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Returns the probability that the second text of each pair follows the first, rather than the other way round."""
        encodings = self._tokenizer.encode_batch([(_clean(first), _clean(second)) for first, second in pairs])
        found = np.zeros(len(pairs), dtype=np.float32)
        for rows, (order,) in self._run(encodings, (_ORDER,)):
            found[rows] = order[:, 0]
        return found

    def tokenized(self, texts: Sequence[str]) -> list[Encoding]:
        """Returns the pieces of each text, special ones included, as they are read."""
        return list(self._tokenizer.encode_batch([_clean(text) for text in texts]))

    def piece_id(self, piece: str) -> int:
        """Returns the number of a piece of the vocabulary.

        Raises:
            KeyError: it has none.
        """
        found = self._tokenizer.token_to_id(piece)
        if found is None:
            raise KeyError(piece)
        return int(found)

    def last_states(self, ids: NDArray[np.int64]) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Yields the last layer's states of equally long texts given as pieces, with the rows that they belong to.

        Args:
            ids: the pieces, special ones included. Shape: (text, piece).
        """
        for rows in equal_lengths([ids.shape[1]] * len(ids)):
            fed = {_IDS: ids[rows], _TYPES: np.zeros_like(ids[rows])}
            yield rows, self._session.run([_LAST], fed)[0]  # (row, piece, hidden)

    def _run(self, encodings: Sequence[Encoding], outputs: Sequence[str]) -> Iterator[tuple[list[int], list[NDArray[np.float32]]]]:
        for rows in equal_lengths([len(encoding.ids) for encoding in encodings]):
            ids, types = ([getattr(encodings[row], name) for row in rows] for name in ("ids", "type_ids"))
            fed = {_IDS: np.array(ids, dtype=np.int64), _TYPES: np.array(types, dtype=np.int64)}
            yield rows, self._session.run(list(outputs), fed)


def pair_graph(checkpoint: PlainCheckpoint) -> bytes:
    """Returns the graph of an encoder that reads one text or two: states of two of its layers, and the order of the two.

    Args:
        checkpoint: with a head for sentence order.

    Raises:
        KeyError: a weight is missing.
    """
    build, config = GraphBuilder(), checkpoint.config
    encoded = EncoderGraph(build, checkpoint.weights).add(_IDS, _TYPES)
    build.named(encoded.states[config.num_hidden_layers // 2], _MIDDLE)
    build.named(encoded.states[-1], _LAST)
    build.named(encoded.vector, _VECTOR)
    first = build.node("Gather", encoded.states[-1], build.integers(0), axis=1)  # (batch, 1, hidden)
    first = build.node("Squeeze", first, build.integers(1))
    pooled = build.node("Tanh", _product(build, first, "pooler", checkpoint.weights.named))
    order = _product(build, pooled, "sop_classifier.classifier", checkpoint.heads)
    build.named(build.node("Softmax", order, axis=-1), _ORDER)
    axes: dict[str, tuple[str | int, ...]] = dict.fromkeys((_MIDDLE, _LAST), ("batch", "piece", config.hidden_size))
    axes |= {_VECTOR: ("batch", config.hidden_size), _ORDER: ("batch", 2)}
    return build.finished(dict.fromkeys((_IDS, _TYPES), ("batch", "piece")), axes)


def _product(build: GraphBuilder, states: str, name: str, weights: Mapping[str, Floats]) -> str:
    product = build.node("MatMul", states, build.constant(f"{name}.weight", weights[f"{name}.weight"].T))
    return build.node("Add", product, build.constant(f"{name}.bias", weights[f"{name}.bias"]))


def _clean(text: str) -> str:
    """Returns the text as the tokenizer can take it, every character in its place."""
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)

"""Turns texts into sentence vectors: the normalised mean of the last layer's token states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from assistant.albert.batches import equal_lengths
from assistant.albert.export import weights_of
from assistant.albert.model_graph import INPUT, VECTOR, states_graph
from assistant.albert.objectives import mean_pool
from assistant.albert.sentences import pad
from assistant.albert.session import open_session
from assistant.albert.tokenizer import MAX_TOKENS, special_ids
from assistant.errors import CannotWrite
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from transformers import AlbertModel, BertModel

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import ProgressCallback


def encode_texts(
    model: AlbertModel | BertModel,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    *,
    batch_size: int = 64,
    max_tokens: int = MAX_TOKENS,
) -> NDArray[np.float32]:
    """Returns one vector of length 1 for each text, in the texts' order.

    Args:
        model: in eval mode.
        tokenizer: the model's own.
        texts: of any length and content; what stands past ``max_tokens`` is not read.
        batch_size: texts encoded together; texts of like length are put together, so the order given does not matter.
        max_tokens: most tokens of a text, special tokens included.

    Returns:
        Shape: (texts, hidden) float32.
    """
    rows = [token_ids(tokenizer, text, max_tokens) for text in texts]
    vectors = np.zeros((len(rows), model.config.hidden_size), dtype=np.float32)
    by_length = sorted(range(len(rows)), key=lambda number: len(rows[number]))
    pad_id = special_ids(tokenizer).pad
    for start in range(0, len(by_length), batch_size):
        chosen = by_length[start : start + batch_size]
        ids, mask = pad([rows[number] for number in chosen], pad_id)
        vectors[chosen] = _encode_batch(model, torch.from_numpy(ids), torch.from_numpy(mask))
    return vectors


def encode_on_runtime(
    checkpoint: Checkpoint,
    texts: Sequence[str],
    *,
    max_tokens: int = MAX_TOKENS,
    threads: int = 0,
    on_progress: ProgressCallback | None = None,
) -> NDArray[np.float32]:
    """Returns the same vectors as `encode_texts`, made by ONNX Runtime: faster, and the same bits whatever the other texts are.

    Args:
        checkpoint: an ALBERT.
        texts: of any length and content; what stands past ``max_tokens`` is not read.
        max_tokens: most tokens of a text, special tokens included.
        threads: of the runtime; 0 leaves its own choice.
        on_progress: told of each batch.

    Returns:
        Shape: (texts, hidden) float32.
    """
    rows = [token_ids(checkpoint.tokenizer, text, max_tokens) for text in texts]
    vectors = np.zeros((len(rows), checkpoint.config.hidden_size), dtype=np.float32)
    session = open_session(states_graph(weights_of(checkpoint.model)), threads)
    done = 0
    for chosen in equal_lengths([len(row) for row in rows]):
        input_ids = np.stack([rows[number] for number in chosen]).astype(np.int64)
        vectors[chosen] = session.run([VECTOR], {INPUT: input_ids})[0]
        done += len(chosen)
        if on_progress:
            on_progress(Progress("encode", done, len(rows)))
    return vectors


def token_ids(tokenizer: Tokenizer, text: str, max_tokens: int = MAX_TOKENS) -> NDArray[np.int32]:
    """Returns the ids of a text with its special tokens; a longer text loses its end, never the closing token."""
    # A lone surrogate cannot be passed on to the tokenizer; it reads as an unknown character.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    ids = tokenizer.encode(clean).ids
    if len(ids) > max_tokens:
        ids = [*ids[: max_tokens - 1], ids[-1]]
    return np.asarray(ids, dtype=np.int32)


def save_vectors(vectors: NDArray[np.float32], path: Path) -> None:
    """Writes vectors as one NumPy file, whole or not at all.

    Raises:
        CannotWrite: the disk refused.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            np.save(file, vectors, allow_pickle=False)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CannotWrite(path=path, why=str(error)) from error


def _encode_batch(model: AlbertModel | BertModel, ids: torch.Tensor, mask: torch.Tensor) -> NDArray[np.float32]:
    with torch.inference_mode():
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state
        vectors: NDArray[np.float32] = mean_pool(states, mask).numpy()
    return vectors

"""Measures a checkpoint: hidden words, segment order, likeness to the teacher, and linear probes of intents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from assistant.albert.encode import encode_on_runtime
from assistant.albert.masking import make_masker
from assistant.albert.objectives import masked_words, segment_order
from assistant.albert.probes import probe
from assistant.albert.segments import make_documents
from assistant.albert.trained import restore_heads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.corpus import Document
    from assistant.albert.probes import IntentData, ProbeResult

    Encoder = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class WordScores:
    """How well hidden words and the order of segments are told on text that was not trained on.

    Attributes:
        mlm_accuracy: share of the hidden pieces guessed right, in [0, 1].
        sop_accuracy: share of the segment pairs put in order, in [0, 1]; guessing gives 0.5.
        n_sequences: sequences measured.
    """

    mlm_accuracy: float
    sop_accuracy: float
    n_sequences: int


def encoder_of(checkpoint: Checkpoint) -> Encoder:
    """Returns a function from texts to the checkpoint's vectors."""
    return lambda texts: encode_on_runtime(checkpoint, texts)


def measure_probes(encoder: Encoder, data: IntentData, per_intent: Sequence[int | None], seeds: Sequence[int]) -> list[ProbeResult]:
    """Returns a probe's accuracy for each number of examples an intent; texts are encoded once.

    Args:
        encoder: texts to vectors.
        data: labelled texts.
        per_intent: examples an intent; None means all.
        seeds: of the draws of examples.
    """
    train = encoder([text for text, _ in data.train])
    test = encoder([text for text, _ in data.test])
    return [probe(data, train, test, count, seeds) for count in per_intent]


def measure_cosine(student: Encoder, teacher: Encoder, texts: Sequence[str]) -> float:
    """Returns the mean cosine between two encoders' vectors of the same texts."""
    return float((student(texts) * teacher(texts)).sum(axis=1).mean())


def measure_words(
    checkpoint: Checkpoint,
    documents: Sequence[Document],
    *,
    n_sequences: int = 2000,
    max_tokens: int = 64,
    seed: int = 0,
) -> WordScores:
    """Returns how well a checkpoint with heads guesses hidden words and order.

    Args:
        checkpoint: with the heads it was pretrained with.
        documents: text that it was not trained on.
        n_sequences: sequences of two segments to draw.
        max_tokens: longest sequence.
        seed: of the draw and the masks.

    Raises:
        BadCheckpoint: the checkpoint has no heads.
        BadCorpus: no document has two sentences.
    """
    model = restore_heads(checkpoint)
    masker, store = make_masker(checkpoint.tokenizer), make_documents(checkpoint.tokenizer, documents)
    rng = np.random.default_rng(seed)
    scores: list[tuple[float, float]] = []
    with torch.inference_mode():
        for _ in range(max(1, n_sequences // 50)):
            batch = store.batch(masker.special, 50, max_tokens, rng)
            hidden, labels = masker.mask(batch.ids, batch.attention_mask, rng)
            states = model.albert(
                input_ids=torch.from_numpy(hidden),
                attention_mask=torch.from_numpy(batch.attention_mask),
                token_type_ids=torch.from_numpy(batch.token_types),
            ).last_hidden_state
            _, right = masked_words(model, states, torch.from_numpy(labels))
            _, told = segment_order(model, states, torch.from_numpy(batch.is_swapped))
            scores.append((right, told))
    words, order = np.mean(scores, axis=0)
    return WordScores(float(words), float(order), 50 * len(scores))

"""The paper's own objective: hidden words, and the order of two segments.

Source: Lan et al. 2019, sections 3.1 and 3.3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from assistant.albert.objectives import masked_words, segment_order
from assistant.albert.precision import autocast
from assistant.albert.progress import Outcome
from assistant.albert.sentences import pad

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import AlbertForPreTraining

    from assistant.albert.masking import Masker
    from assistant.albert.recipes import Loop, Words
    from assistant.albert.segments import DocumentStore
    from assistant.albert.sentences import BatchStream

MASK_STREAM = 2


@dataclass(slots=True)
class WordObjective:
    """Hidden words in single sentences and, in turn, in two segments whose order is to be told.

    Attributes:
        model: gives the heads.
        words, loop: sizes, masks, weights and seed.
        masker: of the model's vocabulary.
        documents: for segments.
        stream: of single sentences; None trains on segments alone.
        group: batches that make one step, over all processes.
    """

    model: AlbertForPreTraining
    words: Words
    loop: Loop
    masker: Masker
    documents: DocumentStore
    stream: BatchStream | None = None
    group: int = 1

    def __call__(self, number: int) -> Outcome:
        """Returns the loss of one batch; where there is a stream of sentences, they and segments take turns, step by step."""
        rng = np.random.default_rng([self.loop.seed, MASK_STREAM, number])
        step, place = divmod(number, self.group)
        if self.stream is not None and step % 2 == 0:
            ids, mask = pad(self.stream.batch(step // 2 * self.group + place), self.masker.special.pad)
            return self._run(ids, mask, None, None, rng)
        batch = self.documents.batch(self.masker.special, self.words.batch_size, self.words.max_tokens, rng)
        return self._run(batch.ids, batch.attention_mask, batch.token_types, batch.is_swapped, rng)

    def _run(
        self,
        ids: NDArray[np.int64],
        mask: NDArray[np.int64],
        token_types: NDArray[np.int64] | None,
        is_swapped: NDArray[np.int64] | None,
        rng: np.random.Generator,
    ) -> Outcome:
        device = self.model.device
        hidden, labels = self.masker.mask(ids, mask, rng)
        types = None if token_types is None else torch.from_numpy(token_types).to(device)
        with autocast(device, self.loop.precision):
            states = self.model.albert(
                input_ids=torch.from_numpy(hidden).to(device),
                attention_mask=torch.from_numpy(mask).to(device),
                token_type_ids=types,
            ).last_hidden_state
            loss, right = masked_words(self.model, states, torch.from_numpy(labels).to(device))
            metrics = {"mlm_loss": float(loss.detach()), "mlm_accuracy": right}
            if is_swapped is not None and self.words.sop_weight:
                order, told = segment_order(self.model, states, torch.from_numpy(is_swapped).to(device))
                metrics |= {"sop_loss": float(order.detach()), "sop_accuracy": told}
                loss = loss + self.words.sop_weight * order
        return Outcome(loss, metrics, int(mask.sum()))

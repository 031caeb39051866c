"""Two neighbouring segments of a document in one sequence, swapped half the time, for sentence-order prediction.

Source: Lan et al. 2019, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from assistant.albert.tokenizer import SpecialIds

N_SPECIAL = 3
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Segments:
    """A batch of sequences of two segments.

    Attributes:
        ids, attention_mask, token_types: Shape: (batch, tokens) int64.
        is_swapped: 1 where the second segment came first in the document. Shape: (batch,) int64.
    """

    ids: NDArray[np.int64]
    attention_mask: NDArray[np.int64]
    token_types: NDArray[np.int64]
    is_swapped: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """Documents as token ids without special tokens, end to end.

    Attributes:
        tokens: Shape: (total,) int32.
        offsets: where each sentence starts, and the end. Shape: (sentences + 1,) int64.
        ends: for each sentence, the number of the sentence after its document's last. Shape: (sentences,) int64.
        starts: sentences that have a successor in their document. Shape: (starts,) int64.
    """

    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    ends: NDArray[np.int64]
    starts: NDArray[np.int64]

    def batch(self, special: SpecialIds, size: int, max_tokens: int, rng: np.random.Generator) -> Segments:
        """Returns sequences packed with as many whole sentences as fit, cut in two between sentences.

        Args:
            special: ids of the special tokens.
            size: sequences in the batch.
            max_tokens: longest sequence, special tokens included.
            rng: chooses sentences, cuts and order.
        """
        ids = np.full((size, max_tokens), special.pad, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        swapped = rng.integers(0, 2, size)
        for row, start in enumerate(rng.choice(self.starts, size)):
            first, second = self._cut(int(start), max_tokens - N_SPECIAL, rng)
            if swapped[row]:
                first, second = second, first
            length = len(first) + len(second) + N_SPECIAL
            ids[row, :length] = np.concatenate([[special.start], first, [special.end], second, [special.end]])
            mask[row, :length] = 1
            types[row, len(first) + 2 : length] = 1
        longest = int(mask.sum(1).max())
        return Segments(ids[:, :longest], mask[:, :longest], types[:, :longest], swapped)

    def _cut(self, start: int, room: int, rng: np.random.Generator) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        end = start + 2
        while end < self.ends[start] and self.offsets[end + 1] - self.offsets[start] <= room:
            end += 1
        middle = int(rng.integers(start + 1, end))
        first = self.tokens[self.offsets[start] : self.offsets[middle]]
        second = self.tokens[self.offsets[middle] : self.offsets[end]]
        # Only two long sentences need shortening: each keeps at least half the room, and loses its outer end.
        excess = max(0, len(first) + len(second) - room)
        from_second = min(excess, max(0, len(second) - room // 2))
        first = first[excess - from_second :]
        return first, second[: len(second) - from_second]


def make_documents(tokenizer: Tokenizer, documents: Iterable[Sequence[str]]) -> DocumentStore:
    """Returns the documents that have at least two sentences, tokenised.

    Raises:
        BadCorpus: there is none.
    """
    kept = [document for document in documents if len(document) > 1]
    sentences = [sentence for document in kept for sentence in document]
    rows: list[NDArray[np.int32]] = []
    for start in range(0, len(sentences), CHUNK):
        encodings = tokenizer.encode_batch_fast(sentences[start : start + CHUNK], add_special_tokens=False)
        rows.extend(np.asarray(encoding.ids, dtype=np.int32) for encoding in encodings)
    if not rows:
        raise BadCorpus(path="documents", why="no document has two sentences, so there is no order to predict")
    lengths = np.asarray([len(document) for document in kept])
    ends = np.repeat(np.cumsum(lengths), lengths)
    numbers = np.arange(len(rows))
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return DocumentStore(np.concatenate(rows), offsets, ends, numbers[numbers + 1 < ends])

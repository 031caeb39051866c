"""Keeps a corpus as token ids, and draws batches of like length from it, the same ones for the same seed and step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class SentenceStore:
    """Sentences as token ids, end to end.

    Attributes:
        tokens: all ids, special tokens included. Shape: (total,) int32.
        offsets: where each sentence starts, and the end. Shape: (sentences + 1,) int64.
        ranges: first sentence of each source, and the end. Shape: (sources + 1,) int64.
        weights: chance of each source. Shape: (sources,) float64, sums to 1.
    """

    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    ranges: NDArray[np.int64]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> NDArray[np.int32]:
        return self.tokens[self.offsets[index] : self.offsets[index + 1]]

    def draw_pool(self, seed: int, number: int, batch_size: int, n_batches: int, group: int = 1) -> list[list[int]]:
        """Returns batches of sentence numbers, alike in length within a batch, in random order.

        The same seed and pool number give the same batches, so an interrupted run goes on where it stopped.

        Args:
            seed: of the run.
            number: of the pool.
            batch_size: sentences a batch.
            n_batches: in the pool; a multiple of ``group``.
            group: batches of like length that stay together, because they make one step.
        """
        rng = np.random.default_rng([seed, number])
        chosen = rng.choice(len(self.weights), size=batch_size * n_batches, p=self.weights)
        first, end = self.ranges[chosen], self.ranges[chosen + 1]
        sentences = first + (rng.random(len(chosen)) * (end - first)).astype(np.int64)
        lengths = self.offsets[sentences + 1] - self.offsets[sentences]
        ordered = sentences[np.argsort(lengths, kind="stable")].reshape(n_batches, batch_size)
        firsts = rng.permutation(n_batches // group) * group
        return [list(map(int, ordered[first + place])) for first in firsts for place in range(group)]


@dataclass(slots=True)
class BatchStream:
    """The batches of a run: number them from 0, and each can be had again.

    Attributes:
        store: what to draw from.
        batch_size: sentences a batch.
        seed: of the draw.
        group: batches that make one step, over all processes: drawn alike in length, so that none waits for the others.
        pool: groups that are drawn and sorted together.
    """

    store: SentenceStore
    batch_size: int
    seed: int
    group: int = 1
    pool: int = 50
    _number: int = -1
    _batches: list[list[int]] | None = None

    def batch(self, step: int) -> list[NDArray[np.int32]]:
        """Returns the token ids of the batch with this number."""
        number, place = divmod(step, self.pool * self.group)
        if self._batches is None or number != self._number:
            n_batches = self.pool * self.group
            self._batches = self.store.draw_pool(self.seed, number, self.batch_size, n_batches, self.group)
            self._number = number
        return [self.store[index] for index in self._batches[place]]


def make_store(
    tokenizer: Tokenizer,
    sources: Sequence[tuple[float, Iterable[str]]],
    *,
    min_tokens: int,
    max_tokens: int,
) -> SentenceStore:
    """Returns the tokenised sentences of all sources; a sentence that was seen before is left out.

    Args:
        tokenizer: adds the special tokens.
        sources: a weight and the sentences of each source.
        min_tokens: shorter sentences are left out; special tokens count.
        max_tokens: longer sentences are left out.

    Raises:
        BadCorpus: nothing is left.
    """
    seen: set[str] = set()
    rows: list[NDArray[np.int32]] = []
    ranges, weights = [0], []
    for weight, sentences in sources:
        fresh = _unseen(sentences, seen)
        for start in range(0, len(fresh), CHUNK):
            found = (encoding.ids for encoding in tokenizer.encode_batch_fast(fresh[start : start + CHUNK]))
            rows.extend(np.asarray(ids, dtype=np.int32) for ids in found if min_tokens <= len(ids) <= max_tokens)
        if len(rows) > ranges[-1]:
            ranges.append(len(rows))
            weights.append(weight)
    if not rows:
        raise BadCorpus(path="sources", why=f"no sentence has {min_tokens} to {max_tokens} tokens")
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    chances = np.asarray(weights, dtype=np.float64)
    return SentenceStore(np.concatenate(rows), offsets, np.asarray(ranges), chances / chances.sum())


def pad(rows: Sequence[NDArray[np.int32]], pad_id: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns ids and attention mask. Shape: (rows, longest row) int64 each."""
    longest = max(len(row) for row in rows)
    ids = np.full((len(rows), longest), pad_id, dtype=np.int64)
    mask = np.zeros((len(rows), longest), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask


def _unseen(sentences: Iterable[str], seen: set[str]) -> list[str]:
    fresh = []
    for sentence in sentences:
        key = sentence.casefold()
        if key not in seen:
            seen.add(key)
            fresh.append(sentence)
    return fresh

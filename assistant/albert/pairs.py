"""Texts that mean alike or follow one another, for contrastive training: each is to find its partner among the others' partners.

Source: Henderson et al. 2017 for the loss over a batch, van den Oord et al. 2018 for its temperature.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from assistant.albert.corpus import TEXT_SUFFIXES, Source, read_source, read_table, read_text
from assistant.albert.objectives import mean_pool
from assistant.albert.precision import autocast
from assistant.albert.progress import Outcome
from assistant.albert.sentences import pad
from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from transformers import AlbertForPreTraining

    from assistant.albert.recipes import Pairs, PairSource

PAIR_STREAM = 3

Group = tuple["NDArray[np.int32]", ...]


@dataclass(frozen=True, slots=True)
class PairStore:
    """Groups of texts that belong together, as token ids.

    Attributes:
        sources: the groups of each source; two members of a group are a pair.
        weights: chance of each source, sums to 1.
    """

    sources: tuple[tuple[Group, ...], ...]
    weights: tuple[float, ...]

    def batch(self, size: int, rng: np.random.Generator) -> tuple[list[NDArray[np.int32]], list[NDArray[np.int32]]]:
        """Returns texts and their partners, each pair of another group, all from one source: what is told apart is close.

        Args:
            size: most pairs; a source with fewer groups gives fewer.
            rng: chooses the source, the groups, and two members of each.
        """
        groups = self.sources[int(rng.choice(len(self.sources), p=self.weights))]
        chosen = rng.choice(len(groups), min(size, len(groups)), replace=False)
        firsts, seconds = [], []
        for number in chosen:
            group = groups[int(number)]
            one, other = rng.choice(len(group), 2, replace=False)
            firsts.append(group[int(one)])
            seconds.append(group[int(other)])
        return firsts, seconds


@dataclass(slots=True)
class PairObjective:
    """Each text is to be nearer to its partner than to the other texts' partners."""

    model: AlbertForPreTraining
    store: PairStore
    pairs: Pairs
    seed: int
    precision: str
    pad_id: int = 0

    def __call__(self, number: int) -> Outcome:
        """Returns the loss of the batch with this number."""
        device = self.model.device
        rng = np.random.default_rng([self.seed, PAIR_STREAM, number])
        firsts, seconds = self.store.batch(self.pairs.batch_size, rng)
        rows, row_mask = pad([*firsts, *seconds], self.pad_id)
        mask = torch.from_numpy(row_mask).to(device)
        with autocast(device, self.precision):
            states = self.model.albert(input_ids=torch.from_numpy(rows).to(device), attention_mask=mask).last_hidden_state
        vectors = mean_pool(states, mask)
        loss, found = contrast(vectors[: len(firsts)], vectors[len(firsts) :], self.pairs.temperature)
        return Outcome(loss, {"pair_loss": float(loss.detach()), "pair_accuracy": found}, int(row_mask.sum()))


def contrast(firsts: torch.Tensor, seconds: torch.Tensor, temperature: float) -> tuple[torch.Tensor, float]:
    """Returns the cross entropy of finding each text's partner, both ways, and the share of texts that find theirs.

    Args:
        firsts: normalised vectors. Shape: (pairs, hidden) float32.
        seconds: of the partners, in the same order.
        temperature: similarities are divided by it; the smaller, the more the nearest others count.
    """
    logits = firsts @ seconds.T / temperature
    wanted = torch.arange(len(logits), device=logits.device)
    loss = (functional.cross_entropy(logits, wanted) + functional.cross_entropy(logits.T, wanted)) / 2
    return loss, float((logits.argmax(-1) == wanted).float().mean())


def read_pairs(root: Path, pairs: Pairs, tokenizer: Tokenizer, max_tokens: int) -> PairStore:
    """Returns the groups of all sources, tokenised.

    Args:
        root: the data folder.
        pairs: names the sources.
        tokenizer: adds the special tokens.
        max_tokens: a longer text is left out.

    Raises:
        BadCorpus: a file is missing or damaged, or holds no two texts that belong together.
    """
    sources = []
    for source in pairs.sources:
        groups = [_fit(texts, tokenizer, max_tokens) for texts in _groups(root, source)]
        found = tuple(group for group in groups if len(group) > 1)
        if len(found) < 2:  # noqa: PLR2004 (a partner has to be told from another's)
            raise BadCorpus(path=root / source.path, why="it holds no two pairs of texts")
        sources.append(found)
    total = sum(source.weight for source in pairs.sources)
    return PairStore(tuple(sources), tuple(source.weight / total for source in pairs.sources))


def _groups(root: Path, source: PairSource) -> Iterator[tuple[str, ...]]:
    path = root / source.path
    if path.suffix in TEXT_SUFFIXES:
        for document in read_source(root, Source(source.path)):
            yield from pairwise(document)
        return
    alike: dict[str, dict[str, None]] = defaultdict(dict)
    for row in _rows(path):
        try:
            if any(str(row[name]) != wanted for name, wanted in (part.split("=", 1) for part in source.where)):
                continue
            texts = tuple(str(row[name]).strip() for name in source.fields)
            if source.alike:
                alike[str(row[source.alike])] |= dict.fromkeys(texts)
            else:
                yield texts
        except KeyError as error:
            raise BadCorpus(path=path, why=f"a row has no {error}") from error
    yield from (tuple(texts) for texts in alike.values())


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix != ".jsonl":
        yield from read_table(path)
        return
    for number, line in enumerate(read_text(path).splitlines(), 1):
        try:
            yield json.loads(line)
        except ValueError as error:
            raise BadCorpus(path=f"{path}:{number}", why="it is no JSON") from error


def _fit(texts: Sequence[str], tokenizer: Tokenizer, max_tokens: int) -> Group:
    rows = (encoding.ids for encoding in tokenizer.encode_batch_fast([text for text in texts if text]))
    return tuple(np.asarray(ids, dtype=np.int32) for ids in rows if len(ids) <= max_tokens)

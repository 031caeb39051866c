"""Finds each word's share in the log-probability of an intent, by integrated gradients through the factorised embeddings.

Between the text and the same text with every word hidden runs a straight line in the space of the word embeddings, the narrow one
before the map to the encoder's width. The gradients along it, times the way, add up to the difference of the two outputs: no share
is lost and none invented, which `Attribution.gap` measures. Source: Sundararajan et al. 2017, section 3. What letters add to the
encoder's answer comes behind, by `assistant.evaluation.letter_shares`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from assistant.albert.tokenizer import special_ids
from assistant.errors import ExplainerMissing
from assistant.evaluation.explanation import Attribution, WordShare
from assistant.evaluation.letter_shares import letter_shares
from assistant.nlu.interpreter import MAX_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from assistant.evaluation.torch_model import TorchModel
    from assistant.nlu.spelling import Spelling

STEPS = (32, 128, 512)
"""Terms of the sum that are tried in turn, until the shares add up."""
TOLERANCE = 0.02
"""Share of the difference, or of one nat where it is smaller, that the sum may be off by."""
PIECES_A_PASS = 1_024


class Attributor:
    """Attributes intents of one model to words.

    Args:
        loaded: the model on torch.

    Raises:
        ExplainerMissing: captum is not installed.
    """

    def __init__(self, loaded: TorchModel) -> None:
        self._loaded = loaded
        self._method = _integrated_gradients(loaded.log_probability, loaded.model.encoder.embeddings.word_embeddings)
        special = special_ids(loaded.tokenizer)
        self._hidden = special.mask or special.pad
        self._kept = torch.tensor([special.start, special.end])

    @property
    def intents(self) -> tuple[str, ...]:
        """What can be explained, and beside it what joins several of these, where the model tells several at once."""
        return self._loaded.intents

    def knows(self, intent: str) -> bool:
        """Says whether an intent can be explained."""
        return self._loaded.knows(intent)

    def attribute(self, text: str, words: Sequence[tuple[int, int]], intent: str) -> Attribution:
        """Returns what each word did for an intent.

        Args:
            text: with one word at least.
            words: start and end of each, by position.
            intent: one that is known.
        """
        # Lone surrogates cannot be passed on; a question mark takes the place of each, so that offsets stay.
        readable = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        encoding = self._loaded.tokenizer.encode(readable)
        ids = torch.tensor([encoding.ids])
        hidden = torch.where(torch.isin(ids, self._kept), ids, self._hidden)
        with torch.inference_mode():
            score, baseline = self._loaded.log_probability(torch.cat([ids, hidden]), intent).tolist()
        shares, n_steps, gap = self._integrate(ids, hidden, intent, score - baseline)
        by_word = _by_word(words, encoding.offsets, shares)
        if self._loaded.spelling is not None and self._loaded.share_of_logits(intent):
            spelt = self._letters(self._loaded.spelling, readable, words, ids, intent)
            by_word, score = [one + other for one, other in zip(by_word, spelt, strict=True)], score + sum(spelt)
        found = tuple(WordShare(start, end, share) for (start, end), share in zip(words, by_word, strict=True))
        return Attribution(intent, found, score, baseline, gap, n_steps)

    def _letters(self, spelling: Spelling, text: str, words: Sequence[tuple[int, int]], ids: Tensor, intent: str) -> list[float]:
        """Returns what the letters of each word add to what the encoder says."""
        loaded = self._loaded
        logits, temperature = loaded.intent_logits(ids), loaded.settings.calibration.temperature
        shares = letter_shares(spelling, text, words, logits, loaded.place(intent), temperature)
        return [share * loaded.share_of_logits(intent) for share in shares]

    def _integrate(self, ids: Tensor, hidden: Tensor, intent: str, difference: float) -> tuple[list[float], int, float]:
        """Returns the share of each piece, and how many steps and what error they took."""
        shares, gap, n_steps = [0.0] * ids.shape[1], abs(difference), 0
        for n_steps in STEPS:
            found = self._method.attribute(
                ids,
                baselines=hidden,
                additional_forward_args=(intent,),
                n_steps=n_steps,
                internal_batch_size=max(1, PIECES_A_PASS // ids.shape[1]),
            )
            shares = found.sum(-1).squeeze(0).tolist()
            gap = abs(sum(shares) - difference)
            if gap <= TOLERANCE * max(1.0, abs(difference)):
                break
        return shares, n_steps, gap


def _integrated_gradients(forward: Any, embeddings: torch.nn.Module) -> Any:
    try:
        from captum.attr import LayerIntegratedGradients
    except ImportError as error:
        raise ExplainerMissing(why=str(error)) from error
    return LayerIntegratedGradients(forward, embeddings)


def _by_word(words: Sequence[tuple[int, int]], pieces: Sequence[tuple[int, int]], shares: Sequence[float]) -> list[float]:
    """Returns the sum of the pieces of each word; each piece counts once, so that nothing of the whole is lost.

    A piece counts to the word that it has most characters of; one between words to the next. Special tokens have no share.
    """
    sums = [0.0] * len(words)
    first = 0
    for piece, share in zip(pieces, shares, strict=True):
        while first < len(words) - 1 and words[first][1] <= piece[0]:
            first += 1
        owner = first
        for index in range(first + 1, len(words)):
            if words[index][0] >= piece[1]:
                break
            if _common(words[index], piece) > _common(words[owner], piece):
                owner = index
        sums[owner] += share
    return sums


def _common(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))

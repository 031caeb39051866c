"""Answers in texts that may be longer than the encoder reads: windows over the text, and the best span of all windows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.tasks.inputs import N_SPECIAL
from assistant.albert.tasks.task import Pieces, Unit
from assistant.albert.tokenizer import special_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

    from assistant.albert.tasks.examples import SpanExample
    from assistant.albert.tasks.task import Logits, Setup
    from assistant.albert.tokenizer import SpecialIds

MOST_QUESTION_PIECES = 64
MOST_ANSWER_PIECES = 30
N_BEST = 20
NOWHERE = -1e6
"""Scores what no window has."""


@dataclass(frozen=True, slots=True)
class SpanAnswer:
    """What is answered to a question.

    Attributes:
        text: the answer; empty: the text has none.
        start: its first character in the text; -1 where there is none.
        margin: by how much having no answer scores higher than the best answer.
        n_best: the best answers that are some, as (score, start, text), the best first.
    """

    text: str
    start: int
    margin: float
    n_best: tuple[tuple[float, int, str], ...] = ()

    @property
    def best(self) -> str:
        """The best answer that is one."""
        return self.n_best[0][2] if self.n_best else ""

    def decided(self, limit: float) -> SpanAnswer:
        """Returns the same with the best answer, or with none where the margin is over the limit."""
        if not self.n_best or self.margin > limit:
            return replace(self, text="", start=-1)
        return replace(self, text=self.n_best[0][2], start=self.n_best[0][1])

    def n_best_json(self) -> list[dict[str, Any]]:
        """Returns the best answers, each with its score and its share of probability among them."""
        top = max((score for score, _, _ in self.n_best), default=0.0)
        shares = [math.exp(score - top) for score, _, _ in self.n_best]
        rows = zip(self.n_best, shares, strict=True)
        return [{"text": text, "score": score, "probability": share / sum(shares)} for (score, _, text), share in rows]


def span_units(examples: Sequence[SpanExample], tokenizer: Tokenizer, setup: Setup) -> list[Unit]:
    """Returns the windows of all examples, in their order; the first answer is the one to be learnt."""
    special = special_ids(tokenizer)
    questions = tokenizer.encode_batch_fast([_clean(e.question) for e in examples], add_special_tokens=False)
    known: dict[str, Encoding] = {}
    units: list[Unit] = []
    for number, (example, question) in enumerate(zip(examples, questions, strict=True)):
        if example.context not in known:  # questions about one text follow one another
            known = {example.context: tokenizer.encode(_clean(example.context), add_special_tokens=False)}
        ids = question.ids[: min(MOST_QUESTION_PIECES, setup.max_pieces // 2)]
        units += _windows(number, example, ids, known[example.context], special, setup)
    return units


def answers_of(examples: Sequence[SpanExample], units: Sequence[Unit], logits: Sequence[Logits]) -> list[SpanAnswer]:
    """Returns the best spans of each example over all its windows, none chosen yet."""
    found: list[list[tuple[float, int, int]]] = [[] for _ in examples]
    nothing = [-NOWHERE] * len(examples)
    for unit, row in zip(units, logits, strict=True):
        found[unit.example] += _spans(unit.places, row)
        nothing[unit.example] = min(nothing[unit.example], float(row[0].sum()))
    return [_answer(example, spans, low) for example, spans, low in zip(examples, found, nothing, strict=True)]


def _windows(
    number: int, example: SpanExample, question: Sequence[int], context: Encoding, special: SpecialIds, setup: Setup
) -> Iterator[Unit]:
    room = setup.max_pieces - len(question) - N_SPECIAL
    offsets = np.array(context.offsets, dtype=np.int64).reshape(-1, 2)
    # A window that moves further than it reaches would leave pieces out that stand in no window.
    step = min(setup.stride, room)
    start = 0
    while True:
        part = context.ids[start : start + room]
        ids = [special.start, *question, special.end, *part, special.end]
        first = len(question) + 2
        types = np.zeros(len(ids), dtype=np.int64)
        types[first:] = 1
        places = np.full((len(ids), 2), -1, dtype=np.int64)
        places[first : first + len(part)] = offsets[start : start + room]
        target = _target(example, places)
        yield Unit(number, (Pieces(np.array(ids, dtype=np.int64), types),), target, places)
        if start + room >= len(context.ids):
            return
        start += step


def _target(example: SpanExample, places: NDArray[np.int64]) -> tuple[int, int] | None:
    """Returns the first and last piece of the answer in a window; the first piece of all where it is not wholly in it."""
    if not example.is_known:
        return None
    if not example.answers:
        return 0, 0
    start, text = example.answers[0]
    end = start + len(text)
    inside = np.flatnonzero((places[:, 0] >= 0) & (places[:, 1] > start) & (places[:, 0] < end) & (places[:, 1] > places[:, 0]))
    if len(inside) == 0 or places[inside[0], 0] > start or places[inside[-1], 1] < end:
        return 0, 0
    return int(inside[0]), int(inside[-1])


def _spans(places: NDArray[np.int64], row: Logits) -> list[tuple[float, int, int]]:
    """Returns the best spans of a window as (score, first character, end)."""
    is_open = places[:, 0] >= 0
    firsts, lasts = (_top(row[:, side], is_open) for side in (0, 1))
    spans = [
        (float(row[first, 0] + row[last, 1]), int(places[first, 0]), int(places[last, 1]))
        for first in firsts
        for last in lasts
        if first <= last < first + MOST_ANSWER_PIECES
    ]
    return sorted(spans, reverse=True)[:N_BEST]


def _top(values: NDArray[np.float32], is_open: NDArray[np.bool_]) -> list[int]:
    open_places = np.flatnonzero(is_open)
    return [int(place) for place in open_places[np.argsort(-values[open_places], kind="stable")[:N_BEST]]]


def _answer(example: SpanExample, spans: Sequence[tuple[float, int, int]], nothing: float) -> SpanAnswer:
    best: dict[str, tuple[float, int, str]] = {}
    for score, start, end in sorted(spans, key=lambda span: (-span[0], span[1])):
        text = example.context[start:end]
        if text.strip():
            best.setdefault(text, (score, start, text))
    n_best = tuple(best.values())[:N_BEST]
    return SpanAnswer("", -1, nothing - (n_best[0][0] if n_best else NOWHERE), n_best)


def _clean(text: str) -> str:
    """Returns a text without lone surrogates, which cannot be passed on to the tokenizer; no character moves."""
    return text.encode("utf-8", "replace").decode("utf-8")

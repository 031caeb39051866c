"""Finds entries that answer the same question, and among them those whose answers contradict one another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from assistant.faq.folding import fold, words
from assistant.faq.passages import plain
from assistant.faq.vector_index import VectorIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.faq.entry import FaqEntry
    from assistant.faq.grouped import Grouped
    from assistant.messages import ProgressCallback

Kind: TypeAlias = Literal["duplicate", "contradiction"]

LIKENESS = 0.8
"""How far between unrelated (0) and equal (1) two questions must lie to count as one."""

_EXACT_UP_TO = 20_000
_BLOCK = 512
_N_NEIGHBOURS = 20
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*\s*(?:%|€|\$|£)?")
_NO = frozenset({"no", "not", "never", "cannot", "cant", "dont", "doesnt", "wont", "without", "unable", "impossible", "neither"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two entries that answer the same question.

    Attributes:
        kind: whether their answers go together or contradict one another.
        entry_id, other_id: the entries, the one that is first by id first.
        question, other_question: those of their questions that are most alike.
        likeness: 0 for unrelated, 1 for equal.
        why: what their answers contradict one another in; empty for a duplicate.
    """

    kind: Kind
    entry_id: str
    other_id: str
    question: str
    other_question: str
    likeness: float
    why: str = ""


def likenesses(
    entries: Sequence[FaqEntry],
    questions: Grouped,
    unrelated: float,
    only: str | None = None,
    progress: ProgressCallback | None = None,
) -> tuple[Likeness, ...]:
    """Returns pairs of entries that answer the same question: contradictions first, then the most alike first.

    Args:
        entries: the entries.
        questions: the vectors of their questions.
        unrelated: the cosine that unrelated texts rarely come above; an encoder's own.
        only: the id of an entry; only pairs with it are looked for. None: all pairs.
        progress: told of each block of questions.
    """
    texts = [text for entry in entries for text in entry.questions]
    owners = questions.owners
    wanted = [row for row, owner in enumerate(owners) if only is None or entries[owner].id == only]
    best: dict[tuple[int, int], tuple[float, int, int]] = {}
    for row, other, cosine in _alike(questions.vectors, wanted, unrelated + LIKENESS * (1.0 - unrelated), progress):
        one, two = sorted(((int(owners[row]), row), (int(owners[other]), other)), key=lambda pair: entries[pair[0]].id)
        pair = (one[0], two[0])
        if one[0] != two[0] and cosine > best.get(pair, (-1.0,))[0]:
            best[pair] = (cosine, one[1], two[1])
    found = [
        _likeness(entries[one], entries[two], texts[row], texts[other], (cosine - unrelated) / (1.0 - unrelated))
        for (one, two), (cosine, row, other) in best.items()
    ]
    return tuple(sorted(found, key=lambda pair: (pair.kind != "contradiction", -pair.likeness, pair.entry_id, pair.other_id)))


def contradiction(answer: str, other: str) -> str:
    """Returns what two answers to one question contradict one another in; empty where nothing is seen.

    Seen are numbers that differ and a yes against a no: what a person should look at, not a judgement.
    """
    first, second = plain(answer), plain(other)
    if fold(first) == fold(second):
        return ""
    numbers, other_numbers = (set(map(_tight, _NUMBER.findall(text))) for text in (first, second))
    if numbers and other_numbers and not numbers & other_numbers:
        return f"{', '.join(sorted(numbers))} against {', '.join(sorted(other_numbers))}"
    says_no, other_says_no = (_says_no(text) for text in (first, second))
    return "" if says_no == other_says_no else "one says yes, the other no"


def _likeness(entry: FaqEntry, other: FaqEntry, question: str, other_question: str, likeness: float) -> Likeness:
    why = contradiction(entry.answer, other.answer)
    kind: Kind = "contradiction" if why else "duplicate"
    return Likeness(kind, entry.id, other.id, question, other_question, round(min(likeness, 1.0), 4), why)


def _says_no(text: str) -> bool:
    """Whether the first sentence of an answer denies."""
    return bool(_NO & set(words(re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0])))


def _tight(number: str) -> str:
    return "".join(number.split())


def _alike(vectors: Any, rows: Sequence[int], wanted: float, progress: ProgressCallback | None) -> Iterator[tuple[int, int, float]]:
    """Yields pairs of questions whose cosine is at least so high; with many questions each is held against its nearest only."""
    from assistant.messages import Progress

    index = VectorIndex.of(vectors) if len(vectors) > _EXACT_UP_TO else None
    for start in range(0, len(rows), _BLOCK):
        block = np.array(rows[start : start + _BLOCK])
        if index is None:
            cosines = vectors[block] @ vectors.T
            places, others = np.nonzero(cosines >= wanted)
            yield from zip(block[places].tolist(), others.tolist(), cosines[places, others].tolist(), strict=True)
        else:
            for row in block.tolist():
                found, near = index.nearest(vectors[row], _N_NEIGHBOURS)
                yield from ((row, int(other), float(c)) for other, c in zip(found, near, strict=True) if c >= wanted)
        if progress is not None:
            progress(Progress("compare", min(start + _BLOCK, len(rows)), len(rows)))

"""Gives a long answer in short: the sentences that say most to the question, in the order and in the words of the answer.

A sentence counts by how near it is to the question, and by how central it is among the others (see `knowledge.summaries`); none
is taken that repeats another, and one that begins by pointing back ("It", "However") is taken only with the one before it.
What loses its meaning in parts, such as a table, steps in order or code, is taken whole or not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.faq.passages import plain
from assistant.knowledge.sentences import sentences
from assistant.knowledge.summaries import centrality

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from assistant.knowledge.index import Encode
    from assistant.knowledge.summaries import Vectors

MAX_PIECES = 80
"""Of an answer; a longer one is a document, and is given as it is."""

_MOST_CHOSEN = 3
_MOST_SHARE = 0.7
"""What is hardly shorter than the whole is no help."""

_CENTRALITY = 0.5
_TOO_ALIKE = 0.85
_POINTS_BACK = re.compile(
    r"(?:it|its|this|that|these|those|they|them|their|he|she|but|however|otherwise|instead|then|also|so|therefore|such|"
    r"in (?:this|that) case|after that|if not|if so|the (?:same|former|latter))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, an item of a list, or what is never cut.

    Attributes:
        source: in Markdown.
        block: number of the paragraph or list that it belongs to.
        is_item: whether it stands on a line of its own.
    """

    source: str
    block: int
    is_item: bool = False

    @property
    def text(self) -> str:
        return " ".join(plain(self.source).split())

    @property
    def n_words(self) -> int:
        return len(self.text.split())

    @property
    def leads_in(self) -> bool:
        """Whether it says nothing without what follows it."""
        return self.text.endswith(":")


def n_words(answer: str) -> int:
    """Returns how many words a reader sees of Markdown."""
    return len(plain(answer).split())


def shortened(question: str, answer: str, encode: Encode, most_words: int, passage: str = "") -> str | None:
    """Returns an answer in at most so many words; None where it is no longer than that, or cannot well be cut.

    Args:
        question: that it answers.
        answer: in Markdown.
        encode: makes sentence vectors.
        most_words: from which on it is cut.
        passage: the sentence that answers, without marks, which is kept in any case; empty: none is known.
    """
    total = n_words(answer)
    pieces = list(_pieces(answer)) if total > most_words else []
    if not 1 < len(pieces) <= MAX_PIECES:
        return None
    vectors = np.asarray(encode([question, *(piece.text for piece in pieces)]), dtype=np.float32)
    scores = _scaled(vectors[1:] @ vectors[0]) + _CENTRALITY * _scaled(centrality(vectors[1:]))
    wanted = [row for row in np.argsort(-scores, kind="stable").tolist() if pieces[row].n_words and not pieces[row].leads_in]
    answering = _answering(pieces, passage)
    chosen = _chosen(pieces, vectors[1:], answering + [row for row in wanted if row not in answering], most_words)
    taken = sum(pieces[row].n_words for row in chosen)
    return _written([pieces[row] for row in chosen]) if 0 < taken <= _MOST_SHARE * total else None


def _scaled(values: Any) -> Any:
    """Returns values from 0, which half of them have, to 1, the highest."""
    usual = float(np.median(values))
    return np.maximum(values - usual, 0.0) / max(float(values.max()) - usual, 1e-9)


def _answering(pieces: Sequence[_Piece], passage: str) -> list[int]:
    """The pieces that the sentence which answers is made of."""
    said = " ".join(passage.split())
    return [row for row, piece in enumerate(pieces) if said and piece.text and (piece.text in said or said in piece.text)]


def _chosen(pieces: Sequence[_Piece], vectors: Vectors, wanted: Sequence[int], most_words: int) -> list[int]:
    chosen: list[int] = []
    for row in wanted:
        needed = [one for one in _with_what_it_points_to(pieces, row) if one not in chosen]
        left = most_words - sum(pieces[one].n_words for one in chosen)
        if len(chosen) + len(needed) > _MOST_CHOSEN or sum(pieces[one].n_words for one in needed) > left:
            continue
        if all(float(vectors[row] @ vectors[other]) < _TOO_ALIKE for other in chosen):
            chosen += needed
    return sorted(chosen)


def _with_what_it_points_to(pieces: Sequence[_Piece], row: int) -> list[int]:
    first = row
    while first and pieces[first].block == pieces[first - 1].block and _POINTS_BACK.match(pieces[first].text):
        first -= 1
    if first and pieces[first - 1].leads_in:
        first -= 1
    return list(range(first, row + 1))


def _written(pieces: Sequence[_Piece]) -> str:
    parts = [pieces[0].source]
    for before, piece in pairwise(pieces):
        gap = "\n\n" if piece.block != before.block else "\n" if piece.is_item else " "
        parts.append(gap + piece.source)
    return "".join(parts)


# --- the pieces of an answer


def _pieces(answer: str) -> Iterator[_Piece]:
    from markdown_it import MarkdownIt

    lines = answer.split("\n")
    tokens = MarkdownIt("commonmark").enable("table").parse(answer)
    blocks = [(number, token) for number, token in enumerate(tokens) if token.level == 0 and token.map and token.nesting >= 0]
    for block, (number, token) in enumerate(blocks):
        if token.type == "bullet_list_open":
            for item in _items(tokens, number):
                yield _Piece(_source(lines, item), block, is_item=True)
        elif token.type == "paragraph_open":
            source = _source(lines, token)
            yield from (_Piece(one, block) for one in _whole_sentences(source))
        elif token.type != "heading_open":
            yield _Piece(_source(lines, token), block)


def _items(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    for token in tokens[start + 1 :]:
        if token.level == 0:
            return
        if token.type == "list_item_open" and token.level == 1:
            yield token


def _source(lines: Sequence[str], token: Token) -> str:
    first, last = token.map or (0, 0)
    return "\n".join(lines[first:last]).strip()


def _whole_sentences(source: str) -> Iterator[str]:
    """Yields sentences in Markdown; a mark that spans two of them keeps them together."""
    start: int | None = None
    for first, last in sentences(source):
        start = first if start is None else start
        said = source[start:last]
        if said.count("**") % 2 == 0 and said.count("`") % 2 == 0 and said.count("[") == said.count("]"):
            yield said
            start = None
    if start is not None:
        yield source[start:].strip()

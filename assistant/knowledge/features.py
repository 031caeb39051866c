"""What is known of each piece of a passage beside the encoder's state, when a question is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from assistant.faq.vocabulary import stem
from assistant.knowledge.sentences import sentences
from assistant.knowledge.wording import CUES, FUNCTION_WORDS, KINDS, NUMBERS, TIMES, WORD, content_stems, kind

if TYPE_CHECKING:
    from assistant.albert.plain_states import Read
    from assistant.knowledge.sentences import Span

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"

FEATURES = (
    *("shared", "shared_function", "shared_near", "cosine", "cosine_behind", "overlap", "overlap_behind", "number", "symbol"),
    *("capital", "function", "punctuation", "opens_word", "time", "place", "cue"),
)
"""The columns of a table of features."""

_REACH = 6.0
"""Words over which a shared word still shines: its share falls to 1/e."""


class Asked(NamedTuple):
    """A question put to a passage, as a reader takes it.

    Attributes:
        question: states of the question's pieces. Shape: (question piece, width).
        passage: states of the passage's. Shape: (piece, width).
        features: of each piece of the passage. Shape: (piece, len(FEATURES)).
        kind: of the question, a number in KINDS.
        sentence: the number of the sentence that each piece stands in. Shape: (piece,).
        likeness: the cosine of each sentence with the question, and the share of the question's words that it has.
            Shape: (sentence, 2).
        offsets: first character of each piece of the passage, and one past its last. Shape: (piece, 2).
    """

    question: Floats
    passage: Floats
    features: Floats
    kind: int
    sentence: Any
    likeness: Floats
    offsets: Any


def asked(question: str, question_read: Read, passage: str, passage_read: Read) -> Asked:
    """Returns a question and a passage as a reader takes them.

    Args:
        question: as asked.
        question_read: it, as the encoder reads it.
        passage: the text.
        passage_read: it, as the encoder reads it.
    """
    spans = sentences(passage) or [(0, len(passage))]
    starts = passage_read.offsets[:, 0]
    sentence = np.clip(np.searchsorted([start for start, _ in spans], starts, side="right") - 1, 0, len(spans) - 1)
    likeness = _likeness(question, question_read, passage, passage_read, spans, sentence)
    of_words = _word_table(question, passage, spans)
    words = list(WORD.finditer(passage))
    word = np.searchsorted([found.start() for found in words], starts, side="right") - 1 if words else np.full(len(starts), -1)
    within = np.array(
        [bool(words) and n >= 0 and start < words[n].end() for n, start in zip(word, starts, strict=True)], dtype=bool
    )
    table = np.zeros((len(starts), len(FEATURES)), dtype=np.float32)
    if words:
        table[:, : of_words.shape[1]] = np.where(within[:, None], of_words[np.maximum(word, 0)], 0.0)
        table[within, FEATURES.index("opens_word")] = [
            float(starts[row] == words[word[row]].start()) for row in np.flatnonzero(within)
        ]
    behind = likeness - likeness.max(axis=0)
    table[:, 3], table[:, 4] = likeness[sentence, 0], behind[sentence, 0]
    table[:, 5], table[:, 6] = likeness[sentence, 1], behind[sentence, 1]
    table[:, FEATURES.index("punctuation")] = ~within
    table[:, FEATURES.index("symbol")] = [float(passage[start] in "$\u00a3\u20ac%") for start in starts]
    lengths = np.array([max(end - start, 1) for start, end in spans])
    table[:, FEATURES.index("place")] = (starts - np.array([start for start, _ in spans])[sentence]) / lengths[sentence]
    return Asked(question_read.states, passage_read.states, table, kind(question), sentence, likeness, passage_read.offsets)


def _likeness(question: str, asked_read: Read, passage: str, read: Read, spans: list[Span], sentence: Any) -> Floats:
    wanted = content_stems(question)
    width = read.states.shape[1] // 2
    meant = asked_read.states[:, width:].mean(axis=0) if len(asked_read.states) else np.zeros(width, dtype=np.float32)
    rows = []
    for number, (start, end) in enumerate(spans):
        own = read.states[sentence == number, width:]
        said = own.mean(axis=0) if len(own) else np.zeros(width, dtype=np.float32)
        scale = float(np.linalg.norm(said) * np.linalg.norm(meant)) or 1.0
        shared = len(wanted & content_stems(passage[start:end])) / max(len(wanted), 1)
        rows.append((float(said @ meant) / scale, shared))
    return np.array(rows, dtype=np.float32)


def _word_table(question: str, passage: str, spans: list[Span]) -> Floats:
    """Returns the features that are the same for all pieces of a word. Shape: (word, len(FEATURES))."""
    wanted, openings = content_stems(question), {start for start, _ in spans}
    wanted_function = {word for word in question.lower().split() if word in FUNCTION_WORDS}
    table = np.zeros((len(list(WORD.finditer(passage))), len(FEATURES)), dtype=np.float32)
    for row, found in enumerate(WORD.finditer(passage)):
        written, word = found[0], found[0].lower()
        is_function = word in FUNCTION_WORDS
        table[row, 0] = not is_function and stem(word) in wanted
        table[row, 1] = is_function and word in wanted_function
        table[row, 7] = written[0].isdigit() or word in NUMBERS
        table[row, 9] = written[0].isupper() and found.start() not in openings
        table[row, 10] = is_function
        table[row, 13] = word in TIMES
        table[row, 15] = word in CUES
    places = np.arange(len(table), dtype=np.float32)
    shining = np.exp(-np.abs(places[:, None] - places[None]) / _REACH)
    table[:, 2] = shining @ table[:, 0] / max(len(wanted), 1)
    return table


N_KINDS = len(KINDS)

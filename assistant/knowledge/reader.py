"""Reads an answer out of a passage: the span, the sentence around it, and the probability that it is right."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.manifest import verify_manifest
from assistant.errors import BadModel
from assistant.knowledge.features import asked as put
from assistant.knowledge.sentences import sentences
from assistant.knowledge.span_head import SpanHead
from assistant.knowledge.wording import FUNCTION_WORDS, KINDS, WORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.albert.plain_states import PlainEncoder, Read
    from assistant.knowledge.features import Asked, Floats
    from assistant.knowledge.sentences import Span
    from assistant.knowledge.span_head import Scores

HEAD, SETTINGS = "span_head.safetensors", "reader.json"
MAX_PIECES = 48
"""Pieces of the longest span."""

_MAX_KEPT = 256
_LOOSE = frozenset(" \n.,;:!?")
_ENDS_IN_NUMBER = re.compile(r"(?:^|\s)\d[\d.,]*$")
_COUNTED = re.compile(r" ([^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader finds in one passage.

    Attributes:
        span: where the answer stands in the passage, whole words.
        sentence: where the sentence around it does.
        margin: how much better the span is than that there is no answer.
    """

    span: Span
    sentence: Span
    margin: float


@dataclass(frozen=True, slots=True)
class ScoreWeights:
    """From how well a passage fits a question to the probability that it answers it; see ``assistant.knowledge.search.Place``.

    Attributes:
        cosine, words, lead: weights of what is known of a place.
        bias: what is added to them.
    """

    cosine: float
    words: float
    lead: float
    bias: float

    def probability(self, cosine: float, words: float, lead: float) -> float:
        """Returns the probability in [0, 1]."""
        logit = self.cosine * cosine + self.words * words + self.lead * lead + self.bias
        return float(1 / (1 + np.exp(-logit)))


class Reader:
    """Finds answers. Made by `load`; threads may share one.

    Args:
        encoder: of the checkpoint that the head was trained on.
        head: finds spans.
        weights: of the score.
        threshold: the score from which an answer is worth giving.
    """

    def __init__(self, encoder: PlainEncoder, head: SpanHead, weights: ScoreWeights, threshold: float) -> None:
        self._encoder = encoder
        self._head = head
        self.weights = weights
        self.threshold = threshold
        self._kept: dict[str, Read] = {}

    @classmethod
    def load(cls, folder: Path, encoder: PlainEncoder) -> Reader:
        """Returns the reader of a folder, every file checked first.

        Raises:
            ManifestMissing, DamagedFile, ForbiddenFile: the folder is not as its manifest says.
            BadModel: the files are whole but make no reader.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        verify_manifest(folder)
        try:
            tensors = {name: value.astype(np.float32) for name, value in load_file(folder / HEAD).items()}
            settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
            weights, threshold = ScoreWeights(**settings["calibration"]), float(settings["threshold"])
            if tensors["project.weight"].shape[1] != 2 * encoder.hidden:
                raise BadModel(folder=folder, why="its head was trained on another encoder")
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise BadModel(folder=folder, why=f"{type(error).__name__}: {error}") from error
        return cls(encoder, SpanHead(tensors), weights, threshold)

    def read(self, question: str, passages: Sequence[str]) -> list[Found | None]:
        """Returns what each passage answers, in order; None for one without words."""
        texts = [question, *passages]
        known = {text: self._kept[text] for text in texts if text in self._kept}
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        known |= zip(unknown, self._encoder.read(unknown), strict=True)
        self._keep(passages, known)
        is_asked = len(known[question].states) > 0
        return [
            self._found(passage, put(question, known[question], passage, known[passage]))
            if is_asked and len(known[passage].states)
            else None
            for passage in passages
        ]

    def _found(self, passage: str, asked: Asked) -> Found:
        """Returns what a passage answers; a question for yes or no is answered by the sentence, not by words out of it."""
        found = found_in(self._head, passage, asked)
        return replace(found, span=found.sentence) if KINDS[asked.kind] == "whether" else found

    def _keep(self, passages: Sequence[str], known: dict[str, Read]) -> None:
        """Keeps passages that were read: the next question is often about the same ones."""
        self._kept |= {passage: known[passage] for passage in passages}
        while len(self._kept) > _MAX_KEPT:
            self._kept.pop(next(iter(self._kept)), None)


def found_in(head: SpanHead, passage: str, asked: Asked) -> Found:
    """Returns what a passage answers.

    Args:
        head: finds spans.
        passage: its text.
        asked: it, with the question that is put to it.
    """
    scores = head(asked)
    first, last = best_span(scores, asked.sentence)
    spans = sentences(passage) or [(0, len(passage))]
    margin = float(scores.start[first] + scores.end[last] - 2 * scores.none)
    span = whole_words(passage, int(asked.offsets[first][0]), int(asked.offsets[last][1]))
    return Found(span, spans[int(asked.sentence[first])], margin)


def best_span(scores: Scores, sentence: Floats, longest: int = MAX_PIECES) -> tuple[int, int]:
    """Returns the first and the last piece of the best span that stands in one sentence."""
    n = len(scores.start)
    places = np.arange(n)
    behind = places[None] - places[:, None]
    allowed = (behind >= 0) & (behind < longest) & (sentence[:, None] == sentence[None])
    total = np.where(allowed, scores.start[:, None] + scores.end[None], -np.inf)
    first, last = divmod(int(total.argmax()), n)
    return first, last


def whole_words(text: str, start: int, end: int) -> Span:
    """Returns a span widened to the words that it cuts and rid of punctuation around them.

    A sign of money or per cent is taken in, and the word after a number at the end: what it counts is half of the answer.
    """
    for word in WORD.finditer(text, max(0, start - 60), min(len(text), end + 60)):
        if word.start() < start < word.end():
            start = word.start()
        if word.start() < end < word.end():
            end = word.end()
    while start < end and text[start] in _LOOSE:
        start += 1
    while end > start + 1 and text[end - 1] in _LOOSE:
        end -= 1
    if start and text[start - 1] in "$\u00a3\u20ac":
        start -= 1
    if text[end : end + 1] == "%":
        end += 1
    elif _ENDS_IN_NUMBER.search(text[start:end]) and (counted := _COUNTED.match(text, end)):
        end = end if counted[1].lower() in FUNCTION_WORDS else counted.end()
    return int(start), int(end)

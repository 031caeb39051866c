"""Reads an answer out of passages: the span, the sentence around it, and the probability that it is right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.manifest import verify_manifest
from assistant.errors import BadModel
from assistant.knowledge.features import asked as put
from assistant.knowledge.sentences import sentences
from assistant.knowledge.span_head import SpanHead
from assistant.knowledge.wording import WORD

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


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader finds in one passage.

    Attributes:
        passage: its number.
        span: where the answer stands in the passage, whole words; sentence: where the sentence around it does.
        margin: how much better the span is than that there is no answer; cosine, overlap: of its sentence with the question.
        score: the probability in [0, 1] that it answers the question.
    """

    passage: int
    span: Span
    sentence: Span
    margin: float
    cosine: float
    overlap: float
    score: float


class Reader:
    """Finds answers. Made by `load`; threads may share one.

    Args:
        encoder: of the checkpoint that the head was trained on.
        head: finds spans.
        weights: of margin, cosine and overlap, and what is added to them: the calibration of the score.
        threshold: the score from which an answer is worth giving.
    """

    def __init__(self, encoder: PlainEncoder, head: SpanHead, weights: Floats, threshold: float) -> None:
        self._encoder = encoder
        self._head = head
        self._weights = weights
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
            weights, threshold = np.array(settings["calibration"], dtype=np.float32), float(settings["threshold"])
            if tensors["project.weight"].shape[1] != 2 * encoder.hidden:
                raise BadModel(folder=folder, why="its head was trained on another encoder")
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise BadModel(folder=folder, why=f"{type(error).__name__}: {error}") from error
        return cls(encoder, SpanHead(tensors), weights, threshold)

    def read(self, question: str, passages: Sequence[str]) -> list[Found]:
        """Returns what each passage that has words answers, the likeliest first."""
        texts = [question, *passages]
        unknown = [text for text in dict.fromkeys(texts) if text not in self._kept]
        known = {text: self._kept[text] for text in texts if text in self._kept}
        known |= zip(unknown, self._encoder.read(unknown), strict=True)
        self._keep(passages, known)
        found = [
            self.found(number, passage, put(question, known[question], passage, known[passage]))
            for number, passage in enumerate(passages)
            if len(known[passage].states) and len(known[question].states)
        ]
        return sorted(found, key=lambda one: -one.score)

    def found(self, number: int, passage: str, asked: Asked) -> Found:
        """Returns what a passage answers.

        Args:
            number: of the passage.
            passage: its text.
            asked: it, with the question that is put to it.
        """
        scores = self._head(asked)
        first, last = best_span(scores, asked.sentence)
        starts = sentences(passage) or [(0, len(passage))]
        place = int(asked.sentence[first])
        margin = float(scores.start[first] + scores.end[last] - 2 * scores.none)
        cosine, overlap = (float(value) for value in asked.likeness[place])
        span = whole_words(passage, asked.offsets[first][0], asked.offsets[last][1])
        logit = float(self._weights[:3] @ np.array([margin, cosine, overlap], dtype=np.float32) + self._weights[3])
        return Found(number, span, starts[place], margin, cosine, overlap, float(1 / (1 + np.exp(-logit))))

    def _keep(self, passages: Sequence[str], known: dict[str, Read]) -> None:
        """Keeps passages that were read: the next question is often about the same ones."""
        self._kept |= {passage: known[passage] for passage in passages}
        while len(self._kept) > _MAX_KEPT:
            self._kept.pop(next(iter(self._kept)), None)


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
    """Returns a span widened to the words that it cuts, a sign of money or per cent beside them included."""
    for word in WORD.finditer(text, max(0, start - 60), min(len(text), end + 60)):
        if word.start() < start < word.end():
            start = word.start()
        if word.start() < end < word.end():
            end = word.end()
    if start and text[start - 1] in "$\u00a3\u20ac":
        start -= 1
    if text[end : end + 1] == "%":
        end += 1
    return int(start), int(end)

"""Finds the entries that answer a question, each with the probability that it does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from assistant.faq.calibration import HIGHEST, USUAL
from assistant.faq.duplicates import Described, likenesses
from assistant.faq.features import Features, Query
from assistant.faq.folding import MAX_CHARS, fold
from assistant.faq.leave_one_out import fit
from assistant.faq.off_topic import OFF_TOPIC
from assistant.faq.passages import passages, texts_of
from assistant.faq.wording import Wording, wording
from assistant.messages import FaqMatch, FaqResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.faq.calibration import Calibration
    from assistant.faq.duplicates import Likeness
    from assistant.faq.entry import FaqEntry
    from assistant.faq.grouped import Vectors
    from assistant.messages import ProgressCallback

Encode: TypeAlias = "Callable[[Sequence[str]], np.ndarray[Any, np.dtype[np.float32]]]"
"""Turns texts into normalised sentence vectors. Shape: (text, dimension) float32."""

IsWord: TypeAlias = "Callable[[str], bool]"
"""Says whether a folded word is one of the language."""

N_CANDIDATES = 12
"""Entries that each way of searching brings in; what is further down is never the answer."""


MAX_RELATED, RELATED_SHARE = 3, 0.5
"""Related questions that are offered at most; one that is nearly as likely as the answer, or as an answer must be, is related."""


def encoded(entries: Sequence[FaqEntry], encode: Encode) -> list[Vectors]:
    """Returns the vectors of each entry's texts, computed in one call, what several entries say once."""
    if not entries:
        return []
    texts = [texts_of(entry) for entry in entries]
    rows = {text: row for row, text in enumerate(dict.fromkeys(text for of_entry in texts for text in of_entry))}
    made = np.asarray(encode(list(rows)), dtype=np.float32)
    return [made[[rows[text] for text in of_entry]] for of_entry in texts]


class Retriever:
    """Searches a fixed set of entries by words and by meaning.

    Args:
        entries: those that may answer.
        encode: makes sentence vectors.
        threshold: the score from which an entry answers, unless it has its own; None: what the calibration finds enough for each
            question.
        vectors: of each entry, in the order of ``texts_of``; None: they are computed.
        wordings: of each entry; None: they are counted.
        calibration: fitted before; None: it is fitted to the entries.
        off_topic: vectors of OFF_TOPIC; None: they are computed where the calibration is fitted.
        is_word: whether a folded word is one of the language: such a one is not taken for a misspelt one; None: unknown.
    """

    def __init__(
        self,
        entries: Sequence[FaqEntry],
        encode: Encode,
        threshold: float | None = None,
        *,
        vectors: Sequence[Vectors] | None = None,
        wordings: Sequence[Wording] | None = None,
        calibration: Calibration | None = None,
        off_topic: Vectors | None = None,
        is_word: IsWord | None = None,
    ) -> None:
        self._entries = tuple(entries)
        self._encode = encode
        self._positions = {entry.id: position for position, entry in enumerate(self._entries)}
        wordings = wordings if wordings is not None else [wording(entry) for entry in self._entries]
        self._exact = _exact(wordings)
        self.calibration = calibration or USUAL
        if self._entries:
            self._features = Features(wordings, vectors if vectors is not None else encoded(self._entries, encode), is_word)
            self.calibration = calibration or self._fitted(off_topic)
        self._threshold = threshold

    def search(self, question: str, limit: int = 5) -> FaqResult:
        """Returns the entries that may answer the question, best first; never raises, whatever the text.

        A question that is an entry's own, but for case, accents and punctuation, has that entry first with the score 1.0.
        """
        exact = self._exact.get(fold(question), {})
        if not self._entries or not question.strip():
            return FaqResult((), self.threshold)
        query = self._query(question)
        candidates, table = self._features.near(query, N_CANDIDATES, tuple(exact))
        judged = self.calibration.judge(table, self.calibration.nearness(self._features.domain(query), query.vector))
        scored = [(1.0 if entry in exact else float(score), entry) for entry, score in zip(candidates, judged.scores, strict=True)]
        # Of two exact matches the one whose question it is comes before the one that has it as an alternative.
        scored.sort(key=lambda pair: (-pair[0], exact.get(pair[1], 0), pair[1]))
        matches = tuple(self._match(query, entry, score, exact.get(entry)) for score, entry in scored[:limit])
        return self._result(matches, judged.needed)

    def exact(self, question: str) -> FaqResult:
        """Returns the entries whose own question it is, but for case, accents and punctuation; nothing is computed for it."""
        found = sorted(self._exact.get(fold(question), {}).items(), key=lambda pair: (pair[1], pair[0])) if question.strip() else ()
        entries = [(self._entries[position], text) for position, text in found]
        matches = tuple(FaqMatch(e.id, e.question, e.questions[text], e.answer, 1.0) for e, text in entries)
        return self._result(matches, self.threshold)

    @property
    def threshold(self) -> float:
        """The score from which an entry answers where no other entry comes near it."""
        return HIGHEST * self.calibration.threshold if self._threshold is None else self._threshold

    def likenesses(self, only: str | None = None, progress: ProgressCallback | None = None) -> tuple[Likeness, ...]:
        """Returns entries that answer the same question, contradictions first; with ``only`` those like this one."""
        if not self._entries:
            return ()
        described = [self._described(place) for place in range(len(self._entries))]
        return likenesses(described, self._exact.values(), self.calibration.levels[0], only, progress)

    def alike(self, entry: FaqEntry) -> tuple[Likeness, ...]:
        """Returns those entries that answer the same question as one that is about to be saved, contradictions first."""
        (vectors,) = encoded([entry], self._encode)
        n_questions = len(entry.questions)
        new = Described(entry, vectors[:n_questions], vectors[n_questions:] if len(vectors) > n_questions else vectors[:1])
        others = [place for place, known in enumerate(self._entries) if known.id != entry.id]
        described = [*(self._described(place) for place in others), new]
        asked = [set(self._exact.get(fold(question), ())) for question in entry.questions]
        equal = [{row for row, place in enumerate(others) if place in found} | {len(others)} for found in asked if found]
        pairs = likenesses(described, equal, self.calibration.levels[0], entry.id)
        return tuple(pair for pair in pairs if entry.id in {pair.entry_id, pair.other_id})

    def _described(self, place: int) -> Described:
        return Described(self._entries[place], self._features.questions.of(place), self._features.answers.of(place))

    def _fitted(self, off_topic: Vectors | None) -> Calibration:
        if off_topic is None:
            off_topic = np.asarray(self._encode(OFF_TOPIC), dtype=np.float32)
        return fit(self._entries, self._features, off_topic, lambda query: self._features.near(query, N_CANDIDATES)[0])

    def _query(self, question: str) -> Query:
        asked = question[:MAX_CHARS]
        meant = self._features.vocabulary.correct(asked)
        texts = [asked] if meant == fold(asked) else [asked, meant]
        vector = np.asarray(self._encode(texts), dtype=np.float32).mean(axis=0)
        return self._features.query(asked, vector / max(float(np.linalg.norm(vector)), 1e-9))

    def _match(self, query: Query, position: int, score: float, exact: int | None) -> FaqMatch:
        entry = self._entries[position]
        text = self._features.nearest_question(query, position) if exact is None else exact
        said = passages(entry.answer)
        passage = said[self._features.nearest_passage(query, position)] if len(said) > 1 else ""
        return FaqMatch(entry.id, entry.question, entry.questions[text], entry.answer, score, passage)

    def _result(self, matches: tuple[FaqMatch, ...], needed: float) -> FaqResult:
        """Returns the matches with what is enough to answer: by the entry, else by the settings, else by the calibration."""
        own = self._entries[self._positions[matches[0].entry_id]].threshold if matches else None
        found = FaqResult(matches, next(one for one in (own, self._threshold, needed) if one is not None))
        return replace(found, related=self._related(found)) if found.best else found

    def _related(self, found: FaqResult) -> tuple[str, ...]:
        """Returns the questions that curators say come next, then those of entries that were nearly as likely as the answer's."""
        best, *others = found.matches
        follow_ups = self._entries[self._positions[best.entry_id]].follow_ups
        chosen = [self._entries[self._positions[entry_id]].question for entry_id in follow_ups if entry_id in self._positions]
        chosen += [match.question for match in others if match.score >= RELATED_SHARE * min(best.score, found.threshold)]
        return tuple(dict.fromkeys(chosen))[:MAX_RELATED]


def _exact(wordings: Sequence[Wording]) -> dict[str, dict[int, int]]:
    """Returns, for each folded question, the entries that have it and which of their questions it is."""
    found: dict[str, dict[int, int]] = {}
    for position, known in enumerate(wordings):
        for text, question in enumerate(known.folded):
            found.setdefault(question, {}).setdefault(position, text)
    return found

"""The unanswered questions as curators see them: those that mean the same as one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assistant.faq.clusters import clusters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.faq.grouped import Vectors


class Unanswered(Protocol):
    """A question that was not answered, however often; ``assistant.stores.unanswered.UnansweredQuestion`` is one."""

    @property
    def question(self) -> str:
        """As it was asked last."""

    @property
    def count(self) -> int:
        """How often it was asked."""

    @property
    def ids(self) -> tuple[int, ...]:
        """Names each asking."""

    @property
    def sender_ids(self) -> tuple[str, ...]:
        """Who asked."""

    @property
    def last_at(self) -> float:
        """When it was asked last. Unit: seconds since the epoch."""

    @property
    def best_entry_id(self) -> str | None:
        """The entry that was nearest; None: none was."""

    @property
    def best_score(self) -> float:
        """Its score in [0, 1]."""


@dataclass(frozen=True, slots=True)
class QuestionCluster:
    """Questions that mean the same.

    Attributes:
        question: the one that was asked most often.
        others: the other ways in which it was asked, the most frequent first.
        count: how often all of them were asked.
        ids: names each asking.
        sender_ids: who asked, each once: the conversations behind the row.
        last_at: when one of them was asked last. Unit: seconds since the epoch.
        best_entry_id: the entry that was nearest to any of them; None: none was.
        best_score: its score in [0, 1].
        answered_by: the entry that answers the question now, since somebody wrote it or edited it; None: none does.
    """

    question: str
    others: tuple[str, ...]
    count: int
    ids: tuple[int, ...]
    sender_ids: tuple[str, ...]
    last_at: float
    best_entry_id: str | None
    best_score: float
    answered_by: str | None = None


def clustered(questions: Sequence[Unanswered], vectors: Vectors, unrelated: float) -> tuple[QuestionCluster, ...]:
    """Returns the questions put together by meaning, what was asked most first.

    Args:
        questions: that were not answered.
        vectors: of these. Shape: (question, dimension).
        unrelated: the cosine that unrelated texts rarely come above; an encoder's own.
    """
    groups = clusters(vectors, unrelated, [question.count for question in questions])
    return tuple(_cluster([questions[number] for number in group]) for group in groups)


def _cluster(questions: Sequence[Unanswered]) -> QuestionCluster:
    first, *others = questions
    nearest = max(questions, key=lambda question: question.best_score)
    return QuestionCluster(
        question=first.question,
        others=tuple(question.question for question in others),
        count=sum(question.count for question in questions),
        ids=tuple(number for question in questions for number in question.ids),
        sender_ids=tuple(dict.fromkeys(sender for question in questions for sender in question.sender_ids)),
        last_at=max(question.last_at for question in questions),
        best_entry_id=nearest.best_entry_id,
        best_score=nearest.best_score,
    )

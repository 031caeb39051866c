"""One example of each form of task, as its reader gives it. A target of None means that nobody says what is right (test files)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

E = TypeVar("E")

Target: TypeAlias = "str | float | tuple[str, ...]"
"""A label, a number on a scale, or all labels that hold."""


@dataclass(frozen=True, slots=True)
class TextExample:
    """One text, or two that are judged together.

    Attributes:
        key: names it in a file of predictions.
        texts: one or two.
        target: its label, its number, or its labels.
    """

    key: str
    texts: tuple[str, ...]
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class ChoiceExample:
    """A question about a passage, with possible answers.

    Attributes:
        key: names it in a file of predictions.
        context: the passage.
        question: a sentence, or one with a gap (``_``) that the answer fills.
        choices: the answers to choose from.
        target: place of the right one, from 0.
        group: which part of the data it belongs to (``middle``, ``high``); empty when there is one part.
    """

    key: str
    context: str
    question: str
    choices: tuple[str, ...]
    target: int | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class SpanExample:
    """A question whose answer is a piece of a text.

    Attributes:
        key: the question's id.
        question: what is asked.
        context: the text.
        answers: right answers, each with its first character; several annotators give several. Empty: the text has none.
        is_known: whether the file says what is right; a test file does not.
    """

    key: str
    question: str
    context: str
    answers: tuple[tuple[int, str], ...] = ()
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class TaggedExample:
    """The words of a sentence, each with its tag.

    Attributes:
        key: names it in a file of predictions.
        words: as the file has them.
        tags: one a word; None when nobody says.
    """

    key: str
    words: tuple[str, ...]
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Splits(Generic[E]):
    """The examples of a task.

    Attributes:
        train: to learn from.
        dev: to measure on, by the name of the file's part (``dev``, ``dev_mismatched``); may be empty.
        test: without targets, by name; may be empty.
        n_skipped: rows that were left out because the published file is damaged there.
    """

    train: tuple[E, ...]
    dev: Mapping[str, tuple[E, ...]] = field(default_factory=dict)
    test: Mapping[str, tuple[E, ...]] = field(default_factory=dict)
    n_skipped: int = 0

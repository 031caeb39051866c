"""SQuAD 1.1 and 2.0 from their official JSON: where in a text the answer to a question stands, or that it does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.albert.tasks.examples import SpanExample, Splits
from assistant.albert.tasks.glue_submission import write_whole
from assistant.albert.tasks.rows import read_json
from assistant.albert.tasks.spans import SpanAnswer, answers_of, span_units
from assistant.albert.tasks.squad_score import best_threshold, evaluate
from assistant.albert.tasks.task import Setup
from assistant.errors import BadTaskData, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tokenizers import Tokenizer

    from assistant.albert.tasks.task import Form, Logits, Reading, Unit

NO_ANSWER = "no_answer"
MOST_BESIDE = 5
"""Characters by which a published file may be off."""


@dataclass(frozen=True)
class SpanTask:
    """Questions about texts.

    Attributes:
        name, title: as every task has them.
        version: of the official files' names.
        has_unanswerable: whether a question may have no answer.
    """

    name: str
    title: str
    version: str
    has_unanswerable: bool
    form: Form = "span"
    main_metric: str = "f1"

    def read(self, data: Path) -> Splits[SpanExample]:
        """Returns the examples in a folder: of the official files, of ``train.json`` and ``dev.json``, or of the one file there is.

        Raises:
            BadTaskData: a file is missing or damaged.
        """
        train = _first(data, f"train-{self.version}.json", "train.json")
        dev = _first(data, f"dev-{self.version}.json", "dev.json")
        if not train.exists() and not data.is_file() and len(files := sorted(data.glob("*.json"))) == 1:
            train = files[0]
        parts = {"dev": tuple(_examples(dev))} if dev.exists() and dev != train else {}
        found = tuple(_examples(train))
        sound = tuple(example for example in found if _is_sound(example))
        examples = tuple(example for example in sound if example.answers or self.has_unanswerable)
        if not examples:
            raise BadTaskData(where=Place(str(train)), why="it holds no question that can be used")
        return Splits(examples, parts, {}, len(found) - len(sound))

    def questions(self, path: Path) -> tuple[SpanExample, ...]:
        """Returns every question of one file, to be scored.

        Raises:
            BadTaskData: the file is missing or damaged.
        """
        return tuple(_examples(path))

    def setup(self, train: Sequence[SpanExample], *, reading: Reading, max_pieces: int, stride: int) -> Setup:  # noqa: ARG002
        """Returns how texts are read."""
        return Setup(self.name, self.form, (), "joint", 1, max_pieces, stride)

    def units(self, examples: Sequence[SpanExample], tokenizer: Tokenizer, setup: Setup) -> list[Unit]:
        """Returns the windows of each example's text."""
        return span_units(examples, tokenizer, setup)

    def tune(
        self,
        examples: Sequence[SpanExample],
        units: Sequence[Unit],
        logits: Sequence[Logits],
        setup: Setup,  # noqa: ARG002 (nothing in it matters here)
    ) -> dict[str, float]:
        """Returns by how much no answer must score higher than the best one to be said, where questions may have none."""
        if not self.has_unanswerable:
            return {}
        found = dict(zip((e.key for e in examples), answers_of(examples, units, logits), strict=True))
        answers, margins = {key: answer.best for key, answer in found.items()}, {key: a.margin for key, a in found.items()}
        return {NO_ANSWER: round(best_threshold(examples, answers, margins), 4)}

    def outcomes(
        self, examples: Sequence[SpanExample], units: Sequence[Unit], logits: Sequence[Logits], setup: Setup
    ) -> list[SpanAnswer]:
        """Returns each question's answer, with the next best ones."""
        limit = setup.tuning.get(NO_ANSWER, 0.0) if self.has_unanswerable else float("inf")
        return [answer.decided(limit) for answer in answers_of(examples, units, logits)]

    def score(self, examples: Sequence[SpanExample], outcomes: Sequence[SpanAnswer]) -> dict[str, float]:
        """Returns the official figures as shares of one."""
        found = {example.key: answer.text for example, answer in zip(examples, outcomes, strict=True)}
        official = evaluate(examples, found, is_first_version=not self.has_unanswerable)
        names = {"exact": "exact_match", "HasAns_exact": "answerable_exact_match", "HasAns_f1": "answerable_f1"}
        names |= {"f1": "f1", "NoAns_exact": "unanswerable_exact_match"}
        return {names[name]: value / 100 for name, value in official.items() if name in names}

    def write_predictions(self, folder: Path, part: str, examples: Sequence[SpanExample], outcomes: Sequence[SpanAnswer]) -> Path:
        """Writes ``predictions.json`` as the official script reads it, and beside it the n-best and the odds of no answer."""
        prefix = "" if part == "dev" else f"{part}_"
        rows = list(zip(examples, outcomes, strict=True))
        for name, value in (
            ("nbest_predictions.json", {e.key: answer.n_best_json() for e, answer in rows}),
            ("null_odds.json", {e.key: answer.margin for e, answer in rows}),
            ("predictions.json", {e.key: answer.text for e, answer in rows}),
        ):
            path = folder / f"{prefix}{name}"
            write_whole(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
        return path


def _first(data: Path, *names: str) -> Path:
    if data.is_file():
        return data
    return next((data / name for name in names if (data / name).exists()), data / names[0])


def _is_sound(example: SpanExample) -> bool:
    """Says whether the answers stand where the file says; others cannot be learnt from."""
    return all(example.context[start : start + len(text)] == text for start, text in example.answers)


def _examples(path: Path) -> Iterator[SpanExample]:
    """Yields the questions of a file."""
    where = Place(str(path))
    n_found = 0
    for article in _list(read_json(path), "data", where):
        for paragraph in _list(article, "paragraphs", where):
            context = _text(paragraph, "context", where)
            for question in _list(paragraph, "qas", where):
                n_found += 1
                yield _example(question, context, where)
    if n_found == 0:
        raise BadTaskData(where=where, why="it holds no questions")


def _example(question: Any, context: str, where: Place) -> SpanExample:
    key = question.get("id") if isinstance(question, dict) else None
    if not isinstance(key, str | int):
        raise BadTaskData(where=where, why='a question has no "id"')
    answers = [] if question.get("is_impossible") else question.get("answers")
    if answers is None:
        return SpanExample(str(key), _text(question, "question", where), context, (), is_known=False)
    try:
        found = tuple(
            (_placed(context, int(answer["answer_start"]), str(answer["text"])), str(answer["text"])) for answer in answers
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadTaskData(where=where, why=f'question "{key}" has an answer without "text" and "answer_start"') from error
    return SpanExample(str(key), _text(question, "question", where), context, tuple((s, t) for s, t in found if t))


def _placed(context: str, start: int, text: str) -> int:
    """Returns where an answer stands: where the file says, or a few characters beside it, as some published files have it."""
    if context.startswith(text, max(0, start)):
        return max(0, start)
    beside = context.find(text, max(0, start - MOST_BESIDE), start + MOST_BESIDE + len(text))
    return beside if beside >= 0 else start


def _list(value: Any, key: str, where: Place) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise BadTaskData(where=where, why=f'a list "{key}" is missing; it is SQuAD\'s JSON that is read')
    return found


def _text(value: Any, key: str, where: Place) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise BadTaskData(where=where, why=f'a text "{key}" is missing; it is SQuAD\'s JSON that is read')
    return found


TASKS = (
    SpanTask("squad", "SQuAD 1.1: where in a text is the answer", "v1.1", has_unanswerable=False),
    SpanTask("squad2", "SQuAD 2.0: where in a text is the answer, if it is there", "v2.0", has_unanswerable=True),
)

"""RACE from its own files: one JSON object a file, with an article, its questions and four choices each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.tasks.examples import ChoiceExample, Splits
from assistant.albert.tasks.glue_submission import write_whole
from assistant.albert.tasks.inputs import joined, tokenize
from assistant.albert.tasks.rows import read_json
from assistant.albert.tasks.task import Setup, Unit
from assistant.albert.tokenizer import special_ids
from assistant.errors import BadTaskData, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tokenizers import Tokenizer

    from assistant.albert.tasks.task import Form, Logits, Reading

LETTERS = "ABCDEFGH"
GROUPS = ("middle", "high")
GAP = "_"


@dataclass(frozen=True)
class RaceTask:
    """Which of four answers is right, for a question about an article."""

    name: str = "race"
    title: str = "RACE: which of four answers to a question about an article is right"
    form: Form = "choice"
    main_metric: str = "accuracy"

    def read(self, data: Path) -> Splits[ChoiceExample]:
        """Returns the examples in ``train``, ``dev`` and ``test``, each with a folder ``middle``, ``high`` or both.

        Raises:
            BadTaskData: a folder is missing or a file is damaged.
        """
        train = _split(data / "train")
        parts = {part: _split(data / part) for part in ("dev", "test") if (data / part).is_dir()}
        return Splits(train, {part: rows for part, rows in parts.items() if all(row.target is not None for row in rows)})

    def setup(self, train: Sequence[ChoiceExample], *, reading: Reading, max_pieces: int, stride: int) -> Setup:  # noqa: ARG002
        """Returns how texts are read."""
        return Setup(self.name, self.form, (), "joint", 1, max_pieces, stride)

    def units(self, examples: Sequence[ChoiceExample], tokenizer: Tokenizer, setup: Setup) -> list[Unit]:
        """Returns one unit an example, with a sequence a choice: the article, then the question with that answer in it."""
        special = special_ids(tokenizer)
        contexts = list(dict.fromkeys(example.context for example in examples))
        rows = dict(zip(contexts, tokenize(tokenizer, contexts), strict=True))
        asked = iter(tokenize(tokenizer, [_filled(e.question, choice) for e in examples for choice in e.choices]))
        return [
            Unit(
                number,
                tuple(joined(rows[example.context], next(asked), special, setup.max_pieces) for _ in example.choices),
                example.target,
            )
            for number, example in enumerate(examples)
        ]

    def tune(
        self,
        examples: Sequence[ChoiceExample],  # noqa: ARG002 (there is no threshold)
        units: Sequence[Unit],  # noqa: ARG002
        logits: Sequence[Logits],  # noqa: ARG002
        setup: Setup,  # noqa: ARG002
    ) -> dict[str, float]:
        """Returns nothing: the best choice is taken, however sure."""
        return {}

    def outcomes(
        self,
        examples: Sequence[ChoiceExample],  # noqa: ARG002 (one unit each)
        units: Sequence[Unit],  # noqa: ARG002
        logits: Sequence[Logits],
        setup: Setup,  # noqa: ARG002
    ) -> list[int]:
        """Returns the place of each example's best choice."""
        return [int(np.argmax(row)) for row in logits]

    def score(self, examples: Sequence[ChoiceExample], outcomes: Sequence[int]) -> dict[str, float]:
        """Returns accuracy over all, and over each group where there are several."""
        right = [(e.group, e.target == outcome) for e, outcome in zip(examples, outcomes, strict=True)]
        figures = {"accuracy": float(np.mean([claim for _, claim in right]))}
        groups = [group for group in GROUPS if any(group == name for name, _ in right)]
        if len(groups) > 1:
            figures |= {f"accuracy_{group}": float(np.mean([claim for name, claim in right if name == group])) for group in groups}
        return figures

    def write_predictions(self, folder: Path, part: str, examples: Sequence[ChoiceExample], outcomes: Sequence[int]) -> Path:
        """Writes the letter of each question's answer as JSON, and returns the file."""
        path = folder / f"RACE-{part}.json"
        letters = {e.key: LETTERS[outcome] for e, outcome in zip(examples, outcomes, strict=True)}
        write_whole(path, json.dumps(letters, indent=1) + "\n")
        return path


def _filled(question: str, choice: str) -> str:
    """Returns the question with the answer in its gap, or behind it."""
    return question.replace(GAP, f" {choice} ") if GAP in question else f"{question} {choice}"


def _split(folder: Path) -> tuple[ChoiceExample, ...]:
    groups = [group for group in GROUPS if (folder / group).is_dir()]
    places = [(group, folder / group) for group in groups] or [("", folder)]
    examples = tuple(
        example for group, place in places for path in sorted(place.glob("*.txt")) for example in _article(path, group)
    )
    if not examples:
        raise BadTaskData(where=Place(str(folder)), why="there is no folder middle or high with .txt files in it")
    return examples


def _article(path: Path, group: str) -> Iterator[ChoiceExample]:
    value, where = read_json(path), Place(str(path))
    article = value.get("article")
    questions, options, answers = (value.get(key) for key in ("questions", "options", "answers"))
    if not isinstance(article, str) or not isinstance(questions, list) or not isinstance(options, list):
        raise BadTaskData(where=where, why='"article", "questions" or "options" is missing')
    if answers is not None and not (isinstance(answers, list) and len(answers) == len(questions)):
        raise BadTaskData(where=where, why='"answers" are not as many as "questions"')
    if len(options) != len(questions):
        raise BadTaskData(where=where, why='"options" are not as many as "questions"')
    for number, (question, choices) in enumerate(zip(questions, options, strict=True)):
        if not isinstance(choices, list) or not 1 < len(choices) <= len(LETTERS):
            raise BadTaskData(where=where, why=f"question {number + 1} has no list of two choices or more")
        target = None if answers is None else _place(answers[number], len(choices), number, where)
        key = f"{group}/{path.stem}-{number}" if group else f"{path.stem}-{number}"
        yield ChoiceExample(key, article, str(question), tuple(map(str, choices)), target, group)


def _place(answer: Any, n_choices: int, number: int, where: Place) -> int:
    place = LETTERS.find(answer) if isinstance(answer, str) and len(answer) == 1 else -1
    if not 0 <= place < n_choices:
        raise BadTaskData(where=where, why=f"the answer to question {number + 1} is {answer!r}, none of {LETTERS[:n_choices]}")
    return place


TASKS = (RaceTask(),)

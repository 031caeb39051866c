"""Token classification from CoNLL files: a word a line with its tag last, a blank line after each sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.tasks.examples import Splits, TaggedExample
from assistant.albert.tasks.glue_submission import write_whole
from assistant.albert.tasks.inputs import single, tokenize
from assistant.albert.tasks.rows import read_lines
from assistant.albert.tasks.task import IGNORED, Setup, Unit
from assistant.albert.tokenizer import special_ids
from assistant.errors import BadTaskData, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tokenizers import Tokenizer

    from assistant.albert.tasks.task import Form, Logits, Reading

DOCUMENT_START = "-DOCSTART-"
SUFFIXES = (".txt", ".conll", ".tsv", ".iob", ".bio", "")
NAMES = {"train": ("train", "eng.train"), "dev": ("dev", "valid", "testa", "eng.testa"), "test": ("test", "testb", "eng.testb")}
N_ENDS = 2
"""[CLS] and [SEP]"""


@dataclass(frozen=True)
class ConllTask:
    """A tag for each word: entities in BIO or IOB, or any other tags, such as parts of speech."""

    name: str = "conll"
    title: str = "CoNLL: a tag for each word"
    form: Form = "tags"
    main_metric: str = "f1"

    def read(self, data: Path) -> Splits[TaggedExample]:
        """Returns the sentences of ``train``, ``dev`` (or ``valid``, ``testa``) and ``test``; the tags are learnt from train.

        Raises:
            BadTaskData: a file is missing or damaged, or has an entity that train has not.
        """
        files = {part: _file(data, part) for part in NAMES}
        train_file = files["train"] or data / "train.txt"
        train = tuple(_sentences(train_file, None))
        known = {_kind(tag) for sentence in train for tag in sentence.tags or ()}
        parts = {part: tuple(_sentences(path, known)) for part, path in files.items() if part != "train" and path}
        return Splits(train, parts)

    def setup(self, train: Sequence[TaggedExample], *, reading: Reading, max_pieces: int, stride: int) -> Setup:  # noqa: ARG002
        """Returns the tags and how sentences are read."""
        tags = sorted({tag for sentence in train for tag in sentence.tags or ()})
        return Setup(self.name, self.form, tuple(tags), "joint", 1, max_pieces, stride)

    def units(self, examples: Sequence[TaggedExample], tokenizer: Tokenizer, setup: Setup) -> list[Unit]:
        """Returns one unit a sentence; one that is too long is parted between words."""
        special = special_ids(tokenizer)
        pieces = iter(tokenize(tokenizer, [word for example in examples for word in example.words]))
        tags = {tag: place for place, tag in enumerate(setup.labels)}
        units = []
        for number, example in enumerate(examples):
            # A word that the tokenizer makes nothing of is read as an unknown one, so that it has a piece to be tagged at.
            words = [(next(pieces) or [special.unknown])[: setup.max_pieces - N_ENDS] for _ in example.words]
            for first, last in _parts(words, setup.max_pieces - N_ENDS):
                lengths = [len(word) for word in words[first:last]]
                places = np.cumsum([1, *lengths[:-1]], dtype=np.int64)
                target = None if example.tags is None else [tags.get(tag, IGNORED) for tag in example.tags[first:last]]
                ids = [piece for word in words[first:last] for piece in word]
                units.append(Unit(number, (single(ids, special, setup.max_pieces),), target, places))
        return units

    def tune(
        self,
        examples: Sequence[TaggedExample],  # noqa: ARG002 (there is no threshold)
        units: Sequence[Unit],  # noqa: ARG002
        logits: Sequence[Logits],  # noqa: ARG002
        setup: Setup,  # noqa: ARG002
    ) -> dict[str, float]:
        """Returns nothing: the best tag is taken, however sure."""
        return {}

    def outcomes(
        self, examples: Sequence[TaggedExample], units: Sequence[Unit], logits: Sequence[Logits], setup: Setup
    ) -> list[tuple[str, ...]]:
        """Returns the tags of each sentence's words."""
        found: list[list[str]] = [[] for _ in examples]
        for unit, row in zip(units, logits, strict=True):
            found[unit.example] += [setup.labels[int(place)] for place in row.argmax(axis=-1)]
        return [tuple(tags) for tags in found]

    def score(self, examples: Sequence[TaggedExample], outcomes: Sequence[tuple[str, ...]]) -> dict[str, float]:
        """Returns F1, precision and recall of whole entities as conlleval counts them, and accuracy of words.

        Where no tag is of the kind B-X or I-X, every word counts as an entity: F1 is the accuracy then.
        """
        from seqeval import metrics

        pairs = [(e.tags, found) for e, found in zip(examples, outcomes, strict=True) if e.tags is not None]
        accuracy = float(np.mean([one == other for true, found in pairs for one, other in zip(true, found, strict=True)]))
        true, found = ([list(pair[side]) for pair in pairs] for side in (0, 1))
        if not any(tag[:2] in {"B-", "I-"} for tags in true for tag in tags):
            return {"f1": accuracy, "precision": accuracy, "recall": accuracy, "accuracy": accuracy}
        scorers = {"f1": metrics.f1_score, "precision": metrics.precision_score, "recall": metrics.recall_score}
        return {name: float(score(true, found, zero_division=0)) for name, score in scorers.items()} | {"accuracy": accuracy}

    def write_predictions(
        self, folder: Path, part: str, examples: Sequence[TaggedExample], outcomes: Sequence[tuple[str, ...]]
    ) -> Path:
        """Writes word, right tag and found tag a line, as conlleval reads it, and returns the file."""
        path = folder / f"conll-{part}.txt"
        sentences = (
            "\n".join(f"{word} {true} {tag}" for word, true, tag in zip(e.words, e.tags or found, found, strict=True))
            for e, found in zip(examples, outcomes, strict=True)
        )
        write_whole(path, "\n\n".join(sentences) + "\n")
        return path


def _parts(words: Sequence[Sequence[int]], room: int) -> Iterator[tuple[int, int]]:
    """Yields first and last word (excluded) of parts that fit."""
    first, length = 0, 0
    for number, word in enumerate(words):
        if length + len(word) > room:
            yield first, number
            first, length = number, 0
        length += len(word)
    yield first, len(words)


def _kind(tag: str) -> str:
    """Returns what a tag is of: an entity's first word may be seen in training and a further one in dev alone."""
    return tag[2:] if tag[:2] in {"B-", "I-", "E-", "S-", "L-", "U-"} else tag


def _file(data: Path, part: str) -> Path | None:
    return next((path for name in NAMES[part] for suffix in SUFFIXES if (path := data / f"{name}{suffix}").is_file()), None)


def _sentences(path: Path, known: set[str] | None) -> Iterator[TaggedExample]:
    words: list[str] = []
    tags: list[str] = []
    n_found = 0
    for number, line in enumerate([*read_lines(path), ""], start=1):
        fields = line.split()
        if fields and fields[0] != DOCUMENT_START:
            if len(fields) == 1:
                raise BadTaskData(where=Place(str(path), number), why=f'the word "{fields[0]}" has no tag')
            if known is not None and _kind(fields[-1]) not in known:
                raise BadTaskData(where=Place(str(path), number), why=f'the tag "{fields[-1]}" does not occur in train')
            words.append(fields[0])
            tags.append(fields[-1])
        elif words:
            yield TaggedExample(str(n_found), tuple(words), tuple(tags))
            n_found += 1
            words, tags = [], []
    if n_found == 0:
        raise BadTaskData(where=Place(str(path)), why="it holds no sentence")


TASKS = (ConllTask(),)

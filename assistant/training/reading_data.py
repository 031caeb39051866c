"""Questions with passages and the places of their answers, to train and to measure a reader on."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.albert.corpus import read_documents
from assistant.errors import BadCorpus
from assistant.knowledge.sentences import sentences
from assistant.knowledge.wording import content_stems
from assistant.training.questions import made_questions

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.faq.entry import FaqEntry
    from assistant.knowledge.sentences import Span

COVID_QA, QNLI = "qa/covid-qa.json", "glue/QNLI/dev.tsv"
TEXTS = ("text/complaints.txt", "text/wikitext2-valid.txt", "text/wikitext2-test.txt")

TEST_EVERY, DEV_EVERY = 10, 9
"""Every tenth document of a source is kept to measure with, and every ninth of the rest to choose and calibrate by."""

WINDOW_CHARS = 600
"""A passage takes whole sentences up to so many characters."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A question and a passage.

    Attributes:
        question: as asked.
        passage: a text.
        answer: where the answer stands in the passage; None: the passage has none.
        is_exact: whether that is the answer itself; else it stands somewhere within.
        source: which data it comes from; document: which document of these.
        part: ``train``, ``dev`` or ``test``; documents are never shared out among them.
    """

    question: str
    passage: str
    answer: Span | None
    is_exact: bool
    source: str
    document: int
    part: str = "train"


@dataclass(frozen=True, slots=True)
class LongQuestion:
    """A question of a whole document: its number, and the texts that count as right."""

    question: str
    document: int
    answers: tuple[str, ...]


def part_of(document: int) -> str:
    """Returns what a document of this number serves for."""
    if document % TEST_EVERY == TEST_EVERY - 1:
        return "test"
    return "dev" if document % DEV_EVERY == DEV_EVERY - 1 else "train"


def windows(text: str, longest: int = WINDOW_CHARS) -> list[Span]:
    """Returns where the passages of a text start and end: neighbouring sentences, none of them cut."""
    found: list[Span] = []
    for start, end in sentences(text):
        if found and end - found[-1][0] <= longest:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def read_covid(root: Path) -> tuple[list[str], list[tuple[LongQuestion, Span]]]:
    """Returns the articles, and the questions with the places of their answers.

    Raises:
        BadCorpus: the file is missing or not in SQuAD's format.
    """
    path = root / COVID_QA
    try:
        data = json.loads(path.read_text(encoding="utf-8"))["data"]
        contexts = [paragraph for article in data for paragraph in article["paragraphs"]]
        asked = []
        for number, context in enumerate(contexts):
            for row in context["qas"]:
                answers = [(answer["text"], answer["answer_start"]) for answer in row["answers"]]
                text, start = answers[0]
                long = LongQuestion(row["question"], number, tuple(answer for answer, _ in answers))
                asked.append((long, _tightened(context["context"], (start, start + len(text)))))
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise BadCorpus(path=path, why=f"it is not in SQuAD's format: {error}") from error
    return [context["context"] for context in contexts], asked


def covid_samples(root: Path, rng: random.Random) -> Iterator[Sample]:
    """Yields each question with the passage around its answer, and with another of its article that is like the question."""
    articles, asked = read_covid(root)
    cut = [windows(article) for article in articles]
    for long, (start, end) in asked:
        article = articles[long.document]
        inside = [span for span in cut[long.document] if span[0] <= start and end <= span[1]]
        if inside:
            first, last = inside[0]
            base = Sample(long.question, article[first:last], (start - first, end - first), True, "covid-qa", long.document)
            yield base
            others = [article[a:b] for a, b in cut[long.document] if b <= start or a >= end]
            if others and rng.random() < 0.6:  # noqa: PLR2004 (a share)
                yield replace(base, passage=_most_alike(long.question, others), answer=None)


def made_samples(root: Path, per_text: Sequence[int], rng: random.Random) -> Iterator[Sample]:
    """Yields questions made by rule from running text.

    Args:
        root: the data folder.
        per_text: passages taken of each of TEXTS.
        rng: of the choice.
    """
    for name, wanted in zip(TEXTS, per_text, strict=True):
        blocks = [(number, _tidied(" ".join(block))) for number, block in enumerate(read_documents([root / name]))]
        rng.shuffle(blocks)
        n_taken = 0
        for number, text in blocks:
            cut = [span for span in windows(text) if span[1] - span[0] > WINDOW_CHARS // 2]
            if n_taken >= wanted:
                break
            if cut:
                n_taken += 1
                yield from _made_of(text, cut, name, number, rng)


def _made_of(text: str, cut: Sequence[Span], name: str, document: int, rng: random.Random) -> Iterator[Sample]:
    first, last = rng.choice(cut)
    passage = text[first:last]
    made = []
    for start, end in sentences(passage):
        for question in made_questions(passage[start:end], rng):
            place = (start + question.answer[0], start + question.answer[1])
            made.append(Sample(question.text, passage, place, True, name, document))
    rng.shuffle(made)
    yield from made[:4]
    others = [text[a:b] for a, b in cut if (a, b) != (first, last)]
    if others and made:
        yield replace(made[0], passage=rng.choice(others), answer=None)


def qnli_samples(root: Path, wanted: int, rng: random.Random) -> Iterator[Sample]:
    """Yields questions with three sentences, of which one answers it; where in that sentence nobody has said.

    Raises:
        BadCorpus: the file is missing or not as GLUE has it.
    """
    path = root / QNLI
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        pairs = [(row["question"], row["sentence"], row["label"] == "entailment") for row in rows]
    except (OSError, KeyError) as error:
        raise BadCorpus(path=path, why=f"it is not as GLUE has it: {error}") from error
    for number in range(min(wanted, len(pairs))):
        question, sentence, is_answered = pairs[number]
        around = [sentence, *(rng.choice(pairs)[1] for _ in range(2))]
        rng.shuffle(around)
        passage = " ".join(around)
        start = passage.index(sentence)
        yield Sample(question, passage, (start, start + len(sentence)) if is_answered else None, False, "qnli", number)


MIN_ENTRIES = 12
"""Fewer FAQ entries say nothing of how sure an answer is."""
_LOOKED_AT = 12


def faq_samples(entries: Sequence[FaqEntry], rng: random.Random) -> Iterator[Sample]:
    """Yields the questions of FAQ entries with their answers among others, where in the answer nobody has said, and without it."""
    from assistant.faq.passages import plain

    answers = [" ".join(plain(entry.answer).split()) for entry in entries]
    for number, entry in enumerate(entries):
        for question in entry.questions:
            around = [answers[number], *rng.sample(answers, 2)][:3]
            rng.shuffle(around)
            passage, start = _joined(around, answers[number])
            base = Sample(question, passage, (start, start + len(answers[number])), False, "faq", number)
            yield base
            if rng.random() < 0.4:  # noqa: PLR2004 (a share)
                others = [other for n, other in enumerate(answers) if n != number]
                yield replace(base, passage=_most_alike(question, rng.sample(others, min(_LOOKED_AT, len(others)))), answer=None)


def _joined(parts: Sequence[str], wanted: str) -> tuple[str, int]:
    passage = " ".join(parts)
    return passage, passage.index(wanted)


def _most_alike(question: str, passages: Sequence[str]) -> str:
    wanted = content_stems(question)
    return max(passages, key=lambda passage: len(wanted & content_stems(passage)))


def _tightened(text: str, span: Span) -> Span:
    """Returns an answer's place without the space around it."""
    start, end = span
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _tidied(text: str) -> str:
    """Returns text as it is usually written: WikiText parts its punctuation, and complaints have braces around amounts."""
    text = re.sub(r" @([-,.])@ ", r"\1", text)
    text = re.sub(r"\s+([,.;:!?)\]%]|'s\b|n't\b)", r"\1", text)
    text = re.sub(r"([(\[])\s+", r"\1", text)
    text = re.sub(r"\{(\$[\d.,]+)\}", r"\1", text)
    return re.sub(r"\s+", " ", text.replace("<unk>", "it").replace(" = ", " ")).strip()

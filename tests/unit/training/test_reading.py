from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from assistant.cli.albert import app
from assistant.errors import BadCorpus
from assistant.knowledge.features import FEATURES, N_KINDS, Asked
from assistant.knowledge.reader import Reader
from assistant.knowledge.sentences import sentences
from assistant.knowledge.span_head import SpanHead
from assistant.opening import open_plain_encoder
from assistant.training.questions import made_questions
from assistant.training.reading import target_of
from assistant.training.reading_data import TEXTS, Sample, covid_samples, part_of, qnli_samples, read_covid, windows
from assistant.training.span_head import HeadArguments, Target, TorchSpanHead, _batched, train_head

if TYPE_CHECKING:
    from pathlib import Path

WIDE = 8


def asked(n_pieces: int, seed: int, answer: int | None = None) -> Asked:
    """Returns a question and a passage of noise, in which the answer, where there is one, is marked by its states."""
    rng = np.random.default_rng(seed)
    passage = rng.normal(0, 0.1, (n_pieces, WIDE)).astype(np.float32)
    if answer is not None:
        passage[answer] += 2.0
    question = rng.normal(0, 0.1, (3, WIDE)).astype(np.float32)
    features = np.zeros((n_pieces, len(FEATURES)), dtype=np.float32)
    offsets = np.array([[n, n + 1] for n in range(n_pieces)])
    likeness = np.array([[0.5, float(answer is not None)]], dtype=np.float32)
    return Asked(question, passage, features, seed % N_KINDS, np.zeros(n_pieces, dtype=int), likeness, offsets)


def test_numpy_computes_what_torch_does() -> None:
    torch.manual_seed(1)
    head = TorchSpanHead(WIDE).eval()
    samples = [asked(length, seed) for seed, length in enumerate((7, 12, 1))]
    with torch.inference_mode():
        starts, ends = head(_batched([(one, Target((0, 0), (0, 0))) for one in samples]))
    for row, one in enumerate(samples):
        scores = SpanHead(head.exported())(one)
        n = len(one.passage)
        assert np.allclose(scores.start, starts[row, :n].numpy(), atol=1e-4)
        assert np.allclose(scores.end, ends[row, :n].numpy(), atol=1e-4)
        assert scores.none == pytest.approx(float(starts[row, -1]), abs=1e-4)


def test_the_head_learns_where_answers_are_and_that_there_is_none() -> None:
    places = [(seed, seed % 9 if seed % 4 else None) for seed in range(160)]
    samples = [
        (asked(10, seed, place), Target(None, None) if place is None else Target((place, place), (place, place)))
        for seed, place in places
    ]

    def measure(weights: object) -> float:
        head, right = SpanHead(weights), 0  # type: ignore[arg-type]
        for seed, place in places[:40]:
            scores = head(asked(10, seed + 1000, place))
            best = int(scores.start.argmax())
            right += scores.none > scores.start[best] if place is None else best == place and scores.start[best] > scores.none
        return right / 40

    told: list[int] = []
    weights = train_head(samples, HeadArguments(epochs=6, batch_size=16, rate=5e-3), measure, lambda epoch, *_: told.append(epoch))
    assert told == [1, 2, 3, 4, 5, 6]
    assert measure(weights) > 0.9


def test_where_an_answer_is_only_known_to_stand_any_place_in_it_will_do() -> None:
    whole = Sample("q", "0123456789", (2, 5), False, "x", 0)
    assert target_of(whole, asked(10, 0)) == Target((2, 4), (2, 4))
    exact = Sample("q", "0123456789", (2, 5), True, "x", 0)
    assert target_of(exact, asked(10, 0)) == Target((2, 2), (4, 4))
    assert target_of(Sample("q", "0123456789", None, True, "x", 0), asked(10, 0)) == Target(None, None)


@pytest.mark.parametrize(
    ("sentence", "answer", "word"),
    [
        ("You can send most items back to our shop within 30 days of delivery.", "within 30 days", "how"),
        ("We charge a fee of $12.50 for each parcel that comes back late.", "$12.50", "much amount"),
        ("They closed my account because the bank needed more time for it.", "the bank needed more time for it", "why what reason"),
        ("The old company opened a large new shop in Boston last winter.", "Boston", "where what who which"),
        ("I received three letters about the same unpaid bill this year.", "three", "many number"),
    ],
)
def test_questions_are_made_of_sentences(sentence: str, answer: str, word: str) -> None:
    made = [one for seed in range(12) for one in made_questions(sentence, random.Random(seed), most=6)]
    found = [one.text.lower() for one in made if sentence[slice(*one.answer)] == answer]
    assert found
    assert all(any(each in text for each in word.split()) for text in found)
    assert all(answer.lower() not in text for text in found)


def test_nothing_is_made_of_what_is_too_short_or_too_long() -> None:
    rng = random.Random(0)
    assert made_questions("It cost $12.", rng) == []
    assert made_questions("word " * 60 + "cost $12.", rng) == []


def test_windows_hold_whole_sentences() -> None:
    text = " ".join(f"This is sentence number {n}." for n in range(60))
    cut = windows(text, 200)
    ends = {end for _, end in sentences(text)}
    assert all(end - start <= 200 and end in ends for start, end in cut)
    assert cut[0][0] == 0
    assert cut[-1][1] == len(text)


def test_documents_are_never_shared_out() -> None:
    parts = [part_of(number) for number in range(200)]
    assert [number for number, part in enumerate(parts) if part == "test"] == list(range(9, 200, 10))
    assert 0.08 < parts.count("dev") / 200 < 0.12


def test_squads_format_is_read(tmp_path: Path) -> None:
    context = "The shop opens at nine. It was founded in 1999 by Ann. " + "Nothing is said here about it. " * 30
    answers = [{"text": "in 1999 ", "answer_start": context.index("in 1999")}]
    data = {"data": [{"paragraphs": [{"context": context, "qas": [{"question": "When was it founded?", "answers": answers}]}]}]}
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa" / "covid-qa.json").write_text(json.dumps(data))
    _, ((long, span),) = read_covid(tmp_path)
    assert (long.question, context[slice(*span)]) == ("When was it founded?", "in 1999")
    samples = list(covid_samples(tmp_path, random.Random(1)))
    assert samples[0].answer is not None
    assert samples[0].passage[slice(*samples[0].answer)] == "in 1999"
    assert all("in 1999" not in sample.passage for sample in samples[1:])


def test_glues_qnli_is_read(tmp_path: Path) -> None:
    (tmp_path / "glue" / "QNLI").mkdir(parents=True)
    rows = ["index\tquestion\tsentence\tlabel", "0\tWho?\tAnn did it.\tentailment", '1\tWhy?\tHe said "no.\tnot_entailment']
    (tmp_path / "glue" / "QNLI" / "dev.tsv").write_text("\n".join(rows) + "\n")
    yes, no = qnli_samples(tmp_path, 10, random.Random(0))
    assert yes.answer is not None
    assert (yes.passage[slice(*yes.answer)], yes.is_exact) == ("Ann did it.", False)
    assert no.answer is None


def test_files_that_are_missing_or_damaged_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadCorpus, match="covid-qa"):
        read_covid(tmp_path)
    with pytest.raises(BadCorpus, match="QNLI"):
        list(qnli_samples(tmp_path, 1, random.Random(0)))


THINGS = (
    "parcel",
    "refund",
    "voucher",
    "jacket",
    "lamp",
    "kettle",
    "sofa",
    "camera",
    "ticket",
    "mirror",
    "carpet",
    "guitar",
    "tent",
)


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """A few rows of each source, in the layout of the published ones, and an FAQ."""
    root = tmp_path / "data"
    for name in ("qa", "glue/QNLI", "text", "faq"):
        (root / name).mkdir(parents=True)
    paragraphs = []
    for number, thing in enumerate(THINGS * 2):
        context = f"The {thing} was made in {1950 + number} by Ann Miller. " + f"Nobody knows who painted the {thing}. " * 4
        answers = [{"text": f"in {1950 + number}", "answer_start": context.index("in ")}]
        paragraphs.append({"context": context, "qas": [{"question": f"When was the {thing} made?", "answers": answers}]})
    (root / "qa/covid-qa.json").write_text(json.dumps({"data": [{"paragraphs": [paragraph]} for paragraph in paragraphs]}))
    rows = [f"{n}\tWho sold the {thing}?\tBob sold the {thing} in May.\tentailment" for n, thing in enumerate(THINGS)]
    rows += [f"{n + 50}\tWho sold the {thing}?\tIt rained a lot in May.\tnot_entailment" for n, thing in enumerate(THINGS)]
    (root / "glue/QNLI/dev.tsv").write_text("index\tquestion\tsentence\tlabel\n" + "\n".join(rows) + "\n")
    document = "".join(
        f"I received {number + 2} letters about the {thing} this year.\nWe paid ${number + 5}.50 for the {thing} in Boston.\n"
        for number, thing in enumerate(THINGS)
    )
    for name in TEXTS:
        (root / name).write_text("\n".join([document] * 20))
    entries = [
        {
            "question": f"Can I send the {thing} back?",
            "answer": f"You can return the {thing} within {n + 3} days. Keep it clean.",
        }
        for n, thing in enumerate(THINGS)
    ]
    (root / "faq/entries.jsonl").write_text("".join(json.dumps(entry | {"status": "published"}) + "\n" for entry in entries))
    return root


@pytest.mark.slow
def test_the_verb_makes_a_reader_from_files_to_figures(small_data: Path, tmp_path: Path) -> None:
    command = [
        "reader",
        "--data",
        small_data,
        "--faq",
        small_data / "faq",
        "--output",
        tmp_path / "reader",
        "--epochs",
        1,
        "--json",
    ]
    ran = CliRunner().invoke(app, [str(part) for part in command], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    settings = json.loads(ran.stdout.splitlines()[-1])
    assert {"covid-qa", "qnli"} <= settings["figures"].keys()
    assert settings["calibrated_on"]["answerable"] == len(THINGS) // 2
    reader = Reader.load(tmp_path / "reader", open_plain_encoder())
    (found,) = reader.read("When was the lamp made?", ["The lamp was made in 1954 by Ann Miller."])
    assert found is not None
    assert found.sentence == (0, 40)


def test_too_small_an_faq_is_refused(small_data: Path, tmp_path: Path) -> None:
    (small_data / "faq/entries.jsonl").write_text('{"question": "Why?", "answer": "Because."}\n')
    command = ["reader", "--data", small_data, "--faq", small_data / "faq", "--output", tmp_path / "reader"]
    with pytest.raises(BadCorpus, match="1 entries tell too little"):
        CliRunner().invoke(app, [str(part) for part in command], catch_exceptions=False)
    assert not (tmp_path / "reader").exists()

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.albert.plain_states import PlainEncoder
from assistant.errors import BadCheckpoint, BadModel, DamagedFile
from assistant.knowledge.features import FEATURES, asked
from assistant.knowledge.reader import Reader, ScoreWeights, best_span, whole_words
from assistant.knowledge.span_head import Scores
from assistant.knowledge.wording import KINDS, kind
from assistant.opening import open_plain_encoder, open_reader
from assistant.project import shipped_checkpoint, shipped_reader

if TYPE_CHECKING:
    from pathlib import Path

PASSAGE = "Register a return before you send it, because an unknown parcel is opened by hand. It takes 10% longer."


def test_states_are_those_of_torch_and_the_order_is_what_the_head_says() -> None:
    import torch

    from assistant.albert.checkpoint import load_checkpoint
    from assistant.albert.trained import restore_heads

    folder = shipped_checkpoint()
    assert folder is not None
    checkpoint, encoder = load_checkpoint(folder), open_plain_encoder()
    ids = checkpoint.tokenizer.encode(PASSAGE).ids
    with torch.inference_mode():
        states = checkpoint.model(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states
        pair = checkpoint.tokenizer.encode("We sent it.", "Then it came.")
        types = torch.tensor([pair.type_ids])
        order = restore_heads(checkpoint)(input_ids=torch.tensor([pair.ids]), token_type_ids=types).sop_logits.softmax(-1)
    (read,) = encoder.read([PASSAGE])
    assert np.allclose(read.states[:, encoder.hidden :], states[-1][0, 1:-1].numpy(), atol=1e-4)
    assert np.allclose(read.states[:, : encoder.hidden], states[3][0, 1:-1].numpy(), atol=1e-4)
    assert [PASSAGE[start:end] for start, end in read.offsets[:3]] == ["Register", "a", "return"]
    assert encoder.in_order([("We sent it.", "Then it came.")])[0] == pytest.approx(float(order[0, 0]), abs=1e-4)


def test_company_changes_nothing() -> None:
    encoder = open_plain_encoder()
    alone = encoder.read([PASSAGE])[0].states
    assert np.allclose(encoder.read(["short", PASSAGE, "", PASSAGE])[1].states, alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(encoder.encode([PASSAGE, "x"]), axis=1), 1.0, atol=1e-5)


def test_the_reason_is_read_out_of_its_sentence() -> None:
    (found,) = open_reader().read("why must I register a return?", [PASSAGE])
    assert found is not None
    assert "an unknown parcel is opened by hand" in PASSAGE[slice(*found.span)]
    assert PASSAGE[slice(*found.sentence)].startswith("Register a return")
    assert found.sentence[0] <= found.span[0] < found.span[1] <= found.sentence[1]


def test_a_question_for_yes_or_no_is_answered_by_a_sentence() -> None:
    (found,) = open_reader().read("must I register a return?", [PASSAGE])
    assert found is not None
    assert found.span == found.sentence


@pytest.mark.parametrize("question", ["", "?", "\ud800\x00", "why " * 500])
def test_any_question_is_taken(question: str) -> None:
    found = open_reader().read(question, [PASSAGE, "", "one", "\n"])
    assert len(found) == 4
    assert found[1] is None


def test_a_damaged_reader_is_refused(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "reader"
    shutil.copytree(shipped_reader(), folder)
    weights = folder / "span_head.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedFile):
        Reader.load(folder, open_plain_encoder())


def test_a_reader_of_another_encoder_is_refused() -> None:
    other = PlainEncoder(None, None, 128)  # type: ignore[arg-type]
    with pytest.raises(BadModel, match="another encoder"):
        Reader.load(shipped_reader(), other)


def test_a_checkpoint_without_what_is_wanted_is_refused(tmp_path: Path) -> None:
    from assistant.albert.manifest import write_manifest

    (tmp_path / "config.json").write_text("{}")
    write_manifest(tmp_path, {})
    with pytest.raises(BadCheckpoint):
        PlainEncoder.load(tmp_path)


def test_the_best_span_stays_within_a_sentence_and_its_length() -> None:
    scores = Scores(np.array([0.0, 3.0, 0.0, 2.0]), np.array([0.0, 0.0, 1.0, 5.0]), 0.0)
    assert best_span(scores, np.array([0, 0, 0, 1])) == (3, 3)
    assert best_span(scores, np.array([0, 0, 0, 0])) == (1, 3)
    assert best_span(scores, np.array([0, 0, 0, 0]), longest=2) == (3, 3)


@pytest.mark.parametrize(
    ("cut", "whole"),
    [("nknow", "unknown"), ("10", "10%"), ("by hand. ", "by hand"), ("parcel is ope", "parcel is opened")],
)
def test_spans_are_whole_words(cut: str, whole: str) -> None:
    start = PASSAGE.index(cut)
    assert PASSAGE[slice(*whole_words(PASSAGE, start, start + len(cut)))] == whole


@pytest.mark.parametrize(
    ("passage", "cut", "whole"),
    [
        ("The lighthouse is 43 metres tall.", "43", "43 metres"),
        ("You have about 1,500 points left.", "about 1,500", "about 1,500 points"),
        ("Of the three, 2 of them are late.", "2", "2"),
        ("Ring 43. Then wait.", "43", "43"),
        ("Model A4 paper is out.", "A4", "A4"),
    ],
)
def test_a_number_comes_with_what_it_counts(passage: str, cut: str, whole: str) -> None:
    start = passage.index(cut)
    assert passage[slice(*whole_words(passage, start, start + len(cut)))] == whole


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How long do I have?", "how long"),
        ("how many days", "how many"),
        ("so, why is that", "why"),
        ("Can I return it", "whether"),
        ("return period", "what"),
        ("under what condition", "when"),
    ],
)
def test_questions_are_of_a_kind(question: str, expected: str) -> None:
    assert KINDS[kind(question)] == expected


def test_shared_words_numbers_and_places_are_seen() -> None:
    question = "who opened the parcel"
    read, passage = open_plain_encoder().read([question, PASSAGE])
    found = asked(question, read, PASSAGE, passage)
    column = {name: found.features[:, number] for number, name in enumerate(FEATURES)}
    words = [PASSAGE[start:end] for start, end in passage.offsets]
    assert [word for word, shared in zip(words, column["shared"], strict=True) if shared] == ["parcel", "opened"]
    assert [word for word, number in zip(words, column["number"], strict=True) if number] == ["10"]
    assert [word for word, symbol in zip(words, column["symbol"], strict=True) if symbol] == ["%"]
    assert found.sentence.tolist() == [0] * words.index("It") + [1] * (len(words) - words.index("It"))


def test_the_score_grows_with_what_speaks_for_a_place() -> None:
    weights = ScoreWeights(cosine=2.0, words=1.0, lead=8.0, bias=-3.0)
    assert weights.probability(0.2, 0.0, 0.0) < weights.probability(0.8, 0.0, 0.0) < weights.probability(0.8, 0.5, 0.2)
    assert 0 < weights.probability(0.8, 0.5, 0.2) < 1

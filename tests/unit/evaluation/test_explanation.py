from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.albert.manifest import write_manifest
from assistant.errors import BadModel, DamagedFile, ExplainerMissing, NothingToExplain, UnknownIntent
from assistant.evaluation.attribution import TOLERANCE, Attributor, _by_word
from assistant.evaluation.explanation import Explanation, explain
from assistant.evaluation.neighbours import Neighbours, open_neighbours
from assistant.evaluation.torch_model import load_torch_model
from assistant.nlu.calibration import Calibration
from assistant.nlu.interpreter import Interpreter
from assistant.nlu.training_data import read_nlu
from assistant.training.trainer import train_model
from tests.unit.evaluation.canned import HOSTILE, example
from tests.unit.nlu.tiny import FAST, NLU, ignore, tiny_checkpoint, train_tiny

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.nlu.training_data import Example

TEXTS = ("where is my order 12345", "hi", "i want my money back please", "refund the navy blue coat, thank you!", "unheard of")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    train_tiny(made)
    return made


@pytest.fixture(scope="module")
def interpreter(folder: Path) -> Interpreter:
    return Interpreter.load(folder / "model")


@pytest.fixture(scope="module")
def attributor(folder: Path) -> Attributor:
    return Attributor(load_torch_model(folder / "model"))


@pytest.fixture(scope="module")
def examples(folder: Path) -> tuple[Example, ...]:
    return read_nlu([folder / "nlu.yml"]).examples


@pytest.fixture(scope="module")
def neighbours(examples: tuple[Example, ...], interpreter: Interpreter) -> Neighbours:
    return Neighbours(examples, interpreter.encode([e.text for e in examples]))


@pytest.mark.parametrize("text", TEXTS)
def test_the_shares_of_the_words_add_up_to_the_difference_of_the_outputs(
    interpreter: Interpreter, attributor: Attributor, text: str
) -> None:
    parse = interpreter.parse(text)
    for intent in attributor.intents:
        found = attributor.attribute(text, parse.text_tokens, intent)
        difference = found.score - found.baseline
        total = sum(word.share for word in found.words)
        assert abs(total - difference) == pytest.approx(found.gap, abs=1e-5)
        assert found.gap <= TOLERANCE * max(1.0, abs(difference))
        assert [(word.start, word.end) for word in found.words] == list(parse.text_tokens)


def test_what_is_explained_is_the_probability_before_the_odds_of_the_first_are_calibrated(
    interpreter: Interpreter, attributor: Attributor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert attributor._loaded.likeness is not None  # or the test would not see whether it is explained, too
    temperature = Calibration(attributor._loaded.settings.calibration.temperature)
    monkeypatch.setattr(interpreter, "_ranker", replace(interpreter._ranker, calibration=temperature))
    for text in TEXTS:
        parse = interpreter.parse(text)
        for score in parse.intent_ranking:
            found = attributor.attribute(text, parse.text_tokens, score.name)
            assert math.exp(found.score) == pytest.approx(score.confidence, abs=0.02)


def test_several_intents_at_once_are_explained_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    joined = (
        NLU
        + """\
- intent: refund+greet
  examples: |
    - hello i want my money back
    - hi please refund me
    - good morning money back please
"""
    )
    (tmp_path / "nlu.yml").write_text(joined, encoding="utf-8")
    train_model(read_nlu([tmp_path / "nlu.yml"]), None, tiny_checkpoint(), FAST, tmp_path / "model", ignore)
    loaded = load_torch_model(tmp_path / "model")
    attributor = Attributor(loaded)
    assert loaded.intents == ("greet", "refund", "refund+greet", "track")
    assert attributor.knows("greet+track")
    assert not attributor.knows("greet+unheard_of")
    text = "hello where is my order"
    reader = Interpreter.load(tmp_path / "model")
    monkeypatch.setattr(
        reader, "_ranker", replace(reader._ranker, calibration=Calibration(loaded.settings.calibration.temperature))
    )
    parse = reader.parse(text)
    sets = [
        attributor.attribute(text, parse.text_tokens, name) for name in ("greet", "track", "refund", "greet+track", "greet+refund")
    ]
    for found in sets:
        difference = found.score - found.baseline
        assert abs(sum(word.share for word in found.words) - difference) <= TOLERANCE * max(1.0, abs(difference)) + 1e-5
    assert sets[4].score == attributor.attribute(text, parse.text_tokens, "refund+greet").score
    known = {score.name: score.confidence for score in parse.intent_ranking}
    for other in (sets[0], sets[2], sets[4]):
        name = "refund+greet" if other.intent == "greet+refund" else other.intent
        assert sets[1].score - other.score == pytest.approx(math.log(known["track"] / known[name]), abs=0.02)


def test_what_all_words_are_hidden_in_is_the_same_for_texts_of_the_same_length(attributor: Attributor) -> None:
    baselines = [attributor.attribute(text, [(0, 2)], "greet").baseline for text in ("hi", "hi", "hi")]
    assert len(set(baselines)) == 1


def test_hiding_the_strongest_words_costs_more_than_hiding_the_weakest(
    interpreter: Interpreter, attributor: Attributor, examples: tuple[Example, ...]
) -> None:
    strongest: list[float] = []
    weakest: list[float] = []
    for one in examples:
        parse = interpreter.parse(one.text)
        found = attributor.attribute(one.text, parse.text_tokens, parse.intent.name)
        if len(found.words) < 3:
            continue
        ordered = sorted(found.words, key=lambda word: word.share)
        for word, losses in ((ordered[-1], strongest), (ordered[0], weakest)):
            rest = one.text[: word.start] + one.text[word.end :]
            spans = interpreter.parse(rest).text_tokens
            losses.append(found.score - attributor.attribute(rest, spans, found.intent).score)
    assert np.mean(strongest) > np.mean(weakest)


@pytest.mark.parametrize(
    ("words", "pieces", "sums"),
    [
        ([(0, 5), (6, 9)], [(0, 0), (0, 3), (3, 5), (5, 9), (0, 0)], [5.0, 4.0]),
        ([(0, 2), (2, 4)], [(0, 4)], [1.0, 0.0]),  # as much of the one as of the other
        ([(0, 1), (1, 4)], [(0, 4)], [0.0, 1.0]),
        ([(3, 5)], [(0, 2), (2, 5), (6, 8)], [6.0]),  # what lies outside of all words is not lost
        ([(0, 2), (3, 5), (6, 8)], [(0, 8), (3, 8)], [1.0, 2.0, 0.0]),
    ],
)
def test_each_piece_counts_to_one_word(words: list[tuple[int, int]], pieces: list[tuple[int, int]], sums: list[float]) -> None:
    shares = [float(number) for number in (range(len(pieces)) if pieces[0] == (0, 0) else range(1, len(pieces) + 1))]
    if pieces[0] == (0, 0):
        shares[1:] = [2.0, 3.0, 4.0, 0.0]
    assert _by_word(words, pieces, shares) == sums


BORDERS = st.lists(st.integers(0, 40), min_size=2, max_size=20, unique=True).map(sorted)


@given(BORDERS, BORDERS)
def test_however_words_and_pieces_lie_nothing_is_lost(words: list[int], pieces: list[int]) -> None:
    spans, cut = list(itertools.pairwise(words))[::2], list(itertools.pairwise(pieces))
    shares = [2.0**number for number in range(len(cut))]
    sums = _by_word(spans, cut, shares)
    assert sum(sums) == sum(shares)
    for (start, end), total in zip(spans, sums, strict=True):
        inside = [share for (first, last), share in zip(cut, shares, strict=True) if start <= first and last <= end]
        assert total >= sum(inside)


@pytest.mark.parametrize("text", [*(f"hello {text}" for text in HOSTILE), "word " * 900])
def test_any_text_with_a_word_is_explained(
    interpreter: Interpreter, attributor: Attributor, neighbours: Neighbours, text: str
) -> None:
    found = explain(interpreter, attributor, neighbours, text)
    assert len(found.attribution.words) == len(found.parse.text_tokens)
    assert all(math.isfinite(word.share) for word in found.attribution.words)


def test_another_intent_than_the_best_can_be_explained(
    interpreter: Interpreter, attributor: Attributor, neighbours: Neighbours
) -> None:
    best = interpreter.parse("hello there").intent.name
    other = next(name for name in attributor.intents if name != best)
    found = explain(interpreter, attributor, neighbours, "hello there", other)
    assert found.attribution.intent == other
    assert found.attribution.score < math.log(0.5)
    with pytest.raises(UnknownIntent, match='did you mean "refund"'):
        explain(interpreter, attributor, neighbours, "hello there", "refnd")


def test_a_retrieval_intent_is_explained_by_the_best_of_its_responses(tmp_path: Path) -> None:
    (tmp_path / "nlu.yml").write_text(NLU.replace("intent: greet", "intent: faq/hi").replace("intent: refund", "intent: faq/money"))
    train_model(read_nlu([tmp_path / "nlu.yml"]), None, tiny_checkpoint(), FAST, tmp_path / "model", ignore)
    reader, attributor = Interpreter.load(tmp_path / "model"), Attributor(load_torch_model(tmp_path / "model"))
    nearest = open_neighbours(
        read_nlu([tmp_path / "nlu.yml"]).examples, reader.encode, reader.fingerprint, tmp_path / "kept", ignore
    )
    for text in ("hello there", "i want my money back"):
        best = reader.parse(text).responses["faq"][0].name
        assert explain(reader, attributor, nearest, text, "faq").attribution.intent == best


@pytest.mark.parametrize("text", ["", "  \n", "\u202e\x00"])
def test_a_text_without_words_cannot_be_explained(
    interpreter: Interpreter, attributor: Attributor, neighbours: Neighbours, text: str
) -> None:
    if not interpreter.parse(text).intent_ranking:
        with pytest.raises(NothingToExplain):
            explain(interpreter, attributor, neighbours, text)


def test_an_explanation_goes_to_json_and_back(interpreter: Interpreter, attributor: Attributor, neighbours: Neighbours) -> None:
    found = explain(interpreter, attributor, neighbours, "refund order 34567 in navy blue please")
    written = json.loads(json.dumps(found.as_json()))
    assert Explanation.from_json(written) == found
    assert [word["text"] for word in written["attribution"]["words"]][:2] == ["refund", "order"]
    assert written["intent"]["name"] == found.attribution.intent


def test_a_screen_may_read_explanations_without_torch() -> None:
    code = (
        "import sys, assistant.evaluation.explanation; print([m for m in ('torch', 'captum', 'transformers') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_without_captum_the_error_says_how_to_install_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(ExplainerMissing, match="pip install captum"):
        Attributor(load_torch_model(folder / "model"))


def test_a_damaged_model_is_refused_and_one_that_does_not_fit_together_too(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    train_tiny(tmp_path)
    heads = tmp_path / "model" / "heads.safetensors"
    whole = load_file(heads)
    fewer = {name: tensor[:-1].contiguous() if name.startswith("intent.") else tensor for name, tensor in whole.items()}
    save_file(fewer, heads)
    with pytest.raises(DamagedFile, match=r"heads\.safetensors"):
        load_torch_model(tmp_path / "model")
    narrow = whole | {"tag_inner.weight": whole["tag_inner.weight"][:, :-1].contiguous()}
    without = {name: tensor for name, tensor in whole.items() if name != "mix"}
    for tensors in (fewer, narrow, without):
        save_file(tensors, heads)
        (tmp_path / "model" / "manifest.json").unlink()
        write_manifest(tmp_path / "model", {})
        with pytest.raises(BadModel):
            load_torch_model(tmp_path / "model")


class Counting:
    """Encodes each text to a vector of its own, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        rows = [np.random.default_rng(len(text) + sum(map(ord, text))).normal(size=8) for text in texts]
        vectors = np.stack(rows).astype(np.float32)
        normalised: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised


def test_an_utterance_is_nearest_to_itself_and_distances_grow(neighbours: Neighbours, interpreter: Interpreter) -> None:
    near = neighbours.nearest(interpreter.encode(["track my parcel"])[0], 5)
    assert (near[0].text, near[0].intent) == ("track my parcel", "track")
    assert near[0].distance < 1e-4
    assert [n.distance for n in near] == sorted(n.distance for n in near)
    assert len(neighbours.nearest(interpreter.encode(["hi"])[0], 100)) == 24


def test_vectors_are_kept_and_only_new_texts_are_encoded(tmp_path: Path) -> None:
    encode = Counting()
    first = [example("a", "x"), example("b", "x"), example("a", "y")]
    open_neighbours(first, encode, "one", tmp_path / "kept", ignore)
    assert encode.asked == ["a", "b"]
    again = open_neighbours([*first, example("c", "x")], encode, "one", tmp_path / "kept", ignore)
    assert encode.asked == ["a", "b", "c"]
    assert again.nearest(Counting()(["c"])[0], 1)[0].text == "c"
    open_neighbours(first, encode, "two", tmp_path / "kept", ignore)
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["two.safetensors"]


def test_a_file_of_vectors_that_is_damaged_or_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    encode, examples = Counting(), [example("a", "x"), example("b", "x")]
    open_neighbours(examples, encode, "one", tmp_path, ignore)
    (tmp_path / "one.safetensors").write_bytes(b"nothing of the kind")
    assert open_neighbours(examples, encode, "one", tmp_path, ignore).nearest(encode(["a"])[0], 1)[0].text == "a"
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert len(open_neighbours(examples, encode, "one", tmp_path / "file", ignore).nearest(encode(["a"])[0], 5)) == 2


def test_without_training_utterances_there_are_no_neighbours(tmp_path: Path) -> None:
    assert open_neighbours([], Counting(), "one", tmp_path, ignore).nearest(np.zeros(1, dtype=np.float32), 5) == ()

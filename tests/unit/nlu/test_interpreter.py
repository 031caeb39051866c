from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.albert.manifest import write_manifest
from assistant.errors import BadModel, DamagedFile, ManifestMissing, ModelOfOtherRelease
from assistant.nlu.interpreter import MAX_CHARACTERS, Interpreter
from assistant.nlu.model_folder import MODEL_FORM, is_of_other_release, load_settings
from assistant.nlu.overlaps import REGEX_EXTRACTOR
from assistant.training.trainer import train_model
from tests.unit.nlu.tiny import FAST, ignore, tiny_checkpoint, tiny_data

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.nlu.training_data import TrainingData

TEXTS = ["where is my order 12345?", "hi", "refund the crimson coat", "", "i want my money back, please " * 30, "HI", "é\u0301 🙂"]


def test_a_message_is_parsed_into_intents_entities_and_words(interpreter: Interpreter) -> None:
    parse = interpreter.parse("where is order 12345 for BLN")
    assert [score.name for score in parse.intent_ranking] == sorted(
        interpreter.intents, key=lambda name: -next(s.confidence for s in parse.intent_ranking if s.name == name)
    )
    assert sum(score.confidence for score in parse.intent_ranking) == pytest.approx(1.0, abs=1e-5)
    assert [(e.entity, e.value, e.extractor) for e in parse.entities if e.entity == "order_number"] == [
        ("order_number", "12345", REGEX_EXTRACTOR)
    ]
    assert parse.text_tokens == ((0, 5), (6, 8), (9, 14), (15, 20), (21, 24), (25, 28))


def test_the_model_says_what_it_knows(interpreter: Interpreter) -> None:
    assert interpreter.intents == ("greet", "refund", "track")
    assert interpreter.entities == ("city", "colour", "order_number")
    assert interpreter.vector_size == 32
    assert interpreter.manifest["n_examples"] == 24


def test_a_training_example_is_familiar_and_other_text_is_not(interpreter: Interpreter) -> None:
    known = interpreter.parse("where is my order").out_of_scope
    strange = interpreter.parse("zebras quickly vex jumpy fjords 99 ##").out_of_scope
    assert known < min(1.0, strange)


def test_results_are_the_same_in_any_batch_and_order(interpreter: Interpreter) -> None:
    alone = [interpreter.parse(text) for text in TEXTS]
    assert interpreter.parse_many(TEXTS) == alone
    assert interpreter.parse_many(TEXTS[::-1] + TEXTS) == alone[::-1] + alone
    assert np.array_equal(interpreter.encode(TEXTS), np.concatenate([interpreter.encode([text]) for text in TEXTS]))


def test_the_vector_of_a_message_just_parsed_is_at_hand(interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "where did my crimson coat get to"
    fresh = interpreter.encode([text])
    interpreter.parse(text)
    monkeypatch.setattr(interpreter, "_session", None)  # the model is not asked again
    assert np.array_equal(interpreter.encode([text]), fresh)


def test_sentence_vectors_have_length_one(interpreter: Interpreter) -> None:
    vectors = interpreter.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 32)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    assert interpreter.encode([]).shape == (0, 32)


@pytest.mark.parametrize("text", ["", " \n\t", "\u200d"])
def test_a_text_without_words_has_no_intent_or_still_parses(interpreter: Interpreter, text: str) -> None:
    parse = interpreter.parse(text)
    assert parse.text == text
    assert parse.entities == ()
    if not text.strip():
        assert parse.intent_ranking == ()
        assert parse.intent.confidence == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a b " * 250_000,
        "nul \x00 nul",
        "lone \ud800 surrogate \udfff 12345",
        "\u202eabc\u202c",
        "👩\u200d👩\u200d👧" * 99,
    ],
)
def test_no_text_makes_the_interpreter_fail(interpreter: Interpreter, text: str) -> None:
    parse = interpreter.parse(text)
    assert parse.text == text
    assert all(0 <= start < end <= MAX_CHARACTERS for start, end in parse.text_tokens)
    assert interpreter.encode([text]).shape == (1, 32)


def test_entities_behind_a_lone_surrogate_keep_their_place(interpreter: Interpreter) -> None:
    text = "x \ud800\udc00 12345"
    (entity,) = [entity for entity in interpreter.parse(text).entities if entity.extractor == REGEX_EXTRACTOR]
    assert text[entity.start : entity.end] == entity.value == "12345"


def test_what_is_heard_beside_the_head_is_kept_in_a_model_folder(interpreter: Interpreter, model_folder: Path) -> None:
    parts = load_settings(model_folder)
    assert parts.spelling is not None
    assert parts.likeness is not None
    text = "where is my parcel"
    added = parts.spelling.logits(text) + parts.likeness.logits(interpreter.encode([text])[0])
    assert parts.settings.intents[int(added.argmax())] == interpreter.parse(text).intent.name == "track"


def test_several_intents_and_responses_are_kept_in_a_model_folder(tmp_path: Path) -> None:
    data = tiny_data(tmp_path)
    names = {"greet": "greet", "track": "track", "refund": "refund+track"}
    joined = replace(data, examples=tuple(replace(e, intent=names[e.intent]) for e in data.examples))
    ranking = Interpreter.load(train(joined, tmp_path / "joined")).parse("hello there").intent_ranking
    assert {"greet", "track", "refund", "refund+track"} <= {score.name for score in ranking}
    grouped = replace(data, examples=tuple(replace(e, intent=f"faq/{e.intent}") for e in data.examples))
    parse = Interpreter.load(train(grouped, tmp_path / "grouped")).parse("hello there")
    assert [score.confidence for score in parse.intent_ranking] == [pytest.approx(1.0, abs=1e-4)]
    assert {score.name for score in parse.responses["faq"]} == {"faq/greet", "faq/track", "faq/refund"}
    assert parse.intent.name == parse.responses["faq"][0].name


def train(data: TrainingData, folder: Path) -> Path:
    return train_model(data, None, tiny_checkpoint(), FAST, folder, ignore).folder


def test_a_folder_that_was_changed_is_refused(model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    graph = folder / "model.onnx"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)
    with pytest.raises(DamagedFile):
        Interpreter.load(folder)
    with pytest.raises(ManifestMissing):
        Interpreter.load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.json", "extractors.json", "novelty.safetensors"])
def test_whole_files_that_make_no_model_are_refused(model_folder: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    (folder / name).write_text("{}")
    (folder / "manifest.json").unlink()
    write_manifest(folder, {"model_form": MODEL_FORM})
    with pytest.raises(BadModel, match="NLU-006"):
        Interpreter.load(folder)


def test_a_model_of_another_release_is_refused_with_the_way_out(model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    for metadata, form in (
        ({}, 1),
        ({"model_form": MODEL_FORM - 1}, MODEL_FORM - 1),
        ({"model_form": MODEL_FORM + 1}, MODEL_FORM + 1),
    ):
        (folder / "manifest.json").unlink()
        write_manifest(folder, metadata)
        with pytest.raises(ModelOfOtherRelease, match=rf"MOD-002 .*its form is {form}, this program reads .*`assistant train`"):
            Interpreter.load(folder)
        assert is_of_other_release(folder)
    assert not is_of_other_release(model_folder)
    (folder / "manifest.json").write_text("[]")
    assert not is_of_other_release(folder)  # it is damaged, which says nothing of its release


def test_a_graph_that_takes_other_inputs_is_refused_when_it_is_loaded(model_folder: Path, tmp_path: Path) -> None:
    import onnx

    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    graph = onnx.load(folder / "model.onnx")
    mask = onnx.helper.make_tensor_value_info("attention_mask", onnx.TensorProto.INT64, ["batch", "piece"])
    graph.graph.input.append(mask)
    onnx.save(graph, folder / "model.onnx")
    (folder / "manifest.json").unlink()
    write_manifest(folder, {"model_form": MODEL_FORM})
    with pytest.raises(BadModel, match="another release wrote it, it takes input_ids, attention_mask"):
        Interpreter.load(folder)


def test_answering_loads_no_torch(model_folder: Path) -> None:
    code = (
        "import sys, json; from pathlib import Path; from assistant.nlu.interpreter import Interpreter;"
        f"parse = Interpreter.load(Path({str(model_folder)!r})).parse('refund 34567');"
        "print(json.dumps([parse.intent.name, [m for m in ('torch', 'transformers', 'sklearn', 'onnx') if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    intent, loaded = json.loads(done.stdout)
    assert intent in {"greet", "refund", "track"}
    assert loaded == []


def test_a_model_that_computes_otherwise_on_this_processor_is_refused(model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    probed = json.loads((folder / "manifest.json").read_text())
    assert probed["runtime"]["precision"] == "int8"
    assert len(probed["runtime"]["probe"]) == 32
    for changed in ([-value for value in probed["runtime"]["probe"]], [1.0]):
        probed["runtime"]["probe"] = changed
        (folder / "manifest.json").write_text(json.dumps(probed))
        with pytest.raises(BadModel, match="this processor"):
            Interpreter.load(folder)
    del probed["runtime"]["probe"]  # as in a model in floats
    (folder / "manifest.json").write_text(json.dumps(probed))
    assert Interpreter.load(folder).parse("hello").intent_ranking

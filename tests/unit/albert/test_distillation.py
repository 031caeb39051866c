from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AlbertModel, BertConfig, BertModel
from typer.testing import CliRunner

from assistant.albert import teacher as teaching
from assistant.albert.checkpoint import load_checkpoint, save_checkpoint
from assistant.albert.corpus import Source
from assistant.albert.distillation import distill, make_student, read_distill_data
from assistant.albert.evaluation import measure_words
from assistant.albert.manifest import sha256
from assistant.albert.objectives import mean_pool, state_distance, vector_distance
from assistant.albert.presets import Preset, make_config
from assistant.albert.recipes import DistillRecipe, Loop, Pairs, PairSource, Words
from assistant.albert.student import start_from_teacher
from assistant.albert.teacher import find_teacher, load_teacher
from assistant.cli.albert import app
from assistant.errors import BadCheckpoint, TeacherMissing

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.progress import Progress

LOOP = Loop(steps=40, learning_rate=0.01, warmup_steps=4, log_every=5, precision="float32")


@pytest.fixture
def recipe(tiny: Preset) -> DistillRecipe:
    return DistillRecipe(
        sources=(Source("corpus.txt"), Source("rows.jsonl", ("text",))),
        loop=LOOP,
        words=Words(max_tokens=32, batch_size=4),
        preset=tiny.name,
        batch_size=8,
        start_layer=1,
        layer_weights=(1.0, 1.0, 0.3),
        held_out_every=10,
    )


@pytest.fixture
def data(tmp_path: Path, corpus: Path) -> Path:
    rows = [{"text": f"is order {number} late", "intent": "secret"} for number in range(20)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return corpus.parent


@pytest.fixture
def teacher_folder(tmp_path: Path, sentences: list[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    words = sorted({word for text in sentences for word in text.replace(".", " .").replace("?", " ?").split()})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "##s", "late", *words]
    numbers = {piece: number for number, piece in enumerate(dict.fromkeys(vocabulary))}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))  # noqa: S106 (a piece, no password)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    folder = tmp_path / "teacher"
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(numbers), hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    monkeypatch.setattr(teaching, "WEIGHTS_SHA256", sha256(folder / "model.safetensors"))
    monkeypatch.setattr(teaching, "TOKENIZER_SHA256", sha256(folder / "tokenizer.json"))
    return folder


def test_a_student_grows_like_its_teacher(tmp_path: Path, data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    seen: list[Progress] = []
    checkpoint = distill(recipe, data, tmp_path / "run", teacher_folder=teacher_folder, on_progress=seen.append)
    assert seen[-1].metrics["cosine"] > max(0.9, seen[0].metrics["cosine"])
    assert seen[-1].metrics["state"] < seen[0].metrics["state"]
    assert {"mlm_accuracy", "sop_accuracy", "similarity"} <= set(seen[-1].metrics)
    save_checkpoint(checkpoint, tmp_path / "student", is_half=True)
    assert load_checkpoint(tmp_path / "student").manifest["steps"] == 40


def test_hidden_words_come_in_every_so_many_steps(tmp_path: Path, data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    rare = replace(recipe, words=replace(recipe.words, every=3), loop=replace(LOOP, steps=7, log_every=1))
    seen: list[Progress] = []
    distill(rare, data, tmp_path / "run", teacher_folder=teacher_folder, on_progress=seen.append)
    assert [progress.step for progress in seen if "mlm_loss" in progress.metrics] == [1, 4, 7]
    assert [progress.step for progress in seen if "sop_loss" in progress.metrics] == [4]  # sentences and segments take turns


def test_distillation_goes_on_where_it_stopped(tmp_path: Path, data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    recipe = replace(recipe, loop=replace(LOOP, steps=10))
    whole = distill(recipe, data, tmp_path / "whole", teacher_folder=teacher_folder)

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        distill(recipe, data, tmp_path / "parts", teacher_folder=teacher_folder, on_progress=stop)
    resumed = distill(recipe, data, tmp_path / "parts", teacher_folder=teacher_folder)
    for ours, theirs in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_training_goes_on_from_a_checkpoint_with_pairs(
    tmp_path: Path, data: Path, teacher_folder: Path, recipe: DistillRecipe
) -> None:
    first = distill(recipe, data, tmp_path / "first", teacher_folder=teacher_folder)
    groups = {
        "parcel": ("the parcel is late", "the parcel came back broken"),
        "refund": ("a refund is late", "a refund looks wrong"),
    }
    rows = [{"text": text, "about": about} for about, texts in groups.items() for text in texts]
    (data / "alike.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pairs = Pairs((PairSource("alike.jsonl", ("text",), alike="about"),))
    more = replace(recipe, pairs=pairs, loop=replace(LOOP, learning_rate=1e-3))
    seen: list[Progress] = []
    second = distill(more, data, tmp_path / "second", teacher_folder=teacher_folder, start=first, on_progress=seen.append)
    assert seen[-1].metrics["pair_loss"] < seen[0].metrics["pair_loss"] < 5
    assert second.manifest["recipe"] != first.manifest["recipe"]


def test_a_start_with_another_vocabulary_is_refused(
    tmp_path: Path, data: Path, teacher_folder: Path, recipe: DistillRecipe, checkpoint: Checkpoint
) -> None:
    with pytest.raises(BadCheckpoint, match="vocabulary"):
        distill(recipe, data, tmp_path / "run", teacher_folder=teacher_folder, start=checkpoint)


def test_running_text_is_held_out_and_rows_are_not(data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    found = read_distill_data(recipe, data, load_teacher(teacher_folder))
    assert len(found.held_out) == 4
    assert all(len(document) == 2 for document in found.held_out)
    assert len(found.sentences.weights) == 2


def test_a_student_starts_from_a_layer_of_its_teacher(data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    teacher = load_teacher(teacher_folder)
    student = make_student(recipe, teacher, read_distill_data(recipe, data, teacher))
    theirs = teacher.model.encoder.get_submodule("layer.1").state_dict()
    ours = student.albert.encoder.get_submodule("albert_layer_groups.0.albert_layers.0").state_dict()
    assert torch.equal(ours["ffn.weight"], theirs["intermediate.dense.weight"])
    assert torch.equal(ours["attention.dense.weight"], theirs["attention.output.dense.weight"])


def test_each_group_of_layers_starts_from_its_own(data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    teacher = load_teacher(teacher_folder)
    student = make_student(replace(recipe, groups=2), teacher, read_distill_data(recipe, data, teacher))
    for number in range(2):
        theirs = teacher.model.encoder.get_parameter(f"layer.{number}.intermediate.dense.weight")
        ours = student.albert.encoder.get_parameter(f"albert_layer_groups.{number}.albert_layers.0.ffn.weight")
        assert torch.equal(ours, theirs)


def test_hidden_words_are_first_guessed_by_frequency(data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    teacher = load_teacher(teacher_folder)
    read = read_distill_data(recipe, data, teacher)
    student = make_student(recipe, teacher, read)
    commonest = int(np.bincount(read.sentences.tokens).argmax())
    assert int(student.predictions.bias.argmax()) == commonest
    assert student.predictions.bias.exp().sum().item() == pytest.approx(1, abs=0.01)


def test_embeddings_of_full_rank_start_as_the_teachers_own(teacher_folder: Path) -> None:
    teacher = load_teacher(teacher_folder).model
    student = AlbertModel(make_config(Preset("wide", 2, 24, 2, 48, embedding=24), teacher.config.vocab_size))
    rows = np.random.default_rng(0).integers(5, teacher.config.vocab_size, (60, 12)).tolist()
    start_from_teacher(student, teacher, 0, rows)
    ids = torch.tensor(rows[:4])
    with torch.no_grad():
        ours = student.encoder.embedding_hidden_mapping_in(student.embeddings(ids))
        theirs = teacher.embeddings(ids)
    assert torch.nn.functional.cosine_similarity(ours, theirs, dim=-1).mean() > 0.95


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_another_teacher_is_refused(teacher_folder: Path, name: str) -> None:
    (teacher_folder / name).write_bytes((teacher_folder / name).read_bytes() + b" ")
    with pytest.raises(TeacherMissing, match=r"ALB-005.*not the known one"):
        load_teacher(teacher_folder)
    (teacher_folder / name).unlink()
    with pytest.raises(TeacherMissing, match="is missing"):
        load_teacher(teacher_folder)


def test_a_teacher_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "PACKAGE", "no_such_teacher")
    with pytest.raises(TeacherMissing, match="pip install"):
        find_teacher()


def test_padding_counts_for_nothing() -> None:
    states = torch.randn(2, 4, 6)
    mask = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]])
    changed = states.clone()
    changed[0, 2:] = 9
    assert torch.equal(mean_pool(states, mask), mean_pool(changed, mask))
    assert state_distance([states], [changed], mask, [1.0]) == 0
    assert mean_pool(states, mask).norm(dim=-1) == pytest.approx(1, abs=1e-5)


def test_like_vectors_have_no_distance_and_free_layers_none() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(5, 8), dim=-1)
    cosine, similarities = vector_distance(vectors, vectors)
    assert [float(cosine), float(similarities)] == pytest.approx([0, 0], abs=1e-6)
    one, two = torch.zeros(1, 2, 3), torch.ones(1, 2, 3)
    assert float(state_distance([one, one], [one, two], torch.ones(1, 2), [1.0, 0.0])) == 0
    assert float(state_distance([one, one], [one, two], torch.ones(1, 2), [1.0, 3.0])) == pytest.approx(0.75)


def test_one_command_makes_a_checkpoint(tmp_path: Path, data: Path, teacher_folder: Path, tiny: Preset) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "preset: tiny\nstart_layer: 1\nbatch_size: 4\nlayer_weights: [1, 1, 1]\nheld_out_every: 10\n"
        "words: {max_tokens: 32, batch_size: 4}\n"
        "loop: {steps: 4, learning_rate: 0.01, warmup_steps: 1, log_every: 2}\n"
        "sources:\n- {path: corpus.txt}\n- {path: rows.jsonl, fields: [text], weight: 0.5, hold_out_every: 5}\n"
    )
    (tmp_path / "card.md").write_text("# card\n")
    options = {"recipe": "recipe.yaml", "output": "made", "teacher": "teacher", "card": "card.md", "data": "."}
    arguments = [part for name, path in options.items() for part in (f"--{name}", str(tmp_path / path))]
    result = CliRunner().invoke(app, ["distill", *arguments, "--half"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    made = load_checkpoint(tmp_path / "made")
    assert made.manifest["teacher"]["name"] == "all-MiniLM-L6-v2"
    assert {"README.md", "recipe.yaml", "log.jsonl", "curves.svg"} <= set(made.manifest["files"])
    assert measure_words(made, [("my order is late.", "where is it now?")], n_sequences=50).n_sequences == 50


def test_the_pooler_hears_the_teachers_small_states(data: Path, teacher_folder: Path, recipe: DistillRecipe) -> None:
    teacher = load_teacher(teacher_folder)
    one, other = (make_student(recipe, teacher, read_distill_data(recipe, data, teacher)) for _ in range(2))
    pooler = one.albert.pooler
    assert torch.equal(pooler.weight, other.albert.pooler.weight)
    small = torch.full((1, pooler.in_features), 0.01)
    assert pooler(small).norm().item() == pytest.approx(12 * small.norm().item(), rel=1e-3)

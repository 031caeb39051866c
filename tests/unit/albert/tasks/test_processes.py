"""Two processes, as ``torchrun`` and ``accelerate launch`` start them, do what one does; one that is stopped goes on."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import torch

from assistant.albert.checkpoint import load_checkpoint
from tests.unit.albert.tasks.test_folder import pairs

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = ("epochs=2", "batch_size=4", "max_pieces=24", "head_dropout=0", "precision=float32", "log_every=1", "hold_out=0.25")


@pytest.mark.slow
def test_two_processes_do_what_one_does(tmp_path: Path, folder: Path) -> None:
    data = pairs(tmp_path / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {**os.environ, "OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "GLOO_SOCKET_IFNAME": "lo"}

    def start(output: str, **variables: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "assistant.cli.main", "albert", "finetune", "rte", "--data", str(data)]
        command += ["--checkpoint", str(folder), "--output", str(tmp_path / output), "--json"]
        command += [part for setting in SETTINGS for part in ("--set", setting)]
        return subprocess.Popen(command, env=shared | variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    runs = [start("alone"), *(start("both", WORLD_SIZE="2", RANK=rank) for rank in ("0", "1"))]
    results = [run.communicate(timeout=240) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], results
    said = [output for output, _ in results]
    assert said[0].startswith("{")
    assert said[1].startswith("{")
    assert said[2] == ""  # the main process alone speaks and writes
    alone, both = (load_checkpoint(tmp_path / name) for name in ("alone", "both"))
    for name, value in alone.heads.items():
        assert torch.allclose(value, both.heads[name], atol=2e-4), name
    for name, value in alone.model.state_dict().items():
        assert torch.allclose(value, both.model.state_dict()[name], atol=2e-4), name


@pytest.mark.slow
def test_a_run_that_is_stopped_from_outside_goes_on_when_it_is_started_again(tmp_path: Path, folder: Path) -> None:
    data, output, log = pairs(tmp_path / "data"), tmp_path / "out", tmp_path / "out.run" / "log.jsonl"
    command = [sys.executable, "-m", "assistant.cli.main", "albert", "finetune", "rte", "--data", str(data), "--json"]
    command += ["--checkpoint", str(folder), "--output", str(output)]
    command += [part for setting in (*SETTINGS, "epochs=80", "patience=80") for part in ("--set", setting)]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (log.exists() and log.read_text().count("\n") > 9):
        assert first.poll() is None, first.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    first.send_signal(signal.SIGTERM)
    said, told = first.communicate(timeout=60)
    assert (first.returncode, said) == (130, ""), told
    assert not output.exists()
    done = log.read_text().splitlines()
    assert len(done) < 80 * 3
    second = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    assert json.loads(second.stdout)["steps"] == 80 * 3
    rows = [json.loads(row) for row in log.read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(1, 80 * 3 + 1))
    assert rows[: len(done) - 1] == [json.loads(row) for row in done[:-1]]

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.cli.albert import app
from assistant.errors import BadCheckpoint, BadCorpus, MissingKey

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.presets import Preset

RECIPE = """
preset: tiny
vocab_size: 120
held_out_every: 8
words: {max_tokens: 32, batch_size: 4}
loop: {steps: 6, learning_rate: 0.003, warmup_steps: 2, log_every: 2}
"""


def run(*arguments: object, stdin: str | None = None) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_sizes_are_listed() -> None:
    table = run("presets")
    assert [line.split()[0] for line in table.splitlines()[1:6]] == ["compact", "base", "large", "xlarge", "xxlarge"]
    assert "11,683,584" in table
    assert json.loads(run("presets", "--json", "--tokens", 1))["compact"]["parameters"] < 6_500_000


def test_from_text_to_vectors_and_figures(tmp_path: Path, corpus: Path, tiny: Preset) -> None:
    recipe, output = tmp_path / "recipe.yaml", tmp_path / "mine"
    recipe.write_text(RECIPE)
    more = tmp_path / "more.txt"
    more.write_text("One more order.\nIt is late.\n")
    run("pretrain", "--recipe", recipe, "--output", output, "--half", "--corpus", corpus, more)
    assert {path.name for path in output.iterdir()} == {
        "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "manifest.json",
        "recipe.yaml", "log.jsonl", "curves.svg",
    }  # fmt: skip
    run("encode", "--checkpoint", output, "--output", tmp_path / "v.npy", stdin="my order\na refund\n\n")
    assert np.load(tmp_path / "v.npy").shape == (3, 24)
    rows = [{"text": f"{word} {n}", "intent": word} for n in range(12) for word in ("order", "refund")]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    arguments = ["evaluate", output, "--corpus", corpus, "--intents", f"two={tmp_path / 'rows.jsonl'}", "--per-intent", "2,all"]
    result = json.loads(run(*arguments, "--json"))
    assert [probe["per_intent"] for probe in result["probes"]] == [2, None]
    assert 0 <= result["words"]["mlm_accuracy"] <= 1
    assert "MLM accuracy" in run(*arguments)


def test_failures_are_coded(tmp_path: Path, corpus: Path, tiny: Preset) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("preset: tiny\n")
    with pytest.raises(MissingKey):
        run("pretrain", "--recipe", recipe, "--corpus", corpus, "--output", tmp_path / "mine")
    recipe.write_text(RECIPE)
    corpus.write_bytes(b"\x00\x01")
    with pytest.raises(BadCorpus):
        run("pretrain", "--recipe", recipe, "--corpus", corpus, "--output", tmp_path / "mine")
    with pytest.raises(BadCheckpoint):
        run("encode", "--checkpoint", tmp_path / "none", "--output", tmp_path / "v.npy", stdin="x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "recipe.yaml"]


@pytest.mark.parametrize("options", [["--per-intent", "few"], ["--intents", "rows.jsonl"]])
def test_options_that_cannot_be_read_are_named(folder: Path, options: list[str]) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(folder), *options])
    assert result.exit_code == 2


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, assistant.cli.albert; print([name for name in ('torch', 'transformers', 'numpy') if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_fluency_of_a_text_is_told_sentence_by_sentence() -> None:
    text = "We will send you a new one as soon as we can. A can one new you soon we send will as."
    found = json.loads(run("fluency", "-", "--json", stdin=text))
    fine, broken = found["sentences"]
    assert (fine["reads_badly"], broken["reads_badly"]) == (False, True)
    assert fine["mean"] > broken["mean"]
    values = [word["log_probability"] for one in found["sentences"] for word in one["words"]]
    assert found["mean"] == pytest.approx(sum(values) / len(values), abs=1e-3)
    lines = run("fluency", text, "--quick").splitlines()
    assert len(lines) == 5
    assert lines[3].endswith("reads badly")
    assert lines[4].endswith(f"mean log-probability of a word, {len(values)} words")

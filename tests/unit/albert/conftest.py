from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.albert.presets import PRESETS, Preset

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint

TINY = Preset("tiny", n_layers=2, hidden=24, heads=2, inner=48, embedding=16)

SUBJECTS = ("my order", "the parcel", "a refund", "this invoice", "our voucher", "the blue jacket")
VERBS = ("has not arrived", "was cancelled", "came back broken", "is late again", "looks wrong", "was paid twice")
ASKS = ("where is it now?", "who can help me?", "please send it again.", "can you check that?", "what shall i do?")


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Preset:
    monkeypatch.setitem(PRESETS, "tiny", TINY)
    return TINY


@pytest.fixture(scope="session")
def sentences() -> list[str]:
    said = [f"{subject} {verb} since day {day}." for day, subject in enumerate(SUBJECTS) for verb in VERBS]
    return [sentence for n, first in enumerate(said) for sentence in (first, ASKS[n % len(ASKS)])]


@pytest.fixture
def corpus(tmp_path: Path, sentences: list[str]) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("".join(f"{a}\n{b}\n\n" for a, b in zip(sentences[::2], sentences[1::2], strict=True)))
    return path


@pytest.fixture(scope="session")
def checkpoint(sentences: list[str]) -> Checkpoint:
    from assistant.albert.checkpoint import random_checkpoint

    return random_checkpoint(TINY, sentences, seed=1, vocab_size=120)


@pytest.fixture
def folder(tmp_path: Path, checkpoint: Checkpoint) -> Path:
    from assistant.albert.checkpoint import save_checkpoint

    path = tmp_path / "checkpoint"
    save_checkpoint(checkpoint, path)
    return path

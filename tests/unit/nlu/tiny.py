"""A model small enough to train in a test: two layers of 32, random weights, two dozen examples."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from assistant.albert.checkpoint import Checkpoint, random_checkpoint
from assistant.albert.plain_heads import Linear, PlainHeads
from assistant.albert.presets import Preset
from assistant.nlu.training_data import TrainingData, read_nlu
from assistant.training.arguments import TrainingArguments
from assistant.training.trainer import TrainingResult, train_model

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.messages import Progress

TINY = Preset("tiny", n_layers=2, hidden=32, heads=2, inner=64, embedding=16)

NLU = """\
version: "3.1"
nlu:
- intent: track
  examples: |
    - where is my order
    - where is order [12345](order_number)
    - has [23456](order_number) been sent
    - track my parcel
    - where is the parcel to [Berlin]{"entity": "city", "role": "to"}
    - when does my order arrive
    - is order [34567](order_number) on its way
    - status of my order please
- intent: refund
  examples: |
    - i want my money back
    - refund [34567](order_number) please
    - please refund me
    - money back for the [red](colour) shoes
    - give me a refund
    - when do i get my refund
    - refund the [crimson]{"entity": "colour", "value": "red"} coat
    - i want a refund for order [12345](order_number)
- intent: greet
  examples: |
    - hello
    - hi there
    - good morning
    - hey
    - hello there
    - hi
    - good evening
    - morning
- regex: order_number
  examples: |
    - \\b\\d{5}\\b
- lookup: colour
  examples: |
    - red
    - navy blue
- synonym: Berlin
  examples: |
    - bln
    - berlin city
"""


def heads_for(n_intents: int, n_tags: int) -> PlainHeads:
    """Returns random heads for the encoder below."""
    generator = np.random.default_rng(0)

    def layer(n_in: int, n_out: int) -> Linear:
        most = n_in**-0.5
        weights, bias = (generator.uniform(-most, most, shape).astype(np.float32) for shape in ((n_in, n_out), n_out))
        return Linear(weights, bias)

    mix = generator.normal(size=TINY.n_layers + 1).astype(np.float32)
    return PlainHeads(layer(2 * TINY.hidden, n_intents), mix, layer(TINY.hidden, 64), layer(64, n_tags))


FAST = TrainingArguments(mode="fast", tag_epochs=2)
FULL = TrainingArguments(mode="full", epochs=2, batch_size=8, dev_share=0.25)


def ignore(_: Progress) -> None:
    """Takes a report of progress and does nothing with it."""


@functools.cache
def tiny_checkpoint() -> Checkpoint:
    """Returns an encoder that has learned nothing; no test may change it."""
    texts = [line.strip(" -") for line in NLU.splitlines()]
    return random_checkpoint(TINY, texts, seed=1, vocab_size=120)


def tiny_data(folder: Path) -> TrainingData:
    """Returns the training data above, read from a file in the folder."""
    file = folder / "nlu.yml"
    file.write_text(NLU, encoding="utf-8")
    return read_nlu([file])


def train_tiny(folder: Path, arguments: TrainingArguments = FAST) -> TrainingResult:
    """Returns what came of training on the data above; the model is in ``folder / "model"``."""
    return train_model(tiny_data(folder), None, tiny_checkpoint(), arguments, folder / "model", ignore)

"""Picks the training that fits into a number of seconds, by timing some of its steps on this machine."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer

from assistant.albert.joint import JointAlbert, JointHeads, JointLoss
from assistant.training.arguments import TrainingArguments
from assistant.training.batches import make_batch
from assistant.training.features import Labels, by_length, make_features
from assistant.training.trainer import default_epochs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.albert.checkpoint import Checkpoint
    from assistant.nlu.training_data import Example, TrainingData
    from assistant.training.batches import Batch

LEAST_EPOCHS = 3
"""Fewer leave an encoder that is worse than the one they started from."""
MEASURING = 0.1
"""Time of measuring an epoch on what was held out, as a share of its training."""
ENCODING = 0.6
"""Time of encoding the examples for the heads before and for what is familiar afterwards, as a share of an epoch."""
FIXED_S = 6.0
"""Seconds for reading, for fitting the first heads, for the check of the precision and for writing."""

_BATCH = 16
_N_BATCHES = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What fits.

    Attributes:
        arguments: of the training.
        reason: why these, as a sentence for people.
    """

    arguments: TrainingArguments
    reason: str


def plan_training(data: TrainingData, checkpoint: Checkpoint, budget_s: float, seed: int, *, is_pretrained: bool) -> Plan:
    """Returns the best training that probably ends in time; ``fast`` where nothing better does.

    Args:
        data: to train on.
        checkpoint: the encoder to start from; it is left as it is.
        budget_s: seconds by the clock.
        seed: of the training.
        is_pretrained: whether the encoder knows something; without, ``fast`` is no choice.
    """
    started = time.perf_counter()
    epoch_s = seconds_an_example(checkpoint, data.examples) * len(data.examples) * (1 + MEASURING)
    rest_s = FIXED_S + ENCODING * epoch_s + (time.perf_counter() - started)
    fitting = int((budget_s - rest_s) / epoch_s) if epoch_s else 0
    told = f"an epoch takes about {epoch_s:.0f} s here"
    if is_pretrained and fitting < LEAST_EPOCHS:
        return Plan(TrainingArguments(mode="fast", seed=seed), f"--fast: {told}, and {LEAST_EPOCHS} do not fit into {budget_s:g} s")
    epochs = max(1, min(fitting, default_epochs(is_pretrained=is_pretrained)))
    arguments = TrainingArguments(mode="full", seed=seed, epochs=epochs, deadline_s=max(0.0, budget_s - rest_s))
    return Plan(arguments, f"--full, epochs: {epochs}; {told}")


def seconds_an_example(checkpoint: Checkpoint, examples: Sequence[Example]) -> float:
    """Returns how long an example takes in an epoch of fine-tuning, by some steps that are not kept.

    Args:
        checkpoint: the encoder.
        examples: evenly spread ones are taken.
    """
    chosen = [examples[row] for row in range(0, len(examples), max(1, len(examples) // (_BATCH * _N_BATCHES)))]
    labels = Labels.of(chosen)
    tokenizer = Tokenizer.from_str(checkpoint.tokenizer.to_str())
    tokenizer.no_padding()
    tokenizer.enable_truncation(checkpoint.config.max_position_embeddings)
    features = make_features(chosen, tokenizer, labels)
    config = checkpoint.config
    with torch.random.fork_rng(devices=[]):
        heads = JointHeads(config.hidden_size, config.num_hidden_layers + 1, len(labels.intents), labels.n_tags)
        model = JointAlbert(copy.deepcopy(checkpoint.model), heads).train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.0)
        loss = JointLoss(torch.ones(len(labels.intents)), 1.0, 0.0)
        batches = [make_batch([features[row] for row in rows], config.pad_token_id or 0) for rows in by_length(features, _BATCH)]
        _step(model, loss, optimizer, batches[0])  # the first one makes room, and is not timed
        started = time.perf_counter()
        for batch in batches:
            _step(model, loss, optimizer, batch)
    return (time.perf_counter() - started) / max(1, len(features))


def _step(model: JointAlbert, loss: JointLoss, optimizer: torch.optim.Optimizer, batch: Batch) -> None:
    intent_logits, tag_logits, _ = model(batch.input_ids, batch.attention_mask)
    optimizer.zero_grad()
    loss(intent_logits, batch.intents, tag_logits, batch.tags).backward()
    optimizer.step()

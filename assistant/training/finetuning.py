"""Trains encoder and heads together: AdamW, rates that warm up and fall, and the epoch kept that did best on held-out examples.

Lower applications of the encoder's layer have less of a say than upper ones: see `assistant.albert.layer_decay`.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from assistant.albert.joint import JointLoss
from assistant.albert.layer_decay import LayerDecay, rated_parts
from assistant.albert.precision import autocast, use_plain_attention
from assistant.errors import TrainingDiverged
from assistant.messages import Progress
from assistant.training.batches import make_batch
from assistant.training.features import by_length, intent_weights, shuffled
from assistant.training.scoring import HeldOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from assistant.albert.joint import JointAlbert
    from assistant.messages import ProgressCallback
    from assistant.training.arguments import TrainingArguments
    from assistant.training.features import Features, Labels

SCORE_BATCH = 64
BETAS = (0.9, 0.98)


class FineTuning:
    """One run of training both parts of a model.

    Args:
        model: trained in place.
        labels: of the model.
        arguments: of the run; its epochs and rates are set.
        pad: id of the padding token.
        is_pretrained: whether the encoder knows something that training might spoil.
        on_progress: told of each step.
    """

    def __init__(
        self,
        model: JointAlbert,
        labels: Labels,
        arguments: TrainingArguments,
        *,
        pad: int,
        is_pretrained: bool,
        on_progress: ProgressCallback,
    ) -> None:
        self._model = model
        self._labels = labels
        self._arguments = arguments
        self._pad = pad
        self._is_pretrained = is_pretrained
        self._on_progress = on_progress
        self._figures: dict[str, float] = {}

    def run(self, data: Sequence[Features], dev: Sequence[Features], untrained: HeldOut) -> tuple[HeldOut, int]:
        """Trains, leaves the weights of the best epoch in the model, and returns how they do on dev and which epoch it was.

        Epoch 0 is the model as it came. A pretrained encoder is left so unless an epoch is better by more than chance: with few
        examples training mostly harms it, and few held-out ones do not show it. Training stops early when some epochs in a row did
        no better on dev, and where the next epoch would end after the deadline.

        Args:
            data: to train on.
            dev: to choose the epoch by; the last epoch is kept when it is empty.
            untrained: what the model says of dev as it came.

        Raises:
            TrainingDiverged: the loss is no number any more.
        """
        arguments, epochs = self._arguments, self._arguments.epochs or 1
        use_plain_attention(self._model.encoder.config)
        n_steps = epochs * math.ceil(len(data) / arguments.batch_size)
        optimizer = torch.optim.AdamW(self._groups(), betas=BETAS, fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, n_steps, arguments.warm_up))
        weights = intent_weights([feature.intent for feature in data], len(self._labels.intents), arguments.balance)
        loss = JointLoss(torch.from_numpy(weights), arguments.tag_weight, arguments.label_smoothing)
        generator = np.random.default_rng(arguments.seed)
        best: tuple[HeldOut, int, dict[str, Tensor]] | None = None
        before = self._weights()
        started = time.perf_counter()
        for epoch in range(1, epochs + 1):
            with LayerDecay(self._model.encoder, self._decay):
                for rows in shuffled(data, arguments.batch_size, generator):
                    value = self._step([data[row] for row in rows], loss, optimizer, epoch)
                    schedule.step()
                    self._report(schedule.last_epoch, n_steps, loss=value, epoch=epoch)
            held = self.measure(dev)
            self._figures = {f"dev_{name}": figure for name, figure in held.metrics().items()}
            if best is None or held.score >= best[0].score:
                best = held, epoch, self._weights()
            self._report(schedule.last_epoch, n_steps, loss=value, epoch=epoch)
            if (dev and epoch - best[1] >= arguments.patience) or self._is_late(time.perf_counter() - started, epoch):
                break
        assert best is not None  # noqa: S101 (there is at least one epoch)
        is_worth_it = best[0].is_surely_better(untrained) if self._is_pretrained else best[0].score >= untrained.score
        if dev and not is_worth_it:
            best = untrained, 0, before
        self._model.load_state_dict(best[2])
        return best[0], best[1]

    def _weights(self) -> dict[str, Tensor]:
        return {name: value.clone() for name, value in self._model.state_dict().items()}

    @property
    def _decay(self) -> float:
        return 1.0 if self._arguments.layer_decay is None else self._arguments.layer_decay

    def _is_late(self, spent_s: float, epoch: int) -> bool:
        """Says whether one more epoch like those so far would end after the deadline."""
        deadline_s = self._arguments.deadline_s
        return deadline_s is not None and spent_s * (epoch + 1) / epoch > deadline_s

    def measure(self, features: Sequence[Features]) -> HeldOut:
        """Returns what the model says of some examples."""
        held = HeldOut()
        self._model.eval()
        for rows in by_length(features, SCORE_BATCH):
            chosen = [features[row] for row in rows]
            batch = make_batch(chosen, self._pad)
            with torch.inference_mode():
                intent_logits, tag_logits, _ = self._model(batch.input_ids, batch.attention_mask)
            for place, (row, feature) in enumerate(zip(rows, chosen, strict=True)):
                held.add_intent(intent_logits[place].numpy(), feature.intent, row)
                held.add_tags(tag_logits[place, list(feature.pieces)].numpy(), feature.tags)
        return held

    def _step(self, chosen: list[Features], loss: JointLoss, optimizer: torch.optim.Optimizer, epoch: int) -> float:
        self._model.train()
        batch = make_batch(chosen, self._pad)
        with autocast(self._model.encoder.device, "auto"):
            intent_logits, tag_logits, _ = self._model(batch.input_ids, batch.attention_mask)
        value = loss(intent_logits.float(), batch.intents, tag_logits.float(), batch.tags)
        if not torch.isfinite(value):
            raise TrainingDiverged(epoch=epoch)
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), self._arguments.max_gradient)
        optimizer.step()
        return float(value.detach())

    def _groups(self) -> list[dict[str, object]]:
        """Returns groups by part, each with a rate of its own; vectors (biases, norms, the mix) do not decay."""
        decay = self._arguments.weight_decay
        return [
            {
                "params": [p for p in parameters if (p.ndim > 1) == is_matrix],
                "lr": rate,
                "weight_decay": decay if is_matrix else 0.0,
            }
            for parameters, rate in self._parts()
            for is_matrix in (True, False)
        ]

    def _parts(self) -> list[tuple[list[nn.Parameter], float]]:
        """Returns embeddings, layers, and the heads of intents and of tags, with their rates."""
        arguments, rate, heads = self._arguments, self._arguments.encoder_rate or 0.0, self._model.heads
        (embeddings, lowest), *groups = rated_parts(self._model.encoder, self._decay)
        return [
            (embeddings, rate * lowest * (arguments.embedding_factor or 0.0)),
            *((layers, rate * factor) for layers, factor in groups),
            (list(heads.intent.parameters()), arguments.intent_rate or 0.0),
            ([heads.mix, *heads.tag_inner.parameters(), *heads.tag_outer.parameters()], arguments.head_rate or 0.0),
        ]

    def _report(self, done: int, total: int, **metrics: float) -> None:
        self._on_progress(Progress("train", done, total, metrics | self._figures))


def rate_at(step: int, n_steps: int, warm_up: float) -> float:
    """Returns the factor on the learning rates: it grows from nearly 0 to 1 in the warm-up, then falls to 0."""
    warm = max(1, round(n_steps * warm_up))
    if step < warm:
        return (step + 1) / (warm + 1)
    return max(0.0, (n_steps - step) / max(1, n_steps - warm))

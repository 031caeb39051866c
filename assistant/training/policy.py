"""Trains the policy for situations that no rule and no memorised story covers: a small transformer over the latest states."""

from __future__ import annotations

import random
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from assistant.albert.session import open_session
from assistant.dialogue.policies.features import StateFeatures
from assistant.dialogue.policies.learned import GRAPH_INPUT, GRAPH_OUTPUT, POLICY_GRAPH, PolicySettings, save_policy
from assistant.errors import ExportDiffers
from assistant.messages import Progress
from assistant.training.conversations import examples, told_replies
from assistant.training.kept_tensors import keep, key_of_parts, read_kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story
    from assistant.messages import ProgressCallback
    from assistant.training.conversations import Example

OPSET = 18
MAX_DIFFERENCE = 1e-4
KEPT = "policy.safetensors"
"""The file in a cache that holds the policy that was trained last."""


@dataclass(frozen=True, slots=True)
class PolicyArguments:
    """How the policy is trained.

    Attributes:
        max_history: states that it looks back.
        seed: two runs with the same make the same policy.
        steps: of the optimizer, of batch examples each.
        rate: highest learning rate.
        width: of the network.
        dropout: of its layers; forget: probability that an earlier state of an example is hidden.
        made_per_story: conversations made of each story, at most max_made in all.
    """

    max_history: int = 6
    seed: int = 0
    steps: int = 600
    batch: int = 128
    rate: float = 3e-3
    width: int = 64
    dropout: float = 0.2
    forget: float = 0.1
    made_per_story: int = 6
    max_made: int = 4000


@dataclass(frozen=True, slots=True)
class TrainedPolicy:
    """A policy that was trained.

    Attributes:
        network: in evaluation mode.
        settings: what its numbers mean.
        metrics: ``n_examples``, and the share of them whose action it gives.
    """

    network: PolicyNetwork
    settings: PolicySettings
    metrics: dict[str, float]


class PolicyNetwork(nn.Module):
    """One transformer layer over the latest states; the last state's output scores the actions.

    Args:
        n_features: of a state; n_actions: that are scored; max_history: states, older ones first.
        width, dropout: of the layer.
    """

    def __init__(self, n_features: int, n_actions: int, max_history: int, width: int = 64, dropout: float = 0.2) -> None:
        super().__init__()
        self.embed = nn.Linear(n_features, width)
        self.position = nn.Parameter(torch.zeros(max_history, width))
        self.layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout, activation="gelu", batch_first=True, norm_first=True)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, n_actions)

    def forward(self, states: Tensor) -> Tensor:
        """Returns logits of the actions.

        Args:
            states: rows of zeros are no states. Shape: (batch, max_history, feature).

        Returns:
            Shape: (batch, action).
        """
        is_empty = states.abs().sum(-1) == 0  # (batch, max_history)
        hidden = self.embed(states) + self.position  # (batch, max_history, width)
        hidden = self.layer(hidden, src_key_padding_mask=is_empty)
        logits: Tensor = self.out(self.norm(hidden[:, -1]))
        return logits


def train_policy(
    stories: Sequence[Story],
    domain: Domain,
    arguments: PolicyArguments,
    on_progress: ProgressCallback,
    cache: Path | None = None,
) -> TrainedPolicy | None:
    """Returns a policy trained on the project's stories, or None when there is nothing to learn from them.

    Args:
        stories: rules and stories.
        domain: what they refer to.
        arguments: of the run.
        on_progress: told of each step, stage ``policy``; may raise Cancelled.
        cache: a folder that keeps the policy, to be taken again as long as stories and settings are the same. None keeps nothing.

    Raises:
        SourceError: the stories do not hold together.
    """
    n_made = min(arguments.max_made, arguments.made_per_story * len(stories))
    found = examples(stories, domain, arguments.max_history, n_made, random.Random(arguments.seed))
    actions = tuple(sorted({example.action for example in found}))
    if len(actions) < 2:  # noqa: PLR2004 (with one there is nothing to choose)
        return None
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(arguments.seed)
        torch.set_num_threads(1)  # several cost more than they save here, and sums would depend on their number
        try:
            trained = _trained(found, actions, arguments, on_progress, cache)
        finally:
            torch.set_num_threads(threads)
    replies = tuple(sorted(told_replies(stories, domain)))
    return replace(trained, settings=replace(trained.settings, replies=replies))


def save_trained_policy(folder: Path, policy: TrainedPolicy) -> None:
    """Writes graph and settings into a model folder.

    Raises:
        ExportDiffers: the graph computes something else than the network.
    """
    network, sample = policy.network, torch.zeros(1, policy.settings.max_history, len(policy.settings.features))
    sample[:, -2:, ::3] = 1
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # its fused operator is none of ONNX's
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracing exporter says that it is the older one; it is the quicker one
            torch.onnx.export(
                network,
                (sample,),
                str(folder / POLICY_GRAPH),
                input_names=[GRAPH_INPUT],
                output_names=[GRAPH_OUTPUT],
                opset_version=OPSET,
                dynamo=False,
            )
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    _check(network, folder / POLICY_GRAPH, sample)
    save_policy(folder, policy.settings)


def _trained(
    found: Sequence[Example],
    actions: tuple[str, ...],
    arguments: PolicyArguments,
    on_progress: ProgressCallback,
    cache: Path | None,
) -> TrainedPolicy:
    features = StateFeatures.of(state for example in found for state in example.states)
    table, rows = _table(found, features, arguments.max_history)
    targets = torch.tensor([actions.index(example.action) for example in found])
    network = PolicyNetwork(len(features.names), len(actions), arguments.max_history, arguments.width, arguments.dropout)
    settings = PolicySettings(features.names, actions, arguments.max_history)
    key = _key(settings, arguments, (table, rows, targets))
    kept = read_kept(cache / KEPT, key) if cache is not None else None
    if kept is not None:
        network.load_state_dict({name: torch.from_numpy(value) for name, value in kept.items()})
        on_progress(Progress("policy", arguments.steps, arguments.steps))
    else:
        _fit(network, table, rows, targets, arguments, on_progress)
        if cache is not None:
            keep(cache / KEPT, key, {name: value.numpy() for name, value in network.state_dict().items()})
    network.eval()
    with torch.inference_mode():
        hits = torch.cat([network(table[part]).argmax(-1) for part in torch.split(rows, 1024)]) == targets
    return TrainedPolicy(network, settings, {"n_examples": len(found), "policy_fit": round(float(hits.float().mean()), 4)})


def _key(settings: PolicySettings, arguments: PolicyArguments, examples: Sequence[Tensor]) -> str:
    """Returns a name for what comes of training: of all that goes in, this code among it."""
    code = Path(__file__).read_bytes() + torch.__version__.encode()
    return key_of_parts([repr((settings, arguments)).encode(), code, *(part.numpy().tobytes() for part in examples)])


def _table(found: Sequence[Example], features: StateFeatures, max_history: int) -> tuple[Tensor, Tensor]:
    """Returns each different state once, and for each example the rows of its states; row 0 is no state.

    Returns:
        Shape: (state, feature) float32 and (example, max_history) int64.
    """
    positions = {state: row for row, state in enumerate(dict.fromkeys(s for example in found for s in example.states), start=1)}
    rows = np.zeros((len(found), max_history), dtype=np.int64)
    for row, example in enumerate(found):
        rows[row, max_history - len(example.states) :] = [positions[state] for state in example.states]
    known = features.matrix(list(positions))
    return torch.from_numpy(np.concatenate([np.zeros_like(known[:1]), known])), torch.from_numpy(rows)


def _fit(
    network: PolicyNetwork,
    table: Tensor,
    rows: Tensor,
    targets: Tensor,
    arguments: PolicyArguments,
    on_progress: ProgressCallback,
) -> None:
    counts = torch.bincount(targets).float()
    weights = (counts.mean() / counts).sqrt().clamp(max=5.0)  # listening is asked for in every other example
    optimizer = torch.optim.AdamW(network.parameters(), lr=arguments.rate, weight_decay=0.01)
    schedule: Any = torch.optim.lr_scheduler.OneCycleLR(optimizer, arguments.rate, total_steps=arguments.steps)
    network.train()
    for step in range(arguments.steps):
        chosen = torch.randint(0, len(targets), (arguments.batch,))
        states = table[rows[chosen]]  # (batch, max_history, feature)
        hidden = torch.rand(states.shape[:2]) < arguments.forget
        hidden[:, -1] = False  # never the present
        logits = network(states.masked_fill(hidden[..., None], 0.0))
        loss = nn.functional.cross_entropy(logits, targets[chosen], weight=weights, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if step % 20 == 0 or step + 1 == arguments.steps:
            on_progress(Progress("policy", step + 1, arguments.steps, {"loss": float(loss.detach())}))


def _check(network: PolicyNetwork, path: Path, sample: Tensor) -> None:
    session = open_session(path)
    with torch.inference_mode():
        expected = network(sample)
    (found,) = session.run([GRAPH_OUTPUT], {GRAPH_INPUT: sample.numpy()})
    difference = float((expected - torch.from_numpy(found)).abs().max())
    if not difference <= MAX_DIFFERENCE:
        raise ExportDiffers(output=POLICY_GRAPH, difference=difference, allowed=MAX_DIFFERENCE)

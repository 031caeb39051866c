"""Trains the policy for situations that no rule and no memorised story covers: a small transformer over the latest states."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from assistant.albert.session import open_session
from assistant.dialogue.policies.features import StateFeatures
from assistant.dialogue.policies.learned import GRAPH_INPUT, GRAPH_OUTPUT, POLICY_GRAPH, PolicySettings, save_policy
from assistant.errors import ExportDiffers
from assistant.messages import Progress
from assistant.training.adam import AdamW
from assistant.training.conversations import examples, told_replies
from assistant.training.kept_policy import KeptPolicy, PolicyArguments, TrainedPolicy
from assistant.training.policy_network import PolicyNetwork, loss_and_slopes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story
    from assistant.messages import ProgressCallback
    from assistant.training.conversations import Example

    Floats = NDArray[np.float32]
    Rows = NDArray[np.int64]

MAX_DIFFERENCE = 1e-4
SCORED_AT_ONCE = 1024
WEIGHT_DECAY = 0.01
SMOOTHING = 0.05
LARGEST_WEIGHT = 5.0
GROWING = 0.3
"""Share of the steps in which the rate grows."""


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
    kept = None if cache is None else KeptPolicy(cache, stories, domain, arguments)
    if kept is not None and (policy := kept.read()) is not None:
        on_progress(Progress("policy", arguments.steps, arguments.steps))
        return policy
    n_made = min(arguments.max_made, arguments.made_per_story * len(stories))
    found = examples(stories, domain, arguments.max_history, n_made, random.Random(arguments.seed))
    actions = tuple(sorted({example.action for example in found}))
    if len(actions) < 2:  # noqa: PLR2004 (with one there is nothing to choose)
        return None
    with threadpool_limits(1, "blas"):  # several threads cost more than they save here, and sums would depend on their number
        trained = _trained(found, actions, arguments, on_progress)
    replies = tuple(sorted(told_replies(stories, domain)))
    policy = replace(trained, settings=replace(trained.settings, replies=replies))
    if kept is not None:
        kept.keep(policy)
    return policy


def save_trained_policy(folder: Path, policy: TrainedPolicy) -> None:
    """Writes graph and settings into a model folder.

    Raises:
        ExportDiffers: the graph computes something else than the network.
    """
    (folder / POLICY_GRAPH).write_bytes(policy.network.graph(GRAPH_INPUT, GRAPH_OUTPUT))
    sample = np.zeros((1, policy.settings.max_history, len(policy.settings.features)), dtype=np.float32)
    sample[:, -2:, ::3] = 1
    _check(policy.network, folder / POLICY_GRAPH, sample)
    save_policy(folder, policy.settings)


def _trained(
    found: Sequence[Example], actions: tuple[str, ...], arguments: PolicyArguments, on_progress: ProgressCallback
) -> TrainedPolicy:
    features = StateFeatures.of(state for example in found for state in example.states)
    table, rows = _table(found, features, arguments.max_history)
    index = {action: number for number, action in enumerate(actions)}
    targets = np.array([index[example.action] for example in found])
    network = _fitted(table, rows, targets, len(actions), arguments, on_progress)
    parts = np.array_split(np.arange(len(rows)), -(-len(rows) // SCORED_AT_ONCE))
    hits = np.concatenate([network.logits(table[rows[part]]).argmax(axis=1) for part in parts]) == targets
    metrics = {"n_examples": len(found), "policy_fit": round(float(hits.mean()), 4)}
    return TrainedPolicy(network, PolicySettings(features.names, actions, arguments.max_history), metrics)


def _table(found: Sequence[Example], features: StateFeatures, max_history: int) -> tuple[Floats, Rows]:
    """Returns each different state once, and for each example the rows of its states; row 0 is no state.

    Returns:
        Shape: (state, feature) float32 and (example, max_history) int64.
    """
    positions = {state: row for row, state in enumerate(dict.fromkeys(s for example in found for s in example.states), start=1)}
    rows = np.zeros((len(found), max_history), dtype=np.int64)
    for row, example in enumerate(found):
        rows[row, max_history - len(example.states) :] = [positions[state] for state in example.states]
    known = features.matrix(list(positions))
    return np.concatenate([np.zeros_like(known[:1]), known]), rows


def _fitted(
    table: Floats, rows: Rows, targets: Rows, n_actions: int, arguments: PolicyArguments, on_progress: ProgressCallback
) -> PolicyNetwork:
    generator = np.random.Generator(np.random.SFC64(arguments.seed))
    network = PolicyNetwork.random(table.shape[1], n_actions, arguments.max_history, arguments.width, generator)
    wanted = _wanted(targets, n_actions)
    names = sorted(network.weights)
    optimizer = AdamW([network.weights[name] for name in names], WEIGHT_DECAY)
    for step, rate in enumerate(_rates(arguments)):
        chosen = generator.integers(0, len(targets), arguments.batch)
        hidden = generator.random(rows[chosen].shape) < arguments.forget
        hidden[:, -1] = False  # never the present
        states = table[np.where(hidden, 0, rows[chosen])]  # (batch, max_history, feature)
        counts = wanted[targets[chosen]]
        loss, slopes = loss_and_slopes(network, states, counts / counts.sum(), dropout=arguments.dropout, generator=generator)
        optimizer.step([slopes[name] for name in names], rate)
        if step % 20 == 0 or step + 1 == arguments.steps:
            on_progress(Progress("policy", step + 1, arguments.steps, {"loss": loss}))
    return network


def _wanted(targets: Rows, n_actions: int) -> Floats:
    """Returns how much the log-probability of each action counts where an action is right. Shape: (right action, action).

    Listening is asked for in every other example, so rare actions count more; and a little of each is given to the other actions.
    """
    counts = np.bincount(targets, minlength=n_actions)
    weights = np.minimum(np.sqrt(counts.mean() / np.maximum(counts, 1)), LARGEST_WEIGHT)
    right = np.eye(n_actions) * (1 - SMOOTHING) + SMOOTHING / n_actions
    smoothed: Floats = (right * weights[None, :]).astype(np.float32)
    return smoothed


def _rates(arguments: PolicyArguments) -> Iterator[float]:
    """Yields the rate of each step: a cycle that grows and falls along cosines (Smith and Topin 2018)."""
    lowest, highest, last = arguments.rate / 25, arguments.rate, arguments.rate / 25e4
    n_growing = max(1, round(GROWING * arguments.steps) - 1)
    n_falling = max(1, arguments.steps - 1 - n_growing)
    for step in range(arguments.steps):
        if step <= n_growing:
            yield highest + (lowest - highest) * (1 + math.cos(math.pi * step / n_growing)) / 2
        else:
            yield last + (highest - last) * (1 + math.cos(math.pi * (step - n_growing) / n_falling)) / 2


def _check(network: PolicyNetwork, path: Path, sample: Floats) -> None:
    (found,) = open_session(path).run([GRAPH_OUTPUT], {GRAPH_INPUT: sample})
    difference = float(np.abs(network.logits(sample) - found).max())
    if not difference <= MAX_DIFFERENCE:
        raise ExportDiffers(output=POLICY_GRAPH, difference=difference, allowed=MAX_DIFFERENCE)

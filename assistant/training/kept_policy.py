"""A trained policy, what it is trained with, and the file that keeps it for as long as stories and settings stay the same."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import assistant.dialogue
from assistant.dialogue.domain import Intent
from assistant.dialogue.policies.learned import PolicySettings
from assistant.training.kept_tensors import keep, key_of_parts, read_kept
from assistant.training.policy_network import PolicyNetwork

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story

KEPT = "policy.safetensors"
"""The file in a cache that holds the policy that was trained last."""
_SETTINGS = "settings"
_CODE = ("adam.py", "conversations.py", "kept_policy.py", "policy.py", "policy_network.py")


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
        network: scores actions.
        settings: what its numbers mean.
        metrics: ``n_examples``, and the share of them whose action it gives.
    """

    network: PolicyNetwork
    settings: PolicySettings
    metrics: dict[str, float]


class KeptPolicy:
    """The place of a policy in a cache. What is read there is bit for bit what training again would give.

    Args:
        cache: the folder.
        stories, domain, arguments: what the policy is trained with.
    """

    def __init__(self, cache: Path, stories: Sequence[Story], domain: Domain, arguments: PolicyArguments) -> None:
        self._path = cache / KEPT
        self._key = key_of_parts(_parts(stories, domain, arguments))

    def read(self) -> TrainedPolicy | None:
        """Returns the policy, or None where another one, a damaged one or none is kept."""
        found = read_kept(self._path, self._key)
        if found is None:
            return None
        said = json.loads(found.pop(_SETTINGS).tobytes())
        settings: dict[str, Any] = said["settings"]
        replies = tuple((asked, intent) for asked, intent in settings["replies"])
        known = PolicySettings(tuple(settings["features"]), tuple(settings["actions"]), settings["max_history"], replies)
        return TrainedPolicy(PolicyNetwork(found), known, said["metrics"])

    def keep(self, policy: TrainedPolicy) -> None:
        """Writes the policy in place of what was kept; a disk that refuses is no failure."""
        said = json.dumps({"settings": asdict(policy.settings), "metrics": policy.metrics}).encode()
        keep(self._path, self._key, {**policy.network.weights, _SETTINGS: np.frombuffer(said, dtype=np.uint8)})


def _parts(stories: Sequence[Story], domain: Domain, arguments: PolicyArguments) -> Iterator[bytes]:
    """Yields all that a policy depends on, the code that makes it among it.

    Of the domain's responses only the names count, and of its intents only those that hide entities: a new example, a new wording
    or a new intent that no story tells of teaches the policy nothing.
    """
    hiding = [
        (name, sorted(intent.use_entities or ()), intent.use_entities is None, sorted(intent.ignore_entities))
        for name, intent in sorted(domain.intents.items())
        if intent != Intent(name)
    ]
    told = (domain.entities, domain.slots, domain.forms, domain.stores_entities, sorted(domain.action_names()), hiding)
    yield repr((arguments, np.__version__, list(stories), told)).encode("utf-8", "surrogatepass")
    training = Path(__file__).parent
    for path in (*sorted(Path(assistant.dialogue.__file__).parent.rglob("*.py")), *(training / name for name in _CODE)):
        yield path.read_bytes()

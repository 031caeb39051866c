"""The policies, each a small class behind one protocol; the first that has a decision decides.

Order, highest first: what the user commands (restart, back) > the active form > an FAQ answer surer than the intent > rules >
stories > any other FAQ answer > back to an interrupted form > fallback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.dialogue.tracker import Tracker
    from assistant.messages import Decision


class Policy(Protocol):
    """Chooses the next action, or leaves it to the policies after it."""

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns the next action and why, or None."""


def decide(policies: Sequence[Policy], tracker: Tracker) -> Decision:
    """Returns the decision of the first policy that has one.

    Raises:
        LookupError: none has; the last policy of a bot always has one, so this is a mistake in the program.
    """
    for policy in policies:
        decision = policy.predict(tracker)
        if decision is not None:
            return decision
    raise LookupError("no policy decided")

"""The policies, each a small class behind one protocol; the first that has a decision decides.

Order, highest first: what the user commands (restart, back) > what a flagged message gets > the active form > an FAQ answer surer
than the intent > rules > stories > any other FAQ answer > back to an interrupted form > fallback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.dialogue.tracker import Tracker


class Policy(Protocol):
    """Chooses the next action, or leaves it to the policies after it."""

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns the next action and why, or None."""


def decide(policies: Sequence[Policy], tracker: Tracker) -> Decision:
    """Returns the decision of the first policy that has one; actions that have declined since the last one ran are left out.

    Raises:
        LookupError: none has; the last policy of a bot always has one, so this is a mistake in the program.
    """
    declined = _declined(tracker)
    for policy in policies:
        decision = policy.predict(tracker)
        if decision is not None and decision.action not in declined:
            return decision
    if declined:
        return Decision(ACTION_LISTEN, "fallback", 0.0, f"{', '.join(sorted(declined))} declined, and nothing else is left to do")
    raise LookupError("no policy decided")


def _declined(tracker: Tracker) -> set[str]:
    """The actions that declined after the last one that ran; a form may be taken up again, its policies know of it."""
    declined = set()
    for event in reversed(tracker.events):
        if isinstance(event, ActionExecutionRejected):
            declined.add(event.name)
        elif isinstance(event, ActionExecuted):
            break
    return declined - {tracker.active_loop}

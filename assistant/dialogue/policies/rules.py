"""Rules: fixed answers to fixed situations, as Rasa's RulePolicy knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.sequences import NO_LOOP, Point, rule_points
from assistant.dialogue.tracker import ACTION_LISTEN, State, Tracker
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story


class RulePolicy:
    """Applies the longest rule that fits the latest states.

    Args:
        rules: of the project; entries that are no rules are left aside.
        domain: what they refer to.
    """

    def __init__(self, rules: Iterable[Story], domain: Domain) -> None:
        self._by_situation: dict[tuple[str | None, str | None], list[tuple[Point, bool]]] = {}
        self.longest = 1
        for rule in rules:
            if rule.is_rule:
                for point in rule_points(rule, domain):
                    self._add(point, rule.at_start)

    def _add(self, point: Point, at_start: bool) -> None:
        last = point.states[-1]
        self._by_situation.setdefault((last.prev_action, last.intent), []).append((point, at_start))
        self.longest = max(self.longest, len(point.states))

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns what the best rule asks for.

        A rule that would listen while a form is active, without knowing of the form, leads back to the form instead.
        """
        point = self.best(tracker.states(self.longest + 1))
        if point is None:
            return None
        knows_form = bool(point.states[-1].active_loop)
        if (
            point.action == ACTION_LISTEN
            and tracker.active_loop
            and not knows_form
            and tracker.latest_action != tracker.active_loop
        ):
            return Decision(tracker.active_loop, "rule", 1.0, f'back to the form after rule "{point.story}" ({point.where})')
        return Decision(point.action, "rule", 1.0, f'rule "{point.story}" ({point.where})')

    def best(self, states: Sequence[State]) -> Point | None:
        """Returns the point of the longest rule that fits; among equals the one that says more of the present."""
        last = states[-1]
        situations = {(last.prev_action, last.intent), (last.prev_action, None)}
        candidates = (entry for situation in situations for entry in self._by_situation.get(situation, ()))
        fitting = [point for point, at_start in candidates if _fits(point.states, states, at_start=at_start)]
        return max(fitting, key=_weight, default=None)


def _weight(point: Point) -> tuple[int, int]:
    last = point.states[-1]
    return len(point.states), len(last.slots) + len(last.entities) + (last.active_loop is not None) + (last.intent is not None)


def _fits(rule: Sequence[State], states: Sequence[State], *, at_start: bool) -> bool:
    if len(rule) > len(states) or (at_start and len(rule) != len(states)):
        return False
    # zip stops at the rule's own states: what was before them does not matter
    return all(_state_fits(wanted, state) for wanted, state in zip(reversed(rule), reversed(states), strict=False))


def _state_fits(wanted: State, state: State) -> bool:
    if wanted.intent is not None and wanted.intent != state.intent:
        return False
    if wanted.prev_action is not None and wanted.prev_action != state.prev_action:
        return False
    if wanted.entities and not set(wanted.entities) <= set(state.entities):
        return False
    if wanted.active_loop == NO_LOOP:
        if state.active_loop is not None:
            return False
    elif wanted.active_loop is not None and wanted.active_loop != state.active_loop:
        return False
    if not wanted.slots:
        return True
    present = dict(state.slots)
    return all(present.get(name, ()) == feature for name, feature in wanted.slots)

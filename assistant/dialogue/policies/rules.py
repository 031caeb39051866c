"""Rules: fixed answers to fixed situations, as Rasa's RulePolicy knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from assistant.dialogue.sequences import NO_LOOP, Point, rule_points
from assistant.dialogue.tracker import ACTION_LISTEN, State, Tracker
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.slots import Feature
    from assistant.dialogue.stories import Story

_Fact: TypeAlias = "tuple[str, str | tuple[str, ...] | Feature]"
"""One thing that is true of a state: its kind and name, all its entities, or a slot and its feature."""


class _Need(NamedTuple):
    """What a state must have and must not have."""

    facts: frozenset[_Fact]
    empty_slots: frozenset[str]


class _Entry(NamedTuple):
    """A point of a rule, ready to be compared: what its states need, the latest first."""

    weight: tuple[int, int]
    point: Point
    at_start: bool
    needs: tuple[_Need, ...]

    def fits(self, seen: _Seen) -> bool:
        """Returns whether the latest states are as the rule wants them; what was before them does not matter."""
        if len(self.needs) > seen.n_states or (self.at_start and len(self.needs) != seen.n_states):
            return False
        for age, need in enumerate(self.needs):
            facts, slots = seen.at(age)
            if not need.facts <= facts or not need.empty_slots.isdisjoint(slots):
                return False
        return True


class _Seen:
    """The states of a conversation as sets of facts, each made when it is first looked at: most rules look at the latest alone."""

    def __init__(self, states: Sequence[State]) -> None:
        self._states = states
        self._facts: list[tuple[set[_Fact], set[str]]] = []
        self.n_states = len(states)

    def at(self, age: int) -> tuple[set[_Fact], set[str]]:
        """Returns the facts of a state and the slots that are set in it; age 0 is the present."""
        while len(self._facts) <= age:
            state = self._states[-1 - len(self._facts)]
            facts = _facts(state)
            facts.add(("loop", state.active_loop or NO_LOOP))
            self._facts.append((facts, {name for name, _ in state.slots}))
        return self._facts[age]


class RulePolicy:
    """Applies the longest rule that fits the latest states.

    Rules are found by the last action and the intent that they want, and compared by sets of facts, so that a decision among
    thousands takes a fraction of a millisecond.

    Args:
        rules: of the project; entries that are no rules are left aside.
        domain: what they refer to.
    """

    def __init__(self, rules: Iterable[Story], domain: Domain) -> None:
        self._by_situation: dict[tuple[str | None, str | None], list[_Entry]] = {}
        self.longest = 1
        for rule in rules:
            if rule.is_rule:
                for point in rule_points(rule, domain):
                    self._add(point, rule.at_start)
        for entries in self._by_situation.values():
            entries.sort(key=lambda entry: entry.weight, reverse=True)  # the first that fits is the best

    def _add(self, point: Point, at_start: bool) -> None:
        last = point.states[-1]
        entry = _Entry(_weight(point), point, at_start, tuple(map(_need, reversed(point.states))))
        self._by_situation.setdefault((last.prev_action, last.intent), []).append(entry)
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

    def knows_form(self, tracker: Tracker) -> bool:
        """Returns whether the rule that fits now was written for the active form."""
        point = self.best(tracker.states(self.longest + 1))
        return point is not None and bool(point.states[-1].active_loop)

    def best(self, states: Sequence[State]) -> Point | None:
        """Returns the point of the longest rule that fits; among equals the one that says more of the present."""
        last, seen = states[-1], _Seen(states)
        fitting = [
            entry
            for intent in dict.fromkeys((last.intent, None))
            if (entry := self._first(last.prev_action, intent, seen)) is not None
        ]
        return max(fitting, key=lambda entry: entry.weight).point if fitting else None

    def _first(self, prev_action: str | None, intent: str | None, seen: _Seen) -> _Entry | None:
        return next((entry for entry in self._by_situation.get((prev_action, intent), ()) if entry.fits(seen)), None)


def _weight(point: Point) -> tuple[int, int]:
    last = point.states[-1]
    return len(point.states), len(last.slots) + len(last.entities) + (last.active_loop is not None) + (last.intent is not None)


def _need(wanted: State) -> _Need:
    facts = _facts(wanted)
    if wanted.active_loop is not None:
        facts.add(("loop", wanted.active_loop))
    return _Need(frozenset(facts), frozenset(name for name, feature in wanted.slots if not feature))


def _facts(state: State) -> set[_Fact]:
    facts: set[_Fact] = {(name, feature) for name, feature in state.slots if feature}
    if state.entities:  # all of them at once: as in Rasa, a rule that names entities is for these and no others
        facts.add(("entities", state.entities))
    if state.intent is not None:
        facts.add(("intent", state.intent))
    if state.prev_action is not None:
        facts.add(("after", state.prev_action))
    return facts

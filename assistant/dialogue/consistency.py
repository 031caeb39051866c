"""Finds rules and stories that contradict one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.policies.rules import RulePolicy
from assistant.dialogue.sequences import Point, linear_stories, rule_points, story_points
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.errors import Contradiction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story
    from assistant.dialogue.tracker import State


def contradictions(stories: Sequence[Story], domain: Domain) -> Iterator[Contradiction]:
    """Yields each pair of places that want different actions in the same situation.

    Rules are held against rules, stories against rules, and stories against stories over their whole past.
    """
    rules = [story for story in stories if story.is_rule]
    policy = RulePolicy(rules, domain)
    seen: set[tuple[str, str]] = set()
    ruled = [point for rule in rules for point in rule_points(rule, domain)]
    linear = linear_stories(story for story in stories if not story.is_rule)
    told = [point for story in linear for point in story_points(story, domain)]
    for point in [*ruled, *told]:
        other = policy.best(point.states)
        if other is not None and _differ(point, other):
            yield from _once(point, other, seen)
    by_past: dict[tuple[State, ...], Point] = {}
    for point in told:
        other = by_past.setdefault(point.states, point)
        if other.action != point.action:
            yield from _once(point, other, seen)


def _differ(point: Point, rule: Point) -> bool:
    if point.action == rule.action:
        return False
    state = point.states[-1]
    # While a form is active it has the first word, and a rule that would listen leads back to it.
    return not (state.active_loop and (point.action == state.active_loop or rule.action == ACTION_LISTEN))


def _once(point: Point, other: Point, seen: set[tuple[str, str]]) -> Iterator[Contradiction]:
    a, b = sorted((str(point.where), str(other.where)))
    if (a, b) not in seen:
        seen.add((a, b))
        yield Contradiction(where=point.where, other=other.where, actions=(point.action, other.action))

"""Turns rules and stories into what policies learn from: the states along them, and the action that each asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from assistant.dialogue.slot_filling import implied_slots
from assistant.dialogue.stories import ActionStep, BotStep, CheckpointStep, LoopStep, OrStep, SlotStep, Step, Story, UserStep
from assistant.dialogue.tracker import ACTION_LISTEN, ACTION_TWO_STAGE_FALLBACK, State, Tracker
from assistant.errors import BadStep, Place, UnknownName
from assistant.messages import IntentScore, Parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.dialogue.domain import Domain

MAX_SEQUENCES = 5000
MAX_VISITS = 3
NO_LOOP = ""
"""In a rule's state: no form may be active."""


ACTION_UNLIKELY_INTENT = "action_unlikely_intent"
"""Stands in stories of Rasa for an intent that its own policy found surprising; nothing asks for it here, so what follows it in a
story is never reached, and the rest of the story holds."""


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a rule or story at which an action is asked for.

    Attributes:
        states: the states so far that count, oldest first; never empty.
        action: what is asked for.
        where: the step that asks for it; story: the name of its rule or story.
    """

    states: tuple[State, ...]
    action: str
    where: Place
    story: str


# --- joining ----------------------------------------------------------------------------------------------------------------


def linear_stories(stories: Iterable[Story]) -> list[Story]:
    """Returns the stories with every ``or`` chosen and every checkpoint joined.

    Raises:
        BadStep: a checkpoint leads nowhere, or there are more than MAX_SEQUENCES combinations.
    """
    parts = [part for story in stories for variant in _without_or(story) for part in _parts(variant)]
    by_start: dict[str, list[_Part]] = {}
    for part in parts:
        if part.start is not None:
            by_start.setdefault(part.start, []).append(part)
    joined: list[Story] = []
    for part in parts:
        if part.start is None:
            for steps in _continue(part, by_start, ()):
                joined.append(replace(part.story, steps=steps))
                if len(joined) > MAX_SEQUENCES:
                    raise _too_many(part.story)
    return joined


def _too_many(story: Story) -> BadStep:
    return BadStep(where=story.where, why=f"or and checkpoint make more than {MAX_SEQUENCES} stories")


@dataclass(frozen=True, slots=True)
class _Part:
    story: Story
    steps: tuple[Step, ...]
    start: str | None = None
    end: CheckpointStep | None = None


def _without_or(story: Story) -> Iterator[Story]:
    choices = [step.options if isinstance(step, OrStep) else (step,) for step in story.steps]
    if math.prod(map(len, choices)) > MAX_SEQUENCES:
        raise _too_many(story)
    for steps in product(*choices):
        yield replace(story, steps=steps)


def _parts(story: Story) -> Iterator[_Part]:
    """Cuts a story at its checkpoints."""
    start: str | None = None
    steps: list[Step] = []
    for step in story.steps:
        if not isinstance(step, CheckpointStep):
            steps.append(step)
            continue
        if steps:
            yield _Part(story, tuple(steps), start, step)
        start, steps = step.name, ([step.slots] if step.slots else [])
    if steps:
        yield _Part(story, tuple(steps), start)


def _continue(part: _Part, by_start: dict[str, list[_Part]], passed: tuple[str, ...]) -> Iterator[tuple[Step, ...]]:
    """Yields what may come from a part on; a checkpoint that leads back to itself is passed MAX_VISITS times."""
    if part.end is None or passed.count(part.end.name) >= MAX_VISITS:
        yield part.steps
        return
    following = by_start.get(part.end.name)
    if not following:
        raise BadStep(where=part.end.where, why=f'no story starts with checkpoint "{part.end.name}"')
    for next_part in following:
        for rest in _continue(next_part, by_start, (*passed, part.end.name)):
            yield part.steps + rest


# --- states ---------------------------------------------------------------------------------------------------------------------


def story_points(story: Story, domain: Domain) -> list[Point]:
    """Returns the points of a linear story; the state before its first message is left out."""
    walk = _Walk(story, domain)
    return [point for point in walk.points if point.states and point.action != ACTION_UNLIKELY_INTENT]


def rule_points(rule: Story, domain: Domain) -> list[Point]:
    """Returns the points of a rule, with every ``or`` chosen: only what the rule itself says is in their states."""
    # A slot's initial value is no condition of the rule.
    bare = replace(domain, slots={name: replace(slot, initial_value=None) for name, slot in domain.slots.items()})
    return [
        point for variant in _without_or(rule) for point in _Walk(variant, bare).points if point.action != ACTION_UNLIKELY_INTENT
    ]


class _Walk:
    """Walks along a rule or story, folding its steps as a conversation would be."""

    def __init__(self, story: Story, domain: Domain) -> None:
        self.points: list[Point] = []
        self._story = story
        self._domain = domain
        self._tracker = Tracker("", domain)
        self._rule_states: list[State] = []
        self._n_acted = 0
        self._no_slots: set[str] = set()
        self._no_loop = False
        self._started = story.at_start or not story.is_rule
        for step in (*story.condition, *story.steps):
            self._step(step)
        if story.waits and self._owes_listen():
            self._action(ACTION_LISTEN, story.steps[-1].where if story.steps else story.where)

    def _step(self, step: Step) -> None:
        match step:
            case UserStep():
                if self._owes_listen():
                    self._action(ACTION_LISTEN, step.where)
                scores = (IntentScore(step.means, 1.0),) if step.means else ()
                self._tracker.update(UserUttered(step.text or "", Parse(step.text or "", scores, step.entities)))
                self._tracker.update_all(implied_slots(self._domain, step.entities))
            case ActionStep():
                if not self._domain.has_action(step.name):
                    raise UnknownName(where=step.where, kind="action", name=step.name, known=self._domain.action_names())
                self._action(step.name, step.where)
            case SlotStep():
                for name, value in step.values:
                    self._slot(name, value)
            case LoopStep():
                if step.name not in {None, ACTION_TWO_STAGE_FALLBACK, *self._domain.forms}:
                    raise UnknownName(where=step.where, kind="form", name=str(step.name), known=self._domain.forms)
                self._tracker.update(ActiveLoop(step.name))
                self._no_loop = step.name is None
            case BotStep():
                self._action(step.text, step.where)
            case _:
                pass

    def _owes_listen(self) -> bool:
        """The assistant has done something since it listened, or a message was met with silence."""
        heard = any(isinstance(event, UserUttered) for event in self._tracker.events[self._n_acted :])
        return self._tracker.latest_action != ACTION_LISTEN or heard

    def _slot(self, name: str, value: Any) -> None:
        self._tracker.update(SlotSet(name, value))
        (self._no_slots.add if value is None else self._no_slots.discard)(name)

    def _action(self, name: str, where: Place) -> None:
        if self._story.is_rule:
            self._rule_point(name, where)
        else:
            states = self._tracker.states(len(self._tracker.steps) + 1)[1:]
            self.points.append(Point(tuple(states), name, where, self._story.name))
        self._tracker.update(ActionExecuted(name))
        self._n_acted = len(self._tracker.events)

    def _rule_point(self, name: str, where: Place) -> None:
        """The rule may begin anywhere: what ran before its first step is not part of it, unless it says so."""
        state = self._tracker.state()
        absent = tuple((slot, ()) for slot in sorted(self._no_slots))
        loop = state.active_loop or (NO_LOOP if self._no_loop else None)
        if self._started or state.prev_action is not None:
            self._rule_states.append(state._replace(slots=state.slots + absent, active_loop=loop))
        if self._rule_states:
            self.points.append(Point(tuple(self._rule_states), name, where, self._story.name))

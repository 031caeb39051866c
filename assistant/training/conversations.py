"""What a dialogue policy learns from: the project's stories, and conversations made of them.

People do not keep to one story: they come from another one, and they ask something in between. So stories are told one after
another, and the turns of rules are put between the turns of stories. And a word such as "yes" means nothing where nobody asked:
contexts in which an intent is not told of teach the policy to leave the decision to others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.dialogue.policies.learned import NO_ACTION, reply_of
from assistant.dialogue.sequences import linear_stories, story_points
from assistant.dialogue.stories import ActionStep, UserStep
from assistant.dialogue.tracker import ACTION_LISTEN, State

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.sequences import Point
    from assistant.dialogue.stories import Story


INTERRUPTED, FORGETFUL, KEPT = 0.7, 0.3, 0.5
"""Shares: of made conversations in which something is asked in between; of situations that are shown with fewer slots, and of the
slots that are left then."""

N_STRANGE = 2
"""Replies that are shown at a place where no story has them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A situation and the action that follows in it.

    Attributes:
        states: oldest first, at most as many as the policy looks back.
        action: NO_ACTION where none is told of.
    """

    states: tuple[State, ...]
    action: str


def examples(stories: Sequence[Story], domain: Domain, max_history: int, n_made: int, rng: random.Random) -> list[Example]:
    """Returns situations from stories and from conversations made of them, each once.

    Args:
        stories: rules and stories of the project.
        domain: what they refer to.
        max_history: states that are looked back.
        n_made: conversations to make beside the stories themselves.
        rng: chooses; the same seed gives the same examples.
    """
    told = linear_stories(story for story in stories if not story.is_rule)
    if not told:
        return []
    asides = _asides(stories)
    plain = _points(told, domain)
    found = dict.fromkeys(example for point in plain for example in _windows(point, max_history, rng))
    for _ in range(n_made):
        made = _made(told, asides, rng)
        found |= dict.fromkeys(Example(point.states[-max_history:], point.action) for point in story_points(made, domain))
    found |= dict.fromkeys(_strange([*plain, *_points(asides, domain)], _openings(stories), max_history, rng))
    return list(found)


def told_replies(stories: Sequence[Story], domain: Domain) -> frozenset[tuple[str, str]]:
    """Returns what was done last and the intent that came then, wherever a story or a rule that holds anywhere tells of it."""
    return _replies(_points([*linear_stories(story for story in stories if not story.is_rule), *_asides(stories)], domain))


def _replies(points: Sequence[Point]) -> frozenset[tuple[str, str]]:
    return frozenset(reply for point in points if (reply := reply_of(point.states)) is not None)


def _points(told: Sequence[Story], domain: Domain) -> list[Point]:
    return [point for story in told for point in story_points(story, domain)]


def _asides(stories: Sequence[Story]) -> list[Story]:
    return [replace(rule, is_rule=False) for rule in stories if _is_aside(rule)]


def _is_aside(rule: Story) -> bool:
    """A rule of one turn that holds anywhere: a question and its answer."""
    if not rule.is_rule or rule.condition or rule.at_start or not rule.waits:
        return False
    first, *rest = rule.steps or (None,)
    return isinstance(first, UserStep) and bool(rest) and all(isinstance(step, ActionStep) for step in rest)


def _openings(stories: Sequence[Story]) -> set[str | None]:
    """What may be said at any time: intents that a rule or story begins with."""
    anywhere = [story.steps[0] for story in stories if story.steps and not story.condition]
    return {step.intent for step in anywhere if isinstance(step, UserStep)}


def _made(told: Sequence[Story], asides: Sequence[Story], rng: random.Random) -> Story:
    """One or two stories, told one after the other, perhaps with something asked in between."""
    chosen = rng.choices(told, k=rng.choice((1, 2)))
    steps = [step for story in chosen for step in story.steps]
    turns = [index for index, step in enumerate(steps) if isinstance(step, UserStep)]
    if asides and turns and rng.random() < INTERRUPTED:
        for index in sorted(rng.choices(turns, k=rng.choice((1, 2))), reverse=True):
            steps[index:index] = rng.choice(asides).steps
    return replace(chosen[0], steps=tuple(steps))


def _windows(point: Point, max_history: int, rng: random.Random) -> Iterator[Example]:
    """The whole past; a shorter one, as conversations begin anywhere; and one that has set fewer slots."""
    states = point.states[-max_history:]
    yield Example(states, point.action)
    starts = [i for i, state in enumerate(states) if i and state.prev_action == ACTION_LISTEN]
    if len(starts) > 1:  # the turn before the last may be what the last one answers
        yield Example(states[rng.choice(starts[:-1]) :], point.action)
    last = states[-1]
    if last.slots and rng.random() < FORGETFUL:
        kept = tuple(slot for slot in last.slots if rng.random() < KEPT)
        yield Example((*states[:-1], last._replace(slots=kept)), point.action)


def _strange(points: Sequence[Point], openings: set[str | None], max_history: int, rng: random.Random) -> Iterator[Example]:
    """Situations in which the user says what no rule and no story tells of there."""
    turns = [point.states for point in points if point.states[-1].prev_action == ACTION_LISTEN]
    told = _replies(points)
    replies = sorted({states[-1].intent for states in turns if states[-1].intent is not None} - openings)
    waiting: list[tuple[State, ...]] = [(), *(point.states for point in points if point.action == ACTION_LISTEN)]
    for states in waiting:
        slots, loop = (states[-1].slots, states[-1].active_loop) if states else ((), None)
        for intent in rng.sample(replies, min(N_STRANGE, len(replies))):
            strange = (*states, State(intent, (), ACTION_LISTEN, slots, loop))
            if reply_of(strange) not in told:
                yield Example(strange[-max_history:], NO_ACTION)

"""Stories, memoised: a conversation that has gone as a story goes, goes on as the story does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.sequences import Point, linear_stories, story_points
from assistant.dialogue.tracker import ACTION_LISTEN, State, Tracker
from assistant.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story

_Key = tuple[State, ...]


class StoryPolicy:
    """Recalls the action that a story has at the same point.

    A conversation is compared as a whole first, then over its last states; then as if it had begun later, so that a story is
    recognised in the middle of a conversation (Rasa's AugmentedMemoizationPolicy).

    Args:
        stories: of the project; rules are left aside.
        domain: what they refer to.
        max_history: how many states are compared where no story goes as the whole conversation has gone.
        augmented: whether a story is recognised in the middle of a conversation, too.
    """

    def __init__(self, stories: Iterable[Story], domain: Domain, max_history: int = 6, *, augmented: bool = True) -> None:
        self.max_history = max_history
        self._augmented = augmented
        self._points: dict[_Key, Point | None] = {}
        self._whole: dict[_Key, Point | None] = {}
        self._longest = 0
        for story in linear_stories(story for story in stories if not story.is_rule):
            for point in story_points(story, domain):
                self._add(point)

    def _add(self, point: Point) -> None:
        _remember(self._points, point.states[-self.max_history :], point)
        if len(point.states) > self.max_history:
            _remember(self._whole, point.states, point)
            self._longest = max(self._longest, len(point.states))

    def predict(self, tracker: Tracker) -> Decision | None:
        """Returns what the story with the longest common past asks for."""
        point = self._going_on(tracker)
        return None if point is None else Decision(point.action, "story", 1.0, f'story "{point.story}" ({point.where})')

    def _going_on(self, tracker: Tracker) -> Point | None:
        whole = _begun(tracker.states(self._longest + 2)) if self._longest else ()
        point = self._whole.get(whole)
        return point or next((found for key in self._keys(tracker) if (found := self._points.get(key)) is not None), None)

    def _keys(self, tracker: Tracker) -> Iterator[_Key]:
        yield _begun(tracker.states(self.max_history))
        if not self._augmented:
            return
        n_steps = len(tracker.steps)
        for start in range(max(0, n_steps - self.max_history + 1), n_steps + 1):
            previous = tracker.steps[start - 1].action if start else None
            states = tracker.forgetful_states(start)
            if previous == ACTION_LISTEN:
                yield tuple(states)
            elif previous is not None and any(state.prev_action == ACTION_LISTEN for state in states):
                yield _begun_by_action(states)


def _begun_by_action(states: list[State]) -> _Key:
    """The states of a story that begins with an action: what was said before it is forgotten, and something is said after it."""
    heard = next(i for i, state in enumerate(states) if state.prev_action == ACTION_LISTEN)
    return (*(state._replace(intent=None, entities=()) for state in states[:heard]), *states[heard:])


def _remember(points: dict[_Key, Point | None], key: _Key, point: Point) -> None:
    known = points.setdefault(key, point)
    if known is not None and known.action != point.action:
        points[key] = None  # the same past leads to two actions: no reason to prefer one


def _begun(states: Sequence[State]) -> _Key:
    """What a conversation was before its first listening is no part of a story."""
    return tuple(state for state in states if state.prev_action is not None)

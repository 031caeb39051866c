"""What came of conversation tests: each step as it should be and as it was, and how much of a bot the tests touch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.dialogue.stories import Story
    from assistant.errors import Place

Kind: TypeAlias = Literal["user", "intent", "entities", "action", "active_loop", "slot", "bot", "sentiment", "flags"]
_CONTEXT_LINES = 3
_SHOWN_NAMES = 4
_SAME, _EXPECTED, _FOUND = " ", "-", "+"


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of a test.

    Attributes:
        where: the step.
        kind: what was compared; ``user`` is what was said, and is no more than context.
        expected, found: an action, an intent, marked-up entities, a value; equal where all is well.
        reason: why it was so found; empty where nobody decided.
        policy: who decided on an action; confidence: in [0, 1].
    """

    where: Place
    kind: Kind
    expected: str
    found: str
    reason: str = ""
    policy: str = ""
    confidence: float = 1.0

    @property
    def is_right(self) -> bool:
        """Whether it was as expected."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class StoryResult:
    """One test, step by step.

    Attributes:
        test: what was followed.
        steps: what was compared, in order, and what was said.
    """

    test: Story
    steps: tuple[StepResult, ...]

    @property
    def name(self) -> str:
        """The name of the test."""
        return self.test.name

    @property
    def where(self) -> Place:
        """Where the test begins."""
        return self.test.where

    @property
    def failures(self) -> tuple[StepResult, ...]:
        """The steps that were not as expected."""
        return tuple(step for step in self.steps if not step.is_right)


@dataclass(frozen=True, slots=True)
class Touched:
    """How many of one kind of thing the tests touch.

    Attributes:
        n_touched, n_all: how many, of how many.
        missing: the names of the others, sorted.
    """

    n_touched: int
    n_all: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryReport:
    """What came of all tests.

    Attributes:
        stories: one for each test, in their order.
        coverage: by kind: rules, stories, forms, responses, intents.
    """

    stories: tuple[StoryResult, ...]
    coverage: Mapping[str, Touched] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[StoryResult, ...]:
        """The tests with a step that was not as expected."""
        return tuple(story for story in self.stories if story.failures)

    @property
    def failures(self) -> tuple[StepResult, ...]:
        """The steps of all tests that were not as expected."""
        return tuple(step for story in self.stories for step in story.failures)

    @property
    def n_passed(self) -> int:
        """How many tests passed."""
        return len(self.stories) - len(self.failed)

    @property
    def n_failed(self) -> int:
        """How many tests failed."""
        return len(self.failed)

    @property
    def actions(self) -> tuple[StepResult, ...]:
        """The decisions of all tests."""
        return tuple(step for story in self.stories for step in story.steps if step.kind == "action")

    @property
    def n_actions_right(self) -> int:
        """How many decisions were as expected."""
        return sum(step.is_right for step in self.actions)

    def as_json(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        failures = [
            {
                "story": story.name,
                "where": str(step.where),
                "kind": step.kind,
                "expected": step.expected,
                "found": step.found,
                "reason": step.reason,
            }
            for story in self.failed
            for step in story.failures
        ]
        counts = {
            "passed": self.n_passed,
            "failed": self.n_failed,
            "actions": len(self.actions),
            "actions_right": self.n_actions_right,
        }
        coverage = {
            kind: {"touched": touched.n_touched, "all": touched.n_all, "missing": list(touched.missing)}
            for kind, touched in self.coverage.items()
        }
        return counts | {"failures": failures, "coverage": coverage}

    def as_lines(self) -> Iterator[str]:
        """Yields the report for people: a diff of each test that failed (``-`` expected, ``+`` found), coverage, and the sum."""
        for story in self.failed:
            yield f"{story.where}: {story.name}"
            yield from _diff(story)
            yield ""
        for kind, touched in self.coverage.items():
            if touched.missing:
                shown = [f'"{name}"' for name in touched.missing[:_SHOWN_NAMES]]
                more = f" and {len(touched.missing) - len(shown)} more" if len(touched.missing) > len(shown) else ""
                yield f"{touched.n_touched} of {touched.n_all} {kind} are tested; not {', '.join(shown)}{more}"
        sums = f"{self.n_passed} passed, {self.n_failed} failed"
        yield f"{sums}; {self.n_actions_right} of {len(self.actions)} decisions as expected"


def _diff(story: StoryResult) -> Iterator[str]:
    wrong = [number for number, step in enumerate(story.steps) if not step.is_right]
    last = -1
    for number, step in enumerate(story.steps):
        if not any(number <= at <= number + _CONTEXT_LINES or number - 1 == at for at in wrong):
            continue
        if number > last + 1:
            yield f"  {_SAME} ..."
        last = number
        if step.is_right:
            yield f"  {_SAME} {_shown(step, step.expected)}"
        else:
            yield f"  {_EXPECTED} {_shown(step, step.expected)}  ({step.where})"
            yield f"  {_FOUND} {_shown(step, step.found)}" + (f"  ({step.reason})" if step.reason else "")


def _shown(step: StepResult, value: str) -> str:
    return f"{step.kind}: {' '.join(value.split()) or 'none'}"

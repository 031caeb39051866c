"""Runs conversation tests: at each step, does the bot decide as the test says?

As in Rasa, a test is followed step by step: what it says has happened is taken as having happened, custom actions are not run
(their effects stand in the test as ``slot_was_set``), and what is tested is each decision. Messages mean what the test annotates,
or what a model understands when one is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from assistant.dialogue.domain import load_domain
from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, SlotSet, UserUttered
from assistant.dialogue.policies import decide
from assistant.dialogue.policies.fallback import distrust
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.sequences import linear_stories
from assistant.dialogue.stories import SOME_VALUE, ActionStep, LoopStep, SlotStep, Story, UserStep, load_stories, load_tests
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker, base_intent
from assistant.errors import UnknownName
from assistant.messages import FaqResult, IntentScore, Parse
from assistant.opening import learned_policy
from assistant.project import model_in_use

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistant.config import Settings
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.policies import Policy
    from assistant.errors import Place
    from assistant.messages import Decision
    from assistant.project import Project


class Parser(Protocol):
    """Understands a message."""

    def parse(self, text: str) -> Parse:
        """Returns what was found."""


@dataclass(frozen=True, slots=True)
class StoryFailure:
    """A place where a test and the bot differ.

    Attributes:
        story: the test; where: the step that was expected.
        expected, found: an action, or an intent with its entities.
        reason: why the bot decided so.
    """

    story: str
    where: Place
    expected: str
    found: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoryReport:
    """What came of all tests.

    Attributes:
        n_passed, n_failed: tests; n_actions, n_actions_right: decisions over all of them.
        failures: in the order of the tests.
        untested: forms and responses of rules and stories that no test touches, by kind.
    """

    n_passed: int
    n_failed: int
    n_actions: int
    n_actions_right: int
    failures: tuple[StoryFailure, ...]
    untested: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        failures = [
            {"story": f.story, "where": str(f.where), "expected": f.expected, "found": f.found, "reason": f.reason}
            for f in self.failures
        ]
        counts = {
            "passed": self.n_passed,
            "failed": self.n_failed,
            "actions": self.n_actions,
            "actions_right": self.n_actions_right,
        }
        return counts | {"failures": failures, "untested": {kind: list(names) for kind, names in self.untested.items()}}

    def as_text(self) -> str:
        """Returns the report for people: each difference as expected and found, one under the other."""
        lines = []
        for failure in self.failures:
            lines += [f"{failure.where}: {failure.story}", f"  - {failure.expected}", f"  + {failure.found}  ({failure.reason})"]
        for kind, names in self.untested.items():
            if names:
                lines.append(f"no test touches these {kind}: {', '.join(names)}")
        lines.append(
            f"{self.n_passed} passed, {self.n_failed} failed; {self.n_actions_right} of {self.n_actions} decisions as expected"
        )
        return "\n".join(lines)


def run_conversation_tests(
    project: Project, settings: Settings, *, files: Sequence[Path] = (), interpreter: Parser | None = None
) -> StoryReport:
    """Returns what came of a project's conversation tests.

    Args:
        project: whose policies are tested.
        settings: thresholds in force.
        files: test files in place of the project's.
        interpreter: understands the messages; None: they mean what the tests annotate.

    Raises:
        SourceError: a file does not hold together, or a test names what the domain does not define.
    """
    domain = load_domain(project)
    stories = load_stories(project)
    model = model_in_use(project)
    learned = learned_policy(domain, settings, model) if model else None
    policies = build_policies(domain, stories, settings, _no_faq, learned=learned)
    understand = _understanding(interpreter, settings) if interpreter else None
    # A test file may lie among the training files of an older project.
    tests = linear_stories(load_tests(project, files))
    runs = [_Run(test, domain, policies, understand) for test in tests]
    n_failed = sum(bool(run.failures) for run in runs)
    return StoryReport(
        n_passed=len(runs) - n_failed,
        n_failed=n_failed,
        n_actions=sum(run.n_actions for run in runs),
        n_actions_right=sum(run.n_right for run in runs),
        failures=tuple(failure for run in runs for failure in run.failures),
        untested=_untested(domain, stories, {name for run in runs for name in run.actions}),
    )


def _no_faq(_question: str) -> FaqResult:
    """What the FAQ holds is the curators' business: a conversation test stays true whatever they write."""
    return FaqResult((), 1.0)


def _understanding(interpreter: Parser, settings: Settings) -> Callable[[str], Parse]:
    return lambda text: distrust(interpreter.parse(text), threshold=settings.nlu_threshold, ambiguity=settings.nlu_ambiguity)


def _untested(domain: Domain, stories: Sequence[Story], touched: set[str]) -> dict[str, tuple[str, ...]]:
    """What rules and stories may lead to, and no test does; what custom actions say is theirs to test."""
    planned = {step.name for story in stories for step in story.steps if isinstance(step, ActionStep)}
    return {
        "forms": tuple(sorted(set(domain.forms) - touched)),
        "responses": tuple(sorted((planned & set(domain.responses)) - touched)),
    }


class _Run:
    """One test, followed from its first step to its last."""

    def __init__(self, test: Story, domain: Domain, policies: Sequence[Policy], understand: Callable[[str], Parse] | None) -> None:
        self.failures: list[StoryFailure] = []
        self.actions: set[str] = set()
        self.n_actions = self.n_right = 0
        self._test = test
        self._domain = domain
        self._policies = policies
        self._understand = understand
        self._tracker = Tracker(test.name, domain, [ActionExecuted(ACTION_LISTEN)])
        for step in test.steps:
            self._follow(step)
        if self._tracker.latest_action != ACTION_LISTEN and test.steps:
            self._expect(ACTION_LISTEN, test.steps[-1].where)

    def _follow(self, step: object) -> None:
        match step:
            case UserStep():
                if self._tracker.latest_action != ACTION_LISTEN:
                    self._expect(ACTION_LISTEN, step.where)
                self._say(step)
            case ActionStep():
                if not self._domain.has_action(step.name):
                    raise UnknownName(where=step.where, kind="action", name=step.name, known=self._domain.action_names())
                self._expect(step.name, step.where)
            case SlotStep():
                self._tracker.update_all(SlotSet(name, True if value == SOME_VALUE else value) for name, value in step.values)
            case LoopStep():
                self._tracker.update(ActiveLoop(step.name))
            case _:  # texts of the bot and checkpoints decide nothing
                pass

    def _say(self, step: UserStep) -> None:
        text = step.text or ""
        annotated = Parse(text, (IntentScore(step.intent, 1.0),) if step.intent else (), step.entities)
        parse = self._understand(text) if self._understand and text and not text.startswith("/") else annotated
        if step.intent and step.intent not in {parse.intent.name, base_intent(parse.intent.name)}:
            self.failures.append(
                StoryFailure(self._test.name, step.where, step.intent, parse.intent.name, f'understood "{text}" so')
            )
        self._tracker.update(UserUttered(text, parse))

    def _expect(self, action: str, where: Place) -> None:
        self.n_actions += 1
        self.actions.add(action)
        decision = self._decide(action)
        if decision.action == action:
            self.n_right += 1
        else:
            self.failures.append(StoryFailure(self._test.name, where, action, decision.action, decision.reason))
        self._tracker.update(ActionExecuted(action))

    def _decide(self, expected: str) -> Decision:
        decision = decide(self._policies, self._tracker)
        form = self._tracker.active_loop
        if decision.action == form and expected != form and self._tracker.latest_action == ACTION_LISTEN:
            # The test says that something else happens here: then the form has declined the message.
            self._tracker.update(ActionExecutionRejected(form))
            decision = decide(self._policies, self._tracker)
        return decision

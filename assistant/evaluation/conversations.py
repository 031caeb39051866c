"""Runs a project's conversation tests; how one is followed stands in ``story_runs``."""

from __future__ import annotations

import random
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.actions.choosing import action_runner
from assistant.actions.execution import Actions
from assistant.dialogue.domain import load_domain
from assistant.dialogue.joined_intents import as_listed
from assistant.dialogue.policies.fallback import distrust
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.sequences import linear_stories
from assistant.dialogue.stories import load_stories, load_tests
from assistant.evaluation.coverage import coverage
from assistant.evaluation.story_report import StoryReport
from assistant.evaluation.story_runs import LiveStoryRun, StoryRun, TestFaq
from assistant.messages import Progress
from assistant.opening import learned_policy
from assistant.project import model_in_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.config import Settings
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.policies import Policy
    from assistant.dialogue.stories import Story
    from assistant.evaluation.story_report import StoryResult
    from assistant.messages import Parse, ProgressCallback
    from assistant.project import Project


class Parser(Protocol):
    """Understands a message."""

    def parse(self, text: str) -> Parse:
        """Returns what was found."""


def run_conversation_tests(
    project: Project,
    settings: Settings,
    *,
    files: Sequence[Path] = (),
    interpreter: Parser | None = None,
    model: Path | None = None,
    runs_actions: bool = False,
    report_progress: ProgressCallback = lambda _: None,
) -> StoryReport:
    """Returns what came of a project's conversation tests.

    Args:
        project: whose policies are tested.
        settings: thresholds in force.
        files: test files in place of the project's.
        interpreter: understands the messages; None: they mean what the tests annotate.
        model: its learned policy decides where neither rule nor story does; None: that of the model in use, if there is one.
        runs_actions: forms and custom actions are run, with a state folder of their own; else they are stubbed.
        report_progress: told of each test.

    Raises:
        SourceError: a file does not hold together, or a test names what the domain does not define.
    """
    domain = load_domain(project)
    stories = load_stories(project)
    folder = model or model_in_use(project)
    learned = learned_policy(domain, settings, folder) if folder else None
    faq = TestFaq()
    policies = build_policies(domain, stories, settings, faq.search, learned=learned)
    understand = _understanding(interpreter, domain, settings) if interpreter else None
    # A test file may lie among the training files of an older project.
    tests = linear_stories(load_tests(project, files))
    results: list[StoryResult] = []
    with _follower(project, settings, domain, policies, faq, runs_actions=runs_actions) as follow:
        for number, test in enumerate(tests, 1):
            results.append(follow(test, understand).result())
            report_progress(Progress("test", number, len(tests)))
    return StoryReport(tuple(results), coverage(domain, stories, results))


@contextmanager
def _follower(
    project: Project, settings: Settings, domain: Domain, policies: Sequence[Policy], faq: TestFaq, *, runs_actions: bool
) -> Iterator[Callable[[Story, Callable[[str], Parse] | None], StoryRun]]:
    """Yields what makes the run of a test."""
    if not runs_actions:
        yield lambda test, understand: StoryRun(test, domain, policies, faq, understand)
        return
    with tempfile.TemporaryDirectory(prefix="assistant-test-") as state:  # what actions write is not the project's
        runner = action_runner(project, settings, Path(state))
        actions = Actions(domain, runner, faq.search, random.Random(0))
        try:
            yield lambda test, understand: LiveStoryRun(test, domain, policies, faq, understand, actions=actions)
        finally:
            if runner is not None:
                runner.close()


def _understanding(interpreter: Parser, domain: Domain, settings: Settings) -> Callable[[str], Parse]:
    def understand(text: str) -> Parse:
        parse = as_listed(interpreter.parse(text), domain.intents)
        return distrust(parse, threshold=settings.nlu_threshold, ambiguity=settings.nlu_ambiguity)

    return understand

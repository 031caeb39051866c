"""Writes what came of conversation tests as the files that ``rasa test`` leaves behind, in its names and shapes.

``failed_test_stories.yml``: the tests that failed, as tests, with a comment at each step that was not as expected; read by
``test stories`` again. ``successful_test_stories.yml``: the others, when asked for. ``story_report.json``: precision, recall and F1
of each action, intent and annotated entity, their averages, and ``conversation_accuracy``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.dialogue.stories import ActionStep, UserStep
from assistant.dialogue.story_writing import step_as_yaml, stories_file, story_as_yaml
from assistant.evaluation.labels import one_line, safe_json
from assistant.evaluation.report_folder import write_reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ruamel.yaml.comments import CommentedMap

    from assistant.dialogue.stories import Step
    from assistant.errors import Place
    from assistant.evaluation.story_report import StepResult, StoryReport, StoryResult

FAILED_FILE = "failed_test_stories.yml"
SUCCESSFUL_FILE = "successful_test_stories.yml"
REPORT_FILE = "story_report.json"
_NONE_FAILED = "# None of the test stories failed - all good!\n"
_NONE_SUCCEEDED = "# None of the test stories succeeded :(\n"
_KEYS = {
    "action": "action",
    "intent": "intent",
    "entities": "user",
    "slot": "slot_was_set",
    "active_loop": "active_loop",
    "bot": "bot",
}
_COMPARED = ("action", "intent", "entities")


def write_story_files(folder: Path, report: StoryReport, *, with_successes: bool = False) -> list[Path]:
    """Writes the files, each whole or not at all, and returns them.

    Args:
        folder: made where it is not there; files of the same names are replaced.
        report: what to write.
        with_successes: the tests that passed, too.

    Raises:
        CannotWrite: the disk refuses.
    """
    contents = {FAILED_FILE: stories_as_yaml(report.failed) or _NONE_FAILED, REPORT_FILE: safe_json(story_report(report)) + "\n"}
    if with_successes:
        passed = tuple(story for story in report.stories if not story.failures)
        contents[SUCCESSFUL_FILE] = stories_as_yaml(passed) or _NONE_SUCCEEDED
    return write_reports(folder, contents)


def stories_as_yaml(stories: Iterable[StoryResult]) -> str:
    """Returns tests as Rasa's YAML, with a comment at each step that was not as expected; empty when there are none."""
    written = [story_as_yaml(f"{story.name} ({story.where})", _steps(story)) for story in stories]
    return stories_file(written) if written else ""


def _steps(story: StoryResult) -> Iterator[CommentedMap]:
    wrong: dict[Place, list[StepResult]] = {}
    for failure in story.failures:
        wrong.setdefault(failure.where, []).append(failure)
    last = story.test.steps[-1] if story.test.steps else None
    for step in story.test.steps:
        failures = wrong.get(step.where, [])
        listens = [
            _commented(step_as_yaml(ActionStep(f.where, f.expected)), "action", f) for f in failures if _is_left_out(f, step)
        ]
        yield from listens if step is not last or isinstance(step, UserStep) else ()
        written = step_as_yaml(step)
        for failure in failures:
            if not _is_left_out(failure, step):
                _commented(written, _KEYS[failure.kind], failure)
        yield written
        yield from listens if step is last and not isinstance(step, UserStep) else ()


def _is_left_out(failure: StepResult, step: Step) -> bool:
    """Tests leave out that the bot listens before a message, and at the end."""
    return failure.kind == "action" and not (isinstance(step, ActionStep) and step.name == failure.expected)


def _commented(written: CommentedMap, key: str, failure: StepResult) -> CommentedMap:
    before = written.ca.items.get(key)
    comment = f"predicted: {one_line(failure.found) or 'nothing'}"
    if before and before[2]:
        comment = f"{before[2].value.strip().removeprefix('# ')}; {comment}"
    written.yaml_add_eol_comment(comment, key if key in written else next(iter(written)))
    return written


def story_report(report: StoryReport) -> dict[str, Any]:
    """Returns the scores of all that was compared, in the shape of scikit-learn's report that Rasa writes."""
    from sklearn.metrics import classification_report

    compared = [step for story in report.stories for step in story.steps if step.kind in _COMPARED]
    scores: dict[str, Any] = {}
    if compared:
        expected, found = [step.expected for step in compared], [step.found for step in compared]
        scores = classification_report(expected, found, output_dict=True, zero_division=0)
    n_all = len(report.stories)
    accuracy = report.n_passed / n_all if n_all else 0.0
    return scores | {
        "conversation_accuracy": {"accuracy": accuracy, "correct": report.n_passed, "with_warnings": 0, "total": n_all}
    }

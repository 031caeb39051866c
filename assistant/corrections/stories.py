"""Proposes to save a conversation as a story to learn from, or as a test to hold the bot to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.corrections.lines import Lines
from assistant.corrections.proposal import FileEdit, Proposal
from assistant.dialogue.consistency import contradictions
from assistant.dialogue.stories import ActionStep, UserStep, load_stories, load_tests, parse_stories, read_stories
from assistant.dialogue.story_writing import VERSION, dumped, step_as_yaml, story_as_yaml
from assistant.errors import CannotPlace, Place, SourceError, UnknownName
from assistant.yaml_source import parse_yaml, want_map

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Step, Story
    from assistant.errors import Contradiction
    from assistant.project import Project

HERE = Place("the conversation")
_LINE = re.compile(r":\d+\b")
_NEW_STORIES, _NEW_TESTS = "stories.yml", "test_stories.yml"


def propose_story(project: Project, domain: Domain, name: str, steps: Sequence[Step], *, is_test: bool = False) -> Proposal:
    """Returns the edit that appends a story to the project's stories, or to its conversation tests.

    Args:
        project: whose files are edited.
        domain: knows the intents and actions.
        name: of the story; a number is added where one of that name is there.
        steps: of the story.
        is_test: it is a test.

    Raises:
        UnknownName: a step names an intent or action that the domain does not have.
        CannotPlace: the file is written in a form that cannot be added to.
        SourceError: a file cannot be read.
    """
    _check(domain, steps)
    there = load_tests(project) if is_test else load_stories(project)
    kind = "test" if is_test else "story"
    for story in there:
        if not story.is_rule and _written(story.steps) == _written(steps):
            return Proposal(f'the {kind} "{story.name}" says so already')
    free = _free(name, {story.name for story in there})
    path = _home(project, is_test=is_test)
    edit = _appended(path, project.shown(path), free, steps)
    notes = () if is_test else _against(there, edit, domain)
    return Proposal(f'{kind} "{free}"', (edit,), notes)


def _check(domain: Domain, steps: Sequence[Step]) -> None:
    for step in steps:
        if isinstance(step, ActionStep) and not domain.has_action(step.name):
            raise UnknownName(where=HERE, kind="action", name=step.name, known=domain.action_names())
        if isinstance(step, UserStep) and step.intent and step.intent.split("/")[0] not in domain.intent_names():
            raise UnknownName(where=HERE, kind="intent", name=step.intent, known=domain.intent_names())


def _written(steps: Sequence[Step]) -> str:
    return dumped([step_as_yaml(step) for step in steps])


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _home(project: Project, *, is_test: bool) -> Path:
    """The file with most stories, or tests; else a new one beside where they would be."""
    counts = {path: sum(not s.is_rule for s in read_stories(path)) for path in (project.tests if is_test else project.training)}
    best = max(counts, key=lambda path: counts[path], default=None)
    if best is not None and counts[best]:
        return best
    if is_test:
        return project.bot / "tests" / _NEW_TESTS
    return (project.bot if project.bot != project.root else project.bot / "data") / _NEW_STORIES


def _appended(path: Path, shown: str, name: str, steps: Sequence[Step]) -> FileEdit:
    before = path.read_bytes().decode("utf-8") if path.is_file() else None
    lines = Lines(before or f'version: "{VERSION}"\n\nstories:\n')
    told = [] if before is None else [story for story in read_stories(path, shown_as=shown) if not story.is_rule]
    if told:
        last = max(story.where.line for story in told)
        dash = lines.indent(last)
        end = lines.last_of_item(last, dash)
    elif before is None:
        dash, end = 0, len(lines)
    else:
        raise CannotPlace(where=Place(shown), what="a story")
    written = dumped([story_as_yaml(name, [step_as_yaml(step) for step in steps])]).rstrip("\n")
    lines.insert_after(end, *([""] if told else []), *(f"{' ' * dash}{line}" if line else "" for line in written.split("\n")))
    edit = FileEdit(path, shown, before, str(lines))
    if not _holds(edit, name, steps, len(told)):
        raise CannotPlace(where=Place(shown), what="a story")
    return edit


def _holds(edit: FileEdit, name: str, steps: Sequence[Step], n_before: int) -> bool:
    """Whether the edited file, read back, says what was meant and nothing else."""
    try:
        found = [story for story in _stories(edit) if not story.is_rule]
    except SourceError:
        return False
    new = [story for story in found if story.name == name]
    return len(found) == n_before + 1 and len(new) == 1 and _written(new[0].steps) == _written(steps)


def _stories(edit: FileEdit) -> tuple[Story, ...]:
    return parse_stories(want_map(parse_yaml(edit.after, edit.shown), key="the file", where=Place(edit.shown)))


def _against(there: Sequence[Story], edit: FileEdit, domain: Domain) -> tuple[str, ...]:
    """What the new story contradicts: a bot with contradictions cannot be trained."""
    others = [story for story in there if story.where.path != edit.shown]
    known = {_unplaced(error) for error in contradictions(there, domain)}
    found = contradictions([*others, *_stories(edit)], domain)
    return tuple(str(error) for error in found if _unplaced(error) not in known)


def _unplaced(error: Contradiction) -> str:
    """The contradiction without its lines: what stands below the new story has moved."""
    return _LINE.sub("", str(error))

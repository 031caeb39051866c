"""Proposes to teach a message: an example of its intent, with its entities marked, in the file where such examples stand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.annotations import annotated, read_annotations
from assistant.corrections.example_file import ExampleFile, all_said
from assistant.corrections.proposal import Proposal
from assistant.dialogue.tracker import base_intent
from assistant.errors import BadExample, Place, UnknownName
from assistant.languages import tr
from assistant.nlu.training_data import Example

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.messages import Entity
    from assistant.project import Project

HERE = Place("the message")
_SPACES = re.compile(r"\s+")
_NEW_FILE = "nlu.yml"


def propose_example(project: Project, domain: Domain, text: str, intent: str, entities: Sequence[Entity]) -> Proposal:
    """Returns the edits that make a message an example of an intent, and of that intent alone.

    An example with the same text is replaced where its entities differ, and taken out where it belongs to another intent. When all
    is as it should be already, the proposal has no edits.

    Args:
        project: whose files are edited.
        domain: knows the intents and entities.
        text: of the message.
        intent: what it means.
        entities: with offsets in the text.

    Raises:
        UnknownName: the domain does not have the intent or an entity.
        BadExample, BadAnnotation: the text cannot stand in a file of examples.
        CannotPlace: the file is written in a form that cannot be added to.
        SourceError: a training file cannot be read.
    """
    _check(domain, intent, entities)
    said, entities = _one_line(text, entities)
    marked = annotated(said, entities, HERE)
    wanted = Example(said, intent, read_annotations(marked, HERE)[1], HERE)
    files = {path: ExampleFile(path, project.shown(path)) for path in project.training}
    same = [(file, example) for file in files.values() for example in file.examples if example.text == said]
    home = _home(project, files, intent)
    title = f'"{said}" is an example of {intent}'
    notes = []
    for file, example in reversed(same):  # from the end, so that the lines of the others stay where they are
        if example.intent != intent:
            if file.remove(example):
                notes.append(tr("taken from {intent}", intent=example.intent))
            else:
                notes.append(
                    tr(
                        "it stays an example of {intent} too, at {place}: take it out by hand",
                        intent=example.intent,
                        place=example.place,
                    )
                )
    own = [(file, one) for file in files.values() for one in file.examples if (one.text, one.intent) == (said, intent)]
    if own:
        file, example = own[0]
        if all_said(example) != all_said(wanted):
            file.replace(example, wanted, marked)
    else:
        home.add(wanted, marked)
    edits = [edit for file in {*files.values(), home} if (edit := file.edit()) is not None]
    return Proposal(title, tuple(sorted(edits, key=lambda edit: edit.shown)), tuple(notes))


def _check(domain: Domain, intent: str, entities: Sequence[Entity]) -> None:
    if base_intent(intent) not in domain.intents:
        raise UnknownName(where=HERE, kind="intent", name=intent, known=domain.intents)
    for entity in entities:
        if entity.entity not in domain.entities:
            raise UnknownName(where=HERE, kind="entity", name=entity.entity, known=domain.entities)


def _one_line(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    """The text with runs of white space as one space, and the entities where they are then."""
    starts = len(text) - len(text.lstrip())

    def at(position: int) -> int:
        return len(_SPACES.sub(" ", text[starts : max(position, starts)]))

    said = _SPACES.sub(" ", text.strip())
    if not said or said.startswith("/"):
        raise BadExample(where=HERE, example=text)
    moved = [replace(entity, start=at(entity.start), end=min(at(entity.end), len(said))) for entity in entities]
    return said, sorted(moved, key=lambda entity: entity.start)


def _home(project: Project, files: dict[Path, ExampleFile], intent: str) -> ExampleFile:
    """The file with most examples of the intent; else with most of its kind; else with most at all; else a new one."""
    ranked = [
        [sum(example.intent == intent for example in file.examples) for file in files.values()],
        [sum(base_intent(example.intent) == base_intent(intent) for example in file.examples) for file in files.values()],
        [len(file.examples) for file in files.values()],
    ]
    for counts in ranked:
        if any(counts):
            return list(files.values())[counts.index(max(counts))]
    folder = project.bot if project.bot != project.root else project.bot / "data"
    return ExampleFile(folder / _NEW_FILE, project.shown(folder / _NEW_FILE))

"""Proposes to teach a message: an example of its intent, with its entities marked, in the file where such examples stand."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.annotations import annotated, read_annotations
from assistant.corrections.lines import Lines
from assistant.corrections.proposal import FileEdit, Proposal
from assistant.dialogue.tracker import base_intent
from assistant.errors import BadExample, CannotPlace, Place, SourceError, UnknownName
from assistant.nlu.rasa_yaml import parse_rasa_yaml, read_rasa_yaml
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
_EMPTY = 'version: "3.1"\n\nnlu:\n'


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
    files = {path: _File(path, project.shown(path)) for path in project.training}
    same = [(file, example) for file in files.values() for example in file.examples if example.text == said]
    home = _home(project, files, intent)
    title = f'"{said}" is an example of {intent}'
    notes = []
    for file, example in reversed(same):  # from the end, so that the lines of the others stay where they are
        if example.intent != intent:
            if file.remove(example):
                notes.append(f"taken from {example.intent}")
            else:
                notes.append(f"it stays an example of {example.intent} too, at {example.place}: take it out by hand")
    own = [(file, one) for file in files.values() for one in file.examples if (one.text, one.intent) == (said, intent)]
    if own:
        file, example = own[0]
        if _said(example) != _said(wanted):
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


def _home(project: Project, files: dict[Path, _File], intent: str) -> _File:
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
    return _File(folder / _NEW_FILE, project.shown(folder / _NEW_FILE))


def _said(example: Example) -> tuple[object, ...]:
    """All that an example says, wherever it stands."""
    entities = ((one.entity, one.start, one.end, str(one.value), one.role, one.group) for one in example.entities)
    return example.text, example.intent, tuple(entities)


class _File:
    """A file of examples, being edited."""

    def __init__(self, path: Path, shown: str) -> None:
        self._path = path
        self._shown = shown
        self._before = path.read_bytes().decode("utf-8") if path.is_file() else None
        self._lines = Lines(self._before or _EMPTY)
        self.examples = list(read_rasa_yaml(path, shown_as=shown).examples) if self._before is not None else []
        self._expected = Counter(map(_said, self.examples))

    def add(self, wanted: Example, marked: str) -> None:
        """Puts an example after the last one of its intent."""
        self._expected[_said(wanted)] += 1
        of_intent = [example for example in self.examples if example.intent == wanted.intent]
        if not of_intent:
            self._add_section(wanted.intent, marked)
            return
        last = max(example.place.line for example in of_intent)
        line, indent = self._lines.line(last), self._lines.indent(last)
        if self._is_block(last):
            self._lines.insert_after(last, f"{' ' * indent}- {marked}")
        elif line.lstrip().startswith("- text:"):
            end = self._lines.last_of_item(last, indent)
            self._lines.insert_after(end, f"{' ' * indent}- text: |", f"{' ' * (indent + 4)}{marked}")
        else:
            raise CannotPlace(where=Place(self._shown, last), what="an example")

    def replace(self, example: Example, wanted: Example, marked: str) -> None:
        """Puts an example in the place of one with the same text."""
        self._expected = self._expected - Counter([_said(example)]) + Counter([_said(wanted)])
        number = example.place.line
        if not self._is_block(number):
            raise CannotPlace(where=Place(self._shown, number), what="an example")
        self._lines.replace(number, f"{' ' * self._lines.indent(number)}- {marked}")

    def remove(self, example: Example) -> bool:
        """Takes an example out, unless it is the last of its intent or not a line of its own; returns whether it did."""
        others = [one for one in self.examples if one.intent == example.intent and one is not example]
        if not others or not self._is_block(example.place.line):
            return False
        self._expected -= Counter([_said(example)])
        self._lines.delete(example.place.line)
        self.examples = [
            replace(one, place=Place(one.place.path, one.place.line - (one.place.line > example.place.line)))
            for one in self.examples
            if one is not example
        ]
        return True

    def _is_block(self, number: int) -> bool:
        """Whether a line is one of the lines of a block of examples, and nothing else."""
        line = self._lines.line(number).strip()
        return line.startswith("- ") and not line.startswith(("- text:", "- intent:", "- |"))

    def _add_section(self, intent: str, marked: str) -> None:
        """Puts a new section after the last of the file's, indented as that one."""
        if self.examples:
            last = max(example.place.line for example in self.examples)
            start = next((n for n in range(last, 0, -1) if self._lines.line(n).lstrip().startswith("- intent:")), 0)
            if not start:
                raise CannotPlace(where=Place(self._shown, last), what="a new intent")
            dash, end = self._lines.indent(start), self._lines.last_of_item(start, self._lines.indent(start))
        elif self._before is None:
            dash, end = 0, len(self._lines)
        else:
            raise CannotPlace(where=Place(self._shown), what="a new intent")
        pad = " " * dash
        self._lines.insert_after(end, "", f"{pad}- intent: {intent}", f"{pad}  examples: |", f"{pad}    - {marked}")

    def edit(self) -> FileEdit | None:
        """Returns the edit, once it has been read back and found to say what was meant; None when nothing has changed.

        Raises:
            CannotPlace: it would say something else.
        """
        after = str(self._lines)
        if after == (self._before or _EMPTY):
            return None
        try:
            found = Counter(map(_said, parse_rasa_yaml(after, self._path, self._shown).examples))
        except SourceError as error:
            raise CannotPlace(where=Place(self._shown), what="an example") from error
        if found != self._expected:
            raise CannotPlace(where=Place(self._shown), what="an example")
        return FileEdit(self._path, self._shown, self._before, after)

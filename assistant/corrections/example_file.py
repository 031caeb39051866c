"""A file of training examples, edited line by line: what nobody meant to change stays byte for byte."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.corrections.lines import Lines
from assistant.corrections.proposal import FileEdit
from assistant.errors import CannotPlace, Place, SourceError
from assistant.nlu.rasa_yaml import parse_rasa_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.nlu.training_data import Example

_EMPTY = 'version: "3.1"\n\nnlu:\n'


def all_said(example: Example) -> tuple[object, ...]:
    """Returns all that an example says, wherever it stands."""
    entities = ((one.entity, one.start, one.end, str(one.value), one.role, one.group) for one in example.entities)
    return example.text, example.intent, tuple(entities)


class ExampleFile:
    """A file of examples, being edited.

    Args:
        path: the file; it need not be there yet.
        shown: how people see the path.

    Attributes:
        examples: as they stand by now, in their order.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self.path = path
        self.shown = shown
        self._before = path.read_bytes().decode("utf-8") if path.is_file() else None
        self._lines = Lines(self._before or _EMPTY)
        self.examples = list(parse_rasa_yaml(self._before, path, shown).examples) if self._before is not None else []
        self._expected = Counter(map(all_said, self.examples))

    def add(self, wanted: Example, marked: str) -> None:
        """Puts an example after the last one of its intent."""
        self._expected[all_said(wanted)] += 1
        of_intent = [example for example in self.examples if example.intent == wanted.intent]
        if not of_intent:
            self._add_section(wanted, marked)
            return
        last = max(example.place.line for example in of_intent)
        line, indent = self._lines.line(last), self._lines.indent(last)
        if self._is_block(last):
            self._insert(last, wanted, f"{' ' * indent}- {marked}")
        elif line.lstrip().startswith("- text:"):
            end = self._lines.last_of_item(last, indent)
            self._insert(end, wanted, f"{' ' * indent}- text: |", f"{' ' * (indent + 4)}{marked}")
        else:
            raise CannotPlace(where=Place(self.shown, last), what="an example")

    def replace(self, example: Example, wanted: Example, marked: str) -> None:
        """Puts an example in the place of another of the same intent; what stands beside it in the file stays.

        Raises:
            CannotPlace: the example is written in a form that cannot be edited.
        """
        self._expected = self._expected - Counter([all_said(example)]) + Counter([all_said(wanted)])
        number, indent = example.place.line, self._lines.indent(example.place.line)
        if self._is_block(number):
            self._lines.replace(number, f"{' ' * indent}- {marked}")
        elif self._lines.line(number).lstrip().startswith("- text:"):
            last = number
            while self._lines.indent(last + 1) > indent + 2 and self._lines.line(last + 1).strip():
                last += 1
            for _ in range(last - number):
                self._delete(number + 1)
            self._lines.replace(number, f"{' ' * indent}- text: |")
            self._lines.insert_after(number, f"{' ' * (indent + 4)}{marked}")
            self._shift(number, 1)
        else:
            raise CannotPlace(where=Place(self.shown, number), what="an example")
        place = self.examples.index(example)
        self.examples[place] = replace(wanted, place=example.place)

    def remove(self, example: Example) -> bool:
        """Takes an example out, unless it is the last of its intent or not a line of its own; returns whether it did."""
        others = [one for one in self.examples if one.intent == example.intent and one is not example]
        if not others or not self._is_block(example.place.line):
            return False
        self.delete(example)
        return True

    def delete(self, example: Example) -> None:
        """Takes an example out, in whatever form it is written; with the last one of a section the section goes.

        Raises:
            CannotPlace: it is written in a form that cannot be edited.
        """
        number = example.place.line
        section = self._section(number)
        is_last = not any(one is not example and self._section(one.place.line) == section for one in self.examples)
        first = section if is_last else number
        if not first or not (is_last or self._is_block(number) or self._lines.line(number).lstrip().startswith("- text:")):
            raise CannotPlace(where=Place(self.shown, number), what="an example")
        last = number if self._is_block(number) and not is_last else self._lines.last_of_item(first, self._lines.indent(first))
        self._expected -= Counter([all_said(example)])
        self.examples = [one for one in self.examples if one is not example]
        for _ in range(last - first + 1):
            self._delete(first)
        if is_last and first <= len(self._lines) and not (self._lines.line(first - 1) + self._lines.line(first)).strip():
            self._delete(first)  # one empty line between sections is enough

    def edit(self) -> FileEdit | None:
        """Returns the edit, once it has been read back and found to say what was meant; None when nothing has changed.

        Raises:
            CannotPlace: it would say something else.
        """
        after = str(self._lines)
        if after == (self._before or _EMPTY):
            return None
        try:
            found = Counter(map(all_said, parse_rasa_yaml(after, self.path, self.shown).examples))
        except SourceError as error:
            raise CannotPlace(where=Place(self.shown), what="an example") from error
        if found != self._expected:
            raise CannotPlace(where=Place(self.shown), what="an example")
        return FileEdit(self.path, self.shown, self._before, after)

    # --- lines

    def _is_block(self, number: int) -> bool:
        """Whether a line is one of the lines of a block of examples, and nothing else."""
        line = self._lines.line(number).strip()
        return line.startswith("- ") and not line.startswith(("- text:", "- intent:", "- |"))

    def _section(self, number: int) -> int:
        """The line where the section of an example begins; 0 when it cannot be told."""
        return next((n for n in range(number, 0, -1) if self._lines.line(n).lstrip().startswith("- intent:")), 0)

    def _insert(self, after: int, wanted: Example, *lines: str) -> None:
        self._lines.insert_after(after, *lines)
        self._shift(after, len(lines))
        self.examples.append(replace(wanted, place=Place(self.shown, after + 1)))

    def _delete(self, number: int) -> None:
        self._lines.delete(number)
        self._shift(number, -1)

    def _shift(self, after: int, by: int) -> None:
        """Moves the places of what stands below a line."""
        below = (one.place.line > after for one in self.examples)
        self.examples = [
            replace(one, place=Place(one.place.path, one.place.line + by)) if is_below else one
            for one, is_below in zip(self.examples, below, strict=True)
        ]

    def _add_section(self, wanted: Example, marked: str) -> None:
        """Puts a new section after the last of the file's, indented as that one."""
        if self.examples:
            last = max(example.place.line for example in self.examples)
            start = self._section(last)
            if not start:
                raise CannotPlace(where=Place(self.shown, last), what="a new intent")
            dash, end = self._lines.indent(start), self._lines.last_of_item(start, self._lines.indent(start))
        elif self._before is None:
            dash, end = 0, len(self._lines)
        else:
            raise CannotPlace(where=Place(self.shown), what="a new intent")
        pad = " " * dash
        lines = ("", f"{pad}- intent: {wanted.intent}", f"{pad}  examples: |", f"{pad}    - {marked}")
        self._lines.insert_after(end, *lines)
        self._shift(end, len(lines))
        self.examples.append(replace(wanted, place=Place(self.shown, end + len(lines))))

"""Puts lines into YAML that people wrote, and leaves every other byte as it is.

A round trip through a YAML library keeps comments, but not how values were quoted, indented and broken; a diff would show lines
that nobody meant to change.
"""

from __future__ import annotations


class Lines:
    """The text of a file as lines, numbered from 1, with the line ends that the file has; its text again as ``str``."""

    def __init__(self, text: str) -> None:
        self._return = "\r" if "\r\n" in text else ""
        self._is_closed = not text or text.endswith("\n")
        body = text.removesuffix("\n")
        self._lines = body.split("\n") if body else []

    def __str__(self) -> str:
        return "\n".join(self._lines) + ("\n" if self._is_closed and self._lines else "")

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, number: int) -> str:
        """Returns a line; empty past the end."""
        return self._lines[number - 1].removesuffix("\r") if 0 < number <= len(self._lines) else ""

    def indent(self, number: int) -> int:
        """Returns how many spaces a line begins with."""
        line = self.line(number)
        return len(line) - len(line.lstrip(" "))

    def insert_after(self, number: int, *lines: str) -> None:
        """Puts lines after a line."""
        new = [line + self._return for line in lines]
        if number == len(self._lines) and number and not self._is_closed and self._return:
            self._lines[-1] += self._return  # the last line of a file without an end has none
            new[-1] = new[-1].removesuffix(self._return)
        self._lines[number:number] = new

    def replace(self, number: int, line: str) -> None:
        """Puts a line in the place of another."""
        self._lines[number - 1] = line + self._return

    def delete(self, number: int) -> None:
        """Takes a line out."""
        del self._lines[number - 1]

    def last_of_item(self, first: int, dash: int) -> int:
        """Returns the last line with content of the list item that begins on a line.

        Args:
            first: the line.
            dash: column of the item's dash; the item goes on as long as lines are indented deeper.
        """
        last = first
        for number in range(first + 1, len(self._lines) + 1):
            line = self.line(number)
            if not line.strip():
                continue
            if self.indent(number) <= dash:
                break
            if not line.lstrip().startswith("#") or self._goes_on(number, dash):
                last = number
        return last

    def _goes_on(self, number: int, dash: int) -> bool:
        """Whether content of the same item follows a comment."""
        for later in range(number + 1, len(self._lines) + 1):
            if self.line(later).strip() and not self.line(later).lstrip().startswith("#"):
                return self.indent(later) > dash
        return False

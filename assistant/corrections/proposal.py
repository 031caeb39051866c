"""What a correction would change: edits of files as values, shown as a diff before anything is written."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One file as it is and as it would be.

    Attributes:
        path: the file.
        shown: how people see the path.
        before: its text; None: there is no such file yet.
        after: its text once the edit is applied.
    """

    path: Path
    shown: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a correction would change.

    Attributes:
        title: what it does, in a clause.
        edits: one for each file; none when all is as it should be already.
        notes: what a person should know before they agree.
    """

    title: str
    edits: tuple[FileEdit, ...] = ()
    notes: tuple[str, ...] = ()

    def diff(self) -> Iterator[str]:
        """Yields the lines of a unified diff over all files."""
        for edit in self.edits:
            before = (edit.before or "").splitlines()
            source = edit.shown if edit.before is not None else "/dev/null"
            yield from difflib.unified_diff(before, edit.after.splitlines(), source, edit.shown, lineterm="", n=2)

    def joined(self, other: Proposal) -> Proposal:
        """Returns both as one, the other's edits made to what this one leaves; they must not touch the same file."""
        return Proposal(f"{self.title}; {other.title}", self.edits + other.edits, self.notes + other.notes)

    def as_json(self) -> dict[str, Any]:
        """Returns the proposal as JSON for programs."""
        files = [edit.shown for edit in self.edits]
        return {"title": self.title, "files": files, "notes": list(self.notes), "diff": list(self.diff())}

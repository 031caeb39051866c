"""What validation reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that validation found. An error keeps the project from working; a warning is worth a look."""

    is_error: bool
    code: str
    where: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return (
            f"{'error' if self.is_error else 'warning'} {self.code} {self.where}: {self.what}{f'; {self.fix}' if self.fix else ''}"
        )

    def as_json(self) -> dict[str, Any]:
        """Returns the finding as JSON."""
        return {"error": self.is_error, "code": self.code, "where": self.where, "what": self.what, "fix": self.fix}

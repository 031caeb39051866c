"""Regexes of training data: RE2, linear in the text; what it cannot take is matched by backtracking, for a limited time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadPattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.nlu.training_data import NamedPattern
    from assistant.nlu.words import Span

DEADLINE_S = 0.05
"""So long may all backtracking patterns together search one text; what they found until then is kept."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern, whatever matches it. Made by `compiled`.

    Attributes:
        machine: the compiled pattern.
        backtracks: whether it needs a deadline.
    """

    machine: Any
    backtracks: bool

    def spans(self, text: str, plain: bytes | None = None, deadline_s: float = DEADLINE_S) -> Iterator[Span]:
        """Yields where the pattern matches, empty matches left out.

        Args:
            text: the text.
            plain: the same where it is ASCII alone, as RE2 reads it: nothing is then to be reckoned from bytes to characters.
            deadline_s: so long may a pattern search that backtracks; above 0.
        """
        try:
            if self.backtracks:
                found = self.machine.finditer(text, timeout=deadline_s)
            else:
                found = self.machine.finditer(text if plain is None else plain)
            yield from (match.span() for match in found if match.end() > match.start())
        except TimeoutError:
            return


def compiled(pattern: str) -> Pattern:
    """Returns a pattern ready to be matched, whatever the case.

    Raises:
        ValueError: it is no regular expression.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        return Pattern(re2.compile(pattern, options), backtracks=False)
    except Exception:  # noqa: BLE001 (the library's error class has no public name in all its versions)
        return Pattern(_backtracking(pattern), backtracks=True)


def check_pattern(pattern: NamedPattern) -> None:
    """Checks that a pattern can be used.

    Raises:
        BadPattern: it is no regular expression, or one too large.
    """
    try:
        compiled(pattern.pattern)
    except ValueError as error:
        raise BadPattern(where=pattern.place, name=pattern.name, why=str(error)) from error


def _backtracking(pattern: str) -> Any:
    import regex

    try:
        return regex.compile(pattern, regex.IGNORECASE)
    except (regex.error, OverflowError, MemoryError, RecursionError) as error:
        raise ValueError(str(error) or type(error).__name__) from error

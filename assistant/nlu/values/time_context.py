"""The tokens of a text and the moment that it was said at: what every reader of dates needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal, TypeAlias

from assistant.nlu.values.calendar import Time, add, day_of, floor, instant
from assistant.nlu.values.numerals import word_at
from assistant.nlu.values.time_words import LAST, NEXT, THIS
from assistant.nlu.values.tokens import NUMBER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.tokens import Token

DateOrder: TypeAlias = Literal["dmy", "mdy"]
Read: TypeAlias = tuple[Time, int]
"""A time, and the index of the token behind it."""

YEARS = range(1900, 2100)
DAYS_OF_MONTH = range(1, 32)


@dataclass(frozen=True, slots=True)
class Context:
    """What is read, and when it was said.

    Attributes:
        tokens: of the text.
        now: local and naive.
        zone: of now.
        order: whether ``3/4`` is the third of April or the fourth of March.
    """

    tokens: Sequence[Token]
    now: datetime
    zone: tzinfo | None
    order: DateOrder

    @property
    def today(self) -> datetime:
        """The start of today."""
        return floor(self.now, "day")

    def word(self, i: int) -> str:
        """Returns the word or sign at a place, and nothing behind the end."""
        return word_at(self.tokens, i)

    def day(self, n: int) -> Time:
        """Returns the day n days after today."""
        return instant(self.today + timedelta(days=n), "day")

    def date(self, year: int | None, month: int, day: int) -> Time | None:
        """Returns a day; without a year the next one from today on, and each year again."""
        if year is not None:
            at = day_of(year, month, day)
            return instant(at, "day") if at else None
        for ahead in range(9):  # 29 February comes within eight years
            at = day_of(self.now.year + ahead, month, day)
            if at is not None and at >= self.today:
                return instant(at, "day", ("year", 4 if (month, day) == (2, 29) else 1))
        return None

    def nearest_weekday(self, weekday: int, n: int) -> Time:
        """Returns the weekday after today, or with n below zero the one before it."""
        distance = (weekday - self.now.weekday() - 1) % 7 + 1 if n >= 0 else -((self.now.weekday() - weekday - 1) % 7 + 1)
        return instant(self.today + timedelta(days=distance), "day", ("week", 1) if n == 0 else None)

    def month_from(self, month: int, n: int) -> Time:
        """Returns the month as it comes next, this month included; with n below zero as it was last."""
        start = datetime(self.now.year, month, 1)  # noqa: DTZ001
        this = floor(self.now, "month")
        if n < 0:
            return instant(start if start < this else add(start, "year", -1), "month")
        is_past = start < this or (n > 0 and start == this)
        return instant(add(start, "year", 1) if is_past else start, "month", None if n else ("year", 1))

    def year(self, i: int) -> tuple[int | None, int]:
        """Returns the year at token i, if one stands there, and the index behind it."""
        at = i + 1 if self.word(i) in {",", "of"} else i
        if at < len(self.tokens) and self.tokens[at].kind == NUMBER and not self.tokens[at].is_glued:
            token = self.tokens[at]
            if len(token.text) == 4 and token.value in YEARS:  # noqa: PLR2004
                return int(token.value or 0), at + 1
        if self.word(at) in NEXT | LAST | THIS and self.word(at + 1) == "year":
            return self.now.year + direction(self.word(at)), at + 2
        return None, i


def direction(word: str) -> int:
    """Returns 1 for ``next``, -1 for ``last``, and 0 for other words."""
    return 1 if word in NEXT else -1 if word in LAST else 0

"""Finds times: joins dates with times of day, and two of them to an interval: ``tomorrow at 5pm``, ``from monday to friday``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant.nlu.values.calendar import Time, add, floor, instant, interval
from assistant.nlu.values.find import Find
from assistant.nlu.values.numerals import word_at
from assistant.nlu.values.time_clock import ClockTime, read_clock, read_part_of_day
from assistant.nlu.values.time_context import YEARS, Context
from assistant.nlu.values.time_days import read_day
from assistant.nlu.values.time_tense import is_said_of_the_past
from assistant.nlu.values.time_words import STARTS, VOCABULARY
from assistant.nlu.values.tokens import NUMBER, SIGN, WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.nlu.values.time_context import DateOrder, Read
    from assistant.nlu.values.tokens import Token

DIMENSION = "time"
_JOINTS = frozenset({"to", "until", "till", "through", "thru", "-", "\u2013"})
_OPEN = {"until": "to", "till": "to", "before": "to", "after": "from", "since": "from", "from": "from"}
_LEADS = frozenset({*_OPEN, "by", "at", "the"})
_N_VALUES = 3
_EVENING = 18
_SMALL_HOURS = 5
_MOST_OF_A_PART = 60
"""Days of months, hours and minutes are numbers below."""


def may_name_a_time(tokens: Sequence[Token]) -> bool:
    """Says whether a text may name a time: no word of one is in most, and no number as small as an hour or like a year."""
    for token in tokens:
        if token.kind == NUMBER:
            if token.value is not None and (token.value < _MOST_OF_A_PART or YEARS.start <= token.value < YEARS.stop):
                return True
        elif token.kind != SIGN and (token.kind != WORD or token.text.removesuffix("'s") in VOCABULARY):
            return True
    return False


def find_times(
    tokens: Sequence[Token], now: datetime, order: DateOrder, *, has_inner: bool = False, looks_back: bool = False
) -> list[Find]:
    """Returns all times.

    Args:
        tokens: of a text.
        now: the moment that ``today`` and ``in 3 days`` are reckoned from, with its zone.
        order: of day and month in figures.
        has_inner: whether ``friday`` is wanted beside ``by friday``.
        looks_back: whether ``friday`` is the last one where the words around it speak of the past; Duckling's is always the next.
    """
    reader = _PhraseReader(Context(tokens, now.replace(tzinfo=None), now.tzinfo, order))
    finds: list[Find] = []
    i = 0
    while i < len(tokens):
        if not _may_start(tokens[i]):  # most words, and trying each form of a time on them would take most of the work
            i += 1
            continue
        try:
            read = reader.read(i)
        except (OverflowError, ValueError):  # no calendar reaches so far
            read = None
        if read is None:
            i += 1
            continue
        time, behind = read
        if looks_back and is_said_of_the_past(tokens, i, behind):
            time = time.before(now.replace(tzinfo=None))
        finds.append(Find(DIMENSION, tokens[i].start, tokens[behind - 1].end, _info(time, now)))
        if has_inner and word_at(tokens, i) in _LEADS and (inner := reader.read(i + 1)) is not None:
            finds.append(Find(DIMENSION, tokens[i + 1].start, tokens[inner[1] - 1].end, _info(inner[0], now)))
        i = behind
    return finds


def _may_start(token: Token) -> bool:
    return token.kind not in {WORD, SIGN} or token.text in STARTS or token.text.removesuffix("'s") in STARTS


@dataclass(frozen=True, slots=True)
class _PhraseReader:
    context: Context
    _moments: dict[int, Read | None] = field(default_factory=dict)

    @property
    def tokens(self) -> Sequence[Token]:
        return self.context.tokens

    @property
    def _local(self) -> datetime:
        return self.context.now

    def read(self, i: int) -> Read | None:
        """Returns the longest time that starts at token i, intervals first."""
        found = self._interval(i)
        return found if found is not None else self._moment(i)

    # --- one moment -------------------------------------------------------------------------------------------------------------

    def _moment(self, i: int) -> Read | None:
        if i not in self._moments:  # intervals look for one first, and most often there is one or none of either
            may_start = i < len(self.tokens) and _may_start(self.tokens[i])
            self._moments[i] = (self._day_first(i) or self._clock_first(i)) if may_start else None
        return self._moments[i]

    def _day(self, i: int) -> Read | None:
        if i >= len(self.tokens):
            return None
        return read_day(self.context, i)

    def _day_first(self, i: int) -> Read | None:
        """Reads ``tomorrow``, ``tomorrow at 5pm``, ``friday, 15:00``, ``yesterday evening``, ``last night``."""
        if word_at(self.tokens, i) == "last" and word_at(self.tokens, i + 1) == "night":
            start = floor(self._local, "day") - timedelta(hours=6)
            return interval(start, start + timedelta(hours=6), "hour"), i + 2
        day = self._day(i)
        if day is None:
            return None
        time, behind = day
        if time.grain != "day" or time.is_interval or time.start is None:
            return day
        at = behind + 1 if word_at(self.tokens, behind) in {",", "for", "from"} else behind
        part = read_part_of_day(self.tokens, at, is_led=True)
        clock = read_clock(self.tokens, part[1] if part else at)
        if clock is None and at > behind:
            clock = None
        if clock is None:
            return (self._placed(part[0], time), part[1]) if part else day
        return self._placed(_in_part(clock[0], part[0]) if part else clock[0], time), clock[1]

    def _clock_first(self, i: int) -> Read | None:
        """Reads ``5pm``, ``at 5 tomorrow``, ``15:00 on friday``, ``this morning``."""
        clock = read_clock(self.tokens, i) or read_part_of_day(self.tokens, i)
        if clock is None:
            return None
        if clock[0].hours and (inner := read_clock(self.tokens, clock[1])) is not None:  # tonight at 9
            return self._tonight(inner[0], clock[0]), inner[1]
        at = clock[1] + 1 if word_at(self.tokens, clock[1]) in {"on", ",", "of"} else clock[1]
        day = self._day(at)
        if day is not None and day[0].grain == "day" and not day[0].is_interval:
            time, behind = clock[0], day[1]
            part = read_part_of_day(self.tokens, behind, is_led=True)
            if part is not None and time.is_half_open:
                time, behind = _in_part(time, part[0]), part[1]
            return self._placed(time, day[0]), behind
        if word_at(self.tokens, clock[1]) == "tonight" or (
            word_at(self.tokens, clock[1]) == "this" and read_part_of_day(self.tokens, clock[1])
        ):
            part = read_part_of_day(self.tokens, clock[1])
            if part is not None:
                today = instant(floor(self._local, "day"), "day")
                return self._placed(clock[0], today), part[1]
        found = self._next(clock[0])
        return replace(found, step=None) if word_at(self.tokens, i) in {"this", "tonight"} else found, clock[1]

    def _tonight(self, clock: ClockTime, part: ClockTime) -> Time:
        """Returns the time in a part of today; ``tonight at 1``, or at midnight, is when the next day has begun."""
        is_over = part.hour >= _EVENING and clock.hour % 12 < _SMALL_HOURS and (clock.is_half_open or not clock.hour)
        day = instant(floor(self._local, "day") + timedelta(days=is_over), "day")
        chosen = replace(clock, hour=clock.hour % 12, is_half_open=False) if is_over else _in_part(clock, part)
        return self._placed(chosen, day)

    def _placed(self, clock: ClockTime, day: Time) -> Time:
        """Returns the time on a day."""
        start = (day.start or self._local).replace(hour=clock.hour, minute=clock.minute, second=clock.second)
        if clock.hours:
            return interval(start, start + timedelta(hours=clock.hours), "hour", day.step)
        return instant(start, clock.grain, day.step)

    def _next(self, clock: ClockTime) -> Time:
        """Returns the time as it comes next; parts of the day are today's."""
        placed = self._placed(clock, instant(floor(self._local, "day"), "day"))
        if clock.hours:
            return replace(placed, step=("day", 1))
        hours = 12 if clock.is_half_open else 24
        while placed.end is not None and placed.start is not None and placed.end <= self._local:
            placed = instant(placed.start + timedelta(hours=hours), clock.grain)
        if clock.is_half_open and placed.start is not None and placed.start - timedelta(hours=12) >= self._local:
            placed = instant(placed.start - timedelta(hours=12), clock.grain)
        return replace(placed, step=("hour", hours))

    # --- intervals --------------------------------------------------------------------------------------------------------------

    def _interval(self, i: int) -> Read | None:
        word = word_at(self.tokens, i)
        if word in {"from", "between"}:
            closed = self._closed(i + 1, joints=frozenset({"and"}) if word == "between" else _JOINTS)
            if closed is not None:
                return closed
        elif (closed := self._closed(i, joints=_JOINTS)) is not None:
            return closed
        if word == "by":
            moment = self._moment(i + 1)
            if moment is None or moment[0].start is None:
                return None
            end = moment[0].end if moment[0].is_interval or moment[0].grain == "day" else moment[0].start
            return interval(floor(self._local, "second"), end, "second"), moment[1]
        if word in _OPEN:
            moment = self._moment(i + 1)
            if moment is None or moment[0].start is None:
                return None
            time = moment[0]
            if word == "since" and time.step is not None and time.step[0] in {"week", "month", "year"}:
                time = time.before(self._local)
            if _OPEN[word] == "from":
                return interval(time.start, None, time.grain, time.step), moment[1]
            return interval(None, time.start, time.grain, time.step), moment[1]
        return None

    def _closed(self, i: int, *, joints: frozenset[str]) -> Read | None:
        """Reads ``monday to friday``, ``July 13-15``, ``3-4pm``, ``13 to 15 july``."""
        first = self._moment(i)
        if first is None:
            return self._second_decides(i, joints)
        if word_at(self.tokens, first[1]) not in joints or first[0].is_interval:
            return None
        at = first[1] + 1
        second = self._moment(at) or self._bare_end(first[0], at)
        if second is None or second[0].start is None or first[0].start is None or (first[0].step and second[0].is_interval):
            return None
        return self._between(first[0], second[0], second[1])

    def _second_decides(self, i: int, joints: frozenset[str]) -> Read | None:
        """Reads a bare number before the joint as what stands behind it: an hour or a day of the month."""
        if i + 2 >= len(self.tokens) or self.tokens[i].kind != NUMBER or self.tokens[i].is_glued:
            return None
        joint = i + 2 if self.tokens[i + 1].is_glued and word_at(self.tokens, i + 1) in {"st", "nd", "rd", "th"} else i + 1
        if word_at(self.tokens, joint) not in joints:
            return None
        second = self._moment(joint + 1)
        number = self.tokens[i].value
        if second is None or second[0].start is None or number is None or not number.is_integer():
            return None
        start = second[0].start
        try:
            if second[0].grain == "day" and 1 <= number <= start.day:
                return self._between(instant(start.replace(day=int(number)), "day"), second[0], second[1])
            if second[0].grain in {"hour", "minute"} and 0 <= number <= 12:  # noqa: PLR2004
                hour = int(number) % 12 + (12 if start.hour >= 12 else 0)  # noqa: PLR2004
                first = start.replace(hour=hour, minute=0)
                return self._between(instant(first if first < start else first - timedelta(hours=12), "hour"), second[0], second[1])
        except ValueError:
            return None
        return None

    def _bare_end(self, first: Time, i: int) -> Read | None:
        """Reads a bare number behind the joint: ``July 13-15``, ``8am until 6``."""
        if i >= len(self.tokens) or self.tokens[i].kind != NUMBER or first.start is None:
            return None
        number = self.tokens[i].value
        if number is None or not number.is_integer():
            return None
        behind = i + 2 if word_at(self.tokens, i + 1) in {"st", "nd", "rd", "th"} else i + 1
        if first.grain == "day" and first.start.day < number <= 31:  # noqa: PLR2004
            try:
                return instant(first.start.replace(day=int(number)), "day"), behind
            except ValueError:
                return None
        if first.grain in {"hour", "minute"} and 1 <= number <= 12:  # noqa: PLR2004
            at = first.start.replace(hour=int(number) % 12, minute=0)
            while at <= first.start:
                at += timedelta(hours=12)
            return instant(at, "hour"), behind
        return None

    def _between(self, first: Time, second: Time, behind: int) -> Read | None:
        """Returns the interval from the start of the first to the end of the second, which comes after it."""
        start, end, grain = first.start, second.end, second.grain
        if start is None or end is None or second.start is None:
            return None
        if first.step is not None and first.step[0] == "hour" and second.step != first.step:  # 9:30 to 11:00 on thursday
            start = datetime.combine(second.start.date(), start.time())
            start -= timedelta(hours=12 if start >= second.start and first.step[1] == 12 else 0)  # noqa: PLR2004
        if (
            first.grain != second.grain
            and "minute" in {first.grain, second.grain}
            and {first.grain, second.grain} <= {"hour", "minute"}
        ):
            grain = "minute"
        unit = {"hour": ("hour", 12), "minute": ("hour", 12), "day": ("week", 1)}.get(second.grain)
        for _ in range(53):
            if end > start or unit is None or first.step is None:
                break
            end = add(end, *unit)
        return (interval(start, end, grain), behind) if end > start else None


def _in_part(clock: ClockTime, part: ClockTime) -> ClockTime:
    """Returns a time before or after noon as the part of the day says."""
    if not clock.is_half_open:
        return clock
    return replace(clock, hour=clock.hour % 12 + (12 if part.hour >= 12 else 0), is_half_open=False)  # noqa: PLR2004


def _info(time: Time, now: datetime) -> dict[str, Any]:
    """Returns a time as Duckling's JSON: the value, and up to three of them where it comes again."""
    values = [_value(time.moved(times), now) for times in range(_N_VALUES if time.step else 1)]
    return {"values": values} | values[0]


def _value(time: Time, now: datetime) -> dict[str, Any]:
    if not time.is_interval:
        return {"value": _written(time.start, now), "grain": time.grain, "type": "value"}
    sides = {"from": time.start, "to": time.end}
    return {side: {"value": _written(at, now), "grain": time.grain} for side, at in sides.items() if at is not None} | {
        "type": "interval"
    }


def _written(at: datetime | None, now: datetime) -> str:
    """Returns a local time with the offset that its zone has then: ``2013-02-13T00:00:00.000-02:00``."""
    zoned = (at or now).replace(tzinfo=now.tzinfo)
    return zoned.isoformat(timespec="milliseconds")

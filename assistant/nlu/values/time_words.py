"""The English words that times are made of."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from assistant.nlu.values.durations import UNIT_WORDS
from assistant.nlu.values.numerals import NUMBER_WORDS
from assistant.nlu.values.tokens import word_list


class AfterEaster(NamedTuple):
    """So many days after Easter Sunday."""

    days: int


class OnWeekday(NamedTuple):
    """So many days after the n-th weekday (Monday is 0) of a month."""

    month: int
    weekday: int
    n: int
    days: int


Holiday: TypeAlias = AfterEaster | OnWeekday | tuple[int, int]
"""When a holiday is; a pair is month and day."""

WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "monday mondays mon",
            "tuesday tuesdays tue tues",
            "wednesday wednesdays wed weds",
            "thursday thursdays thu thur thurs",
            "friday fridays fri",
            "saturday saturdays sat",
            "sunday sundays sun",
        )
    )
    for word in words.split()
}
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for word in words.split()
}
# Words that mean something else too: they name a time only where a word before them says so, or more of a date stands beside them.
DOUBTFUL = frozenset({"mon", "wed", "sat", "sun", "may", "mar", "jan", "second", "spring", "fall"})
LEADS = word_list(
    "on in by since until till before after from next last this past previous of coming during every each for between"
)

NEXT = frozenset({"next", "following", "coming", "upcoming"})
LAST = frozenset({"last", "past", "previous"})
THIS = frozenset({"this", "current"})

# First hour, hours: the hours of the parts of a day.
PARTS_OF_DAY = {
    "morning": (4, 8),
    "lunch": (12, 2),
    "lunchtime": (12, 2),
    "afternoon": (12, 7),
    "evening": (18, 6),
    "night": (18, 6),
    "tonight": (18, 6),
}
NAMED_HOURS = {"noon": 12, "midday": 12, "midnight": 0}

# First month and day; the end is the start of the next.
SEASONS = {"spring": (3, 20), "summer": (6, 21), "autumn": (9, 22), "fall": (9, 22), "winter": (12, 21)}

HOLIDAYS: dict[tuple[str, ...], Holiday] = {
    ("christmas",): (12, 25),
    ("xmas",): (12, 25),
    ("christmas", "day"): (12, 25),
    ("christmas", "eve"): (12, 24),
    ("boxing", "day"): (12, 26),
    ("st", "stephen's", "day"): (12, 26),
    ("new", "year's"): (1, 1),
    ("new", "year's", "day"): (1, 1),
    ("new", "years", "day"): (1, 1),
    ("new", "year's", "eve"): (12, 31),
    ("new", "years", "eve"): (12, 31),
    ("valentine's",): (2, 14),
    ("valentine's", "day"): (2, 14),
    ("valentines", "day"): (2, 14),
    ("st", "patrick's", "day"): (3, 17),
    ("halloween",): (10, 31),
    ("good", "friday"): AfterEaster(-2),
    ("easter",): AfterEaster(0),
    ("easter", "sunday"): AfterEaster(0),
    ("easter", "monday"): AfterEaster(1),
    ("labour", "day"): (5, 1),
    ("independence", "day"): (7, 4),
    ("thanksgiving",): OnWeekday(11, 3, 4, 0),
    ("thanksgiving", "day"): OnWeekday(11, 3, 4, 0),
    ("black", "friday"): OnWeekday(11, 3, 4, 1),
    ("cyber", "monday"): OnWeekday(11, 3, 4, 4),
}
LONGEST_HOLIDAY = max(len(words) for words in HOLIDAYS)
HOLIDAY_STARTS = frozenset(words[0] for words in HOLIDAYS)

VOCABULARY = (
    frozenset(WEEKDAYS)
    | frozenset(MONTHS)
    | frozenset(UNIT_WORDS)
    | frozenset(PARTS_OF_DAY)
    | frozenset(NAMED_HOURS)
    | frozenset(SEASONS)
    | NUMBER_WORDS
    | HOLIDAY_STARTS
    | word_list("now today tomorrow tomorrow's yesterday yesterday's tonight weekend weekends fortnight eod eom eoy half quarter")
)
"""A text with none of these and no figure names no time."""

STARTS = (
    VOCABULARY
    | NEXT
    | LAST
    | THIS
    | word_list("a after an at before beginning between by during end for from in just right since start the till until within @")
)
"""A time starts with one of these, or with figures."""

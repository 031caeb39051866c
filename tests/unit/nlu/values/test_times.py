from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from assistant.nlu.overlaps import DUCKLING_EXTRACTOR
from assistant.nlu.values.extractor import ValueExtractor
from tests.unit.nlu.values.clock import clock

TIMES = ValueExtractor({"time": "time"}, clock=clock)
AMERICAN = ValueExtractor({"time": "time"}, date_order="mdy", clock=clock)


def short(info: dict[str, Any]) -> str:
    """The value without its zone and what is zero in it, and the grain."""
    if info["type"] == "value":
        return f"{info['value'][:19].removesuffix(':00').removesuffix('T00:00')} {info['grain']}"
    return " ".join(f"{side} {short(info[side] | {'type': 'value'})}" for side in ("from", "to") if side in info)


def read(text: str, extractor: ValueExtractor = TIMES) -> list[tuple[str, str]]:
    return [(text[e.start : e.end], short(dict(e.additional_info or {}))) for e in extractor.extract(text)]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("now", "2024-03-12T10:30:15 second"),
        ("today", "2024-03-12 day"),
        ("tomorrow", "2024-03-13 day"),
        ("the day after tomorrow", "2024-03-14 day"),
        ("day before yesterday", "2024-03-10 day"),
        ("Friday", "2024-03-15 day"),
        ("tuesday", "2024-03-19 day"),
        ("next friday", "2024-03-15 day"),
        ("last friday", "2024-03-08 day"),
        ("friday next week", "2024-03-22 day"),
        ("friday after next", "2024-03-22 day"),
        ("friday 22 march", "2024-03-22 day"),
        ("Friday, the 22nd", "2024-03-22 day"),
        ("friday the 14th", "2024-06-14 day"),
        ("the 20th", "2024-03-20 day"),
        ("the 5th", "2024-04-05 day"),
        ("the 5th of next month", "2024-04-05 day"),
        ("5th of april", "2024-04-05 day"),
        ("april 5th", "2024-04-05 day"),
        ("march 3rd, 2025", "2025-03-03 day"),
        ("Sept. 4", "2024-09-04 day"),
        ("twenty-first of may", "2024-05-21 day"),
        ("29 february", "2028-02-29 day"),
        ("2024-05-06", "2024-05-06 day"),
        ("6/5/2024", "2024-05-06 day"),
        ("24.12.24", "2024-12-24 day"),
        ("12/24/2024", "2024-12-24 day"),
        ("24/12", "2024-12-24 day"),
        ("10/2025", "2025-10-01 month"),
        ("june", "2024-06-01 month"),
        ("last june", "2023-06-01 month"),
        ("next march", "2025-03-01 month"),
        ("june 2025", "2025-06-01 month"),
        ("next week", "2024-03-18 week"),
        ("last month", "2024-02-01 month"),
        ("this year", "2024-01-01 year"),
        ("third quarter of 2025", "2025-07-01 quarter"),
        ("in 3 days", "2024-03-15T10:00 hour"),
        ("in two weeks", "2024-03-26 day"),
        ("in half an hour", "2024-03-12T11:00:15 second"),
        ("in an hour and a half", "2024-03-12T12:00:15 second"),
        ("three days ago", "2024-03-09T10:00 hour"),
        ("two months ago", "2024-01-12 day"),
        ("a year ago", "2023-03-01 month"),
        ("3 days before christmas", "2024-12-22 day"),
        ("two weeks from tomorrow", "2024-03-27 day"),
        ("10 days from now", "2024-03-22T10:00 hour"),
        ("christmas", "2024-12-25 day"),
        ("last christmas", "2023-12-25 day"),
        ("New Year\u2019s Eve", "2024-12-31 day"),
        ("good friday", "2024-03-29 day"),
        ("easter monday", "2024-04-01 day"),
        ("thanksgiving 2025", "2025-11-27 day"),
        ("black friday", "2024-11-29 day"),
        ("the last friday of april", "2024-04-26 day"),
        ("first monday of may", "2024-05-06 day"),
        ("last day of the month", "2024-03-31 day"),
        ("second week of june", "2024-06-10 week"),
    ],
)
def test_days_and_longer_times(text: str, meaning: str) -> None:
    assert read(text) == [(text, meaning)]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("5pm", "2024-03-12T17:00 hour"),
        ("at 5.30", "2024-03-12T17:30 minute"),
        ("tomorrow at 17.30", "2024-03-13T17:30 minute"),
        ("tonight at 9", "2024-03-12T21:00 hour"),
        ("tonight at 9:30", "2024-03-12T21:30 minute"),
        ("tonight at 12", "2024-03-13 hour"),
        ("tonight at midnight", "2024-03-13 hour"),
        ("this evening at 6", "2024-03-12T18:00 hour"),
        ("this afternoon at 3", "2024-03-12T15:00 hour"),
        ("this morning at 11", "2024-03-12T11:00 hour"),
        ("5 p.m.", "2024-03-12T17:00 hour"),
        ("9am", "2024-03-13T09:00 hour"),
        ("12am", "2024-03-13 hour"),
        ("9.15 pm", "2024-03-12T21:15 minute"),
        ("17:30", "2024-03-12T17:30 minute"),
        ("9:15", "2024-03-12T21:15 minute"),
        ("09:15", "2024-03-13T09:15 minute"),
        ("at 11", "2024-03-12T11:00 hour"),
        ("half past four", "2024-03-12T16:30 minute"),
        ("a quarter to six", "2024-03-12T17:45 minute"),
        ("ten past 8 am", "2024-03-13T08:10 minute"),
        ("7 o'clock in the evening", "2024-03-12T19:00 hour"),
        ("noon", "2024-03-12T12:00 hour"),
        ("at midnight", "2024-03-13 hour"),
        ("17:30:10", "2024-03-12T17:30:10 second"),
        ("tomorrow at 5pm", "2024-03-13T17:00 hour"),
        ("5pm tomorrow", "2024-03-13T17:00 hour"),
        ("tomorrow afternoon at 5", "2024-03-13T17:00 hour"),
        ("friday, 15:00", "2024-03-15T15:00 minute"),
        ("9:30 am on 1 july", "2024-07-01T09:30 minute"),
        ("8 tonight", "2024-03-12T20:00 hour"),
        ("2024-07-01T08:00", "2024-07-01T08:00 minute"),
        ("2024-07-01T08:00:00Z", "2024-07-01T09:00 second"),
    ],
)
def test_times_of_day(text: str, meaning: str) -> None:
    assert read(text) == [(text, meaning)]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("this morning", "from 2024-03-12T04:00 hour to 2024-03-12T12:00 hour"),
        ("last night", "from 2024-03-11T18:00 hour to 2024-03-12 hour"),
        ("tomorrow evening", "from 2024-03-13T18:00 hour to 2024-03-14 hour"),
        ("in the afternoon", "from 2024-03-12T12:00 hour to 2024-03-12T19:00 hour"),
        ("this weekend", "from 2024-03-15T18:00 hour to 2024-03-18 hour"),
        ("last week-end", "from 2024-03-08T18:00 hour to 2024-03-11 hour"),
        ("the last 3 days", "from 2024-03-09 day to 2024-03-12 day"),
        ("the next two weeks", "from 2024-03-18 week to 2024-04-01 week"),
        ("this summer", "from 2024-06-21 day to 2024-09-22 day"),
        ("end of next week", "from 2024-03-23 day to 2024-03-25 day"),
        ("the end of the month", "from 2024-03-22 day to 2024-04-01 day"),
        ("from monday to friday", "from 2024-03-18 day to 2024-03-23 day"),
        ("mon-fri", "from 2024-03-18 day to 2024-03-23 day"),
        ("13-15 june", "from 2024-06-13 day to 2024-06-16 day"),
        ("June 13th to 15th", "from 2024-06-13 day to 2024-06-16 day"),
        ("1 june until 3 july", "from 2024-06-01 day to 2024-07-04 day"),
        ("between 3 and 5 pm", "from 2024-03-12T15:00 hour to 2024-03-12T18:00 hour"),
        ("11am \u2013 1pm", "from 2024-03-12T11:00 hour to 2024-03-12T14:00 hour"),
        ("from 9:00 to 12:30 on friday", "from 2024-03-15T09:00 minute to 2024-03-15T12:31 minute"),
        ("friday from 9 am to 11 am", "from 2024-03-15T09:00 hour to 2024-03-15T12:00 hour"),
        ("after 6 pm", "from 2024-03-12T18:00 hour"),
        ("since yesterday", "from 2024-03-11 day"),
        ("until friday", "to 2024-03-15 day"),
        ("before june", "to 2024-06-01 month"),
        ("by friday", "from 2024-03-12T10:30:15 second to 2024-03-16 second"),
        ("within 2 weeks", "from 2024-03-12T10:30:15 second to 2024-03-26 second"),
    ],
)
def test_intervals(text: str, meaning: str) -> None:
    assert read(text) == [(text, meaning)]


@pytest.mark.parametrize(
    "text",
    [
        "good morning",
        "i sat down by the sun",
        "may i have it",
        "the second box",
        "the 2nd parcel",
        "at 5 euros",
        "order 12345",
        "1/2 price",
        "version 3.2.1",
        "31/2/2024",
        "25:70",
        "room 1954",
        "a last minute present",
        "192.168.10.12",
        "in 99999999999 years",
        "999999 weeks ago",
        "9" * 400 + " days ago",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert read(text) == []


def test_a_time_is_found_in_the_midst_of_a_message() -> None:
    text = "🙂 my parcel from last friday should have come by 5 pm yesterday, or on 3 march?"
    assert [found for found, _ in read(text)] == ["from last friday", "by 5 pm yesterday", "3 march"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("i ordered it on friday", "2024-03-08"),
        ("on friday my parcel arrived", "2024-03-08"),
        ("it should have been delivered on 3 may", "2023-05-03"),
        ("i paid on the 20th", "2024-02-20"),
        ("it came on 3 march", "2024-03-03"),
        ("can i come on friday", "2024-03-15"),
        ("i bought it but need it on friday", "2024-03-15"),
        ("i ordered it yesterday", "2024-03-11"),
        ("nothing moves since friday", "2024-03-08"),
    ],
)
def test_what_is_said_of_the_past_is_the_last_one(text: str, day: str) -> None:
    (entity,) = TIMES.extract(text)
    info = entity.additional_info or {}
    assert (info.get("from") or info)["value"][:10] == day


def test_duckling_would_look_ahead() -> None:
    (entity,) = ValueExtractor({"time": "time"}, DUCKLING_EXTRACTOR, clock=clock).extract("i ordered it on friday")
    assert entity.value == "2024-03-15T00:00:00.000+00:00"


def test_day_and_month_stand_in_the_order_of_the_place() -> None:
    assert read("3/4/2024") == [("3/4/2024", "2024-04-03 day")]
    assert read("3/4/2024", AMERICAN) == [("3/4/2024", "2024-03-04 day")]
    assert read("24/12/2024", AMERICAN) == [("24/12/2024", "2024-12-24 day")]


def test_the_json_is_that_of_duckling() -> None:
    (day,) = TIMES.extract("today")
    instant = {"value": "2024-03-12T00:00:00.000+00:00", "grain": "day", "type": "value"}
    assert day.additional_info == instant | {"values": [instant]}
    assert day.value == "2024-03-12T00:00:00.000+00:00"
    (since,) = TIMES.extract("since yesterday")
    open_interval = {"from": {"value": "2024-03-11T00:00:00.000+00:00", "grain": "day"}, "type": "interval"}
    assert since.additional_info == open_interval | {"values": [open_interval]}
    assert since.value == {"from": "2024-03-11T00:00:00.000+00:00", "to": None}


def test_what_comes_again_has_three_values() -> None:
    (monday,) = TIMES.extract("monday at 9 am")
    assert [value["value"][:16] for value in (monday.additional_info or {})["values"]] == [
        "2024-03-18T09:00",
        "2024-03-25T09:00",
        "2024-04-01T09:00",
    ]
    (easter,) = TIMES.extract("easter")
    assert len((easter.additional_info or {})["values"]) == 1


def test_offsets_are_those_that_the_zone_has_then() -> None:
    (summer,) = TIMES.extract("1 july")
    assert summer.value == "2024-07-01T00:00:00.000+01:00"


def test_a_zone_of_the_settings_moves_the_clock() -> None:
    utc = datetime(2024, 3, 12, 23, 30, tzinfo=timezone(timedelta(0)))
    there = ValueExtractor({"time": "time"}, timezone="Asia/Tokyo", clock=lambda: utc)
    (today,) = there.extract("today")
    assert today.value == "2024-03-13T00:00:00.000+09:00"

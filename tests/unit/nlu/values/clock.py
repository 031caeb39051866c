"""The moment that all values of these tests are reckoned from: a Tuesday in Dublin, with summer time still to come."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

NOW = datetime(2024, 3, 12, 10, 30, 15, tzinfo=ZoneInfo("Europe/Dublin"))


def clock() -> datetime:
    return NOW

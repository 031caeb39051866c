"""Words what the actions say: days, lists, amounts, states of orders, and addresses that are shown in part only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from .shop import today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .shop import Item, Order

_STATES = {
    "received": "not packed yet",
    "packing": "being packed",
    "shipped": "on its way already",
    "out_for_delivery": "out for delivery today",
    "delayed": "on its way already",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "returned": "back with us",
}


def say_day(day: date | None) -> str:
    """Returns a day as people say it: today, tomorrow, yesterday, else "Tuesday 4 March"; empty for None."""
    if day is None:
        return ""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get((day - today()) // timedelta(days=1), f"{day:%A} {day.day} {day:%B}")


def say_on(day: date | None) -> str:
    """Returns a day with the word before it: "on Tuesday 4 March", but "today"."""
    said = say_day(day)
    return f"on {said}" if " " in said else said


def say_list(words: Sequence[str], last: str = "and") -> str:
    """Returns words as a list: "a", "a and b", "a, b and c"; empty for none."""
    if len(words) < 2:  # noqa: PLR2004 (one word is no list)
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def say_items(items: Sequence[Item]) -> str:
    """Returns what was ordered, with the number of pieces where there are several: "2 x mug and floor lamp"."""
    return say_list([item.product if item.quantity == 1 else f"{item.quantity} x {item.product}" for item in items])


def say_state(order: Order) -> str:
    """Returns how an order is doing, to stand behind "it is"."""
    return _STATES[order.status]


def say_amount(cents: int) -> str:
    """Returns an amount in euros."""
    return f"€{cents / 100:,.2f}"


def masked(email: str) -> str:
    """Returns an e-mail address that its owner recognises and nobody else can use: "j…@example.org"."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"

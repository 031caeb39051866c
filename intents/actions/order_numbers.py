"""Finds the order that a customer means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .shop import open_shop

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from .shop import Order

_NUMBER = re.compile(r"(?<!\d)(?:\d[ .-]?){4}\d(?!\d)")
_LONGEST_SHOWN = 20


def read_order_number(text: str) -> str | None:
    """Returns the five digits of the order number in a text ("#12345", "no. 12 345"), or None when there is none."""
    match = _NUMBER.search(text)
    return re.sub(r"\D", "", match[0]) if match else None


def find_order(value: Any, dispatcher: CollectingDispatcher) -> Order | None:
    """Returns the order that a slot's value names; when there is none, the customer is told so and None is returned."""
    said = str(value or "")
    number = read_order_number(said)
    order = open_shop().order(number) if number else None
    if order is None:
        given = number or "".join(re.findall(r"\d+", said))[:_LONGEST_SHOWN]
        dispatcher.utter_message(response="utter_unknown_order" if given else "utter_no_order_number", given=given)
    return order


def earlier_value(tracker: Tracker, slot: str) -> Any:
    """Returns what a slot held before the latest message; None when it held nothing."""
    before_message = False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            before_message = True
        elif before_message and event.get("event") == "slot" and event.get("name") == slot:
            return event.get("value")
    return None

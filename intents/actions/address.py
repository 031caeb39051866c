"""The form and the action that send an order somewhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import EventType, SlotSet

from .order_numbers import earlier_value, find_order
from .shop import Order, open_shop
from .wording import say_state

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.types import DomainDict

_LEAD_IN = re.compile(
    r"^(?:(?:please|pls)\s+)?(?:send (?:it|them) to|it should go to|deliver (?:it )?to|to|it's|its)\s+", re.IGNORECASE
)
_SHORTEST, _LONGEST = 10, 200
_CLOSED = {"delivered", "cancelled", "returned"}


class ValidateChangeAddressForm(FormValidationAction):
    """Accepts orders that nobody has begun to pack, and addresses that look complete."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "validate_change_address_form"

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict
    ) -> dict[str, Any]:
        """Returns the number of an order that can still be sent elsewhere, else None.

        A five-digit postcode looks like an order number: while the address is asked for, the number stays what it was.
        """
        if tracker.get_slot("requested_slot") == "new_address" and _has_letters(tracker.latest_message.get("text")):
            value = earlier_value(tracker, "order_number") or value
        order = find_order(value, dispatcher)
        if order is not None and not order.is_open:
            _say_locked(order, dispatcher)
            order = None
        return {"order_number": order.number if order else None}

    def validate_new_address(
        self, value: Any, dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: DomainDict
    ) -> dict[str, Any]:
        """Returns the address without the words before it; None when it has no number, no letters or is too short."""
        address = _LEAD_IN.sub("", " ".join(str(value or "").split()))[:_LONGEST].rstrip(" .!")
        if len(address) < _SHORTEST or not re.search(r"\d", address) or not _has_letters(address):
            dispatcher.utter_message(response="utter_address_incomplete")
            return {"new_address": None}
        return {"new_address": address}

    def validate_address_confirmed(
        self, value: Any, _dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: DomainDict
    ) -> dict[str, Any]:
        """Returns the yes or no as it is."""
        return {"address_confirmed": value}


class ActionChangeAddress(Action):
    """Sends an order to the new address, when that was confirmed."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_change_address"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Changes the address unless the answer was no or packing has begun meanwhile; the form starts empty next time."""
        order = find_order(tracker.get_slot("order_number"), dispatcher)
        address = tracker.get_slot("new_address")
        if order is None:
            return [SlotSet("order_number", None), *_emptied()]
        if not tracker.get_slot("address_confirmed") or not address:
            dispatcher.utter_message(response="utter_address_kept", order_number=order.number)
        elif open_shop().change_address(order.number, address):
            dispatcher.utter_message(response="utter_address_changed", order_number=order.number, new_address=address)
        else:
            _say_locked(order, dispatcher)
        return [*_emptied(), SlotSet("known_customer", value=True)]


def _emptied() -> list[EventType]:
    return [SlotSet("new_address", None), SlotSet("address_confirmed", None)]


def _has_letters(text: Any) -> bool:
    return bool(re.search(r"[^\W\d_]", str(text or "")))


def _say_locked(order: Order, dispatcher: CollectingDispatcher) -> None:
    response = "utter_address_closed" if order.status in _CLOSED else "utter_address_locked"
    dispatcher.utter_message(response=response, order_number=order.number, state=say_state(order))

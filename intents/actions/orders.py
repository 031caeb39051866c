"""Actions on orders: where one is, cancelling it, sending its invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import EventType, SlotSet

from .order_numbers import find_order
from .shop import Order, open_shop
from .wording import masked, say_amount, say_day, say_items, say_on, say_state

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.types import DomainDict

_STATUS_RESPONSES = {
    "received": "utter_order_received",
    "packing": "utter_order_packing",
    "shipped": "utter_order_shipped",
    "out_for_delivery": "utter_order_out_for_delivery",
    "delayed": "utter_order_delayed",
    "delivered": "utter_order_delivered",
    "cancelled": "utter_order_cancelled",
    "returned": "utter_order_returned",
}


class ValidateTrackOrderForm(FormValidationAction):
    """Accepts the numbers of orders that exist."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "validate_track_order_form"

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: DomainDict
    ) -> dict[str, Any]:
        """Returns the order's number; None, so that it is asked for again, when there is no such order."""
        order = find_order(value, dispatcher)
        return {"order_number": order.number if order else None}


class ActionTrackOrder(Action):
    """Says where an order is."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_track_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Answers with the response of the order's status, and remembers the status."""
        order = find_order(tracker.get_slot("order_number"), dispatcher)
        if order is None:
            return [SlotSet("order_number", None)]
        dispatcher.utter_message(
            response=_STATUS_RESPONSES[order.status],
            order_number=order.number,
            items=say_items(order.items),
            carrier=order.carrier,
            tracking=order.tracking,
            expected=say_day(order.expected_on),
            shipped=say_on(order.shipped_on),
            delivered=say_on(order.delivered_on),
        )
        return [*_found(order), SlotSet("order_status", order.status)]


class ActionReviewCancellation(Action):
    """Says whether an order can be cancelled, and asks whether it shall be."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_review_cancellation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Asks for what is missing, the number or a yes."""
        number = tracker.get_slot("order_number")
        if not number:
            dispatcher.utter_message(response="utter_cancel_which")
            return []
        order = find_order(number, dispatcher)
        if order is None:
            return [SlotSet("order_number", None)]
        if order.is_open:
            dispatcher.utter_message(response="utter_cancel_confirm", order_number=order.number, items=say_items(order.items))
        else:
            _refuse_to_cancel(order, dispatcher)
        return _found(order)


class ActionCancelOrder(Action):
    """Cancels an order after the customer said yes."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_cancel_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Cancels it unless packing has begun, and says which of the two it was."""
        order = find_order(tracker.get_slot("order_number"), dispatcher)
        if order is None:
            return [SlotSet("order_number", None)]
        if open_shop().cancel(order.number):
            dispatcher.utter_message(response="utter_cancellation_done", order_number=order.number)
            return [*_found(order), SlotSet("order_status", "cancelled")]
        _refuse_to_cancel(order, dispatcher)
        return _found(order)


class ActionSendInvoice(Action):
    """Sends the invoice of an order to the address it was ordered with."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_send_invoice"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Sends it once the order has been dispatched, never to an address that was named in the chat."""
        number = tracker.get_slot("order_number")
        if not number:
            dispatcher.utter_message(response="utter_invoice_which")
            return []
        order = find_order(number, dispatcher)
        if order is None:
            return [SlotSet("order_number", None)]
        if order.shipped_on is None:
            dispatcher.utter_message(response="utter_invoice_not_yet", order_number=order.number, state=say_state(order))
        else:
            dispatcher.utter_message(
                response="utter_invoice_sent",
                order_number=order.number,
                total=say_amount(order.total_cents),
                masked_email=masked(order.email),
            )
        return _found(order)


def _found(order: Order) -> list[EventType]:
    return [SlotSet("order_number", order.number), SlotSet("known_customer", value=True)]


def _refuse_to_cancel(order: Order, dispatcher: CollectingDispatcher) -> None:
    if order.status == "cancelled":
        dispatcher.utter_message(response="utter_cancel_done_before", order_number=order.number)
    else:
        dispatcher.utter_message(response="utter_cancel_too_late", order_number=order.number, state=say_state(order))

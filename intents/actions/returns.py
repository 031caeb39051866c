"""The form and the actions that take goods back, and the way of the money afterwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import EventType, SlotSet

from .matching import matching_products
from .order_numbers import find_order
from .shop import Order, Return, open_shop, today
from .wording import masked, say_day, say_list, say_on, say_state

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.types import DomainDict

_REASONS = (
    ("damaged", r"damaged|broken|defective|faulty|torn|crack|scratch|smashed|stain|hole"),
    ("wrong item", r"wrong (item|thing|one|colour|size)|not what i ordered"),
    ("too small", r"too (small|tight|short|narrow)|pinch"),
    ("too big", r"too (big|large|wide|long|loose)|huge"),
    ("not as shown", r"looks? (nothing|different)|not as (described|shown)|than (in )?the (photo|picture)"),
    ("does not fit", r"(doesn'?t|does not|don'?t|do not) fit"),
    ("does not please", r"(don'?t|do not|doesn'?t) like|not happy|not my taste|changed my mind"),
)
_LONGEST_REASON = 120


class ValidateReturnForm(FormValidationAction):
    """Accepts delivered orders of the last 30 days, and items that were in them."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "validate_return_form"

    def extract_return_reason(self, _dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> dict[str, Any]:
        """Finds the reason in a message that says it along with the rest: "returning the boots, they are too tight"."""
        wants_return = tracker.latest_message.get("intent", {}).get("name") in {"return_item", "exchange_item"}
        known = tracker.get_slot("return_reason") or tracker.get_slot("requested_slot") == "return_reason"
        reason = _known_reason(str(tracker.latest_message.get("text") or "")) if wants_return and not known else None
        return {"return_reason": reason} if reason else {}

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict
    ) -> dict[str, Any]:
        """Returns the number of an order that can go back, else None; of a single item the product as well."""
        order = find_order(value, dispatcher)
        if order is None or not _may_go_back(order, dispatcher):
            return {"order_number": None}
        return {"order_number": order.number} | _product_of(order, dispatcher, tracker)

    def validate_product(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict
    ) -> dict[str, Any]:
        """Returns the item of the order that is meant; None when there is none or several fit."""
        number = tracker.get_slot("order_number")
        order = open_shop().order(str(number)) if number else None
        if order is None:
            return {"product": value}
        meant = _meant(order, value)
        if len(meant) != 1:
            dispatcher.utter_message(
                response="utter_product_not_in_order" if not meant else "utter_order_items",
                order_number=order.number,
                items=say_list(meant or _names(order)),
                buttons=_item_buttons(meant or _names(order)),
            )
        return {"product": meant[0] if len(meant) == 1 else None}

    def validate_return_reason(
        self, value: Any, _dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: DomainDict
    ) -> dict[str, Any]:
        """Returns the reason in the shop's words where it is a usual one, else in the customer's."""
        said = " ".join(str(value or "").split())
        return {"return_reason": _known_reason(said) or said[:_LONGEST_REASON] or None}


class ActionStartReturn(Action):
    """Registers the return or exchange that the form has collected."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_start_return"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Registers it and says how it goes on; the form starts empty next time."""
        order = find_order(tracker.get_slot("order_number"), dispatcher)
        if order is None:
            return [SlotSet("order_number", None), *_emptied()]
        if _may_go_back(order, dispatcher):
            kind, reason = tracker.get_slot("return_kind") or "refund", str(tracker.get_slot("return_reason") or "")
            product = next(iter(_meant(order, tracker.get_slot("product"))), order.items[0].product)
            registered = open_shop().register_return(order.number, product, kind, reason)
            dispatcher.utter_message(
                response=_response_for(kind, reason),
                product=product,
                label=registered.label,
                masked_email=masked(order.email),
                deadline=say_day(order.return_by),
            )
        return [*_emptied(), SlotSet("return_kind", "refund"), SlotSet("known_customer", value=True)]


class ActionRefundStatus(Action):
    """Says how far the refund for an order is."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_refund_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Asks for the number when it is missing, then answers for each return of the order."""
        number = tracker.get_slot("order_number")
        if not number:
            dispatcher.utter_message(response="utter_refund_which")
            return []
        order = find_order(number, dispatcher)
        if order is None:
            return [SlotSet("order_number", None)]
        returns = open_shop().returns(order.number)
        for registered in returns:
            _say_refund(order, registered, dispatcher)
        if not returns:
            response = "utter_refund_not_charged" if order.status == "cancelled" else "utter_refund_none"
            dispatcher.utter_message(response=response, order_number=order.number)
        return [SlotSet("order_number", order.number), SlotSet("known_customer", value=True)]


def _emptied() -> list[EventType]:
    return [SlotSet(name, None) for name in ("product", "return_reason", "size_wanted", "colour_wanted")]


def _may_go_back(order: Order, dispatcher: CollectingDispatcher) -> bool:
    """Returns whether an order may be returned today; when not, the customer is told why."""
    if order.status in {"cancelled", "returned"}:
        dispatcher.utter_message(response="utter_return_closed", order_number=order.number, state=say_state(order))
    elif order.return_by is None:
        dispatcher.utter_message(response="utter_return_not_delivered", order_number=order.number, state=say_state(order))
    elif order.return_by < today():
        dispatcher.utter_message(response="utter_return_too_late", order_number=order.number, delivered=say_on(order.delivered_on))
    else:
        return True
    return False


def _product_of(order: Order, dispatcher: CollectingDispatcher, tracker: Tracker) -> dict[str, Any]:
    """Returns what the order says about the product: the only item there is, or that one named earlier is not in it."""
    if len(order.items) == 1:
        return {"product": order.items[0].product}
    if "product" in tracker.slots_to_validate():  # said in the same message; validate_product looks at it next
        return {}
    meant = _meant(order, tracker.get_slot("product"))
    if len(meant) == 1:
        return {"product": meant[0]}
    names = _names(order)
    dispatcher.utter_message(
        response="utter_order_items", order_number=order.number, items=say_list(names), buttons=_item_buttons(names)
    )
    return {"product": None}


def _meant(order: Order, said: Any) -> list[str]:
    return matching_products(str(said or ""), {item.product: item.category for item in order.items}, loosely=True)


def _names(order: Order) -> list[str]:
    return [item.product for item in order.items]


def _item_buttons(names: list[str]) -> list[dict[str, str]]:
    return [{"title": f"The {name}", "payload": f'/inform{{"product": "{name}"}}'} for name in names]


def _known_reason(text: str) -> str | None:
    return next((reason for reason, pattern in _REASONS if re.search(pattern, text, re.IGNORECASE)), None)


def _response_for(kind: str, reason: str) -> str:
    if kind == "exchange":
        return "utter_exchange_booked"
    return "utter_return_damaged" if reason == "damaged" else "utter_return_started"


def _say_refund(order: Order, registered: Return, dispatcher: CollectingDispatcher) -> None:
    if registered.refunded_on:
        response = "utter_refund_paid"
    else:
        response = "utter_refund_checking" if registered.received_on else "utter_refund_waiting"
    dispatcher.utter_message(
        response=response,
        order_number=order.number,
        product=registered.product,
        received=say_on(registered.received_on),
        refunded=say_on(registered.refunded_on),
    )

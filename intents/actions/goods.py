"""Actions on goods: whether they are there, and whether they are there to be exchanged for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasa_sdk import Action
from rasa_sdk.events import EventType, SlotSet

from .matching import matching_products, same_size
from .shop import Stock, open_shop
from .wording import say_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.types import DomainDict


class ActionCheckStock(Action):
    """Says whether an article is in stock, in the size and colour that were named."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_check_stock"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Asks for the article when none is known; a size or colour said about another article does not count."""
        named = _said(tracker, "product")
        product = named or tracker.get_slot("product")
        size, colour = (_said(tracker, name) or (None if named else tracker.get_slot(name)) for name in ("size", "colour"))
        if not product:
            dispatcher.utter_message(response="utter_stock_which")
            return []
        article = " ".join(filter(None, [colour, product])) + (f" in {size}" if size else "")
        lines = _stock_of(product)
        there = [line for line in _narrowed(lines, size, colour) if line.quantity]
        if not lines:
            dispatcher.utter_message(response="utter_stock_unknown", article=article)
        elif there:
            dispatcher.utter_message(response="utter_stock_available", article=article, choice=_choice(there, size, colour))
        else:
            dispatcher.utter_message(response="utter_stock_sold_out", article=article, choice=_instead(lines, size, colour))
        return [SlotSet("product", product), SlotSet("size", size), SlotSet("colour", colour)]


class ActionCheckExchange(Action):
    """Says whether the size or colour that somebody would rather have is there, and asks whether to exchange."""

    def name(self) -> str:
        """Returns the name in the domain."""
        return "action_check_exchange"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: DomainDict) -> list[EventType]:
        """Asks for what is missing, article or wish; a wish from an earlier exchange does not count."""
        product = _said(tracker, "product") or tracker.get_slot("product")
        starts_anew = tracker.latest_message.get("intent", {}).get("name") == "exchange_item"
        size, colour = (_wanted(tracker, name, starts_anew=starts_anew) for name in ("size", "colour"))
        wanted = " ".join(filter(None, [colour, size]))
        kind = "exchange"
        if not product or not wanted:
            dispatcher.utter_message(response="utter_exchange_want" if product else "utter_exchange_which", product=product)
        else:
            response = _response_for_exchange(product, size, colour)
            dispatcher.utter_message(response=response, product=product, wanted=wanted)
            kind = "refund" if response == "utter_exchange_sold_out" else "exchange"
        wishes = [SlotSet("size_wanted", size), SlotSet("colour_wanted", colour)]
        return [SlotSet("product", product), SlotSet("return_kind", kind), *wishes]


def _response_for_exchange(product: str, size: str | None, colour: str | None) -> str:
    lines = _stock_of(product)
    if not lines:
        return "utter_exchange_unseen"
    there = any(line.quantity for line in _narrowed(lines, size, colour))
    return "utter_exchange_available" if there else "utter_exchange_sold_out"


def _said(tracker: Tracker, entity: str, role: str | None = None) -> str | None:
    """Returns the last value of an entity in the latest message."""
    return next(iter(list(tracker.get_latest_entity_values(entity, entity_role=role))[::-1]), None)


def _wanted(tracker: Tracker, entity: str, *, starts_anew: bool) -> str | None:
    said = _said(tracker, entity, "wanted") or _said(tracker, entity)
    earlier: str | None = tracker.get_slot(f"{entity}_wanted")
    return said or (None if starts_anew else earlier)


def _stock_of(said: str) -> list[Stock]:
    """Returns the stock of the article that is meant, of all of them when several are."""
    shop = open_shop()
    return [line for product in matching_products(said, shop.products()) for line in shop.stock(product)]


def _narrowed(lines: Sequence[Stock], size: str | None, colour: str | None) -> list[Stock]:
    of_colour = [line for line in lines if colour is None or line.colour.lower() == colour.lower()]
    return [line for line in of_colour if size is None or same_size(size, line.size)]


def _choice(there: Sequence[Stock], size: str | None, colour: str | None) -> str:
    """Returns a sentence on the colours and sizes that were left open; empty when there is nothing to choose."""
    colours = sorted({line.colour for line in there if line.colour}) if colour is None else []
    sizes = list(dict.fromkeys(line.size for line in there if line.size)) if size is None else []
    parts = [f"in {say_list(colours)}"] if colours else []
    parts += [f"in size {say_list(sizes, 'or')}"] if sizes else []
    return f" There is some {', '.join(parts)}." if parts else ""


def _instead(lines: Sequence[Stock], size: str | None, colour: str | None) -> str:
    """Returns a sentence on what comes close: the size in other colours, or the colour in other sizes; empty when nothing does."""
    left = [line for line in lines if line.quantity]
    in_size = sorted({line.colour for line in _narrowed(left, size, None) if line.colour})
    if size and in_size:
        return f" In {size} there is {say_list(in_size)}."
    in_colour = [line.size for line in _narrowed(left, None, colour) if line.size]
    if colour and in_colour:
        return f" In {colour} there is size {say_list(in_colour, 'or')}."
    return _choice(left, None, None)

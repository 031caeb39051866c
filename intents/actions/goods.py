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
        response = "utter_stock_unknown" if not lines else "utter_stock_available" if there else "utter_stock_sold_out"
        dispatcher.utter_message(response=response, article=article, choice=_choice(lines, there, size, colour))
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
        if not product or not wanted:
            dispatcher.utter_message(response="utter_exchange_want" if product else "utter_exchange_which", product=product)
        else:
            lines = _stock_of(product)
            there = not lines or any(line.quantity for line in _narrowed(lines, size, colour))
            response = "utter_exchange_available" if there else "utter_exchange_sold_out"
            dispatcher.utter_message(response=response, product=product, wanted=wanted)
        return [SlotSet("product", product), SlotSet("size_wanted", size), SlotSet("colour_wanted", colour)]


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


def _choice(lines: Sequence[Stock], there: Sequence[Stock], size: str | None, colour: str | None) -> str:
    """Returns a sentence on what there is to choose from; empty when everything has been said."""
    offered = there or [line for line in lines if line.quantity]
    if not offered or (there and size and colour):
        return ""
    colours = sorted({line.colour for line in offered if line.colour})
    sizes = list(dict.fromkeys(line.size for line in offered if line.size))
    parts = [f"in {say_list(colours)}"] if len(colours) > 1 or (colours and colour is None) else []
    parts += [f"in size {say_list(sizes, 'or')}"] if sizes and (size is None or not there) else []
    return f"There is {'some left' if there else 'still some'} {', '.join(parts)}." if parts else ""

import logging
from typing import Any, Dict, List, Optional, Text

from rasa_sdk import Action, FormValidationAction, Tracker, ValidationAction
from rasa_sdk.events import EventType, SlotSet, UserUtteranceReverted
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

logger = logging.getLogger(__name__)


class ValidateCover(FormValidationAction):
    def name(self) -> Text:
        return "validate_cover_form"

    async def required_slots(self, domain_slots: List[Text], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> List[Text]:
        slots = list(domain_slots)
        if tracker.slots.get("vehicle") == "boat":
            return ["vehicle", "length_m"] + slots[1:]
        if tracker.slots.get("vehicle") == "car":
            slots.insert(1, "plate")
        return slots

    async def extract_length_m(self, dispatcher, tracker, domain) -> Dict[Text, Any]:
        text = tracker.latest_message.get("text") or ""
        digits = "".join(c for c in text if c.isdigit() or c == ".")
        if tracker.get_slot("requested_slot") == "length_m" and digits:
            return {"length_m": float(digits)}
        return {}

    def validate_length_m(self, slot_value: Any, dispatcher, tracker, domain) -> Dict[Text, Any]:
        try:
            value = float(slot_value)
        except (TypeError, ValueError):
            dispatcher.utter_message(text="That is no length.")
            return {"length_m": None}
        if value > 50:
            dispatcher.utter_message(text="Too long.")
            return {"length_m": None}
        return {"length_m": value}

    def validate_vehicle(self, slot_value, dispatcher, tracker, domain):
        if str(slot_value).lower() not in ("car", "bike", "boat"):
            dispatcher.utter_message(text="We insure cars, bikes and boats.")
            return {"vehicle": None}
        return {"vehicle": slot_value.lower()}


class AskPlate(Action):
    def name(self):
        return "action_ask_cover_form_plate"

    def run(self, dispatcher, tracker, domain) -> List[EventType]:
        dispatcher.utter_message(text="Plate of your {}?".format(tracker.get_slot("vehicle")), buttons=[{"title": "none", "payload": '/inform{"plate": "none"}'}])
        return []


class Premium(Action):
    def name(self):
        return "action_compute_premium"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("premium", 12.5)]


class Affirmation(Action):
    def name(self):
        return "action_default_ask_affirmation"

    def run(self, dispatcher, tracker, domain):
        ranking = [i for i in tracker.latest_message.get("intent_ranking", []) if i["name"] != "nlu_fallback"]
        first = ranking[0]["name"]
        dispatcher.utter_message(text=f"Is it about {first}?", buttons=[{"title": "yes", "payload": f"/{first}"}, {"title": "no", "payload": "/out_of_scope"}])
        return []


class Remember(Action):
    def name(self):
        return "action_remember"

    def run(self, dispatcher, tracker, domain):
        return [UserUtteranceReverted()]

from typing import Any, Text, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.events import SlotSet, ReminderScheduled
import datetime


class ActionFindGigs(Action):
    def name(self) -> Text:
        return "action_find_gigs"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[Text, Any]) -> List[Dict[Text, Any]]:
        gigs = [{"artist": "Ada and the Loops", "stars": 5}, {"artist": "Nine Rivers", "stars": 3}]
        city = next(tracker.get_latest_entity_values("city"), None)
        dispatcher.utter_message(text=f"Gigs{' in ' + city if city else ''}: " + ", ".join(c["artist"] for c in gigs))
        return [SlotSet("gigs", gigs), ReminderScheduled("EXTERNAL_gig_cancelled", trigger_date_time=datetime.datetime.now() + datetime.timedelta(hours=1), entities=[{"entity": "number", "value": "2"}], name="r", kill_on_user_message=False)]


class ActionFindVenues(Action):
    def name(self):
        return "action_find_venues"

    async def run(self, dispatcher, tracker, domain):
        print("looking for venues")
        dispatcher.utter_message("Venues: The Barn")
        return [SlotSet("venues", [{"name": "The Barn"}])]


class ActionGigReviews(Action):
    def name(self):
        return "action_gig_reviews"

    def run(self, dispatcher, tracker, domain):
        gigs = tracker.get_slot("gigs")
        dispatcher.utter_message(text=f"from slots: {gigs}")
        return []


class ActionVenueReviews(Action):
    def name(self):
        return "action_venue_reviews"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=f"venues: {tracker.get_slot('venues')}")
        dispatcher.utter_message(response="utter_thanks")
        return []


class ActionTell(Action):
    def name(self):
        return "action_tell_cancelled"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="A gig was cancelled: " + str(list(tracker.get_latest_entity_values("number"))))
        return []

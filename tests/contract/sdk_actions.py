"""The custom actions of a project that uses all of rasa-sdk, as its documentation describes it; copied as ``actions.py``."""

# ruff: noqa: ARG002, ARG005, DTZ001 (rasa-sdk calls an action with three arguments; reminders may be without a zone)

from __future__ import annotations

import datetime as dt
import warnings
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, FormValidationAction, Tracker, ValidationAction, events
from rasa_sdk.interfaces import ActionExecutionRejection

if TYPE_CHECKING:
    from collections.abc import Callable

    from rasa_sdk.executor import CollectingDispatcher

Domain = dict[str, Any]
Events = list[Any]
WHEN = dt.datetime(2031, 5, 1, 9, 30)
GREETING = {"intent": {"name": "greet", "confidence": 1.0}, "entities": []}


def acting(name: str, returned: Callable[[], Any]) -> type[Action]:
    """An action of that name, made as a class of its own, since rasa-sdk finds actions by their classes."""

    def run(self: Action, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Any:
        return returned()

    return type(name, (Action,), {"name": lambda self: name, "run": run})


def _deprecated(make: Callable[[], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()


RETURNED: dict[str, Callable[[], Any]] = {
    "action_nothing": lambda: None,
    "action_slot": lambda: [events.SlotSet("s", {"deep": [1, None, "é"]}), events.SlotSet("t")],
    "action_reset": lambda: [events.AllSlotsReset()],
    "action_restarted": lambda: [events.Restarted()],
    "action_session": lambda: [events.SessionStarted()],
    "action_session_end": lambda: [events.SessionEnded()],
    "action_rewind": lambda: [events.UserUtteranceReverted()],
    "action_undo": lambda: [events.ActionExecuted("utter_more"), events.SlotSet("s", "gone"), events.ActionReverted()],
    "action_user": lambda: [events.ActionExecuted("action_listen"), events.UserUttered("hi", GREETING, input_channel="proxy")],
    "action_bot": lambda: [
        events.BotUttered("an event", {"buttons": [{"title": "A", "payload": "/a"}], "image": "i.png"}, {"k": 1})
    ],
    "action_agent": lambda: [events.AgentUttered("a person", {"agent": "kim"})],
    "action_remind": lambda: [events.ReminderScheduled("greet", WHEN, {"city": "Cork"}, "tea", kill_on_user_message=False)],
    "action_remind_listed": lambda: [events.ReminderScheduled("greet", WHEN, [{"entity": "city", "value": "Cork"}])],
    "action_forget": lambda: [events.ReminderCancelled("tea", "greet", {"city": "Cork"}), events.ReminderCancelled()],
    "action_follow": lambda: [events.FollowupAction("utter_more")],
    "action_pause": lambda: [events.ConversationPaused()],
    "action_resume": lambda: [events.ConversationPaused(), events.ConversationResumed()],
    "action_done": lambda: [events.ActionExecuted("utter_more", "by hand", 0.5)],
    "action_loop": lambda: [events.ActiveLoop("plain_form")],
    "action_form": lambda: _deprecated(lambda: [events.Form("plain_form"), events.FormValidation(validate=False)]),
    "action_interrupt": lambda: [events.ActiveLoop("plain_form"), events.LoopInterrupted(True)],
    "action_rejected": lambda: [events.SlotSet("s", "kept"), events.ActionExecutionRejected("action_rejected")],
    "action_export": lambda: [events.StoryExported()],
}
for name, returned in RETURNED.items():
    globals()[name] = acting(name, returned)


class ActionRaiseRejection(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_raise_rejection"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        raise ActionExecutionRejection(self.name(), "not now")


class ActionSay(Action):  # type: ignore[misc]
    """Each argument of utter_message, alone and over a response."""

    def name(self) -> str:
        return "action_say"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        buttons = [{"title": "Two", "payload": "/two"}]
        dispatcher.utter_message("text alone")
        dispatcher.utter_message(image="i.png")
        dispatcher.utter_message(json_message={"map": {"lat": 1.5}})
        dispatcher.utter_message(attachment="a.pdf")
        dispatcher.utter_message(text="pick", buttons=buttons)
        dispatcher.utter_message(
            elements=[{"title": "Oak", "subtitle": "a table", "image_url": "oak.png", "buttons": buttons}, {"title": "Elm"}]
        )
        dispatcher.utter_message(response="utter_named", who="Ann")
        dispatcher.utter_message(response="utter_named", text="instead", image="own.png", buttons=buttons)
        dispatcher.utter_message(response="utter_not_there", who="nobody")
        return []


class ActionSayAsBefore(Action):  # type: ignore[misc]
    """The calls that rasa-sdk has deprecated, and still has."""

    def name(self) -> str:
        return "action_say_as_before"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        buttons = [{"title": "Two", "payload": "/two"}]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dispatcher.utter_template("utter_named", tracker, who="Ann")
            dispatcher.utter_message(template="utter_named", who="Bob")
            dispatcher.utter_button_template("utter_named", buttons, tracker, who="Eve")
            dispatcher.utter_button_message("pick", buttons)
            dispatcher.utter_attachment("a.pdf")
            dispatcher.utter_custom_json({"map": 1})
            dispatcher.utter_image_url("i.png")
            dispatcher.utter_elements({"title": "Oak"})
            dispatcher.utter_custom_message({"title": "Elm"})
            tracker.active_form  # noqa: B018 (it must be there)
        return []


class ActionLook(Action):  # type: ignore[misc]
    """Notes in a slot what an action sees of the conversation."""

    def name(self) -> str:
        return "action_look"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        seen = {
            "sender": tracker.sender_id,
            "slot": tracker.get_slot("t"),
            "text": tracker.latest_message["text"],
            "intent": tracker.latest_message["intent"]["name"],
            "top": tracker.get_intent_of_latest_message(),
            "cities": list(tracker.get_latest_entity_values("city")),
            "from": list(tracker.get_latest_entity_values("city", entity_role="from")),
            "channel": tracker.get_latest_input_channel(),
            "loop": tracker.active_loop_name,
            "action": tracker.latest_action_name,
            "greeted": tracker.last_executed_action_has("utter_greet", skip=0),
            "paused": tracker.is_paused(),
            "kinds": sorted({event["event"] for event in tracker.events}),
            "applied": len(tracker.applied_events()) <= len(tracker.events),
            "state": sorted(tracker.current_state()),
            "forms": sorted(domain["forms"]),
            "slots": sorted(domain["slots"]),
            "responses": domain["responses"]["utter_more"],
        }
        return [events.SlotSet("s", seen)]


class ValidateTripForm(FormValidationAction):  # type: ignore[misc]
    """City: known ones only. A trip to Oslo wants a visa, which the domain's form does not ask for; e-mail is spelt with a dash."""

    def name(self) -> str:
        return "validate_trip_form"

    async def required_slots(self, domain_slots: list[str], _: CollectingDispatcher, tracker: Tracker, __: Domain) -> list[str]:
        if tracker.get_slot("city") == "Oslo":
            return [*domain_slots, "visa"]
        return [name for name in domain_slots if not (name == "days" and tracker.get_slot("city") == "Rome")]

    def validate_city(self, value: Any, dispatcher: CollectingDispatcher, _: Tracker, __: Domain) -> dict[str, Any]:
        if value == "home":
            return {"city": "Cork", "days": "1", "requested_slot": None}
        if value == "nowhere":
            raise ActionExecutionRejection("validate_trip_form")
        if value not in {"Cork", "Oslo", "Rome"}:
            dispatcher.utter_message(text=f"We do not go to {value}.")
            return {"city": None}
        return {"city": value, "t": f"to {value}"}

    def validate_days(self, value: Any, _: CollectingDispatcher, __: Tracker, ___: Domain) -> Any:
        return {"days": value} if value != "many" else "not a mapping"

    async def extract_mood(self, _: CollectingDispatcher, tracker: Tracker, __: Domain) -> dict[str, Any]:
        return {"mood": "glad"} if "glad" in (tracker.latest_message.get("text") or "") else {}

    def validate_e_mail(self, value: Any, *_: Any) -> dict[str, Any]:
        return {"e-mail": str(value).lower()}


class ValidatePlainForm(Action):  # type: ignore[misc]
    """A validation that is no FormValidationAction, and says nothing of the slots."""

    def name(self) -> str:
        return "validate_plain_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        return []


class ActionAskDays(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_ask_trip_form_days"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        dispatcher.utter_message(text=f"How many days in {tracker.get_slot('city')}, {tracker.get_slot('requested_slot')}?")
        return []


class ValidateSlots(ValidationAction):  # type: ignore[misc]
    """Over all slots without a form: volume is read from the text, and a size is one of three."""

    def extract_volume(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> dict[str, Any]:
        return {"volume": "loud"} if (tracker.latest_message.get("text") or "").isupper() else {}

    def validate_size(self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> dict[str, Any]:
        if value in {"S", "M", "L"}:
            return {"size": value}
        dispatcher.utter_message(text=f"There is no size {value}.")
        return {"size": None}


class ActionWeekday(Action):  # type: ignore[misc]
    """Named by the mapping of a slot: all but slots and words is left aside."""

    def name(self) -> str:
        return "action_weekday"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        if "monday" not in (tracker.latest_message.get("text") or "").lower():
            return []
        return [events.SlotSet("weekday", "Monday"), events.FollowupAction("utter_more"), events.Restarted()]


class ActionSessionStart(Action):  # type: ignore[misc]
    """Takes the place of the action that every bot has."""

    def name(self) -> str:
        return "action_session_start"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        return [events.SessionStarted(), events.SlotSet("session", "begun"), events.ActionExecuted("action_listen")]


class ActionDefaultFallback(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_default_fallback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        dispatcher.utter_message(text="My own way to say that I did not understand.")
        return [events.UserUtteranceReverted()]

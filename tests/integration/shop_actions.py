"""The custom actions of the tests, as a project of its own would write them; copied into its folder as ``actions.py``."""

# ruff: noqa: ARG002 (rasa-sdk calls an action with three arguments)

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher

Domain = dict[str, Any]
Events = list[Any]


class ActionOk(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_ok"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        dispatcher.utter_message(text=f"hello {tracker.sender_id}", buttons=[{"title": "Yes", "payload": "/affirm"}])
        dispatcher.utter_message(response="utter_x", who="you")
        return [SlotSet("s", tracker.get_slot("s")), SlotSet("forms", sorted(domain["forms"]))]


class ActionReject(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_reject"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        raise ActionExecutionRejection("action_reject", "not now")


class ActionRaise(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_raise"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        raise KeyError("the secret of the customer")


class ActionPrint(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_print"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        os.write(1, b"straight to the file\n")
        return [SlotSet("s", "printed")]


class ActionJunk(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_junk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        return [
            {"no": "event"},
            {"event": "slot", "name": ["s"]},
            {"event": "slot", "name": "s", "value": "good", "timestamp": None},
        ]


class ActionMutate(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_mutate"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        tracker.slots["s"] = "changed behind the back"
        tracker.events.clear()
        domain.clear()
        return []


class ActionHang(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_hang"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        with open(os.environ["ASSISTANT_STATE_DIR"] + "/child", "w") as file:  # noqa: PTH123
            file.write(str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid))
        time.sleep(60)
        return []


class ActionExit(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_exit"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        os._exit(3)


class ActionSysExit(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_sys_exit"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        sys.exit(0)


class ActionHuge(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_huge"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        dispatcher.utter_message(text="x" * 100_000_000)
        return []


class ActionInput(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_input"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        return [SlotSet("s", sys.stdin.readline() or "no input")]


class ActionUnsendable(Action):  # type: ignore[misc]
    def name(self) -> str:
        return "action_unsendable"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> Events:
        return [SlotSet("s", {1, 2})]


class ValidateForm(FormValidationAction):  # type: ignore[misc]
    """Number: digits only. Extra: read from the text. With number 99999 the reason is asked for, too."""

    def name(self) -> str:
        return "validate_form"

    async def required_slots(self, domain_slots: list[str], _: CollectingDispatcher, tracker: Tracker, __: Domain) -> list[str]:
        return [*domain_slots, "reason"] if tracker.get_slot("number") == "99999" else domain_slots

    def validate_number(self, value: Any, dispatcher: CollectingDispatcher, _: Tracker, __: Domain) -> dict[str, Any]:
        if str(value).isdigit():
            return {"number": str(value), "checked": True}
        dispatcher.utter_message(text="digits only")
        return {"number": None}

    async def extract_extra(self, _: CollectingDispatcher, tracker: Tracker, __: Domain) -> dict[str, Any]:
        text = tracker.latest_message.get("text") or ""
        return {"extra": "gift"} if "gift" in text else {}

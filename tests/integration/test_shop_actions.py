"""The shipped bot's own actions, run as the product runs them: in the worker process, on a shop database of their own."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.process import ProcessRunner
from assistant.dialogue.domain import load_domain
from assistant.project import find_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.actions.outcome import ActionOutcome

ROOT = Path(__file__).parents[2]
PROJECT = find_project(ROOT)
DOMAIN = load_domain(PROJECT)


class Shop:
    """Calls the shop's actions, and looks into its database."""

    def __init__(self, runner: ProcessRunner, state: Path) -> None:
        self._runner = runner
        self._state = state

    def run(
        self, action: str, slots: dict[str, Any] | None = None, *, text: str = "", said: dict[str, Any] | None = None
    ) -> ActionOutcome:
        """Runs an action; said: slots that the last message has just set, for a form's validation."""
        known = {name: slot.initial_value for name, slot in DOMAIN.slots.items()} | (slots or {}) | (said or {})
        events = [{"event": "user", "text": text}, *({"event": "slot", "name": k, "value": v} for k, v in (said or {}).items())]
        message = {"text": text, "intent": {"name": "inform", "confidence": 1.0}, "entities": []}
        tracker = {"sender_id": "t", "slots": known, "latest_message": message, "events": events, "active_loop": {}}
        return self._runner.run(action, tracker, DOMAIN.as_json())

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self._state / "shop.db") as connection:
            return connection.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    state = tmp_path_factory.mktemp("state")
    runner = ProcessRunner(PROJECT.bot, state, timeout_s=30)
    shop = Shop(runner, state)
    shop.run("action_track_order", {"order_number": "12345"})  # the first action makes the database
    yield shop
    runner.close()


def responses(outcome: ActionOutcome) -> list[str]:
    return [str(response["response"]) for response in outcome.responses]


def slots(outcome: ActionOutcome) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in outcome.events if event["event"] == "slot"}


@pytest.mark.parametrize(
    ("number", "response"),
    [
        ("23456", "utter_order_received"),
        ("12345", "utter_order_shipped"),
        ("34567", "utter_order_delivered"),
    ],
)
def test_an_order_is_found_and_its_state_said(shop: Shop, number: str, response: str) -> None:
    outcome = shop.run("action_track_order", {"order_number": number})
    assert responses(outcome) == [response]
    assert outcome.responses[0]["order_number"] == number
    assert slots(outcome)["order_number"] == number


def test_every_state_of_an_order_has_an_answer_without_gaps(shop: Shop) -> None:
    for (number,) in shop.rows("SELECT number FROM orders"):
        outcome = shop.run("action_track_order", {"order_number": number})
        (name,) = responses(outcome)
        variables = outcome.responses[0]
        for variation in DOMAIN.responses[name]:
            for slot in ("items", "carrier", "tracking", "expected", "shipped", "delivered"):
                if f"{{{slot}}}" in (variation.message.text or ""):
                    assert variables[slot], f"{name} of {number} says nothing for {slot}"


def test_an_unknown_order_number_is_asked_for_again(shop: Shop) -> None:
    outcome = shop.run("validate_track_order_form", text="99999", said={"order_number": "99999"})
    assert slots(outcome)["order_number"] is None
    assert responses(outcome) == ["utter_unknown_order"]


@pytest.mark.parametrize("written", ["#12345", "12345", "order no. 12345"])
def test_an_order_number_is_read_however_it_is_written(shop: Shop, written: str) -> None:
    outcome = shop.run("validate_track_order_form", text=written, said={"order_number": written})
    assert slots(outcome)["order_number"] == "12345"


def test_an_order_is_cancelled_once_and_not_after_it_was_shipped(shop: Shop) -> None:
    assert responses(shop.run("action_cancel_order", {"order_number": "40404"})) == ["utter_cancellation_done"]
    assert shop.rows("SELECT status FROM orders WHERE number = ?", "40404") == [("cancelled",)]
    assert responses(shop.run("action_cancel_order", {"order_number": "40404"})) == ["utter_cancel_done_before"]
    assert responses(shop.run("action_cancel_order", {"order_number": "12345"})) == ["utter_cancel_too_late"]


def test_an_address_is_changed_only_after_a_yes_and_before_packing(shop: Shop) -> None:
    new = {"new_address": "1 New Street, Cork", "order_number": "23456"}
    shop.run("action_change_address", new | {"address_confirmed": False})
    (before,) = shop.rows("SELECT address FROM orders WHERE number = ?", "23456")
    assert before != ("1 New Street, Cork",)
    shop.run("action_change_address", new | {"address_confirmed": True})
    assert shop.rows("SELECT address FROM orders WHERE number = ?", "23456") == [("1 New Street, Cork",)]
    shop.run("action_change_address", new | {"order_number": "12345", "address_confirmed": True})
    assert shop.rows("SELECT address FROM orders WHERE number = ?", "12345") != [("1 New Street, Cork",)]


def test_a_return_is_registered_once(shop: Shop) -> None:
    wanted = {"order_number": "34567", "product": "wool coat", "return_reason": "too small"}
    assert responses(shop.run("action_start_return", wanted)) == ["utter_return_started"]
    shop.run("action_start_return", wanted)
    assert len(shop.rows("SELECT id FROM returns WHERE order_number = ? AND product = ?", "34567", "wool coat")) == 1


def test_an_order_delivered_too_long_ago_cannot_be_returned(shop: Shop) -> None:
    late = shop.rows(
        "SELECT order_number FROM shipments WHERE delivered_on < date('now', '-31 days')"
        " AND order_number NOT IN (SELECT order_number FROM returns)"
    )
    assert late
    outcome = shop.run("validate_return_form", text=late[0][0], said={"order_number": late[0][0]})
    assert responses(outcome) == ["utter_return_too_late"]


def test_hostile_text_is_a_value_like_any_other(shop: Shop) -> None:
    for hostile in ("'; DROP TABLE orders; --", "\x1b[31m", "\u202e99", "9" * 10_000, ""):
        outcome = shop.run("validate_track_order_form", text=hostile, said={"order_number": hostile})
        assert slots(outcome)["order_number"] is None
    assert shop.rows("SELECT count(*) FROM orders")[0][0] > 20

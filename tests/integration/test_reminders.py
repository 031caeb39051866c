"""Reminders go off at their time, once, in whatever process is there, unless something has come in between."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import ConversationPaused, ReminderCancelled, ReminderScheduled, UserUttered
from assistant.dialogue.reminders import FORM_SILENCE, due_at, pending
from assistant.errors import DatabaseUnavailable
from assistant.reminder_clock import ReminderClock
from tests.integration.bots import say, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent import Agent
    from assistant.dialogue.events import Event
    from assistant.project import Project

START = 1_700_000_000.0


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bot(open_bot: Callable[..., Agent], clock: Clock) -> Agent:
    return open_bot(clock=clock)


def reminder(intent: str = "chat", *, after_s: float = 600, name: str = "r", **options: Any) -> ReminderScheduled:
    return ReminderScheduled(intent, datetime.fromtimestamp(START + after_s, UTC).isoformat(), name, **options)


def happened(bot: Agent, *events: Event, sender: str = "ann") -> None:
    """Lets events stand in a conversation, as an action's would."""
    bot.conversations.append(sender, list(events), bot.conversations.count(sender))


def told(bot: Agent) -> list[tuple[str, list[str | None]]]:
    return [(sender, texts(reply)) for sender, reply in bot.remind_due()]


def test_a_reminder_goes_off_at_its_time_and_once(bot: Agent, clock: Clock) -> None:
    say(bot, "hello")
    happened(bot, reminder())
    assert told(bot) == []
    clock.now += 600
    assert told(bot) == [("ann", ["Nice weather."])]
    assert told(bot) == []
    message = bot.tracker("ann").latest_message
    assert message is not None
    assert (message.text, message.parse.intent.name, message.metadata["is_external"]) == ("EXTERNAL: chat", "chat", True)
    assert texts(say(bot, "hello")) == ["Hello!"]


def test_its_entities_fill_slots(bot: Agent, clock: Clock) -> None:
    say(bot, "hello")
    happened(bot, reminder("track", entities=({"entity": "number", "value": "77777"},)))
    clock.now += 601
    assert told(bot) == [("ann", ["Your name?"])]
    assert bot.tracker("ann").slots["number"] == "77777"


def test_a_reminder_survives_the_end_of_the_process(open_bot: Callable[..., Agent], clock: Clock) -> None:
    first = open_bot(clock=clock)
    say(first, "hello")
    happened(first, reminder())
    first.close()
    clock.now += 86_400
    assert told(open_bot(clock=clock)) == [("ann", ["Nice weather."])]


@pytest.mark.parametrize(
    "between",
    [
        [ReminderCancelled()],
        [ReminderCancelled(name="r")],
        [ReminderCancelled(intent="chat")],
        [ReminderCancelled(entities=())],
        [reminder(after_s=900)],  # scheduled anew, for later
        ["hello"],
        ["/restart"],
        ["/back"],
    ],
)
def test_a_reminder_that_something_came_before_does_not_go_off(bot: Agent, clock: Clock, between: list[Any]) -> None:
    say(bot, "hello")
    happened(bot, reminder())
    for what in between:
        say(bot, what) if isinstance(what, str) else happened(bot, what)
    clock.now += 601
    assert told(bot) == []
    assert bot.conversations.reminders.due(clock.now) == ()


@pytest.mark.parametrize(
    "between",
    [[ReminderCancelled(name="other")], [ReminderCancelled(intent="greet")], [ReminderCancelled(entities=({"entity": "number"},))]],
)
def test_what_cancels_another_leaves_it(bot: Agent, clock: Clock, between: list[Event]) -> None:
    say(bot, "hello")
    happened(bot, reminder(), *between)
    clock.now += 601
    assert told(bot) == [("ann", ["Nice weather."])]


def test_a_reminder_may_outlive_what_the_user_writes(bot: Agent, clock: Clock) -> None:
    say(bot, "hello")
    happened(bot, reminder(kill_on_user_msg=False))
    say(bot, "hello")
    clock.now += 601
    assert told(bot) == [("ann", ["Nice weather."])]


def test_a_reminder_takes_nothing_for_an_answer(bot: Agent, clock: Clock) -> None:
    assert texts(say(bot, "track 12345")) == ["Your name?"]  # which takes what is not understood for a name
    happened(bot, reminder())
    clock.now += 601
    assert told(bot) == [("ann", ["Nice weather.", "Your name?"])]
    assert bot.tracker("ann").slots["name"] is None


def test_while_a_person_has_taken_over_it_says_nothing(bot: Agent, clock: Clock) -> None:
    say(bot, "hello")
    happened(bot, reminder(), ConversationPaused())
    clock.now += 601
    assert told(bot) == [("ann", [])]


def test_due_reminders_of_many_conversations_go_off_in_their_order(bot: Agent, clock: Clock) -> None:
    for number, sender in enumerate(("ann", "bob", "eve")):
        say(bot, "hello", sender)
        happened(bot, reminder(after_s=600 - number), sender=sender)
    clock.now += 599.5
    assert [sender for sender, _ in told(bot)] == ["eve", "bob"]
    clock.now += 1
    assert [sender for sender, _ in told(bot)] == ["ann"]
    assert bot.conversations.reminders.next_at() is None


def test_two_processes_trigger_a_reminder_once(open_bot: Callable[..., Agent], clock: Clock) -> None:
    one, two = open_bot(clock=clock), open_bot(clock=clock)
    say(one, "hello")
    happened(one, reminder())
    clock.now += 601
    replies: list[Any] = []
    threads = [threading.Thread(target=lambda agent=agent: replies.append(told(agent))) for agent in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, replies)) == [0, 1]
    assert [e.text for e in one.events("ann") if isinstance(e, UserUttered)] == ["hello", "EXTERNAL: chat"]


def test_a_reminder_waits_for_the_turn_that_is_under_way(bot: Agent, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    say(bot, "hello")
    happened(bot, reminder(kill_on_user_msg=False))
    clock.now += 601
    inside, go_on = threading.Event(), threading.Event()
    parse = bot.interpreter.parse

    def slow(text: str) -> Any:
        inside.set()
        go_on.wait(60)
        return parse(text)

    monkeypatch.setattr(bot.interpreter, "parse", slow)
    turn = threading.Thread(target=lambda: say(bot, "hello"))
    turn.start()
    assert inside.wait(60)
    reminding = threading.Thread(target=bot.remind_due)
    reminding.start()
    reminding.join(0.2)
    assert reminding.is_alive()
    go_on.set()
    turn.join()
    reminding.join()
    assert [e.text for e in bot.events("ann") if isinstance(e, UserUttered)] == ["hello", "hello", "EXTERNAL: chat"]


def test_the_clock_tells_and_goes_on_when_the_database_is_away() -> None:
    replies: list[tuple[str, Any]] = []
    looks: list[int] = []
    spoken = threading.Event()

    class Flaky:
        def remind_due(self) -> list[tuple[str, Any]]:
            looks.append(1)
            if len(looks) == 2:
                raise DatabaseUnavailable(path="assistant.db", why="away")
            return [("ann", len(looks))]

    def tell(sender_id: str, reply: Any) -> None:
        replies.append((sender_id, reply))
        if len(replies) == 2:
            spoken.set()

    from assistant import reminder_clock

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reminder_clock, "PATIENCE_S", 0.01)
        clock = ReminderClock(Flaky(), tell, every_s=0.01)
        clock.start()
        assert spoken.wait(60)
        clock.stop()
    assert replies[:2] == [("ann", 1), ("ann", 3)]


@pytest.mark.parametrize("intent", ["chat", "unknown_to_the_bot"])
def test_an_intent_is_triggered_from_outside(bot: Agent, intent: str) -> None:
    reply = bot.trigger_intent("new", intent, [{"entity": "number", "value": "12345"}], channel="mail")
    assert texts(reply) == (["Nice weather."] if intent == "chat" else ["Sorry, I did not get that. Could you say it another way?"])
    tracker = bot.tracker("new")
    assert tracker.slots["number"] == ("12345" if intent == "chat" else None)  # a fallback takes the message back
    assert [event.kind for event in tracker.events[:4]] == ["action", "session_started", "action", "user"]


def test_a_time_without_a_zone_is_the_machines_own() -> None:
    naive = datetime.fromtimestamp(START)  # noqa: DTZ006 (that is the point)
    assert due_at(ReminderScheduled("chat", naive.isoformat())) == START
    assert due_at(ReminderScheduled("chat", "2023-11-14T22:13:20Z")) == START
    assert due_at(ReminderScheduled("chat", "tomorrow")) is None


def test_a_reminder_whose_time_cannot_be_read_is_never_due(bot: Agent) -> None:
    say(bot, "hello")
    happened(bot, ReminderScheduled("chat", "tomorrow"))
    assert bot.conversations.reminders.next_at() is None
    assert list(pending(bot.tracker("ann")).values())
    assert told(bot) == []


def test_who_is_forgotten_is_not_reminded(bot: Agent, clock: Clock) -> None:
    say(bot, "hello")
    happened(bot, reminder())
    bot.conversations.forget("ann")
    clock.now = time.time()
    assert bot.conversations.reminders.due(clock.now) == ()


# --- silence in a form ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def patient(open_bot: Callable[..., Agent], clock: Clock) -> Agent:
    return open_bot(clock=clock, settings={"form_reminder_minutes": 5, "form_timeout_minutes": 20})


def test_a_form_that_waits_for_too_long_asks_once_more(patient: Agent, clock: Clock) -> None:
    say(patient, "track")
    clock.now += 299
    assert told(patient) == []
    clock.now += 2
    assert told(patient) == [("ann", ["Which number?"])]
    message = patient.tracker("ann").latest_message
    assert message is not None
    assert message.parse.intent.name == FORM_SILENCE
    clock.now += 3600
    assert told(patient) == []  # once: whoever has gone is not asked for ever


def test_an_answer_ends_the_reminder_and_the_next_question_has_its_own(patient: Agent, clock: Clock) -> None:
    say(patient, "track")
    clock.now += 200
    assert texts(say(patient, "12345")) == ["Your name?"]
    clock.now += 200
    assert told(patient) == []
    clock.now += 101
    assert told(patient) == [("ann", ["Your name?"])]
    assert texts(say(patient, "Ann")) == ["Order 12345 of Ann."]
    assert pending(patient.tracker("ann")) == {}


def test_a_reminder_does_not_keep_a_form_that_is_to_be_left(patient: Agent, clock: Clock) -> None:
    say(patient, "track")
    clock.now += 301
    assert told(patient)
    clock.now += 1000
    assert texts(say(patient, "hello")) == ["Hello!"]
    assert patient.tracker("ann").active_loop is None


def test_a_rule_may_say_something_else_in_the_silence(open_bot: Callable[..., Agent], project: Project, clock: Clock) -> None:
    rule = f"rules:\n- {{rule: still there, steps: [{{intent: {FORM_SILENCE}}}, {{action: utter_more}}]}}\n"
    rules = project.root / "data" / "rules.yml"
    rules.write_text(rules.read_text().replace("rules:\n", rule))
    bot = open_bot(clock=clock, settings={"form_reminder_minutes": 5})
    say(bot, "track")
    clock.now += 301
    assert told(bot) == [("ann", ["Anything else?", "Which number?"])]


def test_without_the_setting_nobody_is_reminded(bot: Agent, clock: Clock) -> None:
    say(bot, "track")
    clock.now += 3000
    assert told(bot) == []
    assert pending(bot.tracker("ann")) == {}

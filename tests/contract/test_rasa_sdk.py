"""rasa-sdk's contracts, as documented: in a process of the assistant's own, on rasa-sdk's server, and on the assistant's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.process import ProcessRunner
from assistant.actions.server import ServerRunner
from assistant.dialogue.events import (
    ActionExecuted,
    AgentUttered,
    BotUttered,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    SessionEnded,
    SessionStarted,
    StoryExported,
    UserUttered,
)
from assistant.messages import BotMessage, Button
from assistant.project import find_project
from tests.action_servers import rasa_server
from tests.contract.sdk_actions import RETURNED
from tests.integration.bots import Keywords, agent_of, say, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.agent import Agent
    from assistant.dialogue.events import Event
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import Reply

RUN = [*RETURNED, "action_raise_rejection", "action_say", "action_say_as_before", "action_look"]
"""Each has an intent of its own, and a rule that runs it."""

DOMAIN = f"""\
intents: [greet, inform, chat, trip, plain, strange, {", ".join(name.removeprefix("action_") for name in RUN)}]
entities: [{{city: {{roles: [from]}}}}, days, mood, size, number]
slots:
  s: {{type: any}}
  t: {{type: text, initial_value: first, influence_conversation: false}}
  session: {{type: text, influence_conversation: false}}
  city:
    type: text
    influence_conversation: false
    mappings: [{{type: from_entity, entity: city, conditions: [{{active_loop: trip_form}}]}}]
  days:
    type: text
    influence_conversation: false
    mappings: [{{type: from_entity, entity: days, conditions: [{{active_loop: trip_form}}]}}]
  mood: {{type: text, influence_conversation: false, mappings: [{{type: custom, conditions: [{{active_loop: trip_form}}]}}]}}
  visa:
    type: text
    influence_conversation: false
    mappings: [{{type: from_text, not_intent: chat, conditions: [{{active_loop: trip_form, requested_slot: visa}}]}}]
  e-mail:
    type: text
    influence_conversation: false
    mappings: [{{type: from_text, conditions: [{{active_loop: trip_form, requested_slot: e-mail}}]}}]
  number:
    type: text
    influence_conversation: false
    mappings: [{{type: from_entity, entity: number, conditions: [{{active_loop: plain_form}}]}}]
  size: {{type: text, influence_conversation: false, mappings: [{{type: from_entity, entity: size}}]}}
  volume: {{type: text, influence_conversation: false, mappings: [{{type: custom}}]}}
  weekday: {{type: text, influence_conversation: false, mappings: [{{type: custom, action: action_weekday, not_intent: chat}}]}}
responses:
  utter_greet: [{{text: "Hello!"}}]
  utter_chat: [{{text: "Nice weather."}}]
  utter_more: [{{text: "Anything else?"}}]
  utter_named: [{{text: "Dear {{who}}", buttons: [{{title: One, payload: /one}}]}}]
  utter_ask_city: [{{text: "Where to?"}}]
  utter_ask_days: [{{text: "never asked"}}]
  utter_ask_mood: [{{text: "In what mood?"}}]
  utter_ask_visa: [{{text: "Have you a visa?"}}]
  utter_ask_trip_form_e-mail: [{{text: "Your address?"}}]
  utter_ask_number: [{{text: "Which number?"}}]
  utter_booked: [{{text: "{{days}} days in {{city}}, {{mood}}, {{e-mail}}."}}]
forms:
  trip_form: {{required_slots: [city, days, mood, e-mail]}}
  plain_form: {{required_slots: [number]}}
actions: [action_weekday, action_validate_slot_mappings, action_session_start, action_default_fallback, validate_trip_form,
  validate_plain_form, action_ask_trip_form_days, {", ".join(RUN)}]
"""

RULES = "rules:\n" + "".join(
    f"- {{rule: {name}, steps: [{{intent: {name.removeprefix('action_')}}}, {{action: {name}}}]}}\n" for name in RUN
)
RULES += """\
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: chat, steps: [{intent: chat}, {action: utter_chat}]}
- {rule: trip, steps: [{intent: trip}, {action: trip_form}, {active_loop: trip_form}]}
- {rule: plain, steps: [{intent: plain}, {action: plain_form}, {active_loop: plain_form}]}
- rule: booked
  condition: [{active_loop: trip_form}]
  steps: [{action: trip_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_booked}]
"""

INTENTS = {r"^hello": "greet", r"weather": "chat", r"trip": "trip", r".": "inform"}
ENTITIES = {
    r"\b(Cork|Oslo|Rome|Mars|home|nowhere)\b": "city",
    r"\b(\d|many)\b": "days",
    r"\b(S|M|L|XXXL)\b": "size",
    r"\b\d{5}\b": "number",
}


def project(root: Path) -> Path:
    for name, text in (("domain.yml", DOMAIN), ("data/rules.yml", RULES)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    shutil.copy(Path(__file__).with_name("sdk_actions.py"), root / "actions.py")
    return root


@contextmanager
def own_server(root: Path) -> Iterator[str]:
    """``assistant actions``."""
    command = [sys.executable, "-m", "assistant.cli.main", "actions", "--project", str(root), "--port", "0"]
    with (root / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert running.stdout is not None
    try:
        yield running.stdout.readline().strip()
    finally:
        running.terminate()
        running.wait(10)
        running.stdout.close()


@pytest.fixture(scope="module", params=["process", "rasa-sdk", "assistant actions"])
def bot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    root = project(tmp_path_factory.mktemp("bot"))
    found = find_project(root)
    interpreter = Keywords(INTENTS, ENTITIES)
    if request.param == "process":
        agent = agent_of(found, interpreter, ProcessRunner(found.bot, found.state, 30.0))
        yield agent
        agent.close()
        return
    with (rasa_server if request.param == "rasa-sdk" else own_server)(root) as url:
        agent = agent_of(found, interpreter, ServerRunner(url, 30.0))
        yield agent
        agent.close()


NUMBERS = count()


class Chat:
    """A conversation of a test's own."""

    def __init__(self, bot: Agent) -> None:
        self.bot = bot
        self.sender = f"user {next(NUMBERS)}"

    def __call__(self, text: str) -> list[str | None]:
        """What is answered to a text; a problem on the way fails the test."""
        reply = self.reply(text)
        assert reply.trace.problems == ()
        return texts(reply)

    def reply(self, text: str) -> Reply:
        return say(self.bot, text, self.sender)

    @property
    def tracker(self) -> Tracker:
        return self.bot.tracker(self.sender)

    @property
    def slots(self) -> dict[str, Any]:
        return self.tracker.slots

    def events(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.bot.events(self.sender) if isinstance(event, kind)]


@pytest.fixture
def chat(bot: Agent) -> Chat:
    return Chat(bot)


# --- what an action returns -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RETURNED)
def test_after_any_event_the_conversation_goes_on(chat: Chat, name: str) -> None:
    assert chat("hello") == ["Hello!"]
    chat(f"/{name.removeprefix('action_')}")
    if chat.tracker.is_paused:
        return
    if chat.tracker.active_loop:
        assert chat("12345") is not None
    assert chat("hello")[:1] == ["Hello!"]


def test_slots_are_set_emptied_and_reset(chat: Chat) -> None:
    chat("/slot")
    assert (chat.slots["s"], chat.slots["t"]) == ({"deep": [1, None, "é"]}, None)
    chat("/reset")
    assert (chat.slots["s"], chat.slots["t"]) == (None, "first")


def test_a_restart_forgets_all(chat: Chat) -> None:
    chat("/slot")
    chat("/restarted")
    assert (chat.slots["s"], chat.tracker.latest_message, chat.tracker.latest_action) == (None, None, "action_listen")


def test_a_session_keeps_the_slots(chat: Chat) -> None:
    chat("/slot")
    chat("/session")
    assert chat.slots["s"] == {"deep": [1, None, "é"]}
    assert len(chat.events(SessionStarted)) == 2
    chat("/session_end")
    assert len(chat.events(SessionEnded)) == 1


def test_a_message_and_an_action_are_taken_back(chat: Chat) -> None:
    chat("hello")
    chat("/rewind")
    assert chat.tracker.intent == "greet"
    chat("/undo")
    assert chat.slots["s"] is None


def test_a_message_may_be_put_in(chat: Chat) -> None:
    assert chat("/user") == ["Hello!"]
    assert [(event.text, event.channel) for event in chat.events(UserUttered)][-1] == ("hi", "proxy")


def test_what_was_said_by_event(chat: Chat) -> None:
    (message,) = chat.reply("/bot").messages
    assert message == BotMessage("an event", (Button("A", "/a"),), image="i.png", metadata={"k": 1})
    chat("/agent")
    assert [(event.text, event.data) for event in chat.events(AgentUttered)] == [("a person", {"agent": "kim"})]


def test_reminders_are_kept_as_they_were_asked_for(chat: Chat) -> None:
    chat("/remind")
    chat("/remind_listed")
    chat("/forget")
    city = ({"entity": "city", "value": "Cork"},)
    first, second = chat.events(ReminderScheduled)
    assert (first.intent, first.name, first.date_time, first.kill_on_user_msg) == ("greet", "tea", "2031-05-01T09:30:00", False)
    assert (first.entities, second.entities, second.kill_on_user_msg) == (city, city, True)
    named, all_of_them = chat.events(ReminderCancelled)
    assert (named.name, named.intent, named.entities) == ("tea", "greet", city)
    assert (all_of_them.name, all_of_them.intent, all_of_them.entities) == (None, None, None)


def test_the_next_action_is_fixed(chat: Chat) -> None:
    assert chat("/follow") == ["Anything else?"]
    assert [event.name for event in chat.events(FollowupAction)] == ["utter_more"]
    assert chat("hello") == ["Hello!"]


def test_a_pause_hands_the_conversation_over(chat: Chat) -> None:
    assert chat.reply("/pause").is_handed_over
    assert chat("hello") == []
    waiting = [handoff for handoff in chat.bot.handoffs.list() if handoff.sender_id == chat.sender]
    assert [handoff.request.reason for handoff in waiting] == [
        f'pause, action_pause: rule "action_pause" ({_place("action_pause")})'
    ]


def _place(rule: str) -> str:
    return f"data/rules.yml:{RULES[: RULES.index(f'rule: {rule},')].count(chr(10)) + 1}"


def test_a_pause_that_is_over_is_none(chat: Chat) -> None:
    assert not chat.reply("/resume").is_handed_over
    assert chat("hello") == ["Hello!"]


def test_an_action_counts_as_done(chat: Chat) -> None:
    chat("/done")
    assert ("utter_more", "by hand", 0.5) in [(event.name, event.policy, event.confidence) for event in chat.events(ActionExecuted)]


@pytest.mark.parametrize("text", ["/loop", "/form"])
def test_a_form_is_started_by_an_event(chat: Chat, text: str) -> None:
    chat(text)
    assert chat.tracker.active_loop == "plain_form"
    assert chat.slots["number"] is None


def test_a_form_that_is_set_aside_does_not_read_the_message(chat: Chat) -> None:
    chat("/interrupt")
    assert [event.is_interrupted for event in chat.events(LoopInterrupted)] == [True]


@pytest.mark.parametrize("text", ["/rejected", "/raise_rejection"])
def test_who_declines_leaves_the_turn_to_others(chat: Chat, text: str) -> None:
    assert chat(text) == ["My own way to say that I did not understand."]
    assert not any(event.name == f"action_{text[1:]}" for event in chat.events(ActionExecuted))


def test_an_export_is_noted(chat: Chat) -> None:
    chat("/export")
    assert len(chat.events(StoryExported)) == 1


# --- what an action says --------------------------------------------------------------------------------------------------------


def test_each_argument_of_utter_message(chat: Chat) -> None:
    two = (Button("Two", "/two"),)
    text, image, custom, attachment, pick, oak, elm, named, over = chat.reply("/say").messages
    assert text == BotMessage("text alone")
    assert image == BotMessage(image="i.png")
    assert custom == BotMessage(custom={"map": {"lat": 1.5}})
    assert attachment == BotMessage(attachment="a.pdf")
    assert pick == BotMessage("pick", two)
    assert oak == BotMessage("Oak : a table", two, image="oak.png")
    assert elm == BotMessage("Elm")
    assert named == BotMessage("Dear Ann", (Button("One", "/one"),), metadata={"response": "utter_named"})
    assert (over.text, over.image, over.buttons) == ("instead", "own.png", (Button("One", "/one"), *two))


def test_the_deprecated_calls_say_the_same(chat: Chat) -> None:
    messages = chat.reply("/say_as_before").messages
    assert [message.text for message in messages] == ["Dear Ann", "Dear Bob", "Dear Eve", "pick", None, None, None, "Oak", "Elm"]
    assert [button.title for button in messages[2].buttons] == ["One", "Two"]
    assert (messages[4].attachment, messages[5].custom, messages[6].image) == ("a.pdf", {"map": 1}, "i.png")


def test_what_was_said_stands_before_what_was_done(chat: Chat) -> None:
    chat("XXXL")
    kinds = [type(event).__name__ for event in chat.bot.events(chat.sender)]
    assert kinds.index("BotUttered") < len(kinds) - 1 - kinds[::-1].index("SlotSet")
    assert len(chat.events(BotUttered)) >= 1


# --- what an action sees --------------------------------------------------------------------------------------------------------


def test_an_action_sees_the_conversation(chat: Chat) -> None:
    chat("hello")
    chat('/look{"city": "Rome"}')
    seen = chat.slots["s"]
    assert seen | {"kinds": None, "state": None, "slots": None} == {
        "sender": chat.sender,
        "slot": "first",
        "text": '/look{"city": "Rome"}',
        "intent": "look",
        "top": "look",
        "cities": ["Rome"],
        "from": [],
        "channel": "cli",
        "loop": None,
        "action": "action_listen",
        "greeted": True,
        "paused": False,
        "kinds": None,
        "applied": True,
        "state": None,
        "forms": ["plain_form", "trip_form"],
        "slots": None,
        "responses": [{"text": "Anything else?"}],
    }
    assert {"action", "bot", "session_started", "slot", "user"} <= set(seen["kinds"])
    assert {"city", "e-mail", "s"} <= set(seen["slots"])
    assert {"sender_id", "slots", "latest_message", "events", "paused", "active_loop", "latest_action_name"} <= set(seen["state"])


# --- forms ----------------------------------------------------------------------------------------------------------------------


def test_a_form_from_its_beginning_to_its_end(chat: Chat) -> None:
    assert chat("a trip please") == ["Where to?"]
    assert chat("Mars") == ["We do not go to Mars.", "Where to?"]
    assert chat("Cork") == ["How many days in Cork, days?"]
    assert chat.slots["t"] == "to Cork"
    assert chat("3") == ["In what mood?"]
    assert chat("glad to go") == ["Your address?"]
    assert chat("Ann@Example.org") == ["3 days in Cork, glad, ann@example.org."]
    assert (chat.tracker.active_loop, chat.slots["requested_slot"]) == (None, None)


def test_one_message_fills_several_slots_and_what_started_the_form_is_validated(chat: Chat) -> None:
    assert chat("a trip to Cork, 2 days, and glad of it") == ["Your address?"]
    other = Chat(chat.bot)
    assert other("a trip to Mars") == ["We do not go to Mars.", "Where to?"]


def test_slots_are_asked_for_that_the_domain_does_not_name(chat: Chat) -> None:
    chat("a trip to Oslo for 2 glad days")
    assert chat("ann@example.org") == ["Have you a visa?"]
    assert chat("I hope so") == ["2 days in Oslo, glad, ann@example.org."]
    assert chat.slots["visa"] == "I hope so"


def test_slots_are_not_asked_for_that_do_not_matter_here(chat: Chat) -> None:
    assert chat("a trip to Rome") == ["In what mood?"]


def test_a_slot_of_the_project_s_own_is_asked_for_again_after_an_interruption(chat: Chat) -> None:
    chat("a trip to Oslo for 2 glad days")
    chat("ann@example.org")
    assert chat("nice weather") == ["Nice weather.", "Have you a visa?"]
    assert chat("yes") == ["2 days in Oslo, glad, ann@example.org."]


def test_a_validation_may_end_the_form(chat: Chat) -> None:
    chat("a trip please")
    assert chat("home") == ["1 days in Cork, None, None."]
    assert chat.tracker.active_loop is None


def test_a_validation_may_decline_the_message(chat: Chat) -> None:
    chat("a trip please")
    assert chat("the weather nowhere")[0] == "Nice weather."


def test_a_message_that_fills_nothing_goes_to_the_rules(chat: Chat) -> None:
    chat("a trip please")
    assert chat("nice weather") == ["Nice weather.", "Where to?"]


def test_a_validation_that_answers_nonsense_leaves_the_value(chat: Chat) -> None:
    chat("a trip to Cork")
    assert chat("many") == ["In what mood?"]
    assert chat.slots["days"] == "many"


def test_a_validation_that_is_silent_lets_the_slots_stand(chat: Chat) -> None:
    assert chat("/plain") == ["Which number?"]
    assert chat("it is 12345") == []
    assert (chat.slots["number"], chat.tracker.active_loop) == ("12345", None)


# --- the slots of every message -------------------------------------------------------------------------------------------------


def test_slots_without_a_form_are_validated_with_every_message(chat: Chat) -> None:
    assert chat("hello XXXL") == ["There is no size XXXL.", "Hello!"]
    assert chat.slots["size"] is None
    chat("hello size M")
    assert chat.slots["size"] == "M"


def test_slots_without_a_form_are_extracted(chat: Chat) -> None:
    chat("hello")
    assert chat.slots["volume"] is None
    chat("HELLO")
    assert chat.slots["volume"] == "loud"


def test_a_mapping_may_name_an_action_which_can_set_slots_and_no_more(chat: Chat) -> None:
    chat("weather on monday")
    assert chat.slots["weekday"] is None
    assert chat("hello, monday then") == ["Hello!"]
    assert chat.slots["weekday"] == "Monday"


# --- actions that every bot has, replaced ---------------------------------------------------------------------------------------


def test_a_session_starts_as_the_project_says(chat: Chat) -> None:
    chat("hello")
    assert chat.slots["session"] == "begun"
    assert [event.name for event in chat.events(ActionExecuted)][:2] == ["action_session_start", "action_listen"]
    assert len(chat.events(SessionStarted)) == 1


def test_the_fallback_is_the_project_s_own(chat: Chat) -> None:
    assert chat("/strange") == ["My own way to say that I did not understand."]

"""Forms as people use them: several answers at once, corrections, something asked in between, going back, giving up, going away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import ActionExecuted, ActiveLoop
from assistant.dialogue.exits import Exits
from assistant.dialogue.policies.form_exit import FormExitPolicy
from assistant.messages import Decision
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say, texts
from tests.unit.dialogue.building import domain_of, listening, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.agent import Agent
    from assistant.dialogue.events import Event
    from assistant.dialogue.tracker import Tracker

DOMAIN = """\
version: "3.1"
intents: [travel, chat, inform, affirm, deny, leave, correct_slot]
entities: [city, number]
slots:
  start: {type: text, mappings: [{type: from_entity, entity: city}]}
  goal: {type: text, mappings: [{type: from_entity, entity: city}]}
  tickets: {type: text, mappings: [{type: from_entity, entity: number}]}
  name:
    type: text
    mappings:
    - type: from_text
      conditions: [{active_loop: trip, requested_slot: name}]
  direct:
    type: bool
    mappings:
    - {type: from_intent, intent: affirm, value: true, conditions: [{active_loop: trip, requested_slot: direct}]}
    - {type: from_intent, intent: deny, value: false, conditions: [{active_loop: trip, requested_slot: direct}]}
forms:
  trip: {required_slots: [tickets, start, goal, name, direct], ignored_intents: [chat]}
responses:
  utter_chat: [{text: "Nice weather."}]
  utter_left: [{text: "Left by a rule."}]
  utter_ask_tickets: [{text: "How many?"}]
  utter_ask_start: [{text: "From where?"}]
  utter_ask_goal: [{text: "Where to?"}]
  utter_ask_name: [{text: "What name?"}]
  utter_ask_direct: [{text: "Direct only?"}]
  utter_booked: [{text: "{tickets} from {start} to {goal} for {name}, direct: {direct}."}]
"""

RULES = """\
rules:
- {rule: chat, steps: [{intent: chat}, {action: utter_chat}]}
- {rule: start, steps: [{intent: travel}, {action: trip}, {active_loop: trip}]}
- rule: book
  condition: [{active_loop: trip}]
  steps: [{action: trip}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_booked}]
"""

LEAVING = """\
- rule: leave
  condition: [{active_loop: trip}]
  steps: [{intent: leave}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_left}]
"""

INTENTS = {
    r"travel|trip": "travel",
    r"weather": "chat",
    r"^(no|wrong)\b": "deny",
    r"^yes": "affirm",
    r"^(leave|stop)": "leave",
    r"^fix": "correct_slot",
    r"^\w+$|berlin|paris|rome": "inform",
}
ENTITIES = {r"\b(Berlin|Paris|Rome|Oslo)\b": "city", r"\b\d+\b": "number"}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Agent]]:
    """Opens the bot of this page; any number on one database."""
    agents = []

    def make(*, rules: str = RULES, domain: str = DOMAIN, **options: Any) -> Agent:
        for name, text in (("domain.yml", domain), ("data/rules.yml", rules), ("config.yml", "language: en")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        agents.append(agent_of(find_project(tmp_path), Keywords(INTENTS, ENTITIES), **options))
        return agents[-1]

    yield make
    for agent in agents:
        agent.close()


@pytest.fixture
def bot(opened: Callable[..., Agent]) -> Agent:
    return opened()


def talk(bot: Agent, *messages: str) -> list[str | None]:
    """Says one thing after another; returns what came last."""
    reply: list[str | None] = []
    for message in messages:
        reply = texts(say(bot, message))
    return reply


def known(bot: Agent) -> dict[str, Any]:
    tracker = bot.tracker("ann")
    return {name: tracker.slots[name] for name in ("tickets", "start", "goal", "name", "direct")}


# --- answers --------------------------------------------------------------------------------------------------------------------


def test_a_form_from_its_first_question_to_its_end(bot: Agent) -> None:
    questions = [talk(bot, text) for text in ("a trip", "2", "Berlin", "Paris", "Ann")]
    assert questions == [["How many?"], ["From where?"], ["Where to?"], ["What name?"], ["Direct only?"]]
    assert talk(bot, "yes") == ["2 from Berlin to Paris for Ann, direct: True."]
    assert bot.tracker("ann").active_loop is None


def test_one_message_answers_several_questions(bot: Agent) -> None:
    assert talk(bot, "a trip for 2") == ["From where?"]
    assert talk(bot, "Berlin", "Paris for 3") == ["What name?"]
    assert known(bot) == {"tickets": "3", "start": "Berlin", "goal": "Paris", "name": None, "direct": None}


# --- corrections ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["no, I meant 4", "sorry, 4", "actually it is 4", "wait, make it 4", "wrong: 4 please", "fix 4"])
def test_a_number_is_corrected_while_something_else_is_asked(bot: Agent, text: str) -> None:
    talk(bot, "a trip", "2", "Berlin", "Paris")
    assert talk(bot, text) == ["What name?"]  # which takes any text for an answer
    assert known(bot)["tickets"] == "4"
    assert known(bot)["name"] is None


def test_a_correction_goes_to_the_slot_that_was_filled_last(bot: Agent) -> None:
    talk(bot, "a trip", "2", "Berlin")
    assert talk(bot, "no, I meant Oslo") == ["Where to?"]
    assert (known(bot)["start"], known(bot)["goal"]) == ("Oslo", None)


def test_a_value_that_is_asked_for_is_an_answer_however_it_begins(bot: Agent) -> None:
    talk(bot, "a trip", "2", "Berlin")
    assert talk(bot, "actually Paris") == ["What name?"]
    assert (known(bot)["start"], known(bot)["goal"]) == ("Berlin", "Paris")


def test_a_correction_goes_to_the_slot_that_is_named(bot: Agent) -> None:
    talk(bot, "a trip", "2", "Berlin", "Paris")
    assert talk(bot, "sorry, the start is Oslo") == ["What name?"]
    assert (known(bot)["start"], known(bot)["goal"]) == ("Oslo", "Paris")


@pytest.mark.parametrize("text", ["no, I meant Bob Smith", "change my name to Bob Smith.", "make that Bob Smith, not Ann"])
def test_a_text_is_corrected_by_saying_what_was_meant(bot: Agent, text: str) -> None:
    talk(bot, "a trip", "2", "Berlin", "Paris", "Ann")
    assert talk(bot, text) == ["Direct only?"]
    assert known(bot)["name"] == "Bob Smith"
    assert known(bot)["direct"] is None


def test_no_is_an_answer_where_it_corrects_nothing(bot: Agent) -> None:
    talk(bot, "a trip", "2", "Berlin", "Paris", "Ann")
    assert talk(bot, "no") == ["2 from Berlin to Paris for Ann, direct: False."]


def test_the_first_question_has_nothing_to_correct(bot: Agent) -> None:
    talk(bot, "a trip")
    assert talk(bot, "sorry, 4") == ["From where?"]
    assert known(bot)["tickets"] == "4"


# --- something in between -------------------------------------------------------------------------------------------------------


def test_what_is_asked_in_between_is_answered_and_the_form_goes_on(bot: Agent) -> None:
    talk(bot, "a trip", "2")
    assert talk(bot, "how is the weather") == ["Nice weather.", "From where?"]
    assert talk(bot, "Berlin") == ["Where to?"]


# --- out of it, and back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["cancel", "Never mind!", " STOP ", "/cancel_form"])
def test_a_form_is_left_without_a_rule_for_it(bot: Agent, text: str) -> None:
    talk(bot, "a trip", "2", "Berlin", "Paris")  # the name takes any text
    reply = say(bot, text)
    assert texts(reply) == ["All right, I have stopped that."]
    assert next((d.policy, d.action, d.reason) for d in reply.trace.decisions) == (
        "form",
        "action_cancel_form",
        "the user wants to leave trip",
    )
    assert (bot.tracker("ann").active_loop, known(bot)["name"]) == (None, None)
    assert talk(bot, "how is the weather") == ["Nice weather."]


def test_a_rule_that_knows_of_the_form_goes_before_what_is_built_in(opened: Callable[..., Agent]) -> None:
    bot = opened(rules=RULES + LEAVING)
    talk(bot, "a trip", "2", "Berlin", "Paris")
    assert talk(bot, "stop") == ["Left by a rule."]
    assert (bot.tracker("ann").active_loop, known(bot)["name"]) == (None, None)


def test_what_was_learned_goes_before_what_is_built_in_where_the_intent_says_stop() -> None:
    class Asks:
        """Learned from stories in which "stop" is met with a question."""

        def predict(self, tracker: Tracker) -> Decision | None:
            return Decision("utter_chat", "learned", 0.9, "stories suggest it") if tracker.intent == "stop" else None

    domain = domain_of(DOMAIN.replace("leave, ", "leave, stop, "))
    leaving = FormExitPolicy(Exits(("cancel",), ()), None, None, Asks())
    asked: list[Event] = [ActiveLoop("trip"), ActionExecuted("trip"), ActionExecuted("action_listen")]
    by_intent, by_word = (leaving.predict(listening(domain, *asked, said(intent, text="cancel"))) for intent in ("stop", "inform"))
    assert by_intent is not None
    assert by_word is not None
    assert (by_intent.action, by_word.action) == ("utter_chat", "action_cancel_form")


def test_outside_of_a_form_there_is_nothing_to_cancel(bot: Agent) -> None:
    assert talk(bot, "cancel") == ["Sorry, I did not get that. Could you say it another way?"]


def test_the_words_that_leave_a_form_can_be_set(opened: Callable[..., Agent]) -> None:
    bot = opened(settings={"form_cancel": ("abbrechen",)})
    assert talk(bot, "a trip", "2", "Berlin", "Paris", "cancel") == ["Direct only?"]
    assert known(bot)["name"] == "cancel"
    assert talk(bot, "Abbrechen!") == ["All right, I have stopped that."]


@pytest.mark.parametrize("text", ["back", "Go back.", "/back", "/go_back"])
def test_going_back_asks_the_question_before_again(bot: Agent, text: str) -> None:
    talk(bot, "a trip", "2", "Berlin")
    assert talk(bot, text) == ["From where?"]
    assert known(bot)["start"] is None
    assert talk(bot, text) == ["How many?"]
    assert talk(bot, "5") == ["From where?"]
    assert known(bot)["tickets"] == "5"


def test_going_back_from_the_first_question_leaves_the_form(bot: Agent) -> None:
    talk(bot, "a trip")
    assert talk(bot, "back") == ["All right, I have stopped that."]
    assert bot.tracker("ann").active_loop is None


# --- in vain --------------------------------------------------------------------------------------------------------------------

ASKED = "From where?"
STUCK = "I need this to go on. If you like, we can stop here, or I can pass you on to a person."


def test_after_some_attempts_a_way_out_is_offered(bot: Agent) -> None:
    talk(bot, "a trip", "2")
    assert [talk(bot, "?!?") for _ in range(2)] == [[ASKED]] * 2
    reply = say(bot, "?!?")
    assert texts(reply) == [STUCK, ASKED]
    assert [button.payload for button in reply.messages[0].buttons] == ["/cancel_form", "/request_handoff"]
    assert talk(bot, "Berlin") == ["Where to?"]
    assert talk(bot, "?!?") == ["Where to?"]  # another question, another count


def test_something_asked_in_between_is_no_attempt(bot: Agent) -> None:
    talk(bot, "a trip", "2")
    assert [talk(bot, "how is the weather") for _ in range(4)] == [["Nice weather.", ASKED]] * 4


@pytest.mark.parametrize(("limit", "offers"), [(1, [True, True]), (0, [False, False])])
def test_the_number_of_attempts_can_be_set(opened: Callable[..., Agent], limit: int, offers: list[bool]) -> None:
    bot = opened(settings={"form_attempts": limit})
    talk(bot, "a trip", "2")
    assert [STUCK in talk(bot, "?!?") for _ in offers] == offers


def test_both_ways_out_lead_out(bot: Agent) -> None:
    assert talk(bot, "a trip", "2", "?!?", "?!?", "?!?", "/cancel_form") == ["All right, I have stopped that."]
    assert talk(bot, "a trip", "?!?", "?!?", "?!?", "/request_handoff") == ["I will pass you on to a person of our team."]
    assert bot.tracker("ann").is_paused


# --- going away -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "reply"), [(9, "Where to?"), (11, "Nice weather.")])
def test_a_question_stands_for_so_long(opened: Callable[..., Agent], minutes: int, reply: str) -> None:
    now = [time.time()]
    bot = opened(clock=lambda: now[0], settings={"form_timeout_minutes": 10})
    talk(bot, "a trip", "2", "Berlin")
    now[0] += minutes * 60
    assert talk(bot, "how is the weather")[-1] == reply
    assert (bot.tracker("ann").active_loop is None) == (minutes > 10)
    left = [event for event in bot.events("ann") if event.kind == "action" and event.as_json()["name"] == "action_deactivate_loop"]
    assert [event.as_json()["reason"] for event in left] == (["trip: left after 11 minutes of silence"] if minutes > 10 else [])

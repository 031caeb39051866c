"""What comes to the inbox and what becomes of it, over the real stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import (
    ActionExecuted,
    AgentUttered,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    UserUttered,
)
from assistant.dialogue.handoffs import HandoffRequest
from assistant.dialogue.reviewing import concerns
from assistant.errors import HandoffTaken, StaleConversation
from assistant.inbox import Inbox
from assistant.messages import BotMessage, IntentScore, Parse, Sentiment
from assistant.stores.askings import AskingStore
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.handoffs import HandoffStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def user(text: str, intent: str = "greet", confidence: float = 0.9, **options: Any) -> UserUttered:
    return UserUttered(text, Parse(text, (IntentScore(intent, confidence),), **options))


def did(name: str, policy: str = "rule") -> ActionExecuted:
    return ActionExecuted(name, policy, 1.0)


GOOD: list[Event] = [user("hello"), did("utter_greet"), BotUttered(BotMessage("Hi.")), did("action_listen")]
UNSURE: list[Event] = [user("parcel thing", "track", 0.45), did("utter_track"), did("action_listen")]
LOST: list[Event] = [user("qwertz", "nlu_fallback", 0.8), did("action_default_fallback", "fallback"), did("action_listen")]
UNKNOWN: list[Event] = [user("do you sell hats", "ask_faq"), did("action_answer_faq"), BotUttered(BotMessage("No idea."))]
KNOWN: list[Event] = [
    user("opening hours", "ask_faq"),
    did("action_answer_faq", "faq"),
    BotUttered(BotMessage("At nine.", metadata={"faq_entry": "hours"})),
]


def test_each_message_has_its_most_pressing_concern() -> None:
    events = [*GOOD, *UNSURE, *LOST, *UNKNOWN, *KNOWN, UserUttered('/track{"n": "1"}')]
    found = [(one.cause, one.turn, one.text, one.position) for one in concerns(events)]
    assert found == [
        ("unsure", 2, "parcel thing", 4),
        ("fallback", 3, "qwertz", 7),
        ("fallback", 4, "do you sell hats", 10),
    ]
    rated = concerns(events, {1: -1, 2: 1, 5: -1})
    assert [(one.cause, one.turn) for one in rated if one.cause == "thumb"] == [("thumb", 1), ("thumb", 5)]
    assert "45%" in concerns(UNSURE)[0].detail


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with open_database(f"sqlite:///{tmp_path / 'inbox.db'}") as database:
        yield Inbox(ConversationStore(database), HandoffStore(database), AskingStore(database))


def store(inbox: Inbox, sender: str, *events: Event) -> None:
    conversations = inbox.conversations
    assert isinstance(conversations, ConversationStore)
    conversations.append(sender, events, conversations.count(sender))


def fill(inbox: Inbox) -> None:
    store(inbox, "content", *GOOD)
    store(inbox, "puzzled", *GOOD, *UNSURE)
    store(inbox, "lost", *LOST)
    said = UserUttered("a person!", Parse("a person!", (IntentScore("human", 0.9),), sentiment=Sentiment("negative", -0.5)))
    inbox.handoffs.add("waiting", HandoffRequest("asked for a person", "began with: a person!"), [said, ConversationPaused()], 0)


def test_who_waits_comes_first_and_who_is_content_not_at_all(inbox: Inbox) -> None:
    fill(inbox)
    cases = inbox.cases()
    assert [(case.sender_id, case.causes) for case in cases] == [
        ("waiting", ("handoff",)),
        ("lost", ("fallback",)),
        ("puzzled", ("unsure",)),
    ]
    assert cases[0].sentiment == -0.5
    assert cases[0].concerns[0].detail == "asked for a person"


def test_thumbs_of_replies_and_of_entries(inbox: Inbox) -> None:
    store(inbox, "ann", *GOOD)
    store(inbox, "bob", *KNOWN)
    assert inbox.cases() == ()
    inbox.conversations.ratings.rate("ann", 1, -1)  # type: ignore[attr-defined]
    inbox.askings.add("opening hours", "bob", "hours", 0.9)  # type: ignore[attr-defined]
    inbox.askings.rate("bob", "hours", -1)  # type: ignore[attr-defined]
    found = {case.sender_id: case for case in inbox.cases()}
    assert {sender: case.causes for sender, case in found.items()} == {"ann": ("thumb",), "bob": ("thumb",)}
    assert found["bob"].concerns[0].text == "opening hours"
    for case in found.values():
        inbox.put_aside(case, "eve")
    assert inbox.cases() == ()


def test_put_aside_until_something_new_happens(inbox: Inbox) -> None:
    fill(inbox)
    case = next(case for case in inbox.cases() if case.sender_id == "puzzled")
    inbox.put_aside(case, "eve")
    assert "puzzled" not in {one.sender_id for one in inbox.cases()}
    store(inbox, "puzzled", *GOOD)
    assert "puzzled" not in {one.sender_id for one in inbox.cases()}
    store(inbox, "puzzled", *LOST)
    again = next(case for case in inbox.cases() if case.sender_id == "puzzled")
    assert again.causes == ("fallback",)


def test_what_was_said_meanwhile_keeps_a_case_on_the_list(inbox: Inbox) -> None:
    fill(inbox)
    case = next(case for case in inbox.cases() if case.sender_id == "lost")
    store(inbox, "lost", *LOST)
    with pytest.raises(StaleConversation):
        inbox.put_aside(case, "eve")
    with pytest.raises(StaleConversation):
        inbox.take(case, "eve")
    assert "lost" in {one.sender_id for one in inbox.cases()}


def test_taken_over_answered_and_given_back(inbox: Inbox) -> None:
    fill(inbox)
    case = next(case for case in inbox.cases() if case.sender_id == "lost")
    taken = inbox.take(case, "eve")
    assert (taken.status, taken.agent) == ("taken", "eve")
    assert "eve took it over" in taken.request.reason
    events = inbox.events(case)
    case = inbox.refreshed(case, events)
    inbox.answer(case, "eve", "I am a person.")
    with pytest.raises(HandoffTaken):
        inbox.answer(case, "mallory", "So am I.")
    inbox.give_back(case, "eve")
    kinds = [type(event) for event in inbox.events(case)][-3:]
    assert kinds == [ConversationPaused, AgentUttered, ConversationResumed]


def test_answering_takes_what_nobody_has(inbox: Inbox) -> None:
    fill(inbox)
    case = inbox.cases()[0]
    inbox.answer(case, "eve", "Here I am.")
    (again,) = [one for one in inbox.cases() if one.sender_id == "waiting"]
    assert again.handoff is not None
    assert again.handoff.agent == "eve"
    again = inbox.refreshed(again, inbox.events(again))
    inbox.put_aside(again, "eve")
    assert "waiting" not in {one.sender_id for one in inbox.cases()}
    assert inbox.handoffs.list() == ()

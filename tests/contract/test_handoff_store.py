"""What every queue of handed-over conversations must do."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import AgentUttered, ConversationPaused, ConversationResumed, Event, UserUttered
from assistant.dialogue.handoffs import HandoffRequest
from assistant.errors import HandoffClosed, HandoffTaken, StaleConversation, UnknownHandoff
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.handoffs import HandoffStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialogue.handoffs import Handoff
    from assistant.stores.database import Database

WHY = HandoffRequest("asked for a person", "began with: help", -0.5)


@pytest.fixture
def store(database: Database) -> HandoffStore:
    return HandoffStore(database)


@pytest.fixture
def conversations(database: Database) -> ConversationStore:
    return ConversationStore(database)


def turn(text: str = "a person please") -> list[Event]:
    return [UserUttered(text), ConversationPaused()]


def test_the_queue_and_the_conversation_are_written_together(store: HandoffStore, conversations: ConversationStore) -> None:
    number = store.add("ann", WHY, turn(), 0)
    (waiting,) = store.list()
    assert (waiting.id, waiting.sender_id, waiting.request, waiting.status, waiting.agent) == (number, "ann", WHY, "waiting", "")
    assert waiting == store.get(number)
    assert [type(event) for event in conversations.load("ann")] == [UserUttered, ConversationPaused]


def test_a_turn_that_came_too_late_leaves_nothing(store: HandoffStore, conversations: ConversationStore) -> None:
    conversations.append("ann", [UserUttered("hi")], 0)
    with pytest.raises(StaleConversation):
        store.add("ann", WHY, turn(), 0)
    assert store.list() == ()
    assert len(conversations.load("ann")) == 1


def test_a_conversation_waits_once(store: HandoffStore) -> None:
    first = store.add("ann", WHY, turn(), 0)
    again = store.add("ann", HandoffRequest("still waits", "more"), turn(), 2)
    assert again == first
    assert [handoff.request.reason for handoff in store.list()] == ["still waits"]


def test_who_has_waited_longest_comes_first(store: HandoffStore) -> None:
    numbers = [store.add(sender, WHY, turn(), 0) for sender in ("ann", "bob", "eve")]
    store.take(numbers[1], "kim")
    assert [handoff.sender_id for handoff in store.list()] == ["ann", "bob", "eve"]


def test_an_agent_answers_and_gives_back(store: HandoffStore, conversations: ConversationStore) -> None:
    number = store.add("ann", WHY, turn(), 0)
    taken = store.answer(number, "kim", "Hello, this is Kim.")
    assert (taken.status, taken.agent) == ("taken", "kim")
    assert taken.taken_at is not None
    closed = store.give_back(number, "kim")
    assert (closed.status, closed.closed_at is not None) == ("closed", True)
    said, resumed = conversations.load("ann")[2:]
    assert isinstance(said, AgentUttered)
    assert (said.text, said.data) == ("Hello, this is Kim.", {"agent": "kim"})
    assert isinstance(resumed, ConversationResumed)
    assert store.list() == ()
    assert store.list(with_closed=True) == (closed,)


def test_two_agents_never_have_the_same(store: HandoffStore, conversations: ConversationStore) -> None:
    number = store.add("ann", WHY, turn(), 0)
    assert store.take(number, "kim") == store.take(number, "kim")
    attempts: tuple[Callable[[], Handoff], ...] = (
        lambda: store.take(number, "lee"),
        lambda: store.answer(number, "lee", "hi"),
        lambda: store.give_back(number, "lee"),
    )
    for attempt in attempts:
        with pytest.raises(HandoffTaken, match="HND-002 handoff 1 was taken by kim"):
            attempt()
    assert len(conversations.load("ann")) == 2


def test_what_is_closed_stays_closed(store: HandoffStore, conversations: ConversationStore) -> None:
    number = store.add("ann", WHY, turn(), 0)
    store.give_back(number, "kim")
    with pytest.raises(HandoffClosed, match="HND-003"):
        store.answer(number, "kim", "too late")
    again = store.add("ann", WHY, turn(), 3)
    assert again != number
    assert [handoff.id for handoff in store.list()] == [again]


def test_a_number_that_is_not_in_the_queue_is_named(store: HandoffStore) -> None:
    with pytest.raises(UnknownHandoff, match="HND-001 no handoff 7; none is open now"):
        store.get(7)
    number = store.add("ann", WHY, turn(), 0)
    with pytest.raises(UnknownHandoff, match=f"open are: {number}"):
        store.take(7, "kim")


def test_who_is_forgotten_leaves_the_queue(store: HandoffStore, conversations: ConversationStore) -> None:
    store.add("ann", WHY, turn(), 0)
    assert conversations.forget("ann").rows["handoffs"] == 1
    assert store.list(with_closed=True) == ()


TAKE_ALL = """
import sys
from assistant.errors import HandoffTaken
from assistant.stores.database import open_database
from assistant.stores.handoffs import HandoffStore
with open_database(sys.argv[1]) as database:
    store = HandoffStore(database)
    sys.stdin.readline()
    for handoff in store.list():
        try:
            print(store.take(handoff.id, sys.argv[2]).id, flush=True)
        except HandoffTaken:
            pass
"""


def test_agents_in_different_processes_share_the_queue_without_overlap(store: HandoffStore, url: str) -> None:
    numbers = [store.add(f"user {number}", WHY, turn(), 0) for number in range(12)]
    command = [sys.executable, "-c", TAKE_ALL, url]
    agents = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("kim", "lee", "max")
    ]
    for agent in agents:
        assert agent.stdin is not None
        agent.stdin.write("go\n")
        agent.stdin.flush()
    taken = [int(line) for agent in agents for line in agent.communicate(timeout=60)[0].split()]
    assert sorted(taken) == numbers
    assert all(handoff.agent for handoff in store.list())


def test_agents_who_reach_for_the_same_at_once_do_not_both_get_it(url: str, store: HandoffStore) -> None:
    numbers = [store.add(f"user {number}", WHY, turn(), 0) for number in range(10)]
    start = threading.Barrier(4)
    got: dict[str, list[int]] = {name: [] for name in ("kim", "lee", "max", "sue")}

    def reach(name: str) -> None:
        with open_database(url) as own:
            for number in numbers:
                start.wait(30)
                try:
                    got[name].append(HandoffStore(own).answer(number, name, "hello").id)
                except HandoffTaken:
                    continue

    agents = [threading.Thread(target=reach, args=(name,)) for name in got]
    for agent in agents:
        agent.start()
    for agent in agents:
        agent.join(120)
    assert sorted(number for taken in got.values() for number in taken) == numbers
    assert {handoff.id for handoff in store.list() if handoff.id in got[handoff.agent]} == set(numbers)


def test_a_turn_and_an_agent_who_speak_at_once_are_both_heard(
    url: str, store: HandoffStore, conversations: ConversationStore
) -> None:
    number = store.add("ann", WHY, turn(), 0)
    start = threading.Barrier(2)

    def answer() -> None:
        with open_database(url) as own:
            for _ in range(10):
                start.wait(30)
                HandoffStore(own).answer(number, "kim", "still here")

    agent = threading.Thread(target=answer)
    agent.start()
    for _ in range(10):
        start.wait(30)
        while True:
            try:
                conversations.append("ann", [UserUttered("hello?")], conversations.count("ann"))
            except StaleConversation:
                continue
            break
    agent.join(60)
    said = [type(event) for event in conversations.load("ann")]
    assert (said.count(UserUttered), said.count(AgentUttered)) == (11, 10)

"""The inbox, over the real stores, by keys as a person presses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.events import ActionExecuted, AgentUttered, BotUttered, ConversationPaused, Event, UserUttered
from assistant.dialogue.handoffs import HandoffRequest
from assistant.inbox import Inbox
from assistant.knowledge.suggesting import Suggestion
from assistant.messages import BotMessage, IntentScore, Parse
from assistant.nlu.training_data import read_nlu
from assistant.people import user_name
from assistant.project import find_project
from assistant.stores.askings import AskingStore
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.handoffs import HandoffStore
from assistant.ui.agreeing import AgreeDialog
from assistant.ui.inbox.answering import AnswerField, ReplyLine
from assistant.ui.inbox.case import CaseScreen
from assistant.ui.inbox.screen import InboxScreen
from assistant.ui.problems import ProblemDialog
from tests.ui.driving import see, shown, until, write
from tests.ui.hostile import HOSTILE, forbidden_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.project import Project
    from assistant.stores.database import Database
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

AT = 1_699_963_200.0
ME = user_name()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path / 'inbox.db'}") as opened:
        yield opened


@pytest.fixture
def agent(database: Database, agent: FakeAgent) -> FakeAgent:
    conversations = ConversationStore(database)
    agent.inbox = Inbox(conversations, HandoffStore(database), AskingStore(database))
    fill(database)
    return agent


def turn(text: str, intent: str, confidence: float, policy: str = "rule", answer: str = "Fine.") -> list[Event]:
    parse = Parse(text, (IntentScore(intent, confidence),))
    return [
        UserUttered(text, parse, timestamp=AT),
        ActionExecuted("utter_x", policy, 1.0, timestamp=AT),
        BotUttered(BotMessage(answer), timestamp=AT),
    ]


def fill(database: Database) -> None:
    conversations = ConversationStore(database)
    conversations.append("happy", turn("hello", "greet", 0.9), 0)
    conversations.append("ann", turn("my parcel thing", "track_order", 0.45), 0)
    conversations.append("bob", [*turn("hi", "greet", 0.9), *turn("qwertz uiop", "nlu_fallback", 0.8, "fallback", "Pardon?")], 0)
    said = UserUttered("get me a person", Parse("get me a person", (IntentScore("human", 0.9),)), timestamp=AT)
    request = HandoffRequest("human, action_handoff: asked for", "began with: get me a person\nknown: order = 12345", -0.6)
    HandoffStore(database).add("carla", request, [said, ConversationPaused(timestamp=AT)], 0)


async def test_list_counts_filters_and_reasons(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 3")
        for part in ("Handoff 1", "Thumb down 0", "Not answered 1", "Unsure 1", "waits", "negative -0.6", "order = 12345"):
            assert part in shown(pilot)
        rows = [line for line in shown(pilot).splitlines() if "☎" in line or "✕" in line or "? Unsure" in line]
        assert "get me a person" in rows[0]
        assert "hello" not in "".join(rows)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "qwertz" not in shown(pilot))
        assert "get me a person" in shown(pilot)
        await pilot.press("ctrl+t")
        await see(pilot, "No conversation of this kind.")
        await pilot.press("ctrl+t", "ctrl+t", "ctrl+t", "slash")
        await write(pilot, "qwertz")
        await until(pilot, lambda: "parcel thing" not in shown(pilot))
        await pilot.press("escape")
        await see(pilot, "parcel thing")


async def test_taken_over_answered_given_back_and_put_aside(make_app: Callable[..., AssistantApp], database: Database) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 3")
        await pilot.press("enter")
        await see(pilot, "Waits for a person")
        assert "order = 12345" in shown(pilot)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.focused, AnswerField))
        await write(pilot, "Here I am, d and g are letters")
        await pilot.press("enter")
        await see(pilot, "You have taken this over")
        await until(pilot, lambda: f"{ME[:9]} " in shown(pilot) and "Here I am, d and g are letters" in shown(pilot))
        (handoff,) = HandoffStore(database).list()
        assert (handoff.status, handoff.agent) == ("taken", ME)
        await pilot.press("escape", "g")
        await see(pilot, "The assistant answers here")
        assert HandoffStore(database).list() == ()
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, InboxScreen))
        await see(pilot, "All 2")


async def test_a_long_conversation_opens_at_what_is_of_concern(make_app: Callable[..., AssistantApp], database: Database) -> None:
    talk = [event for number in range(40) for event in turn(f"message {number}", "greet", 0.9)]
    ConversationStore(database).append("dora", [*talk, *turn("gibberish xyz", "nlu_fallback", 0.8, "fallback", "Pardon?")], 0)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 4")
        await pilot.press("slash")
        await write(pilot, "gibberish")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
        await see(pilot, "User       gibberish xyz")
        assert "message 0 " not in shown(pilot)


async def test_a_long_message_hangs_beside_who_said_it(make_app: Callable[..., AssistantApp], database: Database) -> None:
    ConversationStore(database).append(
        "dora", turn("gibberish xyz", "nlu_fallback", 0.8, "fallback", "a word " * 20 + "\n- last"), 0
    )
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 4")
        await pilot.press("down", "enter")
        await see(pilot, "Assistant  a word")
        lines = shown(pilot).splitlines()
        first = next(number for number, line in enumerate(lines) if "Assistant  a word" in line)
        start = lines[first].index("a word")
        assert [line[:start].strip() for line in lines[first + 1 : first + 4]] == ["", "", ""]
        assert lines[first + 1][start] != " "
        assert lines[first + 3][start:].startswith("- last")
        for width in (120, 60):
            await pilot.resize_terminal(width, 24)
            await see(pilot, "- last")


async def test_a_suggested_reply_is_put_into_the_answer_by_key_and_by_click(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = "Of course:\n\n- one\n- two"
    replies: tuple[Suggestion, ...] = (
        Suggestion(steps, 'FAQ: "Who can help me?"', 0.81),
        Suggestion("A colleague calls you.", "a colleague", 0.4),
    )
    asked: list[str] = []

    def suggested_replies(sender_id: str) -> tuple[Suggestion, ...]:
        asked.append(sender_id)
        return replies

    monkeypatch.setattr(agent, "suggested_replies", suggested_replies)
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 3")
        await pilot.press("enter")
        await see(pilot, "A colleague calls you.")
        for part in ("1 Of course: - one - two", "Who can help me?", "81%", "1…3 Reply"):
            assert part in shown(pilot)
        field = pilot.app.screen.query_one(AnswerField)
        await pilot.press("3")  # there is no third
        assert field.text == ""
        await pilot.press("1")
        await until(pilot, lambda: field.text == steps)
        await until(pilot, lambda: pilot.app.focused is field)
        await pilot.press("2")  # a digit of the answer by now
        assert field.text == f"{steps}2"
        await pilot.press("backspace")
        await pilot.click(list(pilot.app.screen.query(ReplyLine))[1])  # one that nobody has changed gives way
        await until(pilot, lambda: field.text == "A colleague calls you.")
        await pilot.press("!", "ctrl+j", "escape", "1")  # what was written stays
        await until(pilot, lambda: field.text == f"A colleague calls you.!\n\n{steps}")
        await pilot.press("enter")
        await see(pilot, "You have taken this over")
        await until(pilot, lambda: field.text == "")
        (said,) = [event for event in ConversationStore(database).load("carla") if isinstance(event, AgentUttered)]
        assert said.text == f"A colleague calls you.!\n\n{steps}"
        assert asked == ["carla"]  # once, since the user has said nothing new
        replies = ()
        events = ConversationStore(database).load("carla")
        ConversationStore(database).append("carla", [UserUttered("thanks", Parse("thanks"), timestamp=AT)], len(events))
        await until(pilot, lambda: "A colleague calls you." not in shown(pilot).split("thanks")[-1], "the replies gone")
        assert asked == ["carla", "carla"]


async def test_any_conversation_can_be_taken_over_from_the_list(make_app: Callable[..., AssistantApp], database: Database) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 3")
        await pilot.press("down", "down", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
        await see(pilot, "You have taken this over")
        taken = next(one for one in HandoffStore(database).list() if one.sender_id != "carla")
        assert taken.agent == ME
        assert isinstance(ConversationStore(database).load(taken.sender_id)[-1], ConversationPaused)
        await pilot.press("f2")
        await see(pilot, "What can I do for you?")
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))


async def test_of_two_agents_the_second_is_told_and_loses_nothing(
    make_app: Callable[..., AssistantApp], database: Database
) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 3")
        await pilot.press("enter", "r")
        await write(pilot, "I am too late")
        HandoffStore(database).take(1, "somebody-else")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "HND-002" in shown(pilot)
        assert "somebody-else" in shown(pilot)
        await pilot.press("escape")
        await see(pilot, "somebody-else has taken this over")
        assert pilot.app.screen.query_one(AnswerField).text == "I am too late"


async def test_what_was_said_since_keeps_it_on_the_list(make_app: Callable[..., AssistantApp], database: Database) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 3")
        await pilot.press("down", "down")
        await pilot.pause()
        case = pilot.app.screen.query_one("#cases").current  # type: ignore[attr-defined]
        ConversationStore(database).append(case.sender_id, turn("and another", "greet", 0.9), case.n_events)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog))
        assert "STR-002" in shown(pilot)
        await pilot.press("escape")
        await see(pilot, "All 3")


async def test_messages_become_examples_and_ways_to_ask(
    make_app: Callable[..., AssistantApp], project: Project, agent: FakeAgent
) -> None:
    (project.bot / "domain.yml").write_text('version: "3.1"\nintents: [greet, track_order]\n')
    nlu = project.bot / "nlu.yml"
    nlu.write_text("nlu:  # all\n- intent: greet\n  examples: |\n    - hi\n- intent: track_order\n  examples: |\n    - where\n")
    found = find_project(project.root)
    app = make_app()
    app.project = found
    async with app.run_test(size=(100, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, "All 3")
        await pilot.press("slash")
        await write(pilot, "parcel")
        await pilot.press("enter", "enter")
        await see(pilot, "taken for track_order, 45% sure")
        await pilot.press("i")
        await see(pilot, "What does it mean?")
        await write(pilot, "track")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreeDialog))
        assert "+    - my parcel thing" in shown(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "my parcel thing" in nlu.read_text())
        assert "# all" in nlu.read_text()
        assert [one.intent for one in read_nlu(found.training).examples if one.text == "my parcel thing"] == ["track_order"]
        await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
        await pilot.press("v")
        await see(pilot, "Another way to ask")
        await pilot.press("enter")
        await see(pilot, "+my parcel thing")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: any("my parcel thing" in one.alternatives for one in agent.entries.kept.values()))


async def test_hostile_conversations_are_shown_clean(
    make_app: Callable[..., AssistantApp], database: Database, agent: FakeAgent
) -> None:
    conversations, handoffs = ConversationStore(database), HandoffStore(database)
    for number, (text, _) in enumerate(HOSTILE.values()):
        sender = f"h{number}"
        events: list[Event] = [UserUttered(text, Parse(text, (IntentScore(text[:200], 0.1),))), BotUttered(BotMessage(text))]
        handoffs.add(sender, HandoffRequest(text[:5000], text[:5000], 0.5), [*events, ConversationPaused()], 0)
        handoffs.take(number + 2, text[:100] or "x")
        conversations.rename(sender, text[:200])
    async with make_app().run_test(size=(120, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f7")
        await see(pilot, f"All {len(HOSTILE) + 3}")
        assert forbidden_in(shown(pilot)) == set()
        for _ in range(len(HOSTILE) + 2):
            await pilot.press("down", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
            await pilot.pause(0.05)
            assert forbidden_in(shown(pilot)) == set()
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, InboxScreen))

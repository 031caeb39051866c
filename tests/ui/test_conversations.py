"""The list of conversations: searched, opened, named, archived, written to a file, replayed and forgotten, by keys alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from assistant.dialogue.domain import Domain
from assistant.dialogue.events import ActiveLoop, AgentUttered, BotUttered, SlotSet, UserUttered
from assistant.messages import BotMessage, Button, IntentScore, Parse, Reply, Trace, UserMessage
from assistant.ui.chat.conversation_list import ConversationList
from assistant.ui.chat.exporting import as_json, as_markdown, as_text, export
from assistant.ui.chat.items import items_of_events
from assistant.ui.chat.message_view import BotView
from assistant.ui.chat.replay import Replay, ReplayScreen
from tests.ui.driving import app_of, chat_of, say, see, shown, until, write
from tests.ui.hostile import HOSTILE, forbidden_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialogue.events import Event
    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent


def others(agent: FakeAgent) -> None:
    for sender_id, text in {"ann": "my parcel is lost", "bob": "do you sell socks"}.items():
        agent.store(UserMessage(text, sender_id), Reply((BotMessage(f"about {text}"),), Trace()))


def is_list(pilot: object) -> bool:
    return isinstance(pilot.app.screen, ConversationList)  # type: ignore[attr-defined]


async def test_another_conversation_is_found_and_opened_and_a_new_one_begun(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    others(agent)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        await pilot.press("ctrl+l")
        await see(pilot, "3 of 3")
        await pilot.press("slash")
        await write(pilot, "ABOUT my")  # said by the assistant: not in the list itself
        await see(pilot, "1 of 3")
        await pilot.press("enter", "enter")
        await see(pilot, "about my parcel is lost")
        assert app_of(pilot).sender_id == "ann"
        assert "working days" not in shown(pilot)
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        assert agent.received[-1].sender_id == "ann"
        await pilot.press("up")
        assert chat_of(pilot).query_one("#prompt").text == "delivery time"  # type: ignore[attr-defined]
        await pilot.press("down", "ctrl+l")
        await see(pilot, "3 of 3")
        await pilot.press("n")
        await see(pilot, "What can I do for you?")
        assert app_of(pilot).sender_id == "ann-2"


async def test_a_late_answer_stays_in_its_own_conversation(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    others(agent)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        agent.gate.clear()
        await say(pilot, "delivery time")
        await chat_of(pilot).switch_to("bob")
        await see(pilot, "about do you sell socks")
        agent.gate.set()
        await until(pilot, lambda: agent.conversations.n_turns("terminal") == 1, "the answer stored")
        await until(pilot, lambda: "thinking" not in shown(pilot), "the turn over")
        assert "working days" not in shown(pilot)
        await chat_of(pilot).switch_to("terminal")
        await see(pilot, "working days")


async def test_a_conversation_is_named_archived_written_to_files_and_forgotten(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    others(agent)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "/conversations")
        await until(pilot, lambda: is_list(pilot))
        await pilot.press("r")
        await see(pilot, "An empty one takes the name away.")
        await write(pilot, "Lost parcel")
        await pilot.press("enter")
        await see(pilot, "Lost parcel")
        await pilot.press("e")
        await see(pilot, "Markdown, to read")
        await pilot.press("enter")
        path = project.state / "exports" / "Lost-parcel.md"
        await until(pilot, path.is_file, "the export")
        assert path.read_text().startswith("# Lost parcel\n\n**You**")
        await until(pilot, lambda: is_list(pilot))
        await pilot.press("a")
        await see(pilot, "1 archived hidden")
        assert "Lost parcel" not in shown(pilot)
        await pilot.press("A")
        await see(pilot, "Lost parcel")
        await pilot.press("delete")
        await see(pilot, "cannot be undone.")
        await pilot.press("enter")  # the harmless answer has the focus
        await until(pilot, lambda: is_list(pilot))
        assert "bob" in shown(pilot)
        await pilot.press("d", "tab", "enter")
        await until(pilot, lambda: is_list(pilot) and "2 of 2" not in shown(pilot), "one conversation less")
        assert len(agent.others) == 1
        await pilot.press("escape")


async def test_forgetting_the_conversation_that_is_shown_begins_it_anew(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        chat_of(pilot).query(BotView).last().focus()
        await pilot.press("minus")
        await until(pilot, lambda: agent.conversations.ratings.of("terminal") == {1: -1}, "the thumb")
        await pilot.press("ctrl+l")
        await see(pilot, "1 of 1")
        await pilot.press("delete", "tab", "enter")
        await until(pilot, lambda: is_list(pilot) and "Forget it?" not in shown(pilot), "the list again")
        await pilot.press("escape")
        await see(pilot, "What can I do for you?")
        assert "working days" not in shown(pilot)


async def test_thumbs_of_a_stored_conversation_are_there_again(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    agent.store(UserMessage("hi"), Reply((BotMessage("one"), BotMessage("two")), Trace()))
    agent.conversations.ratings.rate("terminal", 1, 1)
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "▲ right")
        chat_of(pilot).query(BotView).last().focus()
        await pilot.press("plus")
        await until(pilot, lambda: agent.conversations.ratings.of("terminal") == {}, "the thumb taken back")


async def test_replay_shows_the_state_after_each_event(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(110, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "order 12345")
        await see(pilot, "left our warehouse")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        await say(pilot, "/replay")
        await see(pilot, "event 1 of")
        assert "slot order_number" not in shown(pilot)
        await pilot.press("down")
        await see(pilot, "● slot order_number  12345")
        await pilot.press("down")
        await see(pilot, "event 3 of")
        assert "● slot order_number" not in shown(pilot)
        await pilot.press("t")
        await see(pilot, "last message  delivery time")
        await pilot.press("T")
        await see(pilot, "event 1 of")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ReplayScreen), "the chat")


async def test_hostile_conversations_are_listed_replayed_and_exported(
    make_app: Callable[..., AssistantApp], agent: FakeAgent, project: Project
) -> None:
    for number, (text, _) in enumerate(HOSTILE.values()):
        agent.others[f"{number} {text[:200]}"] = [
            UserUttered(text, Parse(text, (IntentScore(text, 1.0),))),
            SlotSet(text, text),
            ActiveLoop(text),
            BotUttered(BotMessage(text, (Button(text, text),))),
            AgentUttered(text, {"agent": text}),
        ]
        agent.conversations.titles[f"{number} {text[:200]}"] = text
    async with make_app().run_test(size=(100, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        await pilot.press("ctrl+l")
        await see(pilot, f"{len(HOSTILE)} of")
        assert not forbidden_in(shown(pilot))
        await pilot.press("escape")
        for sender_id, events in agent.others.items():
            screen = ReplayScreen(sender_id, sender_id, Domain(), events)
            await pilot.app.push_screen(screen)
            await see(pilot, "event 1 of")
            await pilot.press("down", "down", "down", "down")
            assert not forbidden_in(shown(pilot))
            screen.dismiss(None)
            await until(pilot, lambda screen=screen: pilot.app.screen is not screen)  # type: ignore[misc]
    for sender_id, events in agent.others.items():
        assert not forbidden_in(as_markdown(sender_id, events))
        assert not forbidden_in(as_text(items_of_events(events)))
        assert not forbidden_in(as_json(sender_id, sender_id, events))
        assert export(project, sender_id, sender_id, events, "json").parent == project.state / "exports"


def test_an_export_says_who_said_what_and_never_replaces_another(project: Project) -> None:
    events: list[Event] = [
        UserUttered("where is it?\nplease", timestamp=0.0),
        BotUttered(BotMessage("On its way.", (Button("Thanks", "/thanks"),)), timestamp=1.0),
        AgentUttered("I have looked.", {"agent": "kim"}, timestamp=60.0),
    ]
    assert as_markdown("A", events) == (
        "# A\n\n**You**, 1970-01-01 00:00 UTC\n\n> where is it?\n> please\n\n"
        "**Assistant**, 1970-01-01 00:00 UTC\n\n> On its way. [Thanks]\n\n"
        "**kim**, 1970-01-01 00:01 UTC\n\n> I have looked.\n"
    )
    assert as_text(items_of_events(events)) == (
        "You: where is it?\nplease\n\nAssistant: On its way.\n[Thanks]\n\nkim, support team: I have looked."
    )
    written = json.loads(as_json("ann", "", events))
    assert [line["speaker"] for line in written["transcript"]] == ["user", "bot", "agent"]
    assert (written["title"], len(written["events"])) == (None, 3)
    names = [export(project, "../etc/x", "", events, "md").name for _ in range(2)]
    assert names == ["etc-x.md", "etc-x-2.md"]


def test_a_replay_goes_back_as_well_as_forth() -> None:
    events: list[Event] = [SlotSet("a", 1), SlotSet("b", 2), SlotSet("a", None), ActiveLoop("form")]
    replay = Replay("x", Domain(), events)
    forth = [replay.after(number) for number in range(1, 5)]
    assert [sorted(moment.changed) for moment in forth] == [["slot a"], ["slot b"], ["slot a"], ["form"]]
    assert [replay.after(number) for number in range(4, 0, -1)] == forth[::-1]

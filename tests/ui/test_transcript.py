"""A conversation of any length: what is mounted of it, how one goes through it, and how a text is found in it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.messages import BotMessage, Button, Reply, Trace, UserMessage
from assistant.ui.chat.finding import FindBar, Finder, FindInput
from assistant.ui.chat.items import BotItem, DividerItem, ProblemItem, UserItem
from assistant.ui.chat.message_view import MessageView, UserView
from assistant.ui.chat.prompt import Prompt
from assistant.ui.chat.scrollback import FIRST, MOST_MOUNTED, PAGE, Entry, Scrollback
from assistant.ui.chat.status import NewsPill
from assistant.ui.chat.transcript import Transcript
from assistant.ui.prose import Prose
from tests.ui.driving import chat_of, say, see, shown, until, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from assistant.ui.app import AssistantApp
    from assistant.ui.chat.items import Item
    from tests.ui.fake import FakeAgent


def talk(agent: FakeAgent, n_turns: int) -> None:
    """Stores a conversation of so many turns: two messages each."""
    for number in range(n_turns):
        agent.store(UserMessage(f"message {number:05}"), Reply((BotMessage(f"answer **{number:05}** to it"),), Trace()))


def views(pilot: Pilot[Any]) -> list[MessageView]:
    return list(chat_of(pilot).query(MessageView))


def first_line(pilot: Pilot[Any], text: str) -> int:
    return next(number for number, line in enumerate(shown(pilot).splitlines()) if text in line)


async def test_only_a_window_of_a_long_conversation_is_mounted_however_one_scrolls(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    talk(agent, 5_000)
    async with make_app().run_test(size=(80, 30)) as pilot:
        await see(pilot, "answer 04999")
        assert FIRST <= len(views(pilot)) <= MOST_MOUNTED
        transcript = chat_of(pilot).query_one(Transcript)
        lowest = 10_000
        for _ in range(14):
            await pilot.press("pageup")
            await pilot.pause()
            assert len(views(pilot)) <= MOST_MOUNTED
            lowest = min(lowest, transcript.scrollback.first)
        assert lowest < 10_000 - 12 * PAGE
        assert len(list(pilot.app.screen.walk_children())) < 10 * MOST_MOUNTED
        assert chat_of(pilot).query_one(NewsPill).display
        for _ in range(20):
            await pilot.press("pagedown")
            await pilot.pause()
            assert len(views(pilot)) <= MOST_MOUNTED
        await see(pilot, "answer 04999")
        assert not chat_of(pilot).query_one(NewsPill).display
        await say(pilot, "delivery time")
        await see(pilot, "working days")


async def test_what_is_read_stays_in_its_place_while_the_window_moves(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    talk(agent, 200)
    async with make_app().run_test(size=(80, 30)) as pilot:
        await see(pilot, "answer 00199")
        transcript = chat_of(pilot).query_one(Transcript)
        await until(pilot, lambda: transcript._next_page(transcript.size.height) is None, "the pages around")
        start = transcript.scrollback.first
        for _ in range(14):
            middle = shown(pilot).splitlines()[6:14]
            text = next(line.strip() for line in middle if "message" in line)
            line = first_line(pilot, text)
            transcript.scroll_relative(y=-7, animate=False, immediate=True)
            await until(pilot, lambda: transcript._next_page(transcript.size.height) is None, "the pages around")
            assert first_line(pilot, text) == line + 7
        assert transcript.scrollback.first < start - PAGE


async def test_a_page_is_mounted_before_somebody_comes_to_it(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    talk(agent, 200)
    for size in ((80, 20), (80, 90)):
        async with make_app().run_test(size=size) as pilot:
            await see(pilot, "answer 00199")
            transcript = chat_of(pilot).query_one(Transcript)
            for key in ("pageup", "pageup", "pagedown"):
                await pilot.press(key)
                await until(pilot, lambda: transcript._next_page(transcript.size.height) is None, "the pages around")  # noqa: B023
                assert transcript.scroll_y >= transcript.size.height
            window = transcript.scrollback.first, transcript.scrollback.last
            await pilot.pause(0.2)
            assert (transcript.scrollback.first, transcript.scrollback.last) == window  # it does not go to and fro


async def test_news_below_is_counted_and_gone_to(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    talk(agent, 40)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "answer 00039")
        agent.gate.clear()
        await say(pilot, "delivery time")
        await pilot.press("pageup", "pageup")
        await see(pilot, "↓ to the end")
        seen = [line[:70].rstrip() for line in shown(pilot).splitlines()[2:16]]
        agent.gate.set()
        await see(pilot, "↓ 1 new")
        assert [line[:70].rstrip() for line in shown(pilot).splitlines()[2:16]] == seen
        await pilot.click(NewsPill)
        await see(pilot, "working days")
        await until(pilot, lambda: "↓" not in shown(pilot), "the pill gone")
        await pilot.press("pageup", "pageup")
        await see(pilot, "↓ to the end")
        await pilot.press("ctrl+end")
        await see(pilot, "working days")


async def test_a_text_is_found_anywhere_in_the_conversation(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    talk(agent, 1_000)
    async with make_app().run_test(size=(80, 30)) as pilot:
        await see(pilot, "answer 00999")
        await pilot.press("ctrl+f")
        await write(pilot, "ANSWER  0012")  # neither case nor spaces nor Markdown's marks make a difference
        await see(pilot, "10 of 10")
        await see(pilot, "answer 00129")
        await pilot.press("up")
        await see(pilot, "9 of 10")
        await pilot.press("down", "down")
        await see(pilot, "1 of 10")
        await see(pilot, "answer 00120")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, MessageView), "the message having the focus")
        await pilot.press("n")
        await see(pilot, "2 of 10")
        await pilot.press("N", "N")
        await see(pilot, "10 of 10")
        await until(pilot, lambda: isinstance(pilot.app.focused, MessageView) and "00129" in pilot.app.focused.copy_text)
        prose = [prose for view in views(pilot) for prose in view.query(Prose)]
        assert "$background on $accent" in {str(span.style) for one in prose for span in one.render().spans}
        await pilot.press("ctrl+f", *"9999")
        await see(pilot, "not found")
        await pilot.press("escape")
        assert isinstance(pilot.app.focused, Prompt)
        assert not chat_of(pilot).query_one(FindBar).is_shown
        assert chat_of(pilot).query_one(FindInput).value == ""
        await pilot.press("escape")
        await see(pilot, "answer 00999")


async def test_messages_are_gone_through_by_key_over_the_window_and_copied(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    talk(agent, 100)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "answer 00099")
        transcript = chat_of(pilot).query_one(Transcript)
        await until(pilot, lambda: transcript._next_page(transcript.size.height) is None, "the pages around")
        first = transcript.scrollback.first
        transcript._views[transcript.scrollback.entries[92 * 2]].focus()
        await until(pilot, lambda: isinstance(pilot.app.focused, UserView))
        for place in range(92 * 2 - 1, 84 * 2 - 1, -1):
            expected = f"message {place // 2:05}" if place % 2 == 0 else f"answer {place // 2:05} to it"
            await pilot.press("k")

            def is_there(expected: str = expected) -> bool:
                return isinstance(pilot.app.focused, MessageView) and pilot.app.focused.copy_text == expected

            await until(pilot, is_there, expected)
        await until(pilot, lambda: transcript.scrollback.first < first, "the window moving along")
        await pilot.press("j", "c")
        await until(pilot, lambda: pilot.app.clipboard == "answer 00084 to it")
        await pilot.press("C")
        await until(
            pilot, lambda: pilot.app.clipboard.startswith("You: message 00000\n\nAssistant: answer **00000** to it\n\nYou:")
        )
        assert pilot.app.clipboard.endswith("answer **00099** to it")


async def test_a_letter_jumps_to_what_can_be_focused(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "delivery time")
        await see(pilot, "working days")
        places = {}
        for letter in "asd":
            await pilot.press("ctrl+o")
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "JumpOverlay")
            await pilot.press(letter)
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "ChatScreen")
            places[letter] = type(pilot.app.focused).__name__
        assert places == {"a": "Prompt", "s": "BotView", "d": "UserView"}
        await pilot.press("ctrl+o")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "JumpOverlay")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.focused, UserView), "the focus where it was")


async def test_any_text_can_be_selected_with_the_mouse_and_copied(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        line = first_line(pilot, "What can I do for you?")
        start = shown(pilot).splitlines()[line].index("What")
        await pilot.mouse_down(offset=(start, line))
        await pilot.hover(offset=(start + 10, line))
        await pilot.mouse_up(offset=(start + 10, line))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app.clipboard.startswith("What can I"), "the selected text")


# --- the values behind it


def said(number: int) -> UserItem:
    return UserItem(f"message {number}")


@given(st.lists(st.sampled_from(["add", "up", "down", "tail", "insert", "go"]), max_size=40), st.integers(0, 400), st.randoms())
def test_the_window_is_always_a_bounded_part_in_order(steps: list[str], n_stored: int, random: Any) -> None:
    book = Scrollback()
    book.prepend([said(number) for number in range(n_stored)], {})
    mounted = list(book.page_up())
    for step in steps:
        if step in {"add", "insert"}:
            after = random.choice(book.entries) if step == "insert" and book.entries else None
            new, place = book.add([said(number) for number in range(random.randrange(4))], after)
            mounted[place:place] = new
        elif step == "up":
            mounted[:0] = book.page_up()
        elif step == "down":
            mounted += book.page_down()
        elif step == "go":
            mounted = list(book.move_to(random.randrange(len(book.entries) + 1)))
        gone = set(book.drop_above() if step in {"add", "down"} else book.drop_below())
        mounted = [entry for entry in mounted if entry not in gone]
        assert mounted == list(book.mounted)
        assert len(mounted) <= MOST_MOUNTED
        assert book.n_earlier + len(mounted) + book.n_later == len(book.entries)


def test_buttons_are_spent_once_and_a_stored_thumb_stands_under_the_last_message_of_its_turn() -> None:
    asked = BotMessage("?", (Button("Yes", "/affirm"),))
    trace = Trace()
    book = Scrollback()
    stored: list[Item] = [UserItem("a", "", trace, 1), BotItem(asked, trace, turn=1), BotItem(asked, trace, is_last=True, turn=1)]
    book.prepend(stored, {1: -1})
    assert [entry.rating for entry in book.entries] == [0, 0, -1]
    assert [entry.is_continued for entry in book.entries] == [False, False, True]
    assert book.spend() == book.entries[-1:]
    assert book.spend() == []
    book.add([DividerItem("x"), ProblemItem(ValueError("y"))])
    assert [entry.text for entry in book.entries[-2:]] == ["", ""]
    assert book.last_trace() is trace


def test_a_finder_goes_around() -> None:
    entries = [Entry(UserItem(text)) for text in ("Straße *one*", "two", "STRASSE ONE")]
    finder = Finder()
    assert finder.look("strasse one", entries) is entries[2]
    assert [finder.step(1), finder.step(1), finder.step(-1)] == [entries[0], entries[2], entries[0]]
    assert (finder.look("nowhere", entries), finder.step(1)) == (None, None)
    assert finder.look("  ", entries) is None


def test_what_was_found_is_narrowed_by_the_next_letter_and_never_where_there_is_more_to_find() -> None:
    entries = [Entry(UserItem(text)) for text in ("a parcel", "a part", "parcels")]
    finder = Finder()
    finder.look("par", entries)
    assert len(finder.found) == 3
    entries[1].folded = "parcel too"  # would be found by another look at everything
    finder.look("parc", entries)
    assert finder.found == [entries[0], entries[1], entries[2]]
    entries[1].folded = "nothing"
    finder.look("parce", entries)
    assert finder.found == [entries[0], entries[2]]
    entries.append(Entry(UserItem("PARCELS 2")))
    finder.look("parcel", entries)
    assert finder.found == [entries[0], entries[2], entries[3]]
    finder.look("par", entries)
    assert finder.found == [entries[0], entries[2], entries[3]]
    finder.look("cel", entries)
    assert finder.current is entries[3]


async def test_what_a_conversation_holds_is_spared_by_the_collector_while_it_is_shown(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    talk(agent, 500)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "answer 00499")
        await until(pilot, lambda: gc.get_freeze_count() > 10_000, "the conversation set aside")
        kept = gc.get_freeze_count()
        agent.stored.clear()
        await chat_of(pilot).reopen()  # what is gone by then is collected, not kept for ever
        await until(pilot, lambda: 0 < gc.get_freeze_count() < kept, "the rest set aside")
    assert gc.get_freeze_count() == 0

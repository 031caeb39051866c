"""Pictures of what opens over the chat, as those of the other screens: compared by what can be read on them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from assistant.evaluation.explanation import Attribution, Explanation, Neighbour, WordShare
from assistant.messages import BotMessage, IntentScore, Parse, Reply, Sentiment, Trace, UserMessage
from assistant.ui.chat.message_view import UserView
from assistant.ui.chat.turn import TurnState
from tests.ui.driving import app_of, chat_of, say, see, until, write
from tests.ui.test_screenshots import SIZES, THEMES, picture, taken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from textual.pilot import Pilot

    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

__all__ = ["picture"]  # the fixture

ORDER = "where is my order 12345?"
DOMAIN = """\
version: "3.1"
intents: [track_order, cancel_order]
entities: [order_number, {city: {roles: [from, to]}}]
slots: {order_number: {type: text, mappings: []}}
responses: {utter_ask_order: [{text: Which one?}], utter_cancelled: [{text: Done.}]}
actions: [track_order_form]
"""
NLU = "nlu:\n- intent: cancel_order\n  examples: |\n    - stop my order\n- intent: track_order\n  examples: |\n    - where is it\n"


async def explain(text: str, intent: str | None = None) -> Explanation:
    shares = ((0, 5, 0.92), (6, 8, -0.11), (9, 11, 0.04), (12, 17, 2.31), (18, 23, 0.74))
    near = (
        Neighbour("where is order 55521", "track_order", 0.071, "intents/nlu/orders.yml:31"),
        Neighbour("cancel order 12", "cancel_order", 0.334, "intents/nlu/orders.yml:64"),
    )
    words = tuple(WordShare(*share) for share in shares)
    return Explanation(Parse(text), Attribution(intent or "track_order", words, -0.03, -3.93, 0.02, 32), near)


async def asked(pilot: Pilot[Any]) -> None:
    await see(pilot, "What can I do for you?")
    await say(pilot, ORDER)
    await see(pilot, "Change the address")
    await until(pilot, lambda: chat_of(pilot).turns.state is TurnState.IDLE, "the end of the turn")
    chat_of(pilot).query(UserView).last().focus()
    await until(pilot, lambda: isinstance(pilot.app.focused, UserView), "the message with the focus")


async def why(pilot: Pilot[Any]) -> None:
    await asked(pilot)
    await pilot.press("w")
    await see(pilot, "+2.31")


async def marking(pilot: Pilot[Any]) -> None:
    await asked(pilot)
    await pilot.press("e")
    await see(pilot, "Which entities are in it?")
    await pilot.press("enter")
    await see(pilot, "city (role from)")


async def agreeing(pilot: Pilot[Any]) -> None:
    await asked(pilot)
    await pilot.press("i")
    await see(pilot, "What does it mean?")
    await write(pilot, "canc")
    await pilot.press("enter")
    await see(pilot, "+    - where is my order")


async def conversations(pilot: Pilot[Any]) -> None:
    await asked(pilot)
    await pilot.press("ctrl+l")
    await see(pilot, "3 of 3")


async def replay(pilot: Pilot[Any]) -> None:
    await asked(pilot)
    await pilot.press("escape")
    await say(pilot, "/replay")
    await see(pilot, "event 1 of")
    await pilot.press("down")
    await see(pilot, "● slot order_number")


async def find(pilot: Pilot[Any]) -> None:
    await asked(pilot)
    await pilot.press("ctrl+f")
    await write(pilot, "order")
    await see(pilot, "3 of 3")


async def mood(pilot: Pilot[Any]) -> None:
    await see(pilot, "What can I do for you?")
    for text in ("so kind of you", "where is it", "this is rubbish"):
        await say(pilot, text)
        await see(pilot, f"about {text}")
    await write(pilot, "/co")
    await see(pilot, "/conversations")


SCENES: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    scene.__name__: scene for scene in (why, marking, agreeing, conversations, replay, find, mood)
}
PICTURES = [
    *((scene, size, "dark") for scene in ("why", "conversations", "replay") for size in SIZES),
    *((scene, "120x40", "light") for scene in ("why", "marking", "agreeing")),
    *((scene, "80x24", "light") for scene in ("find", "mood")),
    *((scene, "60x20", "dark") for scene in ("why", "marking", "agreeing", "conversations", "replay")),
]


@pytest.fixture(autouse=True)
def greenwich() -> Iterator[None]:
    """The list of conversations shows the local time: the pictures are taken where it is the same everywhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(("scene", "size", "look"), PICTURES, ids=["-".join(picture) for picture in PICTURES])
async def test_picture(
    make_app: Callable[..., AssistantApp],
    project: Project,
    agent: FakeAgent,
    picture: Callable[[str, str], None],
    scene: str,
    size: str,
    look: str,
) -> None:
    (project.bot / "domain.yml").write_text(DOMAIN)
    (project.bot / "nlu.yml").write_text(NLU)
    for sender_id, text in {"ann": "my parcel is lost", "bob": "do you sell socks"}.items():
        agent.store(UserMessage(text, sender_id), Reply((BotMessage(f"about {text}"),), Trace()))
    agent.conversations.titles["ann"] = "Lost parcel"
    for text, score in {"so kind of you": 0.8, "where is it": 0.0, "this is rubbish": -0.9}.items():
        parse = Parse(text, (IntentScore("chat", 0.9),), sentiment=Sentiment("neutral", score))
        agent.scripted[text] = Reply((BotMessage(f"about {text}"),), Trace(parse))
    app = make_app()
    app.explain = explain
    name = f"chat-{scene}-{size}-{look}"
    async with app.run_test(size=SIZES.get(size, (60, 20))) as pilot:
        svg = await taken(pilot, SCENES[scene], THEMES[look], name)
        assert app_of(pilot).sender_id == "terminal"
    picture(name, svg)

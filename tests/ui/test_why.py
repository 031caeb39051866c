"""The whole turn of a message, opened by one key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from assistant.dialogue.events import BotUttered, UserUttered
from assistant.errors import NotExplained
from assistant.evaluation.explanation import Attribution, Explanation, Neighbour, WordShare
from assistant.messages import BotMessage, Entity, Flag, IntentScore, Parse, Reply, Sentiment, Trace
from assistant.ui.chat.message_view import BotView, EvidenceLine, UserView
from assistant.ui.chat.why import WhyScreen, events_of
from assistant.ui.chat.word_colours import by_attribution, by_tag, entities_found, nearest, shares
from tests.ui.driving import app_of, chat_of, say, see, shown, until, write
from tests.ui.hostile import HOSTILE, forbidden_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.content import Content

    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

TEXT = "stop my order 12345"


def explanation(text: str, intent: str = "cancel_order") -> Explanation:
    words = (WordShare(0, 4, 1.5), WordShare(5, 7, 0.01), WordShare(8, 13, -0.5), WordShare(14, 19, 0.2))
    near = (Neighbour("stop it", intent, 0.125, "intents/nlu.yml:3"),)
    return Explanation(Parse(text, (IntentScore(intent, 0.9),)), Attribution(intent, words, -0.1, -1.31, 0.01, 32), near)


def styles(content: Content) -> dict[str, str]:
    return {content.plain[span.start : span.end]: str(span.style) for span in content.spans}


async def test_the_turn_opens_with_words_intents_decisions_events_and_times(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    async with make_app().run_test(size=(120, 70)) as pilot:
        asked: list[tuple[str, str | None]] = []
        gate = asyncio.Event()

        async def explain(text: str, intent: str | None = None) -> Explanation:
            asked.append((text, intent))
            await gate.wait()
            if intent == "change_address":
                raise NotExplained(why="the model is being replaced")
            return explanation(text)

        app_of(pilot).explain = explain
        await see(pilot, "What can I do for you?")
        await say(pilot, TEXT)
        await see(pilot, "left our warehouse")
        chat_of(pilot).query(UserView).last().focus()
        await pilot.press("w")
        await see(pilot, "Working out what each word did")
        for part in (
            "order_number  12345  99% by tagger",
            "cancel_order",
            "Start tracking an order",
            "EVENTS",
            "▸ user  stop my",
            "13 ms",
        ):
            assert part in shown(pilot)
        gate.set()
        await see(pilot, "WHAT EACH WORD DID FOR CANCEL_ORDER")
        for part in ("+1.50", "-0.50", "in all +1.21", "NEAREST EXAMPLES", "“stop it”", "intents/nlu.yml:3"):
            assert part in shown(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "WHAT EACH WORD DID" in pilot.app.clipboard)
        await pilot.press("i")
        await see(pilot, "Why not this one?")
        await write(pilot, "address")
        await pilot.press("enter")
        await see(pilot, "the model is being replaced")
        assert asked == [(TEXT, None), (TEXT, "change_address")]
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, WhyScreen), "the chat")
        await pilot.click(list(chat_of(pilot).query(EvidenceLine))[-1])
        await until(pilot, lambda: isinstance(pilot.app.screen, WhyScreen), "the turn, from its evidence line")
        await pilot.press("escape")


async def test_a_greeting_says_why_too_and_leaving_stops_the_work(make_app: Callable[..., AssistantApp], agent: FakeAgent) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        stopped = asyncio.Event()

        async def explain(text: str, intent: str | None = None) -> Explanation:
            try:
                await asyncio.sleep(60)
            finally:
                stopped.set()
            return explanation(text)

        app_of(pilot).explain = explain
        await see(pilot, "What can I do for you?")
        chat_of(pilot).query(BotView).first().focus()
        await pilot.press("question_mark")
        await see(pilot, "a conversation starts")
        assert "Working out" not in shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, WhyScreen), "the chat")
        await pilot.press("escape")
        await say(pilot, TEXT)
        await see(pilot, "left our warehouse")
        await say(pilot, "/why")
        await see(pilot, "Working out")
        await pilot.press("escape")
        await until(pilot, stopped.is_set, "the work stopped")


async def test_sentiment_is_drawn_over_the_conversation_and_told_of_a_turn(
    make_app: Callable[..., AssistantApp], agent: FakeAgent
) -> None:
    moods = {"so kind": ("positive", 0.9, "joy"), "well": ("neutral", 0.0, "neutral"), "rubbish": ("negative", -1.0, "anger")}
    for text, mood in moods.items():
        parse = Parse(text, (IntentScore("chat", 0.9),), sentiment=Sentiment(*mood), flags=(Flag("abuse", 0.75),))
        agent.scripted[text] = Reply((BotMessage(f"on {text}"),), Trace(parse))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await see(pilot, "What can I do for you?")
        assert "mood" not in shown(pilot)
        for text in moods:
            await say(pilot, text)
            await see(pilot, f"on {text}")
        assert "mood ▇▅▁" in shown(pilot) or "mood █▅▁" in shown(pilot)
        for part in ("-1.00 negative, anger", "abuse  75%"):
            assert part in shown(pilot)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await see(pilot, "on rubbish")
        await see(pilot, "mood")


def test_words_are_coloured_by_what_they_did_and_by_their_entity() -> None:
    found = explanation(TEXT)
    assert styles(by_attribution(found)) == {"stop": "bold $background on $success", "order": "$text-error"}
    assert shares(found, 60).plain.splitlines()[0].split()[:2] == ["stop", "+1.50"]
    assert len(shares(found, 24).plain.splitlines()[0]) <= 40
    parse = Parse(TEXT, (), (Entity("number", 14, 19, "12345", role="own", extractor="x"), Entity("odd", 3, 99, None)))
    assert "underline" in styles(by_tag(parse))["12345"]
    assert by_tag(parse).plain == f"{TEXT}\n▬ number  ▬ odd"
    assert "number (own)  12345  100% by x" in entities_found(parse).plain


def test_hostile_words_stay_words() -> None:
    for text, _ in HOSTILE.values():
        spans = tuple(WordShare(place, place + 3, 1.0) for place in range(0, 30, 3))
        parse = Parse(text, (IntentScore(text, 0.9),), (Entity(text, 0, 4, text, text, text, extractor=text),))
        found = Explanation(parse, Attribution(text, spans, 0.0, 0.0, 0.0, 1), (Neighbour(text, text, 0.1, text),))
        for content in (by_tag(parse), by_attribution(found), shares(found, 60), entities_found(parse), nearest(found)):
            assert not forbidden_in(content.plain)


def test_events_of_a_turn() -> None:
    hello, one, first, two = BotUttered(BotMessage("hello")), UserUttered("1"), BotUttered(BotMessage("a")), UserUttered("2")
    events = (hello, one, first, two)
    assert [events_of(events, turn) for turn in range(-1, 4)] == [(), (hello,), (one, first), (two,), ()]
    assert events_of((), 0) == ()

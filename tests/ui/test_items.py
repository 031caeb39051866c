from __future__ import annotations

from assistant.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    AgentUttered,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from assistant.messages import BotMessage, Decision, FaqMatch, FaqResult, IntentScore, Parse, Reply, Trace
from assistant.ui.chat.evidence import bar, milliseconds, percent, sections, summary
from assistant.ui.chat.items import BotItem, DividerItem, UserItem, items_of_events, items_of_reply
from assistant.ui.faq.verdict import verdict
from tests.ui.fake import TIMINGS

PARSE = Parse("hi", (IntentScore("greet", 0.9),))


def test_stored_events_show_the_conversation_again() -> None:
    events: tuple[Event, ...] = (
        SessionStarted(),
        BotUttered(BotMessage("welcome")),
        UserUttered("hi", PARSE),
        SlotSet("name", "Ada"),
        ActiveLoop("form"),
        BotUttered(BotMessage("one")),
        BotUttered(BotMessage("two")),
        ActionExecuted("utter_greet", "rule", 1.0, "because"),
        UserUttered("/restart", metadata={"title": "Again"}),
        Restarted(),
        AgentUttered("I am Bea."),
    )
    trace = Trace(PARSE, (Decision("utter_greet", "rule", 1.0, "because"),), {"name": "Ada"})
    assert items_of_events(events) == [
        BotItem(BotMessage("welcome"), Trace(), is_last=True),
        UserItem("hi", "", trace, 1),
        BotItem(BotMessage("one"), trace, turn=1),
        BotItem(BotMessage("two"), trace, is_last=True, turn=1),
        UserItem("/restart", "Again", Trace(), 2),
        DividerItem("Conversation restarted"),
        BotItem(BotMessage("I am Bea."), Trace(), is_last=True, author="Support team", turn=2),
    ]


def test_what_nobody_wrote_shows_its_answer_alone() -> None:
    events: tuple[Event, ...] = (
        UserUttered("EXTERNAL: remind", PARSE, metadata={"is_external": True}),
        BotUttered(BotMessage("It is time.")),
    )
    assert items_of_events(events) == [BotItem(BotMessage("It is time."), Trace(PARSE), is_last=True, turn=1)]


def test_a_reply_has_its_evidence_under_its_last_message() -> None:
    reply = Reply((BotMessage("a"), BotMessage("b")), Trace(PARSE))
    assert [item.is_last for item in items_of_reply(reply) if isinstance(item, BotItem)] == [False, True]


def test_summary_names_what_matters() -> None:
    found = FaqResult((FaqMatch("e", "Q?", "Q?", "A", 0.93),), 0.5)
    trace = Trace(
        PARSE, (Decision("utter_greet", "rule", 1.0, ""), Decision("action_listen", "rule", 1.0, "")), faq=found, timings_ms=TIMINGS
    )
    assert summary(trace).plain == "greet 90% · rule · FAQ 93% · 13 ms"
    assert summary(Trace()).plain == ""
    assert "a step failed" in summary(Trace(problems=("x",))).plain


def test_sections_say_only_what_there_is() -> None:
    assert [title for title, _ in sections(Trace(), 40)] == []
    missed = FaqResult((FaqMatch("e", "Q?", "Q?", "A", 0.3),), 0.5)
    trace = Trace(PARSE, slots={"name": None}, faq=missed, problems=("it broke",), timings_ms={"nlu": 1.0})
    shown = {title: content.plain for title, content in sections(trace, 40)}
    assert list(shown) == ["Message", "Intent", "Slots set", "FAQ", "Problems", "Time"]
    assert shown["Slots set"] == "name  emptied"
    assert "not answered: all are under 50%" in shown["FAQ"]
    assert all(len(line) <= 40 for line in shown["Intent"].splitlines())


def test_entities_are_marked_in_the_message_wherever_they_claim_to_be() -> None:
    from assistant.messages import Entity

    odd = (Entity("a", 2, 1, "x"), Entity("b", 0, 2, "hi", role="r"), Entity("c", 1, 99, None))
    shown = dict(sections(Trace(Parse("hi you", (), odd)), 40))
    assert shown["Message"].plain == "“hi you”"
    assert "b (r)  hi" in shown["Entities"].plain


def test_bars_and_figures() -> None:
    assert bar(0.55, 10).plain == "━" * 5 + "╸" + "─" * 4
    assert {bar(fraction, 4).cell_length for fraction in (-1.0, 0.0, 0.5, 1.0, 7.0)} == {4}
    assert (percent(0.004), percent(1.0)) == ("  0%", "100%")
    assert (milliseconds(3.42), milliseconds(42.4), milliseconds(1234)) == ("3.4 ms", "42 ms", "1.2 s")


def test_verdict_says_what_a_question_would_get() -> None:
    match = FaqMatch("e", "How long?", "How long?", "A", 0.7)
    assert verdict(FaqResult((match,), 0.5)).plain == "✓ answers  70%  How long?"
    assert verdict(FaqResult((match,), 0.8)).plain == "✕ no answer  nearest at 70%, 80% needed:  How long?"
    assert "nothing is near" in verdict(FaqResult((), 0.8)).plain

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.albert.fluency import AT_ONCE
from assistant.config import TranslationSettings
from assistant.dialogue.domain import load_domain
from assistant.dialogue.events import BotUttered, SlotSet, UserUttered
from assistant.dialogue.tracker import Tracker
from assistant.errors import TranslationFailed
from assistant.messages import BotMessage, Button, Parse, UserMessage
from assistant.opening import open_fluency
from assistant.project import find_project, shipped_root
from assistant.translation.choosing import best
from assistant.translation.detecting import detected
from assistant.translation.engine import Hypothesis
from assistant.translation.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Sequence

GERMAN = {"Wo ist meine Bestellung XZ1?": "Where is my order XZ1?", "Danke.": "Thank you."}
ENGLISH = {
    "Order XZ1 is on its way.": "Bestellung XZ1 ist unterwegs.",
    "Track it": "Verfolgen",
    "It is here:": "Sie ist hier:",
    "and": "und",
}


class Words:
    """An engine that knows some sentences."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known

    def hypotheses(self, sentence: str, limit: int) -> Sequence[Hypothesis]:  # noqa: ARG002 (it knows one of each)
        if sentence == "Kaputt.":
            raise TranslationFailed(engine="words", why="it fell over")
        return [Hypothesis(self._known.get(sentence, f"<{sentence.replace('XZ', '')}>"), -1.0)]


def translator(problem: str = "") -> Translator:
    settings = TranslationSettings(engine="ctranslate2", languages=("de", "fr"))
    engines = {("de", "en"): Words(GERMAN), ("en", "de"): Words(ENGLISH)}
    return Translator(settings, lambda source, target: engines[source, target], problem=problem)


@pytest.fixture(scope="module")
def domain() -> object:
    return load_domain(find_project(shipped_root()))


@pytest.fixture
def tracker(domain: object) -> Tracker:
    return Tracker("ann", domain)  # type: ignore[arg-type]


def message(text: str, language: str = "") -> UserMessage:
    return UserMessage(text, "ann", metadata={"language": language} if language else {})


def test_a_message_is_understood_in_the_bots_language_and_keeps_what_was_written(tracker: Tracker) -> None:
    problems: list[str] = []
    heard = translator().heard(message("Wo ist meine Bestellung AB-1234? Danke.", "de"), tracker, problems)
    assert heard.text == "Where is my order AB-1234? Thank you."
    assert heard.metadata == {"language": "de", "original_text": "Wo ist meine Bestellung AB-1234? Danke."}
    assert problems == []


def test_answers_go_out_in_the_language_of_the_conversation(tracker: Tracker) -> None:
    tracker.update(UserUttered("Where is it?", Parse("Where is it?"), metadata={"language": "de"}))
    said = BotMessage("- Order AB-1234 is on its way.", (Button("Track it", "/track"),), metadata={"faq_entry": "x"})
    (event,) = translator().spoken([BotUttered(said)], tracker, [])
    assert isinstance(event, BotUttered)
    assert event.message.text == "- Bestellung AB-1234 ist unterwegs."
    assert event.message.buttons == (Button("Verfolgen", "/track"),)
    assert event.message.metadata == {"faq_entry": "x", "language": "de", "original_text": said.text}


def test_parts_are_translated_alone_where_the_engine_loses_what_must_come_through() -> None:
    found = translator().translate("It is here: https://x.example and {place}", "en", "de")
    assert found.text == "Sie ist hier: https://x.example und {place}"


def test_blocks_of_code_and_lines_stay_as_they_are() -> None:
    text = "1. Track it\n\n```\nTrack it\n```\n  "
    assert translator().translate(text, "en", "de").text == "1. Verfolgen\n\n```\nTrack it\n```\n  "


def test_a_failing_engine_lets_the_message_through_and_says_so(tracker: Tracker) -> None:
    problems: list[str] = []
    heard = translator().heard(message("Kaputt.", "de"), tracker, problems)
    assert heard.text == "Kaputt."
    assert "original_text" not in heard.metadata
    assert len(problems) == 1
    assert problems[0].startswith("TRA-003 ")


def test_without_its_engine_nothing_is_translated_and_each_turn_says_why(tracker: Tracker) -> None:
    off, problems = translator("TRA-001 no engine"), list[str]()
    said = message("Wo ist meine Bestellung?", "de")
    assert off.heard(said, tracker, problems) == said
    assert problems == ["TRA-001 no engine"]
    assert off.chosen("/language de") == ""


def test_switched_off_it_does_nothing_at_all(tracker: Tracker) -> None:
    off, problems = Translator(TranslationSettings()), list[str]()
    said, events = message("Wo ist meine Bestellung?"), [BotUttered(BotMessage("Hello"))]
    assert off.heard(said, tracker, problems) is said
    assert off.spoken(events, tracker, problems) is events  # type: ignore[arg-type]
    assert (problems, off.problem) == ([], "")


@pytest.mark.parametrize("text", ["/greet", "Do you ship abroad?"])
def test_payloads_and_what_a_button_offered_are_not_translated(tracker: Tracker, text: str) -> None:
    tracker.update(BotUttered(BotMessage("?", (Button("Liefert ihr?", "Do you ship abroad?"),))))
    assert translator().heard(message(text, "de"), tracker, []).text == text


def test_a_language_is_chosen_by_command_and_holds_until_another_is(tracker: Tracker) -> None:
    ours = translator()
    assert ours.chosen(" /language DE ") == "de"
    events = ours.choose("de")
    assert events[0] == SlotSet("language", "de", timestamp=events[0].timestamp)
    tracker.update_all(events)
    assert ours.language_of(message("This is clearly an English sentence."), tracker) == "de"
    (refused,) = ours.choose("it")
    assert isinstance(refused, BotUttered)
    assert refused.message.text == "I know these languages: en, de, fr."


def test_the_language_is_seen_from_the_message_else_it_is_that_of_the_one_before(tracker: Tracker) -> None:
    ours = translator()
    assert ours.language_of(message("Wo ist meine Bestellung geblieben?"), tracker) == "de"
    assert ours.language_of(message("Où est passée ma commande d'hier ?"), tracker) == "fr"
    assert ours.language_of(message("ok"), tracker) == "en"
    tracker.update(UserUttered("x", Parse("x"), metadata={"language": "de"}))
    assert ours.language_of(message("ok"), tracker) == "de"


def test_languages_that_the_bot_does_not_speak_are_not_detected() -> None:
    assert detected("Wo ist meine Bestellung geblieben?", ("en", "fr")) in {"", "en", "fr"}
    assert detected("Wo ist meine Bestellung geblieben?", ("de",)) == ""


def test_the_most_fluent_translation_is_taken_where_its_score_does_not_forbid_it() -> None:
    garbled, fluent = "where my is order please now?", "where is my order please?"

    def fluency(texts: Sequence[str]) -> list[float]:
        return [one.mean for one in open_fluency().score(texts, at_once=AT_ONCE)]

    offered = [Hypothesis(garbled, -0.50), Hypothesis(fluent, -0.55)]
    assert best(offered, fluency).text == fluent
    assert best(offered, None).text == garbled
    assert best([offered[0], Hypothesis(fluent, -50.0)], fluency).text == garbled

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.actions.citing import document_message, faq_message
from assistant.actions.execution import Actions
from assistant.dialogue.events import BotUttered
from assistant.messages import Button, Decision, DocumentMatch, DocumentResult, FaqMatch, FaqResult
from tests.unit.dialogue.building import domain_of, listening, said

DOMAIN = domain_of("""
    intents: [a]
    actions: [action_answer_faq]
    responses:
      utter_no_answer: [{text: I do not know.}]
    """)


def match(sentence: str, answer: str, score: float = 0.9) -> DocumentMatch:
    start = sentence.index(answer)
    return DocumentMatch("policy", "Policy > Deadlines", sentence, (start, start + len(answer)), 40, sentence, score)


@pytest.mark.parametrize(
    ("sentence", "answer", "text", "marked"),
    [
        ("You have 30 days.", "30 days", "You have 30 days.", "30 days"),
        ("Use *only* [this] one.", "[this]", "Use \\*only\\* \\[this\\] one.", "\\[this\\]"),
        ("# 5 is our door.", "5", "\\# 5 is our door.", "5"),
        ("- five euros", "five euros", "\\- five euros", "five euros"),
        ("All of it.", "All of it.", "All of it.", "All of it."),
    ],
)
def test_the_answer_is_marked_where_it_stands_in_the_message(sentence: str, answer: str, text: str, marked: str) -> None:
    message = document_message(match(sentence, answer), "All of it")
    assert message.text == f"{text}\n\n*from Policy > Deadlines*"
    start, end = message.metadata["highlight"]
    assert message.text[start:end] == marked
    assert message.metadata["highlighted"] == answer
    first, last = message.metadata["document_span"]
    assert message.buttons == ()
    assert (first - 40, last - 40) == (sentence.index(answer), sentence.index(answer) + len(answer))


def test_a_document_offers_the_passage_around_its_sentence() -> None:
    found = replace(match("You have 30 days.", "30 days"), passage="Keep *it*. You have 30 days. Then we sell it.")
    message = document_message(found, "All of it")
    assert message.buttons == (Button("All of it", "/show_whole_answer"),)
    assert message.metadata["whole_answer"] == "Keep \\*it\\*. You have 30 days. Then we sell it.\n\n*from Policy > Deadlines*"


def test_a_long_answer_of_the_faq_comes_in_short_before_what_is_asked_next() -> None:
    found = FaqMatch("e", "q", "q", "All of the answer.", 0.9, "All")
    whole, short = (faq_message(found, said, ["next?"], "More") for said in (None, "In short."))
    assert (whole.text, whole.buttons) == ("All of the answer.", (Button("next?", "next?"),))
    assert whole.metadata == {"faq_entry": "e", "faq_score": 0.9, "faq_passage": "All"}
    assert (short.text, short.buttons) == ("In short.", (Button("More", "/show_whole_answer"), Button("next?", "next?")))
    assert short.metadata == {**whole.metadata, "whole_answer": "All of the answer."}


@pytest.mark.parametrize(
    ("entry", "document", "expected"),
    [
        (0.9, 0.99, "The entry."),  # a sure entry goes before all
        (0.6, 0.99, "You have 30 days."),  # an unsure one gives way to a sure document
        (0.6, 0.7, "The entry."),
        (0.4, 0.7, "You have 30 days."),  # no entry answers
        (0.4, 0.3, "I do not know."),
    ],
)
def test_the_surer_of_entry_and_document_is_given(entry: float, document: float, expected: str) -> None:
    asked: list[str] = []

    def ask(question: str) -> DocumentResult:
        asked.append(question)
        return DocumentResult((match("You have 30 days.", "30 days", document),), 0.5)

    faq = FaqResult((FaqMatch("e", "q", "q", "The entry.", entry),), 0.5)
    actions = Actions(DOMAIN, None, lambda _: faq, ask_documents=ask)
    events = actions.run(Decision("action_answer_faq", "rule", 1.0, "because"), listening(DOMAIN, said("a", text="how long?")))
    (message,) = [event.message for event in events if isinstance(event, BotUttered)]
    assert str(message.text).startswith(expected)
    assert bool(asked) == (entry < 0.7)

from __future__ import annotations

import pytest

from assistant.actions.citing import document_message
from assistant.actions.execution import Actions
from assistant.dialogue.events import BotUttered
from assistant.messages import Decision, DocumentMatch, DocumentResult, FaqMatch, FaqResult
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
    message = document_message(match(sentence, answer))
    assert message.text == f"{text}\n\n*from Policy > Deadlines*"
    start, end = message.metadata["highlight"]
    assert message.text[start:end] == marked
    assert message.metadata["highlighted"] == answer
    first, last = message.metadata["document_span"]
    assert (first - 40, last - 40) == (sentence.index(answer), sentence.index(answer) + len(answer))


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

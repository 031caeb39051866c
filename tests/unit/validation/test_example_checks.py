from __future__ import annotations

import pytest

from assistant.annotations import read_annotations
from assistant.errors import Place
from assistant.faq.entry import FaqEntry
from assistant.nlu.training_data import Example
from assistant.validation.example_checks import example_findings, faq_findings


def examples(*rows: tuple[str, str]) -> list[Example]:
    marked = [(intent, read_annotations(text, Place("nlu.yml", line)), line) for line, (intent, text) in enumerate(rows, 1)]
    return [Example(text, intent, entities, Place("nlu.yml", line)) for intent, (text, entities), line in marked]


def shown(*rows: tuple[str, str]) -> list[str]:
    return [str(finding) for finding in example_findings(examples(*rows))]


def test_sound_examples_have_no_findings() -> None:
    assert (
        shown(("greet", "hello"), ("greet", "hello you"), ("track", "where is order [12345](number)?"), ("track", "it's [me](who)"))
        == []
    )


def test_an_utterance_in_two_intents_is_found() -> None:
    assert shown(("greet", "Hello!"), ("bye", "hello")) == [
        'warning VAL-003 nlu.yml:2: "hello" stands in bye and in greet (nlu.yml:1); keep it in one of the two'
    ]


def test_an_utterance_that_is_there_again_and_again_is_found_once_for_each_other_intent() -> None:
    rows = [("greet", "hello"), ("bye", "hello"), ("bye", "Hello!"), ("ask", "hello"), ("greet", "hello")]
    assert [finding.split(" keep")[0] for finding in shown(*rows) if "VAL-003" in finding] == [
        'warning VAL-003 nlu.yml:2: "hello" stands in bye and in greet (nlu.yml:1);',
        'warning VAL-003 nlu.yml:4: "hello" stands in ask and in greet (nlu.yml:1);',
    ]


def test_nearly_the_same_utterance_in_two_intents_is_found() -> None:
    (finding,) = shown(("cancel", "cancel my order"), ("refund", "cancel my order please"))
    assert finding.startswith(
        'warning VAL-009 nlu.yml:2: "cancel my order please" of refund is nearly "cancel my order" of cancel (nlu.yml:1)'
    )
    assert shown(("cancel", "cancel my order"), ("cancel", "cancel my order please")) == []


def test_examples_that_repeat_others_are_counted() -> None:
    rows = [("greet", "hello"), ("greet", "Hello!"), ("greet", "hi"), ("greet", "HI"), ("greet", "hey")]
    (finding,) = shown(*rows)
    assert finding.startswith('warning VAL-010 nlu.yml:2: 2 of 5 examples of "greet" repeat others, such as "Hello!" (nlu.yml:1)')
    assert shown(*rows[:2], *(("greet", f"good morning {name}") for name in "abcdefghi")) == []


@pytest.mark.parametrize(
    ("marked", "fault", "where"),
    [
        ("my order1[2345](number) now", "begins inside a word", "my |order1[2345]| now"),
        ("to [Ber](city)lin", "ends inside a word", "to |[Ber]lin|"),
        ("to [ Berlin](city)", "has spaces at its border", "to [ |Berlin]|"),
        ("👩\u200d👧 to n[ai\u0308](city)ve", "begins inside a word", "👩\u200d👧 to |n[ai\u0308]ve|"),
    ],
)
def test_annotations_that_cut_words_are_shown_with_their_borders(marked: str, fault: str, where: str) -> None:
    (finding,) = shown(("any", marked))
    assert finding.startswith("warning VAL-011 nlu.yml:1: entity ")
    assert f"{fault}: {where}; let it begin" in finding


def test_questions_of_the_faq_that_are_examples_of_an_intent_are_found() -> None:
    data = examples(("pay", "How can I pay?"), ("pay", "can i pay by card"), ("pay", "paying"), ("ask", "do you ship abroad"))
    entries = [
        FaqEntry("methods", "how can i pay", "By card.", ("Can I pay by card?",)),
        FaqEntry("abroad", "Do you ship abroad?", "Yes."),
    ]
    (finding,) = faq_findings(data, entries, frozenset({"ask"}))
    assert str(finding) == (
        'warning VAL-012 nlu.yml:1: intent "pay" and FAQ entry "methods" both have "How can I pay?", and 1 more; '
        "reword one of them, or link the entry: intent: pay"
    )
    linked = [FaqEntry("methods", "how can i pay", "By card.", intent="pay")]
    assert list(faq_findings(data, linked, frozenset({"ask"}))) == []


def test_an_intent_that_is_nearly_asked_as_in_the_faq_is_found() -> None:
    data = examples(("move", "move my booking please"), ("move", "move my bookings"), ("move", "move my bike"), ("greet", "hello"))
    (finding,) = faq_findings(data, [FaqEntry("way", "Move my booking", "With a click.")], frozenset())
    assert str(finding) == (
        'warning VAL-012 nlu.yml:1: intent "move" and FAQ entry "way" have nearly the same "move my booking please", and 1 more; '
        "reword one of them, or link the entry: intent: move"
    )


@pytest.mark.parametrize(
    "text",
    ["book [a flight] (thing) now", "book [a flight (thing) now", 'to [Rome] {"entity": "city"}', 'to [Rome {"entity": "city"}'],
)
def test_annotations_that_are_read_as_text_are_found(text: str) -> None:
    (finding,) = shown(("any", text))
    assert finding.startswith('warning VAL-021 nlu.yml:1: "[')
    assert finding.endswith("without a space between the brackets, or take them out")


@pytest.mark.parametrize("text", ["press [enter] please", "a (small) one", "see [1], (2)", "[a](b) (c)"])
def test_brackets_that_people_write_are_no_annotations(text: str) -> None:
    assert shown(("any", text)) == []

from __future__ import annotations

from assistant.faq.entry import FaqEntry
from assistant.faq.passages import MAX_PASSAGE_CHARS, MAX_PASSAGES, passages, plain, texts_of


def test_marks_are_removed() -> None:
    assert plain("# Title\n- **bold** [link](http://x.y) and `code`\n1. one") == "Title\nbold link and code\none"


def test_passages_are_sentences_and_very_short_ones_go_with_the_next() -> None:
    long = "This sentence has so many words that it stands alone. " * 20
    found = passages(long)
    assert len(found) == MAX_PASSAGES
    assert set(found) == {"This sentence has so many words that it stands alone."}
    assert passages("Yes. Shoes may be tried on at home.\n\nWithin 30 days of their arrival!") == (
        "Yes. Shoes may be tried on at home.",
        "Within 30 days of their arrival!",
    )
    assert passages("One. Two.") == ("One. Two.",)


def test_a_sentence_without_end_is_cut() -> None:
    assert passages("x" * 1000) == ("x" * MAX_PASSAGE_CHARS,)


def test_an_answer_of_marks_alone_has_no_passage() -> None:
    assert passages("***\n\n") == ()


def test_questions_come_before_passages() -> None:
    assert texts_of(FaqEntry("x", "Q?", "A.", ("B?",))) == ("Q?", "B?", "A.")

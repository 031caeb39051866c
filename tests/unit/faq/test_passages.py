from __future__ import annotations

from assistant.faq.entry import FaqEntry
from assistant.faq.passages import MAX_PASSAGE_CHARS, MAX_PASSAGES, passages, plain, texts_of


def test_marks_are_removed() -> None:
    assert plain("# Title\n- **bold** [link](http://x.y) and `code`\n1. one") == "Title\nbold link and code\none"


def test_sentences_stay_whole_and_together() -> None:
    long = "This sentence has exactly so many words that only a few of it fit. " * 20
    found = passages(long)
    assert len(found) == MAX_PASSAGES
    assert all(passage.endswith("fit.") and len(passage) <= MAX_PASSAGE_CHARS for passage in found)
    assert passages("One. Two.\n\nThree!") == ("One. Two. Three!",)


def test_a_sentence_without_end_is_cut() -> None:
    assert passages("x" * 1000) == ("x" * MAX_PASSAGE_CHARS,)


def test_an_answer_of_marks_alone_has_no_passage() -> None:
    assert passages("***\n\n") == ()


def test_questions_come_before_passages() -> None:
    assert texts_of(FaqEntry("x", "Q?", "A.", ("B?",))) == ("Q?", "B?", "A.")

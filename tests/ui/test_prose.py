from __future__ import annotations

from assistant.ui.markdown_blocks import markdown_blocks
from assistant.ui.prose import flow, highlighted


def lines(markdown: str, width: int = 40) -> list[str]:
    return flow(markdown_blocks(markdown), width).plain.split("\n")


def styles(markdown: str) -> dict[str, str]:
    content = markdown_blocks(markdown)[0].content
    return {content.plain[span.start : span.end]: str(span.style) for span in content.spans}


def test_paragraphs_are_parted_and_lines_of_one_are_kept() -> None:
    assert lines("one\ntwo\n\nthree") == ["one", "two", "", "three"]


def test_lists_hang() -> None:
    shown = lines("1. a first point that is longer than a line\n2. second\n   - within\n\nafter", 24)
    assert shown == ["1. a first point that is", "   longer than a line", "2. second", "   • within", "", "after"]


def test_item_of_two_paragraphs_keeps_its_indent() -> None:
    assert lines("- one\n\n  two\n- three") == ["• one", "", "  two", "• three"]


def test_numbering_goes_on_from_its_start() -> None:
    assert lines("9. nine\n10. ten") == ["9. nine", "10. ten"]


def test_quotes_code_tables_and_rules() -> None:
    assert lines("> said\n> so") == ["│ said", "│ so"]
    assert lines("```\na [b]\n  c\n```") == ["  a [b]", "    c"]
    assert lines("|a|b|\n|-|-|\n|1|2|\n\nx") == ["a │ b", "1 │ 2", "", "x"]
    assert lines("a\n\n---") == ["a", "", "────────"]


def test_links_show_where_they_go() -> None:
    assert lines("[here](https://x.example/a)") == ["here (https://x.example/a)"]
    assert lines("<https://x.example>") == ["https://x.example"]
    assert lines("<a@x.example>") == ["a@x.example"]
    assert lines("![shoe](shoe.png)") == ["shoe (shoe.png)"]
    assert lines("[run](javascript:alert)") == ["[run](javascript:alert)"]


def test_html_and_markup_are_text() -> None:
    assert lines("<b>x</b> [/b] [TODO]") == ["<b>x</b> [/b] [TODO]"]
    assert lines("<script>x</script>") == ["<script>x</script>"]


def test_emphasis() -> None:
    assert styles("a **b** *c* ~~d~~ **e *f***") == {"b": "bold", "c": "italic", "d": "strike", "e ": "bold", "f": "bold italic"}
    assert "bold" in str(markdown_blocks("# Title")[0].content.spans)


def test_absurd_nesting_is_shown_as_it_was_written() -> None:
    assert lines("> " * 500 + "deep")[0].startswith("> > >")


def test_nothing_is_nothing() -> None:
    assert lines("") == [""]


def test_narrow_and_wide_characters_wrap() -> None:
    assert all(len(line) <= 8 for line in lines("abcdefghijklmnopqrstuvwxyz", 3))
    assert lines("日本語" * 4, 10) == ["日本語日本", "語日本語日", "本語"]


def underlined(markdown: str, part: str) -> list[str]:
    blocks = [highlighted(block, part) for block in markdown_blocks(markdown)]
    return [b.content.plain[span.start : span.end] for b in blocks for span in b.content.spans if "underline" in str(span.style)]


def test_the_part_that_answers_is_underlined_whatever_its_marks_and_lines() -> None:
    assert underlined("Yes. It takes **five\ndays** then. Bye.", "It takes five days then.") == ["It takes five\ndays then."]
    assert underlined("Yes.\n\nWithin 30 days.", "Yes. Within 30 days.") == ["Yes.", "Within 30 days."]
    assert underlined("Yes.", "No.") == []
    assert underlined("a (b) [c]", "(b)") == ["(b)"]

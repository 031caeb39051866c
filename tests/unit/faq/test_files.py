from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import (
    AssistantError,
    BadEntry,
    CannotExport,
    DuplicateEntry,
    MissingKey,
    UnknownFormat,
    UnknownKey,
    UnreadableFile,
    WrongType,
    YamlSyntax,
)
from assistant.faq.entry import FaqEntry
from assistant.faq.files import SUFFIXES, read_entries, write_entries

ENTRIES = [
    FaqEntry(
        "shoes",
        "Can I return shoes?",
        "Yes.\n\n- within **30** days\n- unworn",
        ("shoes, back?",),
        ("a, b",),
        "returns",
        "en",
        "published",
    ),
    FaqEntry("hours", 'Is "open" #1: yes?', "# Hours\n\\# not a heading\n<!-- faq\n-->\n=1+1", status="draft", threshold=0.25),
    FaqEntry("no", "null", "no", ("--> true", "- x", "'", '"', "\\", "é\u2028"), language="de", status="in_review"),
]

YAML = """\
version: 1
category: returns
entries:
  - id: shoes
    question: Can I return shoes?
    alternatives:
      - shoes back
    answer: |
      Yes.

      Within 30 days.
    tags: [shoes]
  - question: When?
    answer: Now.
    category: hours
"""

TWICE = YAML + "  - {id: shoes, question: q, answer: a}\n"

FOREIGN_MARKDOWN = """\
Some words before.

# Returns

## Can I return shoes?
Yes.

### Really?

Really.
"""


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_export_then_import_is_the_identity(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"faq{suffix}"
    expected = [ENTRIES[0], ENTRIES[1], replace(ENTRIES[2], alternatives=("--> true", "- x", "'", '"', "\\", "é"))]
    write_entries(path, expected)
    assert read_entries(path) == expected
    write_entries(path, read_entries(path))
    assert read_entries(path) == expected


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_entries_are_a_file_of_no_entries(tmp_path: Path, suffix: str) -> None:
    write_entries(tmp_path / f"faq{suffix}", [])
    assert read_entries(tmp_path / f"faq{suffix}") == []


def test_yaml_as_people_write_it(tmp_path: Path) -> None:
    shoes, when = read_entries(written(tmp_path, "faq.yml", YAML))
    assert shoes == FaqEntry(
        "shoes", "Can I return shoes?", "Yes.\n\nWithin 30 days.", ("shoes back",), ("shoes",), "returns", status="published"
    )
    assert (when.id, when.category) == ("when", "hours")


def test_markdown_as_people_write_it(tmp_path: Path) -> None:
    first, second = read_entries(written(tmp_path, "faq.md", FOREIGN_MARKDOWN))
    assert (first.question, first.answer, first.category) == ("Can I return shoes?", "Yes.", "Returns")
    assert (second.id, second.answer) == ("really", "Really.")


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    path.write_bytes('\ufeffquestion,answer,alternatives\r\nWhy?,Because.,"a\r\nb"\r\n'.encode())
    assert read_entries(path)[0].alternatives == ("a", "b")


@pytest.mark.parametrize(
    ("name", "text", "error", "message"),
    [
        ("f.yml", YAML.replace("tags:", "tag:"), UnknownKey, 'f.yml:12: unknown key "tag"; did you mean "tags"'),
        ("f.yml", YAML.replace("question: When?", "id: when"), MissingKey, 'f.yml:13: key "question" is missing'),
        ("f.yml", YAML.replace("[shoes]", "shoes"), WrongType, 'f.yml:12: "tags" wants a list of texts'),
        ("f.yml", YAML.replace("version: 1", "version: 9"), BadEntry, 'f.yml:1: .* the file has version "9"'),
        ("f.yml", YAML.replace("answer: Now.", 'answer: ""'), BadEntry, "f.yml:13: .* the answer is empty"),
        ("f.yml", "entries: [", YamlSyntax, "YML-001 .*f.yml:"),
        (
            "f.yml",
            YAML + "  - {id: shoes, question: q, answer: a}\n",
            DuplicateEntry,
            'f.yml:16: an entry "shoes" is there already, in .*f.yml:4',
        ),
        ("f.jsonl", '{"question": "q", "answer": "a"}\n{oops\n', BadEntry, "f.jsonl:2: .* the line is no JSON"),
        ("f.jsonl", "[1]", BadEntry, "f.jsonl:1: .* the line holds no JSON object"),
        ("f.jsonl", '\n{"question": "q", "answer": "a", "threshold": "high"}', WrongType, 'f.jsonl:2: "threshold" wants a number'),
        ("f.csv", 'question,answer\n"a\nb",c\nd,e,f\n', BadEntry, "f.csv:4: .* more cells"),
        ("f.csv", "question,answer\nq,\n", MissingKey, 'f.csv:2: key "answer" is missing'),
        ("f.csv", 'question,answer\n"q,a\n', BadEntry, "f.csv:2: .* no CSV"),
        ("f.md", "## Q?\n\n<!-- faq\nid: x\ncolour: red\n-->\n\nA.\n", UnknownKey, 'f.md:5: unknown key "colour"'),
        ("f.md", "## Q?\n\n<!-- faq\nid: x\n-->\n", BadEntry, "f.md:1: .* is empty"),
        ("f.txt", "", UnknownFormat, 'FAQ-005 .*f.txt: files ending in ".txt" are not supported'),
        ("f.csv", "question,answer\nq,\udcff\n", UnreadableFile, "YML-009"),
    ],
)
def test_errors_name_the_file_and_the_line(tmp_path: Path, name: str, text: str, error: type[AssistantError], message: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(error, match=message):
        read_entries(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"gone\.yml"):
        read_entries(tmp_path / "gone.yml")


def test_a_file_that_was_there_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    path = written(tmp_path, "faq.yml", "# by hand\n" + YAML)
    write_entries(path, ENTRIES[:1])
    assert (tmp_path / "faq.yml.bak").read_text(encoding="utf-8").startswith("# by hand")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["faq.yml", "faq.yml.bak"]


def test_an_export_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(CannotExport, match="FAQ-006"):
        write_entries(tmp_path / "no-folder" / "faq.yml", ENTRIES)
    path = written(tmp_path, "faq.jsonl", "before")
    broken = [ENTRIES[0], None]
    with pytest.raises(AttributeError):
        write_entries(path, broken)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["faq.jsonl"]


def test_the_entries_that_are_shipped_can_be_read() -> None:
    folder = Path(__file__).parents[3] / "data" / "faq"
    entries = [entry for path in sorted(folder.glob("*.yml")) for entry in read_entries(path)]
    assert len(entries) >= 100
    assert len({entry.id for entry in entries}) == len(entries)

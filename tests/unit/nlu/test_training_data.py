from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from assistant.errors import (
    AssistantError,
    BadAnnotation,
    BadTrainingRow,
    UnknownKey,
    UnknownTrainingFormat,
    UnreadableFile,
    UnsupportedVersion,
)
from assistant.messages import Entity
from assistant.nlu.training_data import TrainingData, read_dev, read_nlu

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, text: str) -> TrainingData:
    file = folder / "nlu.yml"
    file.write_text(text, encoding="utf-8")
    return read_nlu([file])


def read_rows(folder: Path, *rows: object) -> TrainingData:
    file = folder / "data.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return read_nlu([file])


def test_every_form_of_annotation_gives_offsets_in_the_plain_text(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        """
nlu:
- intent: travel
  examples: |
    - from [Berlin]{"entity": "city", "role": "from"} to [SF]{"entity": "city", "role": "to", "value": "San Francisco"}
    - a [large](size) one, or [big](size:large)
    - [large]{"entity": "size", "group": "1"}
    - go to [Paris][{"entity": "city"}, {"entity": "place"}]
""",
    )
    first, second, third, fourth = data.examples
    assert first.text == "from Berlin to SF"
    assert first.entities == (
        Entity("city", 5, 11, "Berlin", role="from"),
        Entity("city", 15, 17, "San Francisco", role="to"),
    )
    assert second.entities == (Entity("size", 2, 7, "large"), Entity("size", 16, 19, "large"))
    assert third.entities == (Entity("size", 0, 5, "large", group="1"),)
    assert [(entity.entity, entity.start, entity.end) for entity in fourth.entities] == [("city", 6, 11), ("place", 6, 11)]
    assert data.synonyms == {"sf": "San Francisco", "big": "large"}


def test_other_sections_and_the_extended_form_are_read(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        """
version: "3.1"
stories: []
nlu:
- intent: greet
  metadata: {sentiment: neutral}
  examples:
  - text: |
      - hi
    metadata: {sentiment: good}
  - text: hello [Ann](name)
- synonym: credit
  examples: |
    - Credit Card
    - kk
- regex: zip
  examples: |
    - \\d{5}
- lookup: banks
  examples: |
    - N26
    - First Bank
""",
    )
    assert [example.text for example in data.examples] == ["hi", "hello Ann"]
    assert data.synonyms == {"credit card": "credit", "kk": "credit"}
    assert [(pattern.name, pattern.pattern) for pattern in data.regexes] == [("zip", r"\d{5}")]
    assert data.lookups == {"banks": ("N26", "First Bank")}
    assert data.intents == ("greet",)
    assert data.entities == ("name",)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("- [x]{entity: city}", BadAnnotation),
        ('- [x]{"role": "from"}', BadAnnotation),
        ('- [x]{"entity": "city", "rolle": "from"}', BadAnnotation),
        ("- [x](city", BadAnnotation),
    ],
)
def test_a_bad_example_is_named_with_its_line(tmp_path: Path, line: str, error: type[AssistantError]) -> None:
    text = f"nlu:\n- intent: a\n  examples: |\n    - fine\n\n    {line}\n"
    with pytest.raises(error) as caught:
        read(tmp_path, text)
    assert str(caught.value.where).endswith("nlu.yml:6")


def test_what_cannot_be_used_is_passed_over_and_is_a_problem(tmp_path: Path) -> None:
    """As Rasa does, which warns while it trains."""
    data = read(
        tmp_path,
        """\
nlu:
- intent: a
  examples: |
    - fine
    no dash
    -
- intent: empty
- intent: nothing
  examples:
- examples: |
    - whose
- intent: b
  colour: red
  examples: |
    - blue
""",
    )
    assert [example.text for example in data.examples] == ["fine", "blue"]
    assert [(problem.code, str(problem.where).rsplit(":", 1)[1]) for problem in data.problems] == [
        ("NLU-002", "5"),
        ("NLU-002", "6"),
        ("YML-007", "7"),
        ("YML-007", "8"),
        ("YML-007", "10"),
        ("YML-006", "13"),
    ]


def test_misspelt_keys_and_newer_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownKey, match='did you mean "intent"'):
        read(tmp_path, "nlu:\n- intnet: a\n  examples: |\n    - b\n")
    with pytest.raises(UnsupportedVersion, match=r"nlu\.yml:1"):
        read(tmp_path, 'version: "4.0"\nnlu: []\n')


def test_a_lookup_list_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "banks.txt").write_text("N26\n\nFirst Bank\n")
    assert read(tmp_path, "nlu:\n- lookup: bank\n  examples: lists/banks.txt\n").lookups == {"bank": ("N26", "First Bank")}
    with pytest.raises(UnreadableFile, match=r"lists/bonks\.txt"):
        read(tmp_path, "nlu:\n- lookup: bank\n  examples: lists/bonks.txt\n")


def test_tags_become_entities_where_the_tokens_stand_in_the_text(tmp_path: Path) -> None:
    data = read_rows(
        tmp_path,
        {"text": "fly to new  york, now", "intent": "fly", "tokens": ["fly", "to", "new", "york", ",", "now"],
         "tags": ["O", "O", "B-city", "I-city", "O", "B-time"]},
        {"text": "other spelling", "intent": "fly", "tokens": ["to", "rome", "milan"], "tags": ["O", "I-city", "B-city"]},
        {"text": "plain", "intent": "none"},
    )  # fmt: skip
    first, second, third = data.examples
    assert first.entities == (Entity("city", 7, 16, "new  york"), Entity("time", 18, 21, "now"))
    assert second.text == "to rome milan"
    assert second.entities == (Entity("city", 3, 7, "rome"), Entity("city", 8, 13, "milan"))
    assert third.entities == ()


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        {"text": "a"},
        {"text": " ", "intent": "a"},
        {"text": "a b", "intent": "a", "tags": ["O"]},
        {"text": "a", "intent": "a", "tags": ["X-city"]},
        {"text": "a", "intent": "a", "tokens": "a", "tags": ["O"]},
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, row: object) -> None:
    with pytest.raises(BadTrainingRow) as caught:
        read_rows(tmp_path, {"text": "a", "intent": "b"}, row)
    assert str(caught.value.where).endswith("data.jsonl:2")


def test_a_folder_is_read_by_what_it_holds(tmp_path: Path) -> None:
    rows, yaml = tmp_path / "rows", tmp_path / "yaml"
    rows.mkdir()
    (rows / "train.jsonl").write_text('{"text": "a", "intent": "b"}\n')
    assert len(read_nlu([rows]).examples) == 1
    assert read_dev([rows]) is None
    (rows / "dev.jsonl").write_text('{"text": "c", "intent": "b"}\n')
    dev = read_dev([rows])
    assert dev is not None
    assert [example.text for example in dev.examples] == ["c"]
    yaml.mkdir()
    (yaml / "a.yml").write_text("nlu:\n- intent: x\n  examples: |\n    - one\n- lookup: l\n  examples: |\n    - p\n")
    (yaml / "b.yml").write_text("nlu:\n- intent: y\n  examples: |\n    - two\n- lookup: l\n  examples: |\n    - q\n")
    (yaml / "test_c.yml").write_text("stories: [")
    merged = read_nlu([yaml])
    assert merged.intents == ("x", "y")
    assert merged.lookups == {"l": ("p", "q")}


def test_what_is_no_training_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnknownTrainingFormat):
        read_nlu([tmp_path / "empty"])
    with pytest.raises(UnknownTrainingFormat):
        read_nlu([tmp_path / "notes.txt"])
    with pytest.raises(UnreadableFile):
        read_nlu([tmp_path / "missing.jsonl"])


def test_ten_thousand_examples_load_in_two_seconds(tmp_path: Path) -> None:
    lines = "\n".join(f'    - order [{n}](order_number) to [Rome]{{"entity": "city", "role": "to"}}' for n in range(10_000))
    file = tmp_path / "many.yml"
    file.write_text(f"nlu:\n- intent: a\n  examples: |\n{lines}\n")
    started = time.process_time()
    data = read_nlu([file])
    assert time.process_time() - started < 2
    assert len(data.examples) == 10_000
    assert data.examples[-1].place.line == 10_003


def test_a_section_of_synonyms_goes_before_values_beside_annotations_whatever_the_order_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("nlu:\n- synonym: credit\n  examples: |\n    - Plastic\n", encoding="utf-8")
    inline = 'nlu:\n- intent: pay\n  examples: |\n    - by [plastic]{"entity": "method", "value": "debit"}\n'
    (tmp_path / "b.yml").write_text(inline, encoding="utf-8")
    for files in (("a.yml", "b.yml"), ("b.yml", "a.yml")):
        data = read_nlu([tmp_path / name for name in files])
        assert data.synonyms == {"plastic": "credit"}
        assert data.problems == ()


def test_sections_without_entries_are_problems(tmp_path: Path) -> None:
    data = read(tmp_path, "nlu:\n- lookup: city\n  examples: |\n- synonym: a\n  examples: []\n- regex: b\n  examples: |\n\n")
    assert [str(problem).split(": ", 1)[1] for problem in data.problems] == [
        'lookup "city" has no entries; add some, or remove it',
        'synonym "a" has no entries; add some, or remove it',
        'regex "b" has no entries; add some, or remove it',
    ]

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import BadTrainingRow, MissingKey, UnreadableFile
from assistant.nlu.training_data import TrainingData, read_nlu
from assistant.project import find_project

if TYPE_CHECKING:
    from pathlib import Path

DATA = """\
{
  "rasa_nlu_data": {
    "common_examples": [
      {"text": "fly to the big apple", "intent": "fly", "entities": [
        {"start": 11, "end": 20, "value": "New York", "entity": "city", "role": "to"}]},
      {"text": "hello", "intent": "greet"},
      {"text": "no intent", "intent": ""}
    ],
    "regex_features": [{"name": "zip", "pattern": "[0-9]{5}"}],
    "lookup_tables": [{"name": "city", "elements": ["Rome", "Oslo"]}, {"name": "city", "elements": "cities.txt"}],
    "entity_synonyms": [{"value": "New York", "synonyms": ["NYC"]}]
  }
}
"""


def read(folder: Path, text: str) -> TrainingData:
    (folder / "nlu.json").write_text(text)
    return read_nlu([folder / "nlu.json"])


def test_examples_synonyms_regexes_and_lookups_are_read(tmp_path: Path) -> None:
    (tmp_path / "cities.txt").write_text("Lima\n\n")
    data = read(tmp_path, DATA)
    assert [(example.text, example.intent, example.place.line) for example in data.examples] == [
        ("fly to the big apple", "fly", 4),
        ("hello", "greet", 6),
    ]
    (city,) = data.examples[0].entities
    assert (city.entity, city.start, city.end, city.value, city.role) == ("city", 11, 20, "New York", "to")
    assert data.synonyms == {"big apple": "New York", "nyc": "New York"}
    assert [(pattern.name, pattern.pattern) for pattern in data.regexes] == [("zip", "[0-9]{5}")]
    assert data.lookups == {"city": ("Rome", "Oslo", "Lima")}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"rasa_nlu_data": {"common_examples": [{"intent": "a"}]}}', MissingKey),
        (
            '{"rasa_nlu_data": {"common_examples": [{"text": "x", "intent": "a", "entities": [{"start": 0, "end": 9}]}]}}',
            BadTrainingRow,
        ),
        ('{"rasa_nlu_data": {"lookup_tables": [{"name": "a", "elements": "none.txt"}]}}', UnreadableFile),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(tmp_path, text)


def test_a_project_has_its_json_among_its_examples(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("intents: [greet, fly]\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "other.json").write_text('{"a": 1}')
    read(tmp_path / "data", DATA.replace(', {"name": "city", "elements": "cities.txt"}', ""))
    project = find_project(tmp_path)
    assert [path.name for path in project.nlu] == ["nlu.json"]
    assert len(read_nlu(project.nlu).examples) == 2
    assert read(tmp_path, '{"a": 1}') == TrainingData()

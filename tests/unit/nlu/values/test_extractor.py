from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import pytest

from assistant.config import Dimension, Settings, load_settings
from assistant.errors import BadSetting
from assistant.messages import Entity
from assistant.nlu.overlaps import DUCKLING_EXTRACTOR, VALUE_EXTRACTOR
from assistant.nlu.values.configured import configured_values
from assistant.nlu.values.extractor import DIMENSIONS, ValueExtractor, system_clock
from tests.unit.nlu.values.clock import clock

if TYPE_CHECKING:
    from pathlib import Path


def test_the_settings_name_all_kinds_of_values() -> None:
    assert sorted(get_args(Dimension)) == list(DIMENSIONS)


def test_values_inside_a_larger_one_are_left_out() -> None:
    extractor = ValueExtractor({name: name for name in ("number", "duration", "time", "amount-of-money")}, clock=clock)
    text = "in 3 days i pay €20 for 4 shirts"
    found = [(e.entity, text[e.start : e.end]) for e in extractor.extract(text)]
    assert found == [("time", "in 3 days"), ("amount-of-money", "€20"), ("number", "4")]
    alone = ValueExtractor({"number": "number"}).extract(text)
    assert [text[e.start : e.end] for e in alone] == ["3", "20", "4"]


def test_two_entities_may_have_one_kind_of_value() -> None:
    found = ValueExtractor({"arrival": "time", "departure": "time"}, clock=clock).extract("tomorrow")
    assert [e.entity for e in found] == ["arrival", "departure"]


def test_an_entity_is_shown_as_duckling_shows_it() -> None:
    (entity,) = ValueExtractor({"n": "number"}, DUCKLING_EXTRACTOR).extract("four")
    assert entity.as_json() == {
        "entity": "n",
        "start": 0,
        "end": 4,
        "value": 4,
        "confidence": 1.0,
        "confidence_entity": 1.0,
        "additional_info": {"value": 4, "type": "value"},
        "extractor": "DucklingEntityExtractor",
    }
    assert Entity.from_json(entity.as_json()) == entity


def test_a_text_that_is_known_to_be_an_entity_is_resolved() -> None:
    extractor = ValueExtractor({"date": "time", "n": "number"}, clock=clock)
    assert (found := extractor.resolve("date", "yesterday")) is not None
    assert found.value == "2024-03-11T00:00:00.000+00:00"
    assert extractor.resolve("date", "some day") is None
    assert extractor.resolve("date", "today tomorrow") is None


def test_the_machine_has_a_zone() -> None:
    assert system_clock().utcoffset() is not None


DUCKLING = """
language: {language}
pipeline:
- name: DIETClassifier
- name: rasa.nlu.extractors.duckling_entity_extractor.DucklingEntityExtractor
  url: http://localhost:8000
  dimensions: [time, amount-of-money, leven-product]
  timezone: Europe/Berlin
"""


def settings(folder: Path, config: str) -> Settings:
    (folder / "config.yml").write_text(config)
    return load_settings(folder / "config.yml")


def test_what_duckling_is_told_holds_here_too(tmp_path: Path) -> None:
    found = settings(tmp_path, DUCKLING.format(language="en"))
    assert (found.duckling, found.date_order, found.timezone) == (("time", "amount-of-money"), "mdy", "Europe/Berlin")
    (extractor,) = configured_values(found, clock)
    assert [(e.entity, e.extractor) for e in extractor.extract("$5 tomorrow")] == [
        ("amount-of-money", DUCKLING_EXTRACTOR),
        ("time", DUCKLING_EXTRACTOR),
    ]


@pytest.mark.parametrize(
    ("config", "order"),
    [
        (DUCKLING.format(language="de"), "dmy"),
        (DUCKLING.format(language="en") + "  locale: en_GB\n", "dmy"),
        (DUCKLING.format(language="de") + "  locale: en_US\n", "mdy"),
        (DUCKLING.format(language="en") + "assistant: {date_order: dmy}\n", "dmy"),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_place(tmp_path: Path, config: str, order: str) -> None:
    assert settings(tmp_path, config).date_order == order


def test_without_dimensions_duckling_finds_all_of_its_kinds(tmp_path: Path) -> None:
    found = settings(tmp_path, "pipeline:\n- DucklingEntityExtractor\n")
    assert set(found.duckling) == set(DIMENSIONS) - {"order-number"}


def test_a_project_names_entities_of_its_own(tmp_path: Path) -> None:
    found = settings(tmp_path, "assistant:\n  values: {date: time, price: amount-of-money}\n")
    (extractor,) = configured_values(found, clock)
    assert [(e.entity, e.extractor) for e in extractor.extract("€5 today")] == [
        ("price", VALUE_EXTRACTOR),
        ("date", VALUE_EXTRACTOR),
    ]


@pytest.mark.parametrize(
    "config", ["assistant: {values: {date: tmie}}", "assistant: {timezone: Europe/Dublim}", "assistant: {date_order: ymd}"]
)
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, config: str) -> None:
    with pytest.raises(BadSetting, match=r"config\.yml:1"):
        settings(tmp_path, config)


def test_the_finders_are_loaded_by_the_first_message() -> None:
    code = (
        "import sys; from assistant.nlu.values.extractor import ValueExtractor; extractor = ValueExtractor({'n': 'number'});"
        "before = 'assistant.nlu.values.finders' in sys.modules; extractor.extract('hi');"
        "print(before, 'assistant.nlu.values.finders' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_nothing_is_loaded_where_nothing_is_asked_for() -> None:
    code = (
        "import sys; from assistant.config import Settings; from assistant.nlu.values.configured import configured_values;"
        "assert configured_values(Settings()) == ();"
        "print([name for name in sys.modules if name.startswith('assistant.nlu.values.') and 'configured' not in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

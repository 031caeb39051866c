from __future__ import annotations

import time

import pytest

from assistant.errors import BadPattern, Place
from assistant.messages import Entity
from assistant.nlu.extractors import MAX_FINDS, Extractors
from assistant.nlu.overlaps import LOOKUP_EXTRACTOR, MODEL_EXTRACTOR, REGEX_EXTRACTOR, settle
from assistant.nlu.patterns import DEADLINE_S
from assistant.nlu.roles import PartModel, Roles
from assistant.nlu.training_data import NamedPattern, TrainingData

HERE = Place("nlu.yml", 7)


def test_regexes_are_found_whatever_the_case() -> None:
    found = Extractors(regexes=(("code", r"\bab\d+\b"),)).extract("take AB12, not xab12")
    assert found == [Entity("code", 5, 9, "AB12", extractor=REGEX_EXTRACTOR)]


@pytest.mark.parametrize("pattern", ["(", "[a", "*"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern, match=r"NLU-004 nlu\.yml:7"):
        Extractors.of(TrainingData(regexes=(NamedPattern("code", pattern, HERE),)))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"(?<!\d)\d{4}(?!\d)", "12345 or 6789", ["6789"]),
        (r"\b\d+(?= euros)", "20 EUROS and 30 dollars", ["20"]),
        (r"\b(\w)\1+\b", "aa b ccc", ["aa", "ccc"]),
    ],
)
def test_patterns_may_look_around_and_back(pattern: str, text: str, found: list[str]) -> None:
    assert [entity.value for entity in Extractors(regexes=(("code", pattern),)).extract(text)] == found


def test_a_pattern_that_would_search_for_ever_is_given_up() -> None:
    started = time.process_time()
    assert Extractors(regexes=(("bomb", r"^(\w+\s?)+(?=!)$"),)).extract("ab " * 2_000 + "?") == []
    assert time.process_time() - started < 1


def test_many_patterns_that_would_search_for_ever_are_given_up_together() -> None:
    endless = tuple((f"endless{number}", rf"(?<!{number})((a|aa)+)+z\2") for number in range(40))
    extractors = Extractors(regexes=(*endless, ("code", r"b\d")))
    extractors.extract("warm")
    started = time.perf_counter()
    found = extractors.extract("a" * 60 + " b7")
    assert time.perf_counter() - started < 40 * DEADLINE_S / 4
    assert [entity.value for entity in found] == ["b7"]


def test_nested_quantifiers_are_harmless() -> None:
    assert Extractors(regexes=(("bomb", "(a+)+$"),)).extract("a" * 5_000 + "b") == []


def test_finds_are_limited() -> None:
    assert len(Extractors(regexes=(("letter", "a"),)).extract("a" * 5_000)) == MAX_FINDS


def test_lookups_are_found_on_word_borders_only() -> None:
    extractors = Extractors(lookups={"city": ("York", "New York"), "food": ("york ham",)})
    text = "NEW YORK ham, not Yorkshire"
    assert [(e.entity, e.value) for e in extractors.extract(text)] == [("city", "NEW YORK"), ("city", "YORK"), ("food", "YORK ham")]
    assert [(e.value, e.extractor) for e in settle(extractors.extract(text))] == [("NEW YORK", LOOKUP_EXTRACTOR)]


@pytest.mark.parametrize(
    ("entry", "text", "found"),
    [
        ("Zürich", "nach zurich bitte", "zurich"),
        ("Zurich", "to ZÜRICH", "ZÜRICH"),
        ("Zu\u0308rich", "in Zürich", "Zürich"),
        ("Zurich", "🙂 Zu\u0308rich\u0301 🙂", "Zu\u0308rich\u0301"),
        ("Straße", "die STRASSE da", "STRASSE"),
        ("İstanbul", "to istanbul", "istanbul"),
        ("fi", "the ﬁ there", "ﬁ"),
    ],
)
def test_lookups_are_found_whatever_the_accents(entry: str, text: str, found: str) -> None:
    (entity,) = Extractors(lookups={"place": (entry,)}).extract(text)
    assert entity.value == text[entity.start : entity.end] == found


@pytest.mark.parametrize(
    ("entry", "text"), [("f", "the ﬁ there"), ("가", "각"), ("Cork", "Corke\u0301"), ("", "any"), ("\u0301", "a\u0301")]
)
def test_a_part_of_a_letter_or_word_is_no_find(entry: str, text: str) -> None:
    assert Extractors(lookups={"place": (entry,)}).extract(text) == []


def test_an_entry_of_two_lists_is_found_for_both() -> None:
    found = Extractors(lookups={"city": ("Nice",), "mood": ("nice",)}).extract("nice")
    assert [entity.entity for entity in found] == ["city", "mood"]


def test_synonyms_change_the_value_and_nothing_else() -> None:
    extractors = Extractors(synonyms={"bln": "Berlin"})
    (entity,) = extractors.with_meaning([Entity("city", 0, 3, "BLN", extractor=MODEL_EXTRACTOR)])
    assert entity == Entity("city", 0, 3, "Berlin", extractor=MODEL_EXTRACTOR)


def test_what_is_written_for_an_entry_is_found_too() -> None:
    extractors = Extractors(
        lookups={"product": ("trainers",)}, synonyms={"gym shoes": "Trainers", "grey": "gray", "tops": "shirts"}
    )
    found = extractors.with_meaning(extractors.extract("grey GYM SHOES and tops"))
    assert [(entity.entity, entity.start, entity.value) for entity in found] == [("product", 5, "Trainers")]


def test_only_entities_that_exist_are_extracted() -> None:
    data = TrainingData(regexes=(NamedPattern("zip", r"\d{5}", HERE),), lookups={"city": ("Rome",)})
    assert Extractors.of(data).entities == {"zip", "city"}
    assert Extractors.of(data, ["city"]).entities == {"city"}


def test_a_pattern_that_extracts_nothing_may_be_as_it_is() -> None:
    data = TrainingData(regexes=(NamedPattern("hint", "(?=a)b", HERE),))
    assert Extractors.of(data, ["city"]) == Extractors()


def test_extractors_survive_json() -> None:
    model = PartModel(("", "to"), {"city": ("", "to")}, {"-1 to": (-0.5, 0.5)})
    extractors = Extractors((("zip", r"\d{5}"),), {"city": ("Rome",)}, {"rom": "Rome"}, Roles({"role": model}))
    assert Extractors.from_json(extractors.as_json()) == extractors

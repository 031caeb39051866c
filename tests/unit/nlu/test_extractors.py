from __future__ import annotations

import pytest

from assistant.errors import BadPattern, Place
from assistant.messages import Entity
from assistant.nlu.extractors import LOOKUP_EXTRACTOR, MAX_FINDS, REGEX_EXTRACTOR, Extractors, fold, settle
from assistant.nlu.tags import MODEL_EXTRACTOR
from assistant.nlu.training_data import NamedPattern, TrainingData

HERE = Place("nlu.yml", 7)


def test_regexes_are_found_whatever_the_case() -> None:
    found = Extractors(regexes=(("code", r"\bab\d+\b"),)).extract("take AB12, not xab12")
    assert found == [Entity("code", 5, 9, "AB12", extractor=REGEX_EXTRACTOR)]


@pytest.mark.parametrize("pattern", [r"(?=a)b", r"(a)\1", "(", "(a{1000}){1000}"])
def test_a_pattern_that_cannot_be_bounded_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern, match=r"NLU-004 nlu\.yml:7"):
        Extractors.of(TrainingData(regexes=(NamedPattern("code", pattern, HERE),)))


def test_nested_quantifiers_are_harmless() -> None:
    assert Extractors(regexes=(("bomb", "(a+)+$"),)).extract("a" * 5_000 + "b") == []


def test_finds_are_limited() -> None:
    assert len(Extractors(regexes=(("letter", "a"),)).extract("a" * 5_000)) == MAX_FINDS


def test_lookups_are_found_on_word_borders_only() -> None:
    extractors = Extractors(lookups={"city": ("York", "New York"), "food": ("york ham",)})
    text = "NEW YORK ham, not Yorkshire"
    assert [(e.entity, e.value) for e in extractors.extract(text)] == [("city", "NEW YORK"), ("city", "YORK"), ("food", "YORK ham")]
    assert [(e.value, e.extractor) for e in extractors.finish(extractors.extract(text))] == [("NEW YORK", LOOKUP_EXTRACTOR)]


def test_an_entry_of_two_lists_is_found_for_both() -> None:
    found = Extractors(lookups={"city": ("Nice",), "mood": ("nice",)}).extract("nice")
    assert [entity.entity for entity in found] == ["city", "mood"]


def test_synonyms_change_the_value_and_nothing_else() -> None:
    extractors = Extractors(synonyms={"bln": "Berlin"})
    (entity,) = extractors.finish([Entity("city", 0, 3, "BLN", extractor=MODEL_EXTRACTOR)])
    assert entity == Entity("city", 0, 3, "Berlin", extractor=MODEL_EXTRACTOR)


def test_only_entities_that_exist_are_extracted() -> None:
    data = TrainingData(regexes=(NamedPattern("zip", r"\d{5}", HERE),), lookups={"city": ("Rome",)})
    assert Extractors.of(data).entities == {"zip", "city"}
    assert Extractors.of(data, ["city"]).entities == {"city"}


def test_extractors_survive_json() -> None:
    extractors = Extractors((("zip", r"\d{5}"),), {"city": ("Rome",)}, {"rom": "Rome"})
    assert Extractors.from_json(extractors.as_json()) == extractors


def find(entity: str, start: int, end: int, extractor: str, confidence: float = 1.0, role: str | None = None) -> Entity:
    return Entity(entity, start, end, "", role=role, confidence=confidence, extractor=extractor)


@pytest.mark.parametrize(
    ("finds", "kept"),
    [
        ([find("a", 0, 5, MODEL_EXTRACTOR, 0.9), find("b", 0, 3, REGEX_EXTRACTOR)], ["a"]),
        ([find("a", 0, 5, MODEL_EXTRACTOR, 0.4), find("b", 0, 3, REGEX_EXTRACTOR)], ["b"]),
        ([find("a", 0, 5, LOOKUP_EXTRACTOR), find("b", 0, 5, REGEX_EXTRACTOR)], ["b"]),
        ([find("a", 0, 5, MODEL_EXTRACTOR, 0.99), find("b", 0, 5, LOOKUP_EXTRACTOR)], ["b"]),
        ([find("a", 0, 5, MODEL_EXTRACTOR, 0.6), find("b", 3, 8, MODEL_EXTRACTOR, 0.7)], ["b"]),
        ([find("b", 5, 8, REGEX_EXTRACTOR), find("a", 0, 5, MODEL_EXTRACTOR, 0.6)], ["a", "b"]),
    ],
    ids=["longer", "unsure", "regex over lookup", "lookup over model", "more confident", "side by side"],
)
def test_overlaps_are_settled_by_the_rule(finds: list[Entity], kept: list[str]) -> None:
    assert [entity.entity for entity in settle(finds)] == kept
    assert [entity.entity for entity in settle(finds[::-1])] == kept


def test_a_pattern_takes_the_role_that_the_model_saw() -> None:
    (entity,) = settle([find("city", 0, 4, MODEL_EXTRACTOR, 0.7, role="to"), find("city", 0, 4, LOOKUP_EXTRACTOR)])
    assert (entity.role, entity.extractor) == ("to", LOOKUP_EXTRACTOR)


def test_folding_keeps_every_letter_in_its_place() -> None:
    assert fold("İSTANBUL Straße") == "İstanbul straße"
    assert fold("ROME") == "rome"

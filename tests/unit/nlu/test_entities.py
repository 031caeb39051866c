from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.nlu.entities import EntityFinder
from assistant.nlu.extractors import Extractors
from assistant.nlu.overlaps import DUCKLING_EXTRACTOR, LOOKUP_EXTRACTOR, MODEL_EXTRACTOR, REGEX_EXTRACTOR, VALUE_EXTRACTOR
from assistant.nlu.roles import PartModel, Roles
from assistant.nlu.tags import TagScheme
from assistant.nlu.values.extractor import ValueExtractor
from assistant.nlu.words import split_words
from tests.unit.nlu.values.clock import clock

if TYPE_CHECKING:
    from assistant.messages import Entity

DATES = ValueExtractor({"date": "time", "email": "email"}, clock=clock)


def find(finder: EntityFinder, text: str, tagged: dict[str, str] | None = None, intent: str = "any") -> tuple[Entity, ...]:
    """The entities of a text, of which the model is sure that some words have tags."""
    words = split_words(text)
    probabilities = np.full((len(words), len(finder.scheme.labels)), 0.01)
    for row, (start, end) in enumerate(words):
        probabilities[row, finder.scheme.labels.index((tagged or {}).get(text[start:end], "O"))] = 0.9
    return finder.find(text, words, np.log(probabilities), intent)


def test_what_the_examples_annotate_the_model_finds_and_the_value_says_what_it_means() -> None:
    finder = EntityFinder(TagScheme(("date",)), Extractors(), (DATES,))
    (entity,) = find(finder, "now it is late since yesterday", {"yesterday": "B-date"})
    assert (entity.entity, entity.extractor, entity.value) == ("date", VALUE_EXTRACTOR, "2024-03-11T00:00:00.000+00:00")
    assert entity.confidence == pytest.approx(0.91)
    assert (entity.additional_info or {})["grain"] == "day"


def test_a_value_mends_what_the_model_tags_in_part() -> None:
    finder = EntityFinder(TagScheme(("date",)), Extractors(), (DATES,))
    (entity,) = find(finder, "last christmas it was here", {"christmas": "B-date"})
    assert (entity.start, entity.end, entity.value) == (0, 14, "2023-12-25T00:00:00.000+00:00")
    assert entity.confidence == pytest.approx(0.46, abs=0.01)


def test_words_around_a_value_that_examples_annotate_with_it_stay_with_it() -> None:
    finder = EntityFinder(TagScheme(("date",)), Extractors(), (DATES,))
    (entity,) = find(finder, "it comes right on monday i hope", {"on": "B-date", "monday": "I-date"})
    assert (entity.start, entity.end, entity.extractor) == (15, 24, MODEL_EXTRACTOR)
    assert (entity.value, (entity.additional_info or {})["grain"]) == ("2024-03-18T00:00:00.000+00:00", "day")
    one, other = find(finder, "monday or tuesday", {"monday": "B-date", "or": "I-date", "tuesday": "I-date"})
    assert [(entity.start, entity.end) for entity in (one, other)] == [(0, 6), (10, 17)]


def test_an_entity_that_says_little_by_itself_is_resolved_by_the_text_around_it() -> None:
    finder = EntityFinder(TagScheme(("date",)), Extractors(), (DATES,))
    (entity,) = find(finder, "it comes on the 20th i hope", {"20th": "B-date"})
    assert entity.value == "2024-03-20T00:00:00.000+00:00"
    (vague,) = find(finder, "it broke ages ago", {"ages": "B-date", "ago": "I-date"})
    assert (vague.value, vague.additional_info) == ("ages ago", None)


def test_what_has_a_shape_is_found_without_the_model() -> None:
    finder = EntityFinder(TagScheme(("date", "email")), Extractors(), (DATES,))
    assert [(e.entity, e.extractor) for e in find(finder, "today jane@example.org")] == [("email", VALUE_EXTRACTOR)]


def test_what_no_example_annotates_is_found_without_the_model() -> None:
    finder = EntityFinder(TagScheme(()), Extractors(), (DATES,))
    assert [(e.entity, e.extractor) for e in find(finder, "today")] == [("date", VALUE_EXTRACTOR)]
    assert finder.entities == ("date", "email")


def test_what_duckling_would_find_stands_beside_the_rest() -> None:
    duckling = ValueExtractor({"number": "number"}, DUCKLING_EXTRACTOR)
    finder = EntityFinder(TagScheme(("number",)), Extractors(regexes=(("order", r"\d{5}"),)), (duckling,))
    found = find(finder, "order 12345")
    assert [(e.entity, e.value, e.extractor) for e in found] == [
        ("number", 12345, DUCKLING_EXTRACTOR),
        ("order", "12345", REGEX_EXTRACTOR),
    ]


def test_a_resolved_value_is_no_written_form_of_a_synonym() -> None:
    finder = EntityFinder(TagScheme(()), Extractors(synonyms={"a@example.org": "the boss"}), (DATES,))
    (entity,) = find(finder, "a@example.org")
    assert entity.value == "a@example.org"


def test_roles_are_given_to_what_lookup_lists_find() -> None:
    model = PartModel(("from", "to"), {"city": ("from", "to")}, {"-1 to": (-1.0, 1.0), "-1 from": (1.0, -1.0)})
    extractors = Extractors(lookups={"city": ("Rome", "Cork")}, synonyms={"rome": "ROM"}, roles=Roles({"role": model}))
    found = find(EntityFinder(TagScheme(()), extractors), "from Cork to Rome")
    assert [(e.value, e.role, e.extractor) for e in found] == [("Cork", "from", LOOKUP_EXTRACTOR), ("ROM", "to", LOOKUP_EXTRACTOR)]

from __future__ import annotations

import numpy as np
import pytest

from assistant.messages import Entity
from assistant.nlu.tags import TagScheme, best_path, format_kind, parse_kind
from assistant.nlu.words import split_words


@pytest.mark.parametrize(
    "parts",
    [("city", None, None), ("city", "from", None), ("city", None, "1"), ("a#b", "r=s", "g%23"), ("fromloc.city_name", "", "x y")],
)
def test_a_kind_reads_back_as_it_was(parts: tuple[str, str | None, str | None]) -> None:
    assert parse_kind(format_kind(*parts)) == parts


def test_a_kind_is_readable() -> None:
    assert format_kind("city", "from", "1") == "city#role=from#group=1"


def test_a_word_that_is_covered_in_part_belongs_to_the_entity() -> None:
    scheme = TagScheme(("size",))
    text = "a t-shirt XL"
    assert scheme.encode(split_words(text), [Entity("size", 4, 12, "")]) == [0, 1, 2]


def test_the_first_of_two_entities_on_a_word_keeps_it() -> None:
    scheme = TagScheme(("city", "place"))
    entities = [Entity("city", 0, 5, "Paris"), Entity("place", 0, 5, "Paris")]
    assert scheme.encode([(0, 5)], entities) == [1]


def test_an_inside_tag_never_follows_another_kind() -> None:
    # One word of kind 0 opens; the second word would like I- of kind 1 best, then I- of kind 0.
    log_probs = np.log(np.array([[0.1, 0.6, 0.1, 0.1, 0.1], [0.1, 0.05, 0.3, 0.05, 0.5]]))
    assert best_path(log_probs) == [1, 2]


def test_a_text_cannot_start_inside_an_entity() -> None:
    assert best_path(np.log(np.array([[0.2, 0.1, 0.7]]))) == [0]
    assert best_path(np.zeros((0, 3))) == []


def test_confidence_is_the_geometric_mean_of_the_words() -> None:
    log_probs = np.log(np.array([[0.1, 0.8, 0.1], [0.3, 0.5, 0.2]]))
    first, second = TagScheme(("city",)).decode("Rome Oslo", [(0, 4), (5, 9)], log_probs)
    assert (first.value, round(first.confidence, 6)) == ("Rome", 0.8)
    assert (second.value, round(second.confidence, 6)) == ("Oslo", 0.5)
    assert first.extractor == "AlbertEntityExtractor"

from __future__ import annotations

import pytest

from assistant.messages import Entity
from assistant.nlu.overlaps import (
    DUCKLING_EXTRACTOR,
    LOOKUP_EXTRACTOR,
    MODEL_EXTRACTOR,
    REGEX_EXTRACTOR,
    VALUE_EXTRACTOR,
    settle,
)


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
        ([find("a", 0, 5, VALUE_EXTRACTOR), find("b", 0, 5, LOOKUP_EXTRACTOR)], ["b"]),
        ([find("a", 0, 5, MODEL_EXTRACTOR, 0.99), find("b", 0, 5, VALUE_EXTRACTOR)], ["b"]),
        ([find("number", 0, 5, DUCKLING_EXTRACTOR), find("order", 0, 5, REGEX_EXTRACTOR)], ["number", "order"]),
        ([find("time", 0, 5, DUCKLING_EXTRACTOR), find("time", 0, 8, MODEL_EXTRACTOR, 0.9)], ["time"]),
        ([find("b", 5, 8, REGEX_EXTRACTOR), find("a", 0, 5, MODEL_EXTRACTOR, 0.6)], ["a", "b"]),
    ],
    ids=[
        "longer",
        "unsure",
        "regex over lookup",
        "lookup over model",
        "more confident",
        "value under lookup",
        "value over model",
        "beside Duckling",
        "Duckling in its own type",
        "side by side",
    ],
)
def test_overlaps_are_settled_by_the_rule(finds: list[Entity], kept: list[str]) -> None:
    assert [entity.entity for entity in settle(finds)] == kept
    assert [entity.entity for entity in settle(finds[::-1])] == kept


def test_a_pattern_takes_the_role_that_the_model_saw() -> None:
    (entity,) = settle([find("city", 0, 4, MODEL_EXTRACTOR, 0.7, role="to"), find("city", 0, 4, LOOKUP_EXTRACTOR)])
    assert (entity.role, entity.extractor) == ("to", LOOKUP_EXTRACTOR)


def test_a_find_takes_the_meaning_that_was_resolved() -> None:
    info = {"value": "12345", "type": "value"}
    resolved = Entity("order", 0, 6, "12345", extractor=VALUE_EXTRACTOR, additional_info=info)
    (entity,) = settle([Entity("order", 0, 6, "#12345", extractor=REGEX_EXTRACTOR), resolved])
    assert entity == Entity("order", 0, 6, "12345", extractor=REGEX_EXTRACTOR, additional_info=info)

from __future__ import annotations

import re

import pytest

from assistant.annotations import read_annotations
from assistant.errors import BadAnnotation, Place
from assistant.messages import Entity

HERE = Place("nlu.yml", 7)


@pytest.mark.parametrize(
    ("marked", "text", "entities"),
    [
        ("no markup", "no markup", ()),
        ("a [b] c", "a [b] c", ()),
        ("my [savings](account)", "my savings", (Entity("account", 3, 10, "savings"),)),
        ("my [card](account:credit)", "my card", (Entity("account", 3, 7, "credit"),)),
        (
            'from [Cork]{"entity": "city", "role": "from"} to [G]{"entity": "city", "group": "2", "value": "Galway"}',
            "from Cork to G",
            (Entity("city", 5, 9, "Cork", role="from"), Entity("city", 13, 14, "Galway", group="2")),
        ),
        ('[5]{"entity": "n", "value": 5, "role": null}', "5", (Entity("n", 0, 1, "5"),)),
        (
            '[Paris][{"entity": "city"}, {"entity": "place"}]!',
            "Paris!",
            (Entity("city", 0, 5, "Paris"), Entity("place", 0, 5, "Paris")),
        ),
        ("[a](x)[b](y)", "ab", (Entity("x", 0, 1, "a"), Entity("y", 1, 2, "b"))),
        ("[ü\U0001f600](x) z", "ü\U0001f600 z", (Entity("x", 0, 2, "ü\U0001f600"),)),
    ],
)
def test_markup_is_taken_out_and_becomes_entities(marked: str, text: str, entities: tuple[Entity, ...]) -> None:
    assert read_annotations(marked, HERE) == (text, entities)
    assert all(text[entity.start : entity.end] for entity in entities)


@pytest.mark.parametrize(
    ("marked", "why"),
    [
        ("a [b](c", "a bracket is not closed"),
        ('a [b]{"entity": "c"', "a bracket is not closed"),
        ("a [b]{entity: c}", "is not JSON"),
        ('a [b]{"role": "c"}', '"entity" is missing'),
        ('a [b]{"entity": ""}', '"entity" is missing'),
        ('a [b]{"entity": "c", "rolle": "d"}', '"rolle" is none of entity, role, group, value'),
        ('a [b]{"entity": ["c"]}', '"entity" must be a text'),
    ],
)
def test_markup_that_cannot_be_read_is_refused_with_its_place(marked: str, why: str) -> None:
    with pytest.raises(BadAnnotation, match=re.escape(why)) as caught:
        read_annotations(marked, HERE)
    assert str(caught.value).startswith("NLU-001 nlu.yml:7:")

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.annotations import annotated, read_annotations
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
        ("a [](c)", "there is no text between [ and ]"),
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


CORK = Entity("city", 5, 9, "Cork")


@pytest.mark.parametrize(
    ("text", "entities", "marked"),
    [
        ("from Cork", (CORK,), "from [Cork](city)"),
        ("from Cork", (replace(CORK, value="Corcaigh"),), 'from [Cork]{"entity": "city", "value": "Corcaigh"}'),
        ("from Cork", (replace(CORK, value=7, additional_info={"value": 7}),), "from [Cork](city)"),
        ("from Cork", (replace(CORK, role="from", group="1"),), 'from [Cork]{"entity": "city", "role": "from", "group": "1"}'),
        ("from Cork", (CORK, Entity("all", 0, 9, "from Cork")), "[from Cork](all)"),
        ("from Cork", (Entity("city", 0, 0, "Cork"), Entity("city", 5, 99, "Cork")), "from Cork"),
        ("[5]", (), "[5]"),
    ],
)
def test_entities_are_marked(text: str, entities: tuple[Entity, ...], marked: str) -> None:
    assert annotated(text, entities, HERE) == marked


@pytest.mark.parametrize(("text", "entities"), [("[a](b)", ()), ("a]b", (Entity("x", 0, 3, "a]b"),)), ('[a]{"entity": "b"}', ())])
def test_a_text_that_would_be_read_as_marked_is_refused(text: str, entities: tuple[Entity, ...]) -> None:
    with pytest.raises(BadAnnotation, match=r"NLU-001 nlu\.yml:7: .*brackets that would be read as markup"):
        annotated(text, entities, HERE)

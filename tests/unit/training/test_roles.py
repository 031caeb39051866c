from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.annotations import read_annotations
from assistant.errors import Place
from assistant.nlu.roles import Roles
from assistant.nlu.training_data import Example, TrainingData
from assistant.nlu.words import split_words
from assistant.training.roles import fit_roles, without_roles

if TYPE_CHECKING:
    from assistant.messages import Entity

HERE = Place("nlu.yml", 1)


def example(intent: str, marked: str) -> Example:
    text, entities = read_annotations(marked, HERE)
    return Example(text, intent, entities, HERE)


def city(name: str, role: str) -> str:
    return f'[{name}]{{"entity": "city", "role": "{role}"}}'


TRIPS = [
    example("book", f"a ticket from {city(a, 'from')} to {city(b, 'to')} please")
    for a, b in (("Cork", "Galway"), ("Sligo", "Cork"), ("Dublin", "Tralee"))
] + [
    example("book", f"to {city('Galway', 'to')} from {city('Cork', 'from')}"),
    example("book", f"i want to go to {city('Paris', 'to')}"),
    example("book", f"leaving from {city('Paris', 'from')}"),
    example("weather", "is it raining in [Cork](city)"),
    example("weather", "how is the weather in [Galway](city)"),
]
PIZZAS = [
    example(
        "order",
        f'a [{a}]{{"entity": "size", "group": "1"}} one and a [{b}]{{"entity": "size", "group": "2"}} one with [{t}]'
        '{"entity": "topping", "group": "2"}',
    )
    for a, b, t in (("large", "small", "ham"), ("small", "large", "olives"), ("small", "medium", "corn"))
]


def assigned(roles: Roles, marked: str, intent: str) -> tuple[Entity, ...]:
    text, entities = read_annotations(marked, HERE)
    return tuple(roles.assign(text, split_words(text), entities, intent))


@pytest.mark.parametrize(
    ("marked", "intent", "expected"),
    [
        ("please book me from [Berlin](city) to [Rome](city)", "book", ["from", "to"]),
        ("to [Rome](city) from [Berlin](city) today", "book", ["to", "from"]),
        ("will it rain in [Rome](city)", "weather", [None]),
    ],
)
def test_roles_are_told_by_what_stands_around(marked: str, intent: str, expected: list[str | None]) -> None:
    assert [entity.role for entity in assigned(fit_roles(TRIPS), marked, intent)] == expected


def test_groups_go_on_from_one_entity_to_the_next() -> None:
    found = assigned(fit_roles(PIZZAS), "a [huge](size) one and a [tiny](size) one with [cheese](topping)", "order")
    assert [entity.group for entity in found] == ["1", "2", "2"]


def test_a_role_that_is_there_stays() -> None:
    found = assigned(fit_roles(TRIPS), f"from {city('Rome', 'to')}", "book")
    assert [entity.role for entity in found] == ["to"]


def test_entities_that_have_no_roles_are_left_as_they_are() -> None:
    found = assigned(fit_roles(TRIPS), "from [Monday](day) to [Rome](city)", "book")
    assert [(entity.entity, entity.role) for entity in found] == [("day", None), ("city", "to")]
    assert fit_roles([example("greet", "hello [you](who)")]) == Roles()


def test_the_same_examples_give_the_same_model_and_it_survives_json() -> None:
    roles = fit_roles(TRIPS + PIZZAS)
    assert roles == fit_roles(TRIPS + PIZZAS) == Roles.from_json(roles.as_json())
    assert set(roles.models) == {"role", "group"}


def test_weights_that_do_not_fit_are_refused() -> None:
    data = fit_roles(TRIPS).as_json()
    for row in ([1.0], [float("nan")] * 3):
        broken = data | {"role": data["role"] | {"weights": {"type city": row}}}
        with pytest.raises(ValueError, match="do not fit"):
            Roles.from_json(broken)


def test_the_tagger_learns_entities_without_their_roles() -> None:
    bare = without_roles(TrainingData(examples=tuple(TRIPS + PIZZAS)))
    assert {(e.role, e.group) for ex in bare.examples for e in ex.entities} == {(None, None)}
    assert [ex.text for ex in bare.examples] == [ex.text for ex in TRIPS + PIZZAS]

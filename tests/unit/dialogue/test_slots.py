from __future__ import annotations

import re

import pytest

from assistant.dialogue.slots import MappingCondition, Slot, SlotMapping, read_slot
from assistant.errors import BadSlot, MissingKey, UnknownKey
from tests.unit.dialogue.building import yaml_of


def slot(text: str) -> Slot:
    return read_slot("s", yaml_of(text))


@pytest.mark.parametrize(
    ("definition", "value", "feature"),
    [
        ("type: text", "Cork", (1.0,)),
        ("type: text", None, ()),
        ("type: bool", True, (1.0, 1.0)),
        ("type: bool", False, (1.0, 0.0)),
        ("type: bool", "yes", (1.0, 1.0)),
        ("type: bool", "no", (1.0, 0.0)),
        ("type: bool", "False", (1.0, 0.0)),
        ("type: bool", 0, (1.0, 0.0)),
        ("type: bool", "filled", ()),
        ("type: bool", ["x"], ()),
        ("type: categorical\nvalues: [Low, high]", "LOW", (1.0, 0.0, 0.0)),
        ("type: categorical\nvalues: [low, high]", "middle", (0.0, 0.0, 1.0)),
        ("type: categorical\nvalues: [1, 2]", 2, (0.0, 1.0, 0.0)),
        ("type: float\nmax_value: 10", 5, (1.0, 0.5)),
        ("type: float\nmax_value: 10", 50, (1.0, 1.0)),
        ("type: float\nmin_value: 5\nmax_value: 5", 5, (1.0, 0.0)),
        ("type: float", "many", ()),
        ("type: float", "nan", ()),
        ("type: float", 10**400, ()),
        ("type: unfeaturized", "x", ()),
        ("type: list", ["a"], (1.0,)),
        ("type: list", [], ()),
        ("type: any", "x", ()),
        ("type: my.own.Slot", "x", ()),
        ("type: rasa.shared.core.slots.TextSlot", "x", (1.0,)),
        ("type: rasa.core.slots.BooleanSlot", True, (1.0, 1.0)),
        ("type: rasa.core.slots.UnfeaturizedSlot", "x", ()),
        ("type: text\ninfluence_conversation: false", "x", ()),
    ],
)
def test_policies_see_of_a_value_what_its_type_shows(definition: str, value: object, feature: tuple[float, ...]) -> None:
    assert slot(definition).feature(value) == feature


def test_a_definition_is_read() -> None:
    read = slot("""
        type: text
        initial_value: none yet
        mappings:
        - {type: from_entity, entity: city, role: to, group: g, intent: [a, b], not_intent: c}
        - type: from_intent
          value: 5
          conditions: [{active_loop: form, requested_slot: s}, {active_loop: null}]
        - {type: custom, action: action_x}
    """)
    assert read.initial_value == "none yet"
    assert read.mappings == (
        SlotMapping("from_entity", "city", "to", "g", ("a", "b"), ("c",)),
        SlotMapping("from_intent", value=5, conditions=(MappingCondition("form", "s"), MappingCondition(None))),
        SlotMapping("custom", action="action_x"),
    )


def test_a_mapping_wants_its_intents_or_all_but_those_that_it_rules_out() -> None:
    mapping = SlotMapping("from_text", intents=("a", "b"), not_intents=("b",))
    assert [intent for intent in ("a", "b", "c", "") if mapping.wants_intent(intent)] == ["a", "b"]
    assert [intent for intent in ("a", "b", "") if SlotMapping("from_text", not_intents=("b",)).wants_intent(intent)] == ["a", ""]


@pytest.mark.parametrize(
    ("definition", "error", "words"),
    [
        ("initial_value: 1", MissingKey, 'domain.yml:1: key "type" is missing'),
        ("type: number", BadSlot, 'domain.yml:1: slot "s": type "number" is none of text, bool'),
        ("type: text\ninital_value: x", UnknownKey, 'domain.yml:2: unknown key "inital_value"; did you mean "initial_value"?'),
        ("type: txet", BadSlot, 'did you mean "text"?'),
        ("tpye: text", UnknownKey, 'did you mean "type"?'),
        ("type: text\nmappings:\n- type: from_txt", BadSlot, 'did you mean "from_text"?'),
        ("type: categorical", BadSlot, 'needs "values"'),
        ("type: float\nmax_value: lots", BadSlot, 'domain.yml:2: slot "s": "max_value" must be a number'),
        ("type: float\nmax_value: true", BadSlot, '"max_value" must be a number'),
        ("type: text\nmappings:\n- type: from_entitty", BadSlot, 'domain.yml:3: slot "s": mapping type "from_entitty"'),
        ("type: text\nmappings:\n- type: from_entity", BadSlot, 'needs "entity"'),
        ("type: text\nmappings:\n- type: from_intent", BadSlot, 'a from_intent mapping needs "value"'),
        ("type: text\nmappings:\n- type: from_trigger_intent", BadSlot, 'a from_trigger_intent mapping needs "value"'),
        ("type: text\nmappings:\n- {type: from_text, entiti: x}", UnknownKey, 'did you mean "entity"?'),
        (
            "type: text\nmappings:\n- type: from_text\n  conditions:\n  - requested_slot: s",
            BadSlot,
            'domain.yml:5: slot "s": a condition needs "active_loop"',
        ),
        (
            "type: text\nmappings:\n- type: from_text\n  conditions:\n  - {active_loop: null, requested_slot: s}",
            BadSlot,
            '"requested_slot" needs a form',
        ),
    ],
)
def test_a_definition_that_does_not_hold_together_is_refused_with_its_line(
    definition: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        slot(definition)

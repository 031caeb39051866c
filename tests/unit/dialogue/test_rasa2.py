from __future__ import annotations

import re

import pytest

from assistant.dialogue.domain import Form
from assistant.dialogue.slots import MappingCondition, SlotMapping
from assistant.errors import OldFormat, UnknownName, WrongType
from tests.unit.dialogue.building import domain_of

OLD = """\
version: "2.0"
intents: [a, b]
entities: [city, count, name]
slots:
  city: {type: text}
  count: {type: float, auto_fill: false}
  note: {type: text}
  name: {type: text, mappings: [{type: from_intent, intent: b, value: x}]}
forms:
  form:
    ignored_intents: [b]
    required_slots:
      city:
      - {type: from_entity, entity: city}
      count: {type: from_entity, entity: count}
      note:
      - {type: from_text, intent: a}
      - {type: from_intent, intent: b, value: none}
"""


def test_mappings_of_a_form_become_those_of_its_slots() -> None:
    domain = domain_of(OLD)
    asked = (MappingCondition("form", "note"),)
    assert domain.forms["form"] == Form("form", ("city", "count", "note"), ("b",))
    assert domain.slots["note"].mappings == (
        SlotMapping("from_text", intents=("a",), conditions=asked),
        SlotMapping("from_intent", intents=("b",), value="none", conditions=asked),
    )
    assert domain.slots["count"].mappings == (SlotMapping("from_entity", "count", conditions=(MappingCondition("form"),)),)


def test_slots_fill_themselves_from_entities_of_their_names_unless_told_not_to() -> None:
    domain = domain_of(OLD)
    assert domain.slots["city"].mappings[-1] == SlotMapping("from_entity", "city")
    assert all(mapping.conditions for mapping in domain.slots["count"].mappings)
    assert [mapping.type for mapping in domain.slots["name"].mappings] == ["from_intent"]  # what has mappings is as it says


def test_each_place_that_rasa_3_writes_differently_is_worth_a_note() -> None:
    notes = domain_of(OLD).notes
    assert [(note.code, str(note.where)) for note in notes] == [("DOM-005", "domain.yml:13"), ("DOM-005", "domain.yml:5")]
    assert "city" in notes[1].what


def test_the_domain_that_actions_are_sent_is_as_rasa_3_has_it() -> None:
    sent = domain_of(OLD).as_json()
    assert sent["forms"]["form"]["required_slots"] == ["city", "count", "note"]
    assert sent["slots"]["city"]["mappings"][-1] == {"type": "from_entity", "entity": "city"}


@pytest.mark.parametrize(
    "text",
    [
        "slots: {s: {type: text, auto_fill: true}}\nentities: [s]",
        "entities: [s]\nslots: {s: {type: text}}\nforms: {f: {s: [{type: from_entity, entity: s}]}}",
        "entities: [s]\nslots: {s: {type: text}}\nforms: [{f: {s: [{type: from_entity, entity: s}]}}]",
        "entities: [s]\nslots: {s: {type: text}}\nforms: {f: {required_slots: {s: [{type: from_entity, entity: s}]}}}",
    ],
)
def test_a_domain_without_a_version_is_known_by_how_it_is_written(text: str) -> None:
    assert domain_of(text).slots["s"].mappings[-1] == SlotMapping("from_entity", "s")


def test_a_domain_of_rasa_3_fills_no_slot_that_has_no_mappings() -> None:
    domain = domain_of("entities: [s]\nslots: {s: {type: text}}\nforms: {f: {required_slots: [s]}}")
    assert (domain.slots["s"].mappings, domain.notes) == ((), ())


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("forms:\n- f", OldFormat, 'domain.yml:2: form "f" is only named, as before Rasa 2; write `f: {required_slots: [...]}`'),
        ('version: "2.0"\nforms:\n  f:\n    required_slots:\n      s: [{type: from_text}]', UnknownName, 'unknown slot "s"'),
        ('version: "2.0"\nslots: {s: {type: text}}\nforms:\n  f:\n    required_slots:\n      s: text', WrongType, "domain.yml:6"),
    ],
)
def test_what_means_something_else_in_rasa_3_is_refused(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        domain_of(text)


def test_templates_are_responses() -> None:
    domain = domain_of("intents: []\ntemplates: {utter_x: [{text: x}]}")
    assert domain.has_action("utter_x")
    assert [str(note) for note in domain.notes] == [
        'DOM-005 domain.yml:2: "templates" are read as "responses"; rename them, as Rasa 2 did'
    ]

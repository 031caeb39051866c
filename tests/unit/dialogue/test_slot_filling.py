from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import ActiveLoop, SlotSet
from assistant.dialogue.slot_filling import fill_on_activation, fill_slots, implied_slots
from assistant.dialogue.tracker import Tracker
from tests.unit.dialogue.building import domain_of, entity, listening, said

if TYPE_CHECKING:
    from assistant.dialogue.domain import Domain
    from assistant.messages import Entity

HEAD = "intents: [a, b, trigger, ignored]\nentities: [city, {size: {roles: [now, then], groups: ['1']}}]\n"


def one_slot(mappings: str, *, type_: str = "text") -> Domain:
    return domain_of(
        HEAD + f"slots: {{s: {{type: {type_}, mappings: {mappings}}}, other: {{type: text}}}}\n"
        "forms: {form: {required_slots: [s], ignored_intents: ignored}, elsewhere: {required_slots: [other]}}"
    )


def filled(
    domain: Domain, intent: str = "a", *entities: Entity, form: str | None = None, asks: str | None = None, text: str | None = None
) -> dict[str, Any]:
    """What a message sets, while a form is active and asks for a slot."""
    tracker = listening(domain, ActiveLoop(form), SlotSet("requested_slot", asks), said(intent, *entities, text=text))
    return {event.name: event.value for event in fill_slots(tracker)}


# --- the kinds of mapping -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "value"),
    [
        ("[{type: from_entity, entity: size}]", None),
        ("[{type: from_entity, entity: size, role: now}]", "S"),
        ("[{type: from_entity, entity: size, role: then}]", "M"),
        ("[{type: from_entity, entity: size, group: '1'}]", "L"),
        ("[{type: from_entity, entity: size, role: now, group: '1'}]", None),
        ("[{type: from_entity, entity: city}]", None),
    ],
)
def test_an_entity_fills_a_slot_by_its_role_and_group(mapping: str, value: str | None) -> None:
    sizes = (entity("size", "S", role="now"), entity("size", "M", role="then"), entity("size", "L", group="1"))
    assert filled(one_slot(mapping), "a", *sizes) == ({"s": value} if value else {})


def test_a_mapping_without_role_is_for_entities_without() -> None:
    domain = one_slot("[{type: from_entity, entity: size}]")
    assert filled(domain, "a", entity("size", "S", role="now"), entity("size", "M")) == {"s": "M"}


def test_an_intent_may_empty_a_slot_and_leaves_an_empty_one_to_the_next_mapping() -> None:
    domain = one_slot("[{type: from_intent, intent: a, value: null}, {type: from_text}]")
    assert filled(domain, text="hello") == {"s": "hello"}
    tracker = listening(domain, SlotSet("s", "old"), said("a", text="hello"))
    assert [(event.name, event.value) for event in fill_slots(tracker)] == [("s", None)]


def test_in_stories_entities_fill_the_slots_that_no_form_must_be_active_for() -> None:
    domain = domain_of(
        HEAD
        + """
        slots:
          town: {type: text, mappings: [{type: from_entity, entity: city, intent: b}]}
          towns: {type: list, mappings: [{type: from_entity, entity: city}]}
          now: {type: text, mappings: [{type: from_text}, {type: from_entity, entity: size, role: now}]}
          asked: {type: text, mappings: [{type: from_entity, entity: city, conditions: [{active_loop: f}]}]}
          idle: {type: text, mappings: [{type: from_entity, entity: city, conditions: [{active_loop: null}]}]}
        forms: {f: {required_slots: [asked]}}
        """.replace("\n        ", "\n")
    )
    cities = (entity("city", "Cork"), entity("city", "Galway"), entity("size", "S", role="now"), entity("size", "L"))
    assert [(event.name, event.value) for event in implied_slots(domain, cities)] == [
        ("town", "Galway"),
        ("towns", ["Cork", "Galway"]),
        ("now", "S"),
        ("idle", "Galway"),
    ]
    assert implied_slots(replace(domain, stores_entities=False), cities) == []


def test_of_several_entities_the_last_fills_a_slot_and_all_fill_a_list() -> None:
    cities = (entity("city", "Cork"), entity("city", "Galway"))
    assert filled(one_slot("[{type: from_entity, entity: city}]"), "a", *cities) == {"s": "Galway"}
    assert filled(one_slot("[{type: from_entity, entity: city}]", type_="list"), "a", *cities) == {"s": ["Cork", "Galway"]}


def test_a_text_fills_a_slot_with_the_whole_message() -> None:
    assert filled(one_slot("[{type: from_text}]"), text="12 Shop Street") == {"s": "12 Shop Street"}
    assert filled(one_slot("[{type: from_text}]"), text="") == {}


def test_an_intent_fills_a_slot_with_a_value_of_any_type() -> None:
    assert filled(one_slot("[{type: from_intent, intent: a, value: false}]", type_="bool")) == {"s": False}
    assert filled(one_slot("[{type: from_intent, intent: b, value: 1}]")) == {}


def test_custom_mappings_are_left_to_actions() -> None:
    assert filled(one_slot("[{type: custom}]")) == {}


@pytest.mark.parametrize(("restriction", "fills"), [("intent: [a, b]", True), ("intent: b", False), ("not_intent: [a]", False)])
def test_a_mapping_may_be_for_some_intents(restriction: str, *, fills: bool) -> None:
    assert bool(filled(one_slot(f"[{{type: from_text, {restriction}}}]"))) is fills


def test_the_first_mapping_that_matches_fills_the_slot() -> None:
    domain = one_slot("[{type: from_entity, entity: city}, {type: from_intent, value: first}, {type: from_intent, value: second}]")
    assert filled(domain) == {"s": "first"}
    assert filled(domain, "a", entity("city", "Cork")) == {"s": "Cork"}


def test_before_the_first_message_nothing_is_filled() -> None:
    domain = one_slot("[{type: from_intent, value: x}]")
    tracker = Tracker("ann", domain)
    assert fill_slots(tracker) == []
    assert fill_on_activation(tracker, domain.forms["form"]) == []


# --- conditions -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "form", "asks", "fills"),
    [
        ("{active_loop: form}", "form", None, True),
        ("{active_loop: form}", "elsewhere", None, False),
        ("{active_loop: form}", None, None, False),
        ("{active_loop: form, requested_slot: s}", "form", "s", True),
        ("{active_loop: form, requested_slot: s}", "form", "other", False),
        ("{active_loop: null}", None, None, True),
        ("{active_loop: null}", "form", "s", False),
        ("{active_loop: elsewhere}, {active_loop: form}", "form", None, True),
    ],
)
def test_a_mapping_applies_where_one_of_its_conditions_holds(condition: str, form: str, asks: str, *, fills: bool) -> None:
    domain = one_slot(f"[{{type: from_text, conditions: [{condition}]}}]")
    assert bool(filled(domain, form=form, asks=asks)) is fills


@pytest.mark.parametrize(
    ("conditions", "form", "fills"),
    [
        ("", "form", False),
        (", conditions: [{active_loop: form}]", "form", False),
        ("", None, True),
        ("", "elsewhere", True),
        (", conditions: [{active_loop: elsewhere}]", "elsewhere", True),
    ],
)
def test_an_intent_that_a_form_ignores_fills_none_of_its_slots(conditions: str, form: str | None, *, fills: bool) -> None:
    domain = one_slot(f"[{{type: from_text{conditions}}}]")
    assert bool(filled(domain, "ignored", form=form)) is fills


# --- the unique entity ----------------------------------------------------------------------------------------------------------

JOURNEY = (
    HEAD
    + """
slots:
  start: {type: text, mappings: [{type: from_entity, entity: city}]}
  end: {type: text, mappings: [{type: from_entity, entity: city}]}
  size: {type: text, mappings: [{type: from_entity, entity: size, role: now}]}
  outside: {type: text, mappings: [{type: from_entity, entity: city}]}
forms:
  journey: {required_slots: [start, end, size]}
"""
)


@pytest.mark.parametrize(("asks", "slots"), [("start", {"start", "outside"}), ("end", {"end", "outside"}), ("size", {"outside"})])
def test_in_a_form_an_entity_that_two_slots_map_goes_to_the_one_asked_for(asks: str, slots: set[str]) -> None:
    assert filled(domain_of(JOURNEY), "a", entity("city", "Cork"), form="journey", asks=asks) == dict.fromkeys(slots, "Cork")


def test_in_a_form_an_entity_that_one_slot_alone_maps_goes_to_it_whatever_is_asked() -> None:
    entities = (entity("size", "M", role="now"), entity("size", "L", role="then"))
    assert filled(domain_of(JOURNEY), "a", *entities, form="journey", asks="start") == {"size": "M"}


def test_outside_of_a_form_an_entity_goes_to_every_slot_that_maps_it() -> None:
    assert set(filled(domain_of(JOURNEY), "a", entity("city", "Cork"))) == {"start", "end", "outside"}


# --- when a form is activated ---------------------------------------------------------------------------------------------------


def on_activation(mappings: str, intent: str = "trigger", *entities: Entity) -> list[Any]:
    domain = one_slot(mappings)
    tracker = listening(domain, said(intent, *entities))
    tracker.update_all(fill_slots(tracker))
    return [event.value for event in fill_on_activation(tracker, domain.forms["form"])]


def test_the_trigger_of_a_form_fills_a_slot_on_activation_only() -> None:
    mapping = "[{type: from_trigger_intent, intent: trigger, value: yes}]"
    assert filled(one_slot(mapping), "trigger") == {}
    assert filled(one_slot(mapping), "trigger", form="form", asks="s") == {}
    assert on_activation(mapping) == ["yes"]
    assert on_activation(mapping, "b") == []


def test_an_entity_of_the_triggering_message_fills_a_slot_that_wants_the_form_active() -> None:
    mapping = "[{type: from_entity, entity: city, conditions: [{active_loop: form}]}]"
    assert filled(one_slot(mapping), "trigger", entity("city", "Cork")) == {}
    assert on_activation(mapping, "trigger", entity("city", "Cork")) == ["Cork"]


def test_when_a_form_starts_nothing_is_asked_for_yet_and_an_entity_goes_to_every_slot_that_maps_it() -> None:
    mapping = "{type: text, mappings: [{type: from_entity, entity: city, conditions: [{active_loop: form}]}]}"
    domain = domain_of(HEAD + f"slots: {{start: {mapping}, end: {mapping}}}\nforms: {{form: {{required_slots: [start, end]}}}}")
    tracker = listening(domain, said("trigger", entity("city", "Cork")))
    assert [event.name for event in fill_on_activation(tracker, domain.forms["form"])] == ["start", "end"]


def test_the_text_that_asks_for_a_form_answers_none_of_its_questions() -> None:
    assert on_activation("[{type: from_text, conditions: [{active_loop: form}]}]") == []


def test_what_the_message_has_set_already_is_not_set_again() -> None:
    assert on_activation("[{type: from_entity, entity: city}]", "trigger", entity("city", "Cork")) == []

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.domain import Form, Session, load_domain
from assistant.errors import DuplicateName, OldFormat, Place, SourceError, UnknownKey, UnknownName, WrongType
from assistant.project import find_project
from tests.unit.dialogue.building import domain_of

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.dialogue.domain import Domain


def test_names_stand_alone_or_with_options() -> None:
    domain = domain_of("""
        intents: [greet, {order: {use_entities: [city]}}, {thanks: {use_entities: false}}, {bye: {ignore_entities: [city]}}]
        entities: [city, {size: {roles: [now], groups: [g]}}]
        actions: [action_x, {validate_form: {send_domain: true}}]
        responses: {utter_x: [{text: x}]}
        slots: {s: {type: text}}
        forms: {form: {required_slots: [s], ignored_intents: greet}}
        session_config: {session_expiration_time: 5, carry_over_slots_to_new_session: false}
    """)
    assert list(domain.intents) == ["greet", "order", "thanks", "bye"]
    assert domain.entities["size"].roles == ("now",)
    assert domain.forms["form"] == Form("form", ("s",), ("greet",))
    assert domain.session == Session(5.0, carry_over_slots=False)
    assert domain.custom_actions() == ("action_x", "validate_form")
    assert domain.visible_entities("order", ["city", "size"]) == ("city",)
    assert domain.visible_entities("thanks", ["city", "size"]) == ()
    assert domain.visible_entities("bye", ["city", "size"]) == ("size",)
    assert domain.visible_entities("never_heard_of", ["size", "city", "ghost"]) == ("city", "size")


def test_entities_are_seen_with_their_roles_unless_the_domain_knows_none_or_the_intent_leaves_them_out() -> None:
    domain = domain_of("""
        intents: [a, {b: {use_entities: [city]}}, {c: {ignore_entities: [city]}}, {d: {use_entities: [city#from]}}]
        entities: [{city: {roles: [from], groups: [one]}}, {size: {influence_conversation: false}}]
    """)
    found = ["city", "city#from", "city#one", "city#elsewhere", "size"]
    assert domain.visible_entities("a", found) == ("city", "city#from", "city#one")
    assert domain.visible_entities("b", found) == ("city", "city#from", "city#one")
    assert domain.visible_entities("c", found) == ()
    assert domain.visible_entities("d", found) == ("city#from",)


def test_a_session_lasts_an_hour_and_keeps_its_slots_unless_told_otherwise() -> None:
    assert domain_of("intents: []").session == Session(60.0, carry_over_slots=True)


def test_forms_bring_the_slot_that_says_what_they_ask_for() -> None:
    assert "requested_slot" in domain_of("slots: {s: {type: text}}\nforms: {f: {required_slots: [s]}}").slots
    assert "requested_slot" not in domain_of("slots: {s: {type: text}}").slots


@pytest.mark.parametrize("name", ["utter_x", "form", "action_x", "action_listen", "action_answer_faq"])
def test_responses_forms_and_actions_can_run(name: str) -> None:
    domain = domain_of("responses: {utter_x: [{text: x}]}\nforms: {form: {required_slots: []}}\nactions: [action_x]")
    assert domain.has_action(name)
    assert name in set(domain.action_names())
    assert not domain.has_action(name + "y")


def test_a_project_may_bring_its_own_version_of_a_default_action() -> None:
    """Rasa runs what a domain lists under actions, whatever it is called; what only this assistant has stays its own."""
    domain = domain_of("actions: [action_default_fallback, action_restart, action_answer_faq, action_handoff, action_x]")
    assert domain.custom_actions() == ("action_default_fallback", "action_restart", "action_x")


def test_actions_are_sent_every_part_of_the_domain() -> None:
    sent = domain_of("intents: [a]\nslots: {s: {type: text}}\nforms: {f: {required_slots: [s]}}").as_json()
    assert sent["intents"] == ["a"]
    assert sent["forms"] == {"f": {"required_slots": ["s"]}}
    assert sent["responses"] == {}
    assert sent["actions"] == []


# --- several files --------------------------------------------------------------------------------------------------------------


def project_of(folder: Path, **files: str) -> Domain:
    """A Rasa project with the files of its domain folder, and ``nlu`` as a training file."""
    for name, text in files.items():
        path = folder / ("data" if name == "nlu" else "domain") / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return load_domain(find_project(folder))


def test_the_files_of_a_domain_are_merged(tmp_path: Path) -> None:
    domain = project_of(
        tmp_path,
        a="intents: [a]\nslots: {s: {type: text, mappings: [{type: from_entity, entity: e}]}}",
        b="intents: [b]\nentities: [e]",
        nlu="intents: [c]\nnlu: []",
    )
    assert list(domain.intents) == ["a", "b", "c"]
    assert domain.as_json()["intents"] == ["a", "b", "c"]
    assert domain.places["intent", "b"] == Place("domain/b.yml", 1)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("intents: [a]", "intents:\n- b\n- a: {use_entities: []}", 'domain/b.yml:3: intent "a" is defined twice'),
        ("slots: {s: {type: text}}", "slots:\n  s: {type: bool}", 'domain/b.yml:2: slot "s" is defined twice'),
        ("responses: {r: [{text: x}]}", "responses: {r: [{text: y}]}", 'domain/b.yml:1: response "r" is defined twice'),
        ("forms: {f: {required_slots: []}}", "forms: {f: {required_slots: [x]}}", 'form "f" is defined twice'),
        ("actions: [x]", "actions: [{x: {send_domain: true}}]", 'action "x" is defined twice'),
        ("entities: [x]", "entities: [{x: {roles: [r]}}]", 'entity "x" is defined twice'),
        ("actions: [x, y, x]", "{}", 'domain/a.yml:1: action "x" is defined twice'),
    ],
)
def test_a_name_that_two_files_define_differently_is_refused(tmp_path: Path, first: str, second: str, words: str) -> None:
    with pytest.raises(DuplicateName, match=re.escape(words)):
        project_of(tmp_path, a=first, b=second)


def test_the_same_definition_in_two_files_counts_once_and_is_a_problem(tmp_path: Path) -> None:
    same = "intents: [a]\nactions: [x]\nslots: {s: {type: text}}\nforms: {f: {required_slots: [s]}}\nresponses: {r: [{text: x}]}"
    domain = project_of(tmp_path, a=same, b=f"entities: [e]\n{same}")
    assert list(domain.intents) == ["a"]
    assert domain.as_json()["actions"] == ["x"]
    assert [(problem.code, str(problem.where)) for problem in domain.problems] == [
        ("DOM-002", f"domain/b.yml:{line}") for line in (2, 4, 6, 5, 3)
    ]


# --- mistakes, each with file, line, name and the nearest name ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("intents: [a]\nslotz: {}", UnknownKey, 'domain.yml:2: unknown key "slotz"; did you mean "slots"?'),
        ("intents:\n- a: {use_entites: []}", UnknownKey, 'domain.yml:2: unknown key "use_entites"; did you mean "use_entities"?'),
        ("entities:\n- e: {role: [x]}", UnknownKey, 'did you mean "roles"?'),
        (
            "forms:\n  f:\n    required_slot: []",
            UnknownKey,
            'domain.yml:3: unknown key "required_slot"; did you mean "required_slots"?',
        ),
        ("forms:\n  f:\n    required_slots: s", WrongType, 'domain.yml:3: "required_slots" wants a list of slots'),
        ("intents: {a: {}}", WrongType, 'domain.yml:1: "intents" wants a list, found a mapping'),
        ("slots: [a]", WrongType, 'domain.yml:1: "slots" wants a mapping, found a list'),
        ("intents:\n- [a]", WrongType, 'domain.yml:2: "intents" wants a text, found a list'),
        (
            "slots:\n  order_id: {type: text}\nforms:\n  f:\n    required_slots:\n    - order_id\n    - oder_id",
            UnknownName,
            'domain.yml:7: unknown slot "oder_id"; did you mean "order_id"?',
        ),
        ("session_config: {session_expiration_time: never}", WrongType, "wants a number of minutes"),
        (
            "intents:\n- greet:\n    triggers: utter_greet",
            OldFormat,
            "domain.yml:3: triggers are of Rasa 1; write a rule: intent greet, then action utter_greet",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_nearest_name(text: str, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        domain_of(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "entities: [city]\nslots:\n  s:\n    type: text\n    mappings:\n    - type: from_entity\n      entity: citty",
            'domain.yml:7: unknown entity "citty"; did you mean "city"?',
        ),
        (
            "intents: [greet]\nslots:\n  s:\n    type: text\n    mappings:\n    - type: from_text\n      not_intent: [greeet]",
            'domain.yml:7: unknown intent "greeet"; did you mean "greet"?',
        ),
        (
            "slots:\n  s:\n    type: text\n    mappings:\n    - type: from_text\n      conditions:\n      - active_loop: form",
            'domain.yml:7: unknown form "form"; none is defined yet',
        ),
        (
            (
                "slots:\n  s:\n    type: text\n    mappings:\n    - type: from_text\n      conditions:\n"
                "      - active_loop: f\n        requested_slot: z\nforms:\n  f: {required_slots: [s]}"
            ),
            'domain.yml:8: unknown slot "z"; known are: requested_slot, s',
        ),
        (
            "slots: {name: {type: text}}\nresponses:\n  r:\n  - text: x\n    condition:\n    - {type: slot, name: nam, value: 1}",
            'unknown slot "nam"; did you mean "name"?',
        ),
        ("forms:\n  f:\n    required_slots: []\n    ignored_intents: [a, b]", 'domain.yml:4: unknown intent "a"'),
    ],
)
def test_a_name_that_is_not_defined_is_a_problem_with_its_line_and_the_nearest_name(text: str, words: str) -> None:
    """Rasa reads past these, so a bot runs with them; validation says each."""
    problems = domain_of(text).problems
    assert [type(problem) for problem in problems][:1] == [UnknownName]
    assert words in str(problems[0])


def test_keys_that_nothing_reads_are_worth_a_note() -> None:
    domain = domain_of("""
        anything: {at: all}
        intents: [{a: {colour: red}}]
        entities: [{e: {colour: red}}]
        slots: {s: {type: text, colour: red, mappings: [{type: from_text, colour: red}]}}
        forms: {f: {required_slots: [s], colour: red}}
        responses: {r: [{text: x, colour: red}]}
        session_config: {colour: red}
    """)
    assert [note.what for note in domain.notes] == ['unknown key "colour"'] * 7

from __future__ import annotations

import re
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.stories import (
    SOME_VALUE,
    ActionStep,
    BotStep,
    CheckpointStep,
    LoopStep,
    OrStep,
    SlotStep,
    UserStep,
    load_stories,
    load_tests,
)
from assistant.errors import BadAnnotation, BadStep, MissingKey, Place, SourceError, UnsupportedVersion, WrongType
from assistant.messages import Entity
from assistant.project import find_project
from tests.unit.dialogue.building import stories_of

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.dialogue.stories import Step


def steps_of(text: str) -> tuple[Step, ...]:
    return stories_of("stories:\n- story: s\n  steps:\n" + indent(dedent(text), "  "))[0].steps


def place(line: int) -> Place:
    return Place("stories.yml", line)


def test_every_kind_of_step_is_read_with_its_place() -> None:
    steps = steps_of("""\
      - intent: /greet
      - action: utter_greet
      - bot: hello
      - active_loop: form
      - active_loop: null
      - slot_was_set: [{city: Cork}, size]
      - slot_was_set: {city: null, n: 1}
      - checkpoint: here
        slot_was_set: [size]
      - or:
        - intent: affirm
        - slot_was_set: [size]
    """)
    assert steps == (
        UserStep(place(4), "greet"),
        ActionStep(place(5), "utter_greet"),
        BotStep(place(6), "hello"),
        LoopStep(place(7), "form"),
        LoopStep(place(8), None),
        SlotStep(place(9), (("city", "Cork"), ("size", SOME_VALUE))),
        SlotStep(place(10), (("city", None), ("n", 1))),
        CheckpointStep(place(11), "here", SlotStep(place(12), (("size", SOME_VALUE),))),
        OrStep(place(13), (UserStep(place(14), "affirm"), SlotStep(place(15), (("size", SOME_VALUE),)))),
    )


def test_entities_stand_beside_an_intent_or_in_the_text() -> None:
    listed, written = steps_of("""\
      - intent: order
        entities: [{city: Cork, role: to}, size]
      - user: |
          send it to [Cork]{"entity": "city", "role": "to"}
        intent: order
    """)
    assert isinstance(listed, UserStep)
    assert listed.entities == (Entity("city", 0, 0, "Cork", role="to"), Entity("size", 0, 0, SOME_VALUE))
    assert isinstance(written, UserStep)
    assert (written.text, written.intent) == ("send it to Cork", "order")
    assert written.entities == (Entity("city", 11, 15, "Cork", role="to"),)


def test_a_payload_as_text_says_intent_and_entities() -> None:
    (step,) = steps_of("""- user: '/inform{{"cuisine":"chinese"}}'""")
    assert isinstance(step, UserStep)
    assert step.intent == "inform"
    assert [(e.entity, e.value) for e in step.entities] == [("cuisine", "chinese")]


def test_a_rule_has_conditions_and_options() -> None:
    plain, rich = stories_of("""
        rules:
        - rule: plain
          steps: [{intent: a}, {action: b}]
        - rule: rich
          condition: [{active_loop: f}, {slot_was_set: [{s: null}]}]
          conversation_start: true
          wait_for_user_input: false
          steps: [{intent: a}, {action: b}]
    """)
    assert (plain.is_rule, plain.at_start, plain.waits, plain.condition) == (True, False, True, ())
    assert (rich.at_start, rich.waits) == (True, False)
    assert rich.condition == (LoopStep(place(6), "f"), SlotStep(place(6), (("s", None),)))


@pytest.mark.parametrize("version", ["'3.0'", "'3.1'", "3.1", "'2.0'", "null"])
def test_versions_up_to_three_are_read(version: str) -> None:
    assert len(stories_of(f"version: {version}\nstories: [{{story: s, steps: []}}]")) == 1


@pytest.mark.parametrize("version", ["'4.0'", "latest"])
def test_a_later_version_is_refused_and_not_skipped(version: str) -> None:
    with pytest.raises(UnsupportedVersion, match=re.escape('stories.yml:1: version "')):
        stories_of(f"version: {version}\nstories: []")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("stories:\n- story: s\n  steps:\n  - acton: x", BadStep, "stories.yml:4: this step cannot be read: it has the keys acton"),
        ("stories:\n- story: s\n  steps:\n  - intnet: x", BadStep, 'it has the keys intnet; did you mean "intent"?'),
        (
            "stories:\n- story: s\n  stepz: []",
            MissingKey,
            'stories.yml:3: key "steps" is missing; did you mean it by "stepz"?',
        ),
        ("stories:\n- story: s\n  steps:\n  - {}", BadStep, "stories.yml:4: this step cannot be read: it has the keys none"),
        ("stories:\n- story: s\n  steps:\n  - intent", WrongType, 'stories.yml:4: "steps" wants a mapping'),
        ("stories:\n- story: s", MissingKey, 'stories.yml:2: key "steps" is missing'),
        ("stories:\n- steps: []", MissingKey, 'stories.yml:2: key "story" is missing'),
        (
            "rules:\n- rule: r\n  condition: [{intent: a}]\n  steps: []",
            BadStep,
            "stories.yml:3: this step cannot be read: a condition",
        ),
        ("stories:\n- story: s\n  steps:\n  - or: [{action: a}]", BadStep, '"or" joins intents or slots only'),
        ("stories:\n- story: s\n  steps:\n  - user: '[x](y'\n    intent: a", BadAnnotation, "stories.yml:4"),
        ("stories: {a: b}", WrongType, 'stories.yml:1: "stories" wants a list, found a mapping'),
        ("stories:\n- story: s\n  steps:\n  - user: '/inform{x}'", SourceError, "stories.yml:4"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        stories_of(text)


def test_stories_come_from_training_files_and_tests_from_tests(tmp_path: Path) -> None:
    for name, kind in (
        ("data/a.yml", "stories"),
        ("data/b.yml", "rules"),
        ("tests/test_c.yml", "stories"),
        ("other.yml", "stories"),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{kind}: [{{{'rule' if kind == 'rules' else 'story'}: {name}, steps: []}}]")
    (tmp_path / "domain.yml").write_text("intents: []")
    project = find_project(tmp_path)
    assert [story.name for story in load_stories(project)] == ["data/a.yml", "data/b.yml"]
    assert [story.name for story in load_tests(project)] == ["tests/test_c.yml"]
    assert [story.name for story in load_tests(project, [tmp_path / "other.yml"])] == ["other.yml"]
    assert load_stories(project)[0].where == Place("data/a.yml", 1)

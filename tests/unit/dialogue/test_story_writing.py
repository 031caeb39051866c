from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.stories import parse_stories, read_stories
from assistant.dialogue.story_writing import step_as_yaml, stories_file, story_as_yaml
from assistant.project import find_project, shipped_root
from tests.unit.dialogue.building import yaml_of

if TYPE_CHECKING:
    from pathlib import Path

STEPS = """
stories:
- story: one
  steps:
  - intent: greet
  - intent: inform
    entities:
    - city
    - city: Paris
    - city: Rome
      role: from
      group: "2"
  - user: 'from [Cork](city) to [SF]{"entity": "city", "role": "to", "value": "San Francisco"}'
    intent: inform
  - user: |-
      two
      lines
    intent: inform
  - user: '/inform{"city": "Cork"}'
  - action: utter_greet
  - bot: 'Hello: # there'
  - slot_was_set:
    - city: Paris
    - flag: true
    - list: [a, 1]
    - number: "5"
    - name
    - empty: null
  - active_loop: form
  - active_loop: null
  - checkpoint: here
    slot_was_set:
    - flag: false
  - or:
    - intent: affirm
    - intent: deny
"""


def bare(steps: object) -> str:
    """What a step says, without where it stands."""
    return re.sub(r"Place\(path='[^']*', line=\d+\)", "here", repr(steps))


def test_steps_are_read_back_as_they_were_written() -> None:
    (story,) = parse_stories(yaml_of(STEPS))
    text = stories_file([story_as_yaml(story.name, map(step_as_yaml, story.steps))])
    (again,) = parse_stories(yaml_of(text))
    assert (again.name, bare(again.steps)) == (story.name, bare(story.steps))


PROJECT = find_project(shipped_root())


@pytest.mark.parametrize(
    "path", [*PROJECT.tests, *(path for path in PROJECT.training if path.stem == "stories")], ids=lambda p: p.stem
)
def test_the_shipped_stories_are_read_back_as_they_were_written(path: Path) -> None:
    stories = read_stories(path)
    text = stories_file([story_as_yaml(story.name, map(step_as_yaml, story.steps)) for story in stories])
    again = parse_stories(yaml_of(text))
    assert [(story.name, bare(story.steps)) for story in again] == [(story.name, bare(story.steps)) for story in stories]

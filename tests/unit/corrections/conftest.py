from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialogue.domain import load_domain
from assistant.project import find_project

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.project import Project

DOMAIN = """\
version: "3.1"  # the version
intents: [greet, track, inform, chat, faq]
entities: [number, {city: {roles: [from, to]}}]
slots:
  number: {type: text, mappings: [{type: from_entity, entity: number}]}
  kind: {type: categorical, values: [a, b], mappings: [{type: custom}]}
  note: {type: text, influence_conversation: false, mappings: [{type: custom}]}
responses:
  utter_greet: [{text: hi}]
  utter_chat: [{text: nice}]
  utter_done: [{text: done}]
forms: {order_form: {required_slots: [number]}}
actions: [action_check]
"""

NLU = """\
# Everything that people say.
version: "3.1"

nlu:
# --- first meetings
- intent: greet   # polite
  examples: |
    - hello
    - good  day

    # is no comment here? it is not a line with a dash, so leave it out
- intent: track
  examples: |
      - where is [12345](number)
      - track "it", please: now
- intent: faq/hours
  examples:
  - text: |
      when are you open
    metadata: {source: mail}   # as it came
  - text: opening hours

- synonym: Cork
  examples: |
    - corcaigh
# the end
"""

STORIES = """\
version: "3.1"

stories:
# one story
- story: greeting  # short
  steps:
  - intent: greet
  - action: utter_greet

rules:
- rule: chat
  steps:
  - intent: chat
  - action: utter_chat
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    nlu = NLU.replace("\n    # is no comment here? it is not a line with a dash, so leave it out\n", "")
    for name, text in (("domain.yml", DOMAIN), ("data/nlu.yml", nlu), ("data/stories.yml", STORIES)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return find_project(tmp_path)


@pytest.fixture
def domain(project: Project) -> Domain:
    return load_domain(project)

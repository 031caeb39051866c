from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of
from tests.integration.test_action_runners import project as with_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.agent import Agent
    from assistant.project import Project

DOMAIN = """\
version: "3.1"
intents: [greet, track, chat, stop, affirm, {later: {use_entities: []}}, inform, broken, chain]
entities: [number]
slots:
  number: {type: text, mappings: [{type: from_entity, entity: number}]}
  name:
    type: text
    mappings:
    - type: from_text
      intent: [inform, nlu_fallback]
      conditions: [{active_loop: order_form, requested_slot: name}]
  s: {type: any, influence_conversation: false}
  forms: {type: any, influence_conversation: false}
forms:
  order_form: {required_slots: [number, name]}
responses:
  utter_greet: [{text: "Hello!", buttons: [{title: Track, payload: /track}]}]
  utter_chat: [{text: "Nice weather."}]
  utter_stopped: [{text: "Stopped."}]
  utter_ask_number: [{text: "Which number?"}]
  utter_ask_name: [{text: "Your name?"}]
  utter_submit: [{text: "Order {number} of {name}."}]
  utter_more: [{text: "Anything else?"}]
  utter_rephrase: [{text: "Pardon?"}]
  utter_x: [{text: "x {who}"}]
actions: [action_ok, action_raise, action_hang, action_exit]
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: true}
"""

RULES = """\
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: chat, steps: [{intent: chat}, {action: utter_chat}]}
- {rule: not understood, steps: [{intent: nlu_fallback}, {action: utter_rephrase}]}
- {rule: broken, steps: [{intent: broken}, {action: action_raise}, {action: utter_more}]}
- {rule: fine, steps: [{intent: chain}, {action: action_ok}]}
- {rule: start, steps: [{intent: track}, {action: order_form}, {active_loop: order_form}]}
- rule: stop
  condition: [{active_loop: order_form}]
  steps: [{intent: stop}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_stopped}]
- rule: submit
  condition: [{active_loop: order_form}]
  steps:
  - action: order_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_submit
stories:
- {story: more, steps: [{intent: later}, {action: utter_more}, {intent: affirm}, {action: utter_greet}]}
"""

FAQ = """\
entries:
- id: shipping
  question: How much is shipping?
  alternatives: [what does delivery cost, shipping price]
  answer: Shipping is **free** from 50 euros.
- id: returns
  question: Can I return shoes that I wore once?
  alternatives: [return worn shoes]
  answer: Only if they look unworn.
- id: gift
  question: Do you wrap presents?
  answer: Yes, for two euros.
"""

INTENTS = {
    r"^hello": "greet",
    r"track|where is my order": "track",
    r"weather": "chat",
    r"^stop": "stop",
    r"^yes": "affirm",
    r"later": "later",
    r"^break": "broken",
    r"^fine": "chain",
    r"^\d+$|^it is": "inform",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "bot"
    for name, text in (("domain.yml", DOMAIN), ("data/rules.yml", RULES), ("faq/all.yml", FAQ), ("config.yml", "language: en")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with_actions(root)
    return find_project(root)


@pytest.fixture
def open_bot(project: Project) -> Iterator[Callable[..., Agent]]:
    """Opens agents of the small bot, any number on one database; all are closed at the end."""
    agents = []

    def make(**options: Any) -> Agent:
        agents.append(agent_of(project, Keywords(INTENTS, {r"\b\d{5}\b": "number"}), **options))
        return agents[-1]

    yield make
    for agent in agents:
        agent.close()


@pytest.fixture
def bot(open_bot: Callable[..., Agent]) -> Agent:
    return open_bot()

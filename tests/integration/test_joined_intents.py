"""Several intents in one message: rules answer the combinations that the domain lists, and of others a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say, texts

if TYPE_CHECKING:
    from pathlib import Path

DOMAIN = """
intents: [greet, track, refund, refund+track]
responses:
  utter_greet: [{text: "Hello!"}]
  utter_track: [{text: "On its way."}]
  utter_both: [{text: "It comes back, and so does your money."}]
"""
RULES = """
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: track, steps: [{intent: track}, {action: utter_track}]}
- {rule: both, steps: [{intent: refund+track}, {action: utter_both}]}
"""


def test_a_message_with_several_intents_is_answered_by_what_rules_know_of_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (tmp_path / "data" / "rules.yml").write_text(RULES, encoding="utf-8")
    agent = agent_of(find_project(tmp_path), Keywords({"money": "track+refund", "where": "track+complain"}, {}))
    assert texts(say(agent, "my money and my parcel")) == ["It comes back, and so does your money."]
    assert texts(say(agent, "where is it, shame on you")) == ["On its way."]
    agent.close()

"""``trigger``: something outside has happened, and a conversation is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.cli import chat
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.agent import Agent
    from tests.unit.cli.conftest import Ran

DOMAIN = """
intents: [greet, EXTERNAL_sent]
entities: [carrier]
slots: {carrier: {type: text, mappings: [{type: from_entity, entity: carrier}]}}
responses:
  utter_greet: [{text: Hello!}]
  utter_sent: [{text: "Your parcel left with {carrier}."}]
"""
RULES = """
rules:
- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}
- {rule: sent, steps: [{intent: EXTERNAL_sent}, {action: utter_sent}]}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Agent]:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text(DOMAIN)
    (tmp_path / "data" / "rules.yml").write_text(RULES)

    def opened(*_: object) -> Agent:
        return agent_of(find_project(tmp_path), Keywords({"hello": "greet"}, {}))

    monkeypatch.setattr(chat, "_open", opened)
    return opened


def test_a_stored_conversation_is_told_what_has_happened(shop: Callable[[], Agent], cli: Callable[..., Ran]) -> None:
    agent = shop()
    say(agent, "hello")
    agent.close()
    ran = cli("trigger", "EXTERNAL_sent", "-c", "ann", "--entity", "carrier=the post", "--json", "--trace")
    assert (ran.code, ran.err) == (0, "")
    assert '"text": "Your parcel left with the post."' in ran.out
    assert ran.result["trace"]["parse"]["intent"]["name"] == "EXTERNAL_sent"
    agent = shop()
    tracker = agent.tracker("ann")
    agent.close()
    assert tracker.latest_message is not None
    assert (tracker.latest_message.text, tracker.slots["carrier"]) == ("EXTERNAL: EXTERNAL_sent", "the post")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["EXTERNAL_snet", "-c", "ann"], 2, 'DOM-001 trigger: unknown intent "EXTERNAL_snet"; did you mean "EXTERNAL_sent"?'),
        (["EXTERNAL_sent"], 2, "--conversation"),
        (["EXTERNAL_sent", "-c", "ann", "--entity", "carrier"], 2, "write NAME=VALUE"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_what_cannot_be_triggered_is_refused(arguments: list[str], code: int, said: str, cli: Callable[..., Ran]) -> None:
    ran = cli("trigger", *arguments)
    assert ran.code == code
    assert said in ran.err

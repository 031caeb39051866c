"""Whatever a custom action does, the turn ends in time with an apology, the state is intact, and the trace says why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from assistant.actions.process import ProcessRunner
from assistant.actions.server import ServerRunner
from assistant.dialogue.events import SlotSet
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say, texts
from tests.integration.test_action_runners import answering, plain, silence
from tests.integration.test_action_runners import project as with_actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.actions.outcome import ActionRunner
    from assistant.agent import Agent

ACTIONS = ["ok", "raise", "hang", "exit", "sys_exit", "huge", "unsendable", "mutate", "print", "junk"]
DOMAIN = f"""\
intents: [greet, {", ".join(ACTIONS)}]
slots: {{s: {{type: any}}, forms: {{type: any}}}}
responses: {{utter_greet: [{{text: Hello!}}], utter_x: [{{text: x}}], utter_action_failed: [{{text: Sorry.}}]}}
actions: [{", ".join(f"action_{name}" for name in ACTIONS)}]
"""
RULES = "rules:\n- {rule: greet, steps: [{intent: greet}, {action: utter_greet}]}\n" + "".join(
    f"- {{rule: {name}, steps: [{{intent: {name}}}, {{action: action_{name}}}, {{action: utter_x}}]}}\n" for name in ACTIONS
)
DEADLINE_S = 3.0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = with_actions(tmp_path_factory.mktemp("bot"))
    (folder / "data").mkdir()
    (folder / "domain.yml").write_text(DOMAIN)
    (folder / "data" / "rules.yml").write_text(RULES)
    return folder


@pytest.fixture(scope="module")
def bot(root: Path) -> Iterator[Agent]:
    found = find_project(root)
    agent = agent_of(found, Keywords({"hello": "greet"}, {}), ProcessRunner(found.bot, found.state, 30.0))
    say(agent, "/ok", "somebody else")  # the worker has started
    yield agent
    agent.close()


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("raise", "ACT-001 action_raise: custom action failed: KeyError"),
        ("hang", "ACT-002 action_hang: custom action took longer than 3 s"),
        ("exit", "ACT-001 action_exit: custom action failed: its process ended"),
        ("sys_exit", "ACT-001 action_sys_exit: custom action failed: SystemExit: 0"),
        ("huge", "ACT-006 action_huge: the answer has not the shape of rasa-sdk's, or is too large"),
        ("unsendable", "ACT-001 action_unsendable: custom action failed: TypeError"),
    ],
)
def test_a_failure_is_apologised_for_and_leaves_the_state_alone(
    bot: Agent, monkeypatch: pytest.MonkeyPatch, action: str, why: str
) -> None:
    bot.conversations.append(action, [SlotSet("s", "kept")], 0)
    say(bot, "hello", action)
    if action == "hang":
        monkeypatch.setattr(bot._runner, "_timeout_s", DEADLINE_S)
    before = time.monotonic()
    reply = say(bot, f"/{action}", action)
    assert time.monotonic() - before < DEADLINE_S + 45  # it sleeps for longer
    assert texts(reply) == ["Sorry."]
    (problem,) = reply.trace.problems
    assert problem.startswith(why)
    tracker = bot.tracker(action)
    assert (tracker.slots["s"], tracker.latest_action) == ("kept", "action_listen")
    monkeypatch.undo()
    assert texts(say(bot, "hello", action)) == ["Hello!"]
    assert say(bot, "/ok", action).trace.problems == ()


@pytest.mark.parametrize(("action", "slot"), [("mutate", "kept"), ("print", "printed"), ("junk", "good")])
def test_what_is_only_odd_does_no_harm(bot: Agent, action: str, slot: str) -> None:
    say(bot, "hello", action)
    bot.conversations.append(action, [SlotSet("s", "kept")], bot.conversations.count(action))
    reply = say(bot, f"/{action}", action)
    assert (texts(reply), reply.trace.problems) == (["x"], ())
    assert bot.tracker(action).slots["s"] == slot


def test_a_server_that_fails_is_apologised_for(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))

    def told(runner: ActionRunner, start: str) -> None:
        agent = agent_of(find_project(root), Keywords({"hello": "greet"}, {}), runner)
        try:
            reply = say(agent, "/ok", start)
            assert texts(reply) == ["Sorry."]
            assert reply.trace.problems[0].startswith(start)
            assert texts(say(agent, "hello", start)) == ["Hello!"]
        finally:
            agent.close()

    answers: list[tuple[Callable[..., None], float, str]] = [
        (plain(500, b'{"error": "x", "request_body": {}}'), 10.0, "ACT-001 action_ok"),
        (plain(404, b'{"action_name": "action_ok"}'), 10.0, "ACT-003 action_ok"),
        (plain(200, b'{"events": 1}'), 10.0, "ACT-006 action_ok"),
        (silence, 0.3, "ACT-002 action_ok"),
    ]
    for answer, timeout_s, start in answers:
        with answering(answer) as url:
            told(ServerRunner(url, timeout_s), start)
    told(ServerRunner("http://127.0.0.1:9/webhook", 5.0), "ACT-005 http://127.0.0.1:9/webhook")


def test_a_failing_action_of_a_slot_mapping_does_not_end_the_turn(tmp_path: Path) -> None:
    """As in Rasa: what it would have extracted is missing, and the message is answered all the same."""
    slots = "slots: {late: {type: any, mappings: [{type: custom, action: action_ok}]}}\n"
    (tmp_path / "domain.yml").write_text(slots + "intents: [greet]\nresponses: {utter_greet: [Hello!]}\nactions: [action_ok]\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rules.yml").write_text("rules: [{rule: greet, steps: [{intent: greet}, {action: utter_greet}]}]")
    agent = agent_of(find_project(tmp_path), Keywords({"hello": "greet"}, {}), ServerRunner("http://127.0.0.1:9/webhook", 5.0))
    try:
        reply = say(agent, "hello")
    finally:
        agent.close()
    assert texts(reply) == ["Hello!"]
    assert [problem[:7] for problem in reply.trace.problems] == ["ACT-005"]

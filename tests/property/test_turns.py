"""A turn is all or nothing: whatever breaks, and wherever, the conversation is as it was, and the next turn works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.dialogue.tracker import Tracker
from assistant.project import find_project
from tests.integration.bots import Keywords, agent_of, say, texts
from tests.integration.conftest import DOMAIN, FAQ, INTENTS, RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.agent import Agent

MESSAGES = st.sampled_from(
    [
        "hello",
        "track my parcel",
        "12345",
        "it is Ann",
        "how is the weather",
        "how much is shipping",
        "blorp",
        "stop",
        "cancel",
        "back",
        "no, I meant 54321",
        "/back",
        "/restart",
        "later",
        "yes",
        "",
    ]
)
STAGES = st.sampled_from(["parse", "search", "policy", "action", "append"])
"""Where a turn breaks: understanding, the FAQ, a policy, an action, the database."""


class Broken(Exception):
    """What nobody expects."""


@pytest.fixture(scope="module")
def bots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], tuple[Agent, str]]]:
    """Gives a bot and a conversation that has not begun; all share one database."""
    root = tmp_path_factory.mktemp("bot")
    for name, text in (("domain.yml", DOMAIN), ("data/rules.yml", RULES), ("faq/all.yml", FAQ), ("config.yml", "language: en")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    bot = agent_of(find_project(root), Keywords(INTENTS, {r"\b\d{5}\b": "number"}))
    numbers = iter(range(10**6))
    yield lambda: (bot, f"sender {next(numbers)}")
    bot.close()


def breaking(bot: Agent, stage: str, patch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise Broken

    owner: dict[str, tuple[Any, str]] = {
        "parse": (bot.interpreter, "parse"),
        "search": (bot, "_ask_faq"),
        "policy": (bot, "_decide"),
        "action": (bot.actions, "run"),
        "append": (bot.conversations, "append"),
    }
    patch.setattr(*owner[stage], broken)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(MESSAGES, max_size=4), broken=MESSAGES, stage=STAGES, after=st.lists(MESSAGES, min_size=1, max_size=3))
def test_a_turn_that_breaks_has_not_happened(
    bots: Callable[[], tuple[Agent, str]], before: list[str], broken: str, stage: str, after: list[str]
) -> None:
    bot, sender = bots()
    _, undisturbed = bots()
    for message in before:
        say(bot, message, sender)
        say(bot, message, undisturbed)
    stored = bot.events(sender)
    with pytest.MonkeyPatch.context() as patch:
        breaking(bot, stage, patch)
        try:
            say(bot, broken, sender)
        except Broken:
            assert bot.events(sender) == stored
        else:  # that stage has no part in this message
            say(bot, broken, undisturbed)
    for message in after:
        assert texts(say(bot, message, sender)) == texts(say(bot, message, undisturbed))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(MESSAGES, min_size=1, max_size=6))
def test_the_conversation_that_is_stored_is_the_one_in_memory(bots: Callable[[], tuple[Agent, str]], messages: list[str]) -> None:
    bot, sender = bots()
    for message in messages:
        say(bot, message, sender)
        kept, read = bot._trackers[sender], Tracker(sender, bot.domain, bot.events(sender))
        assert (kept.slots, kept.steps, kept.state(), kept.active_loop) == (read.slots, read.steps, read.state(), read.active_loop)
        assert kept.latest_action == read.latest_action == "action_listen"

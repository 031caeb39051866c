"""Pictures of the screens for intents, evaluation and inbox, as those of the others: compared by what can be read on them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import UserUttered
from assistant.inbox import Inbox
from assistant.project import find_project
from assistant.stores.askings import AskingStore
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.handoffs import HandoffStore
from assistant.ui.evaluation.heat import HeatMap
from assistant.ui.evaluation.results import keep_followed
from assistant.ui.inbox.case import CaseScreen
from tests.ui.driving import see, until
from tests.ui.test_evaluation import REPORT, measure
from tests.ui.test_inbox import AT, fill
from tests.ui.test_intents import DOMAIN, NLU
from tests.ui.test_screenshots import SIZES, THEMES, picture, taken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

__all__ = ["picture"]  # the fixture


async def intents(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f5")
    await see(pilot, "greet 3 ▽")
    pilot.app.screen.query_one("#intents").choose("track_order")  # type: ignore[attr-defined]
    await see(pilot, "Examples 2")
    await pilot.press("enter", "down", "delete")
    await see(pilot, "1 unsaved change")
    await see(pilot, "one example is too few")


async def suggestions(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f5")
    await see(pilot, "All 8")
    await pilot.press("ctrl+t")
    await see(pilot, "Suggestions 2")


async def confusions(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f6")
    await see(pilot, "Worst errors 3")
    await until(pilot, lambda: pilot.app.screen.query_one(HeatMap).has_focus)
    await pilot.press("n")
    await see(pilot, "track taken for greet: 2 of 3")


async def confidence(pilot: Pilot[Any]) -> None:
    await confusions(pilot)
    await pilot.press("ctrl+t")
    await see(pilot, "How many intents had which confidence")


async def conversations(pilot: Pilot[Any]) -> None:
    await confusions(pilot)
    await pilot.press("ctrl+t", "ctrl+t", "ctrl+t", "ctrl+t")
    await see(pilot, "3 passed, 1 failed")


async def inbox(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f7")
    await see(pilot, "All 3")


async def case(pilot: Pilot[Any]) -> None:
    await inbox(pilot)
    await pilot.press("down", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, CaseScreen))
    await see(pilot, "the fallback answered")


SCENES: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    "intents": intents,
    "suggestions": suggestions,
    "confusions": confusions,
    "confidence": confidence,
    "conversation-tests": conversations,
    "inbox": inbox,
    "case": case,
}
PICTURES = [
    *(
        (f"{scene}-{size}-{look}", scene, size, look)
        for scene in ("intents", "confusions", "inbox")
        for size in SIZES
        for look in THEMES
    ),
    *((f"{scene}-80x24-dark", scene, "80x24", "dark") for scene in ("suggestions", "case")),
    *((f"{scene}-120x40-light", scene, "120x40", "light") for scene in ("confidence", "conversation-tests")),
]


@pytest.fixture
def desks(
    make_app: Callable[..., AssistantApp], project: Project, agent: FakeAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AssistantApp]:
    """An app with a few examples, a measurement, and conversations that want a person's eye; its clock stands still."""
    monkeypatch.setattr("assistant.ui.inbox.wording.time", SimpleNamespace(time=lambda: AT + 720))
    monkeypatch.setattr("assistant.stores.handoffs.time", SimpleNamespace(time=lambda: AT))
    monkeypatch.setattr("assistant.ui.evaluation.wording._when", lambda _: "today 09:30")
    (project.bot / "domain.yml").write_text(DOMAIN)
    (project.bot / "nlu.yml").write_text(NLU)
    measure(project)
    keep_followed(project, REPORT)
    agent.others = {"ann": [UserUttered("it is too big for me")], "bob": [UserUttered("where on earth is it")]}
    with open_database(f"sqlite:///{tmp_path / 'inbox.db'}") as database:
        agent.inbox = Inbox(ConversationStore(database), HandoffStore(database), AskingStore(database))
        fill(database)
        app = make_app()
        app.project = find_project(project.root)
        yield app


@pytest.mark.parametrize(("name", "scene", "size", "look"), PICTURES, ids=[one[0] for one in PICTURES])
async def test_picture(
    desks: AssistantApp, picture: Callable[[str, str], None], name: str, scene: str, size: str, look: str
) -> None:
    async with desks.run_test(size=SIZES[size]) as pilot:
        svg = await taken(pilot, SCENES[scene], THEMES[look], name)
    picture(name, svg)

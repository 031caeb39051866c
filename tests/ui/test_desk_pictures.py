"""Pictures of the screens for intents, evaluation and inbox, as those of the others: compared by what can be read on them."""

from __future__ import annotations

import json
import os
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from assistant.dialogue.events import UserUttered
from assistant.inbox import Inbox
from assistant.knowledge.suggesting import Suggestion
from assistant.nlu.model_folder import MODEL_FORM
from assistant.project import find_project, put_in_use
from assistant.stores.askings import AskingStore
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.handoffs import HandoffStore
from assistant.ui.evaluation.heat import HeatMap
from assistant.ui.evaluation.results import keep_followed
from assistant.ui.inbox.case import CaseScreen
from tests.ui.driving import app_of, see, until
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
    await see(pilot, "The measures of each piece")


async def models(pilot: Pilot[Any]) -> None:
    keep_models(app_of(pilot).project)
    await see(pilot, "model ready")
    await pilot.press("f4", "ctrl+t")
    await see(pilot, "● in use")


SCENES: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    "intents": intents,
    "suggestions": suggestions,
    "confusions": confusions,
    "confidence": confidence,
    "conversation-tests": conversations,
    "inbox": inbox,
    "case": case,
    "models": models,
}
PICTURES = [
    *(
        (f"{scene}-{size}-{look}", scene, size, look)
        for scene in ("intents", "confusions", "inbox")
        for size in SIZES
        for look in THEMES
    ),
    *((f"{scene}-80x24-dark", scene, "80x24", "dark") for scene in ("suggestions", "case", "models")),
    *((f"{scene}-120x40-light", scene, "120x40", "light") for scene in ("confidence", "conversation-tests", "models")),
]


REPLIES = (
    Suggestion("The measures of each piece stand on its page, under Size.", 'FAQ: "Which size fits me?"', 0.71),
    Suggestion("Tell me your height, and I look it up for you.", "a colleague, to a like question", 0.64),
)


def keep_models(project: Project) -> None:
    """Four models: two that were better than the one in use, and one that this release cannot open."""
    figures = ((0.71, 0.62, "fast"), (0.81, 0.9, "full"), (0.78, 0.88, "fast"), (0.55, 0.4, "fast"))
    for day, (accuracy, entity_f1, mode) in enumerate(figures):
        folder = project.models / f"{day}-{mode}"
        folder.mkdir(parents=True)
        metrics = {"intent_accuracy": accuracy, "entity_f1": entity_f1}
        facts = {"metrics": metrics, "arguments": {"mode": mode}, "n_examples": 900 + 60 * day, "n_intents": 12}
        form = {"model_form": MODEL_FORM if day else MODEL_FORM + 1}
        (folder / "manifest.json").write_text(json.dumps(facts | form))
        os.utime(folder / "manifest.json", (AT + 86_400 * day, AT + 86_400 * day))
    put_in_use(project, folder)


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
    monkeypatch.setattr("assistant.ui.training.models.time", SimpleNamespace(strftime=time.strftime, localtime=time.gmtime))
    monkeypatch.setattr(agent, "suggested_replies", lambda _: REPLIES)
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

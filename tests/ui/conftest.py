from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.messages import Progress
from assistant.project import find_project
from assistant.ui.app import AssistantApp
from assistant.ui.ports import TrainingOutcome
from tests.ui.fake import FakeAgent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.messages import ProgressCallback
    from assistant.project import Project
    from assistant.ui.ports import Mode, OpenAgent, Train


@pytest.fixture
def project(tmp_path: Path) -> Project:
    bot = tmp_path / "corner-shop" / "intents"
    bot.mkdir(parents=True)
    (bot / "domain.yml").write_text('version: "3.1"\n')
    return find_project(tmp_path / "corner-shop")


@pytest.fixture
def agent() -> FakeAgent:
    return FakeAgent()


@pytest.fixture
def make_app(project: Project, agent: FakeAgent) -> Callable[..., AssistantApp]:
    def make(*, open_agent: OpenAgent | None = None, train: Train | None = None, first_run_training: bool = True) -> AssistantApp:
        return AssistantApp(
            project,
            load_settings(),
            open_agent=open_agent or (lambda: agent),
            train=train or quick_training(project.root),
            first_run_training=first_run_training,
        )

    return make


def quick_training(folder: Path, *, steps: int = 4, pause_s: float = 0.0) -> Train:
    async def train(mode: Mode | None, on_progress: ProgressCallback) -> TrainingOutcome:
        for step in range(1, steps + 1):
            await asyncio.sleep(pause_s)
            on_progress(Progress("train", step, steps, {"loss": 2.0 / step, "dev_intent_accuracy": 1 - 0.5 / step}))
        return TrainingOutcome(folder / "model-2", {"dev_intent_accuracy": 0.875, "dev_entity_f1": 0.91}, 4.2)

    return train

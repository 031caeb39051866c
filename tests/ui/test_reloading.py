"""Files that change while the chat is open are taken anew; broken ones are not, and the screens say so until they are mended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from assistant.errors import AssistantError
from assistant.project import find_project
from assistant.ui import app as app_module
from assistant.ui.reloading import ProjectFiles
from tests.integration.bots import Keywords, agent_of, say, texts
from tests.ui.driving import see, shown, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.project import Project
    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

DOMAIN = "intents: [greet]\nresponses: {utter_greet: [{text: %s}]}\n"
RULES = "rules: [{rule: greet, steps: [{intent: greet}, {action: utter_greet}]}]\n"


def write(path: Path, text: str) -> None:
    """Writes a file that is newer than before, however coarse the clock of the disk is."""
    path.write_text(text)
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def test_only_what_has_changed_is_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "domain.yml", DOMAIN % "Hello")
    files = ProjectFiles(find_project(tmp_path))
    assert files.changed() is None
    write(tmp_path / "data" / "rules.yml", RULES)  # a file more
    read = files.changed()
    assert read is not None
    assert [story.name for story in read.stories] == ["greet"]
    assert files.changed() is None
    write(tmp_path / "domain.yml", "responses: {utter_greet: [{txt: Hello}]}\n")
    with pytest.raises(AssistantError, match="txt"):
        files.changed()
    assert files.changed() is None  # said once
    (tmp_path / "data" / "rules.yml").unlink()
    write(tmp_path / "domain.yml", DOMAIN % "Hi")
    read = files.changed()
    assert read is not None
    assert read.stories == ()


def test_an_agent_answers_by_the_files_as_they_are_now_and_keeps_them_when_the_new_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "domain.yml", DOMAIN % "Hello")
    write(tmp_path / "data" / "rules.yml", RULES)
    files = ProjectFiles(find_project(tmp_path))
    agent = agent_of(find_project(tmp_path), Keywords({"hello": "greet"}, {}))
    try:
        assert texts(say(agent, "hello")) == ["Hello"]
        write(tmp_path / "domain.yml", DOMAIN % "Welcome")
        read = files.changed()
        assert read is not None
        agent.use_dialogue(read.domain, read.stories)
        assert texts(say(agent, "hello")) == ["Welcome"]
        write(tmp_path / "data" / "rules.yml", RULES.replace("utter_greet", "utter_gret"))
        wrong = files.changed()
        assert wrong is not None
        with pytest.raises(AssistantError, match='did you mean "utter_greet"'):
            agent.use_dialogue(wrong.domain, wrong.stories)
        assert texts(say(agent, "hello")) == ["Welcome"]
    finally:
        agent.close()


async def test_the_screens_say_when_files_were_not_taken(
    make_app: Callable[..., AssistantApp], project: Project, agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "LOOK_EVERY_S", 0.05)
    domain = project.bot / "domain.yml"
    async with make_app().run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        write(domain, "responses: {utter_greet: [{txt: Hello}]}\n")
        await see(pilot, "changed files not taken")
        assert "domain.yml:1" in shown(pilot)
        await pilot.press("f4")
        await see(pilot, "changed files not taken")
        write(domain, DOMAIN % "Hello")
        await until(pilot, lambda: "utter_greet" in agent.domain.responses)
        await until(pilot, lambda: "changed files not taken" not in shown(pilot))

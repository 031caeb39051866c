from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.health import Check, examine
from assistant.project import find_project
from assistant.scaffold import make_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSISTANT_STATE_DIR", raising=False)


def checks(folder: Path) -> dict[str, Check]:
    project = find_project(folder)
    return {check.name: check for check in examine(project, load_settings(project.config, project.endpoints))}


def test_a_new_project_lacks_a_model_only(tmp_path: Path) -> None:
    found = checks(make_project(tmp_path / "bot"))
    assert [name for name, check in found.items() if not check.is_ok] == ["model"]
    assert found["model"].detail.startswith("MOD-001")
    assert found["project"].detail == f"{tmp_path / 'bot'}: 0 errors, 0 warnings"
    assert "published FAQ entries" in found["database"].detail
    assert found["torch"].detail[0].isdigit()


def test_a_project_with_a_mistake_is_not_right(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "bot")
    with (folder / "intents" / "domain.yml").open("a") as domain:
        domain.write("\nslotz: {}\n")
    project = checks(folder)["project"]
    assert not project.is_ok
    assert "1 error" in project.detail
    assert 'unknown key "slotz"' in project.detail


ACTION = """\
from rasa_sdk import Action

class Ship(Action):
    def name(self):
        return "action_ship"

    def run(self, dispatcher, tracker, domain):
        return []
"""


@pytest.fixture
def actions_of(tmp_path: Path) -> Callable[..., Check]:
    """Examines a bot whose domain names an action, with that code for it, or at that action server."""

    def made(name: str = "action_ship", code: str = "", url: str = "") -> Check:
        (tmp_path / "domain.yml").write_text(f"intents: [greet]\nactions: [{name}]\n")
        if code:
            (tmp_path / "actions.py").write_text(code)
        if url:
            (tmp_path / "endpoints.yml").write_text(f"action_endpoint: {{url: '{url}'}}\n")
        return checks(tmp_path)["actions"]

    return made


def test_actions_that_are_registered_are_right(actions_of: Callable[..., Check]) -> None:
    check = actions_of(code=ACTION)
    assert check.is_ok
    assert check.detail.endswith("actions.py: 1 registered")


@pytest.mark.parametrize(
    ("bot", "words"),
    [
        ({}, "ACT-007 action_ship: the project has no actions"),
        (
            {"name": "action_shp", "code": ACTION},
            'ACT-003 action_shp: no action of this name is registered; did you mean "action_ship"?',
        ),
        ({"code": "import no_such_module"}, "No module named 'no_such_module'"),
        ({"url": "http://localhost:1/webhook"}, "ACT-005 http://localhost:1/webhook: the action server does not answer"),
        ({"url": "http://localhost:port/webhook"}, "ACT-005"),
        ({"url": "localhost/webhook"}, "it is no http or https URL"),
    ],
)
def test_actions_that_cannot_run_are_not_right(actions_of: Callable[..., Check], bot: dict[str, str], words: str) -> None:
    check = actions_of(**bot)
    assert not check.is_ok
    assert words in check.detail


def test_an_action_server_that_accepts_connections_is_right(actions_of: Callable[..., Check]) -> None:
    with socket.create_server(("localhost", 0)) as server:
        check = actions_of(url=f"http://localhost:{server.getsockname()[1]}/webhook")
    assert check.is_ok
    assert check.detail.endswith("accepts connections")

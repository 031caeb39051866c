"""What the worker of custom actions says of them before any is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.actions.process import ProcessRunner
from assistant.errors import ActionsNotLoaded

if TYPE_CHECKING:
    from collections.abc import Callable


ACTION = """\
from rasa_sdk import Action

class Ok(Action):
    def name(self):
        return "{name}"

    def run(self, dispatcher, tracker, domain):
        return []
"""


@pytest.fixture
def registered(tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    def start(**modules: str) -> tuple[str, ...]:
        for name, text in modules.items():
            path = tmp_path / "actions" / f"{name.replace('__in__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(text)
        runner = ProcessRunner(tmp_path, tmp_path / "state", 30.0)
        try:
            return runner.registered()
        finally:
            runner.close()

    return start


def test_the_actions_of_all_modules_are_registered(registered: Callable[..., tuple[str, ...]]) -> None:
    found = registered(one=ACTION.format(name="action_one"), inner__in__two=ACTION.format(name="action_two"))
    assert found == ("action_one", "action_two")


@pytest.mark.parametrize("module", ["shop", "inner__in__shop"])
def test_a_module_that_is_not_installed_is_named(registered: Callable[..., tuple[str, ...]], module: str) -> None:
    with pytest.raises(ActionsNotLoaded, match="ModuleNotFoundError: No module named 'no_such_module'"):
        registered(**{module: "import no_such_module\n"})


def test_a_worker_that_ends_before_it_says_anything_is_no_riddle(registered: Callable[..., tuple[str, ...]]) -> None:
    with pytest.raises(ActionsNotLoaded, match="their process does not start"):
        registered(shop="import os\nos._exit(3)\n")


HERE = """\
import os
from rasa_sdk import Action
from rasa_sdk.events import SlotSet

class Where(Action):
    def name(self):
        return "action_where"

    def run(self, dispatcher, tracker, domain):
        found = {"folder": os.getcwd(), "state": os.environ["ASSISTANT_STATE_DIR"], "note": open("note").read()}
        return [SlotSet(name, value) for name, value in found.items()]
"""


def test_actions_find_the_files_of_their_project_wherever_the_assistant_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "actions.py").write_text(HERE)
    (tmp_path / "bot" / "note").write_text("beside the actions")
    monkeypatch.chdir(tmp_path)
    runner = ProcessRunner(Path("bot"), Path("state"), 30.0)
    try:
        outcome = runner.run("action_where", {"sender_id": "ann"}, {"forms": {}})
    finally:
        runner.close()
    found = {event["name"]: event["value"] for event in outcome.events}
    assert found == {"folder": str(tmp_path / "bot"), "state": str(tmp_path / "state"), "note": "beside the actions"}

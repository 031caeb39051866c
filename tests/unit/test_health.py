from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.config import load_settings
from assistant.health import Check, examine
from assistant.project import find_project
from assistant.scaffold import make_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSISTANT_STATE_DIR", raising=False)


def checks(folder: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(find_project(folder), load_settings())}


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
    assert "1 errors" in project.detail
    assert 'unknown key "slotz"' in project.detail

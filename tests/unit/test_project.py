from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant.errors import ProjectNotFound
from assistant.project import find_project, model_in_use, put_in_use, shipped_root

if TYPE_CHECKING:
    from assistant.project import Project


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSISTANT_STATE_DIR", raising=False)


def made(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return root


def names(project: Project, paths: tuple[Path, ...]) -> list[str]:
    return [project.shown(path) for path in paths]


def test_a_project_of_the_native_shape_is_found(tmp_path: Path) -> None:
    root = made(
        tmp_path / "bot",
        "intents/domain/b.yml",
        "intents/domain/a.yaml",
        "intents/nlu/x.yml",
        "intents/rules.yml",
        "intents/config.yml",
        "intents/endpoints.yml",
        "intents/credentials.yml",
        "intents/tests/test_a.yml",
        "intents/tests/notes.yml",
        "intents/actions/__init__.py",
        "intents/.hidden/x.yml",
        "intents/notes.txt",
        "data/faq/a.yml",
        "data/faq/b.csv",
        "data/faq/readme.txt",
    )
    project = find_project(root)
    assert names(project, project.domain) == ["intents/domain/a.yaml", "intents/domain/b.yml"]
    assert names(project, project.training) == ["intents/nlu/x.yml", "intents/rules.yml"]
    assert names(project, project.tests) == ["intents/tests/test_a.yml"]
    assert names(project, project.faq) == ["data/faq/a.yml", "data/faq/b.csv"]
    assert (project.config, project.endpoints) == (root / "intents/config.yml", root / "intents/endpoints.yml")
    assert project.actions == root / "intents" / "actions"
    assert project.state == root / ".assistant"
    assert project.database_url == f"sqlite:///{root}/.assistant/assistant.db"


def test_a_project_of_rasas_shape_is_found_as_it_is(tmp_path: Path) -> None:
    root = made(
        tmp_path,
        "domain.yml",
        "data/nlu.yml",
        "data/deep/rules.yml",
        "data/test_a.yml",
        "tests/test_b.yml",
        "config.yml",
        "actions.py",
    )
    project = find_project(root)
    assert project.bot == root
    assert names(project, project.training) == ["data/deep/rules.yml", "data/nlu.yml"]
    assert names(project, project.tests) == ["tests/test_b.yml"]
    assert project.actions == root / "actions.py"
    assert (project.endpoints, project.faq) == (None, ())


def test_a_project_without_actions_has_none(tmp_path: Path) -> None:
    assert find_project(made(tmp_path, "domain.yml")).actions is None
    assert find_project(made(tmp_path, "actions/one.py")).actions == tmp_path / "actions"


def test_from_within_a_project_it_is_the_nearest_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "outer/domain.yml", "outer/inner/intents/domain.yml", "outer/inner/intents/deep/x.yml")
    monkeypatch.chdir(tmp_path / "outer" / "inner" / "intents" / "deep")
    assert find_project().root == tmp_path / "outer" / "inner" / "intents"
    monkeypatch.chdir(tmp_path / "outer")
    assert find_project().root == tmp_path / "outer"


def test_from_anywhere_else_it_is_the_shipped_bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_project().root == shipped_root()


def test_a_folder_that_is_named_must_hold_a_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectNotFound, match="PRJ-001"):
        find_project(tmp_path)
    with pytest.raises(ProjectNotFound, match="assistant init"):
        find_project(tmp_path / "nowhere")


def test_the_state_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "elsewhere"))
    assert find_project(made(tmp_path, "domain.yml")).state == tmp_path / "elsewhere"


def test_the_model_in_use_is_the_one_named_last_if_it_is_whole(tmp_path: Path) -> None:
    project = find_project(made(tmp_path, "domain.yml"))
    assert model_in_use(project) is None
    for name in ("one", "two"):
        made(project.models, f"{name}/manifest.json")
        put_in_use(project, project.models / name)
        assert model_in_use(project) == project.models / name
    (project.models / "two" / "manifest.json").unlink()
    assert model_in_use(project) is None
    assert sorted(path.name for path in project.models.iterdir()) == ["in_use", "one", "two"]


def test_paths_are_shown_from_the_project_on(tmp_path: Path) -> None:
    project = find_project(made(tmp_path, "domain.yml"))
    assert project.shown(tmp_path / "data" / "x.yml") == "data/x.yml"
    assert project.shown(Path("/elsewhere/x.yml")) == "/elsewhere/x.yml"

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import CannotWrite, ProjectExists
from assistant.project import find_project
from assistant.scaffold import make_project
from assistant.validation import validate_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("shop", [False, True])
def test_a_new_project_is_valid_from_the_start(tmp_path: Path, *, shop: bool) -> None:
    made = make_project(tmp_path / "deep" / "bot", shop=shop)
    project = find_project(made)
    assert [str(finding) for finding in validate_project(project)] == []
    assert project.faq
    assert project.tests
    assert (project.actions is not None) is shop
    assert ".assistant/" in (made / ".gitignore").read_text()
    assert not list(made.rglob("__pycache__"))


def test_an_empty_folder_is_filled_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot").mkdir()
    monkeypatch.chdir(tmp_path / "bot")
    from pathlib import Path as AnyPath

    assert make_project(AnyPath()) == tmp_path / "bot"
    assert AnyPath("intents/domain.yml").is_file()  # the working folder is still the project


def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "mine.txt").write_text("mine")
    (tmp_path / "bot.new").mkdir()
    (tmp_path / "bot.new" / "mine.txt").write_text("mine, too")
    with pytest.raises(ProjectExists, match="PRJ-002"):
        make_project(tmp_path / "bot")
    with pytest.raises(ProjectExists):
        make_project(tmp_path / "bot" / "mine.txt")
    make_project(tmp_path / "other")
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("bot*/*")) == ["bot.new/mine.txt", "bot/mine.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bot", "bot.new", "other"]


def test_a_disk_that_refuses_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="ALB-010"):
        make_project(tmp_path / "file" / "bot")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

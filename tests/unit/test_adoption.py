from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from assistant import adoption
from assistant.adoption import adopt_project, summary
from assistant.errors import CannotWrite, ProjectExists, ProjectNotFound, ProjectTooLarge
from assistant.project import find_project
from assistant.validation import validate_project

BOTS = Path(__file__).parent.parent / "data" / "bots"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of a Rasa project that a test may add to."""
    return Path(shutil.copytree(BOTS / "pizzeria", tmp_path / "source"))


def seen(folder: Path) -> dict[str, tuple[bytes, float]]:
    """All files of a folder: what is in them and when they were written."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_a_project_is_copied_whole_and_the_source_stays_as_it_is(source: Path, tmp_path: Path) -> None:
    before = seen(source)
    made = adopt_project(source, tmp_path / "deep" / "mine")
    assert seen(source) == before
    assert made.left_out == ()
    assert set(made.copied) == set(before)
    assert {name: content for name, (content, _) in seen(made.folder).items() if name != ".gitignore"} == {
        name: content for name, (content, _) in before.items()
    }
    assert ".assistant/" in (made.folder / ".gitignore").read_text()
    assert not [finding for finding in validate_project(find_project(made.folder)) if finding.is_error]
    assert "10 intents" in summary(made)[0]
    assert "4 conversation tests" in summary(made)[0]


def test_what_machines_made_and_what_may_be_secret_is_left_out(source: Path, tmp_path: Path) -> None:
    for name in (".git/config", "models/a.tar.gz", "actions/__pycache__/a.pyc", ".env", "my-env/pyvenv.cfg", "old.tar.gz"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("x")
    (source / "actions" / "models").mkdir()
    (source / "actions" / "models" / "__init__.py").write_text("")  # somebody's code, whatever it is called
    (source / ".gitignore").write_text("*.log")
    made = adopt_project(source, tmp_path / "mine")
    assert [name for name, _ in made.left_out] == [".env", ".git/", "actions/__pycache__/", "models/", "my-env/", "old.tar.gz"]
    assert "actions/models/__init__.py" in made.copied
    assert (made.folder / ".gitignore").read_text().startswith("*.log\n#")


def test_links_out_of_the_project_odd_files_and_huge_ones_are_left_out(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "MAX_FILE_BYTES", 10_000)
    (tmp_path / "secret").write_text("secret")
    (source / "out").symlink_to(tmp_path / "secret")
    (source / "gone").symlink_to(source / "nowhere")
    (source / "loop").symlink_to(source / "loop")
    (source / "up").symlink_to(source)
    (source / "data" / "same.yml").symlink_to(source / "config.yml")
    os.mkfifo(source / "pipe")
    (source / "huge.bin").write_bytes(b"x" * 10_001)
    made = adopt_project(source, tmp_path / "mine")
    assert dict(made.left_out) == {
        "out": "a link out of the project",
        "gone": "a link that leads nowhere",
        "loop": "a link that leads nowhere",
        "up": "a link to a folder",
        "pipe": "no plain file",
        "huge.bin": "larger than 0 MB",
    }
    copy = made.folder / "data" / "same.yml"
    assert not copy.is_symlink()
    assert copy.read_bytes() == (source / "config.yml").read_bytes()


def test_a_copy_may_lie_inside_of_its_source(source: Path) -> None:
    made = adopt_project(source, source / "copies" / "one")
    assert not any(name.startswith("copies") for name in made.copied)
    again = adopt_project(source, source / "copies" / "two")
    assert "copies/one/domain.yml" in again.copied


def test_what_is_no_project_or_too_much_is_refused_before_anything_is_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectNotFound):
        adopt_project(tmp_path / "empty", tmp_path / "mine")
    monkeypatch.setattr(adoption, "MAX_FILES", 3)
    with pytest.raises(ProjectTooLarge, match="PRJ-005"):
        adopt_project(source, tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_is_in_use_is_not_touched(source: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(ProjectExists):
        adopt_project(source, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_copy_that_fails_half_way_leaves_nothing(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copyfile
    n_copied: list[Path] = []

    def full(path: Path, target: Path) -> None:
        if len(n_copied) == 3:
            raise OSError(28, "No space left on device")
        n_copied.append(copy(path, target))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(CannotWrite, match="No space left on device"):
        adopt_project(source, tmp_path / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source"]


def test_a_project_that_does_not_hold_together_is_copied_and_says_so(source: Path, tmp_path: Path) -> None:
    (source / "domain.yml").write_text("intents: [")
    made = adopt_project(source, tmp_path / "mine")
    assert "YML-001" in summary(made)[0]

"""A proposal is written whole or not at all, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistant.corrections import applying
from assistant.corrections.applying import apply, undo
from assistant.corrections.proposal import FileEdit, Proposal
from assistant.errors import CannotWrite, ChangedMeanwhile, NothingToUndo

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.project import Project


def proposal_of(project: Project, *, title: str = "two files") -> Proposal:
    old, new = project.training[0], project.root / "data" / "new" / "file.yml"
    before = old.read_bytes().decode()
    return Proposal(
        title, (FileEdit(old, "data/nlu.yml", before, before + "# more\n"), FileEdit(new, "data/new/file.yml", None, "é\n"))
    )


def files(project: Project) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted((project.root / "data").rglob("*")) if path.is_file()}


def test_all_files_are_written_and_all_are_taken_back(project: Project) -> None:
    before = files(project)
    backup = apply(project, proposal_of(project))
    assert backup == project.state / "corrections" / "1"
    assert project.training[0].read_text().endswith("# more\n")
    assert (project.root / "data" / "new" / "file.yml").read_text() == "é\n"
    assert undo(project) == "two files"
    assert files(project) == before
    with pytest.raises(NothingToUndo, match="COR-004"):
        undo(project)


def test_the_last_one_is_taken_back_first(project: Project) -> None:
    before = files(project)
    apply(project, proposal_of(project, title="one"))
    edit = FileEdit(project.training[1], "data/stories.yml", project.training[1].read_text(), "stories: []\n")
    apply(project, Proposal("two", (edit,)))
    assert [undo(project), undo(project)] == ["two", "one"]
    assert files(project) == before


def test_nothing_to_write_writes_nothing(project: Project) -> None:
    assert apply(project, Proposal("nothing")) is None
    assert not (project.state / "corrections").exists()


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(project: Project) -> None:
    proposal = proposal_of(project)
    project.training[0].write_text("# somebody else's\n")
    before = files(project)
    with pytest.raises(ChangedMeanwhile, match=r"COR-003 data/nlu\.yml"):
        apply(project, proposal)
    assert files(project) == before
    assert not (project.state / "corrections").exists()


def test_a_file_that_was_changed_since_is_not_taken_back(project: Project) -> None:
    apply(project, proposal_of(project))
    project.training[0].write_text("# somebody else's\n")
    before = files(project)
    with pytest.raises(ChangedMeanwhile, match=r"COR-003 data/nlu\.yml"):
        undo(project)
    assert files(project) == before


def test_when_the_second_file_cannot_be_written_the_first_is_as_it_was(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal, before = proposal_of(project), files(project)
    write = applying._write

    def fail(path: Path, text: str) -> None:
        if path.name == "file.yml":
            raise OSError(28, "No space left on device")
        write(path, text)

    monkeypatch.setattr(applying, "_write", fail)
    with pytest.raises(CannotWrite, match="No space left on device"):
        apply(project, proposal)
    assert files(project) == before
    with pytest.raises(NothingToUndo):
        undo(project)


def test_a_backup_that_cannot_be_made_stops_all(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(project)

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(applying, "_write", fail)
    with pytest.raises(CannotWrite):
        apply(project, proposal_of(project))
    assert files(project) == before


def test_a_link_stays_a_link_and_rights_stay(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.yml"
    target.write_text("nlu: []\n")
    target.chmod(0o640)
    link = project.root / "data" / "link.yml"
    link.symlink_to(target)
    apply(project, Proposal("through a link", (FileEdit(link, "data/link.yml", "nlu: []\n", "nlu:\n"),)))
    assert link.is_symlink()
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("nlu:\n", 0o640)


def test_old_backups_go(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "KEPT", 2)
    path = project.training[0]
    for number in range(4):
        apply(project, Proposal(str(number), (FileEdit(path, "data/nlu.yml", path.read_text(), f"# {number}\n"),)))
    assert sorted(folder.name for folder in (project.state / "corrections").iterdir()) == ["3", "4"]

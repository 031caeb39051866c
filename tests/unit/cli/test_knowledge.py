from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assistant.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def ran(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    """Runs a verb on a project of its own; returns the exit code, what JSON says, and the talk."""
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: [help]\n')

    def invoke(*arguments: str) -> tuple[int, Any, str]:
        with pytest.raises(SystemExit) as ended:
            run(("knowledge", *arguments, "--json", "--project", str(tmp_path)))
        shown = capsys.readouterr()
        return int(ended.value.code or 0), json.loads(shown.out) if shown.out else None, shown.err

    return invoke


def test_documents_are_added_changed_and_removed(tmp_path: Path, ran: Callable[..., tuple[int, Any, str]]) -> None:
    file = tmp_path / "terms.md"
    file.write_text("# Terms\n\n## Delivery\n\nWe deliver in two days.\n")
    code, found, talk = ran("add", str(file))
    assert (code, found["documents"]) == (0, [{"change": "added", "source": "terms.md"}])
    assert "no model has been trained yet" in talk
    assert ran("add", str(file))[1]["documents"][0]["change"] == "unchanged"
    file.write_text("# Terms\n\n## Delivery\n\nWe deliver in three days.\n")
    assert ran("update")[1]["documents"][0]["change"] == "updated"
    (listed,) = ran("list")[1]
    assert (listed["document"], listed["title"], listed["passages"]) == ("terms", "Terms", 1)
    (passage,) = ran("show", "terms")[1]["passages"]
    assert (passage["headings"], passage["text"]) == (["Delivery"], "We deliver in three days.")
    assert ran("remove", "terms")[1] == {"removed": "terms"}
    assert ran("list")[1] == []


def test_one_file_that_cannot_be_read_leaves_everything_as_it_was(tmp_path: Path, ran: Callable[..., tuple[int, Any, str]]) -> None:
    (tmp_path / "good.md").write_text("# Good\n\nText.\n")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe")
    code, _, talk = ran("add", str(tmp_path / "good.md"), str(tmp_path / "bad.md"))
    assert (code, "KNW-001" in talk) == (2, True)
    assert ran("list")[1] == []


def test_a_name_that_is_not_known_is_met_with_the_nearest(tmp_path: Path, ran: Callable[..., tuple[int, Any, str]]) -> None:
    (tmp_path / "terms.md").write_text("# Terms\n\nText.\n")
    ran("add", str(tmp_path / "terms.md"))
    code, _, talk = ran("remove", "term")
    assert (code, 'did you mean "terms"?' in talk) == (2, True)


def test_a_projects_own_document_comes_back(tmp_path: Path, ran: Callable[..., tuple[int, Any, str]]) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "terms.md").write_text("# Terms\n\nText.\n")
    assert [row["document"] for row in ran("list")[1]] == ["terms"]
    assert "comes back at the next start" in ran("remove", "terms")[2]
    assert [row["document"] for row in ran("list")[1]] == ["terms"]

"""Whatever stands somewhere in a project's files, reading it ends in findings with a code, never in a crash."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.config import load_settings
from assistant.dialogue.domain import load_domain
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.stories import load_stories
from assistant.messages import FaqResult
from assistant.project import find_project
from assistant.validation import components_of, validate_project

if TYPE_CHECKING:
    from collections.abc import Iterator

BOTS = Path(__file__).parent.parent / "data" / "bots"
FILES = sorted(path.relative_to(BOTS) for path in BOTS.rglob("*.y*ml"))
ODD = [None, [], {}, "x", "", 5, -1.5, True, [None], [[1]], {"a": None}, {"a": {"b": [1]}}, ["x", "y"], [{"x": 1}], {1: 2}]


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places in a document."""
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from nodes(value[key], (*path, key))


def replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The document with something else at a place."""
    if not path:
        return odd
    value[path[0]] = replaced(value[path[0]], path[1:], odd)
    return value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FILES), st.sampled_from(ODD), st.data())
def test_what_is_not_as_it_should_be_is_a_finding(file: Path, odd: Any, data: st.DataObject) -> None:
    content = yaml.safe_load((BOTS / file).read_text(encoding="utf-8-sig"))
    place = data.draw(st.sampled_from(list(nodes(content))))
    with TemporaryDirectory() as folder:
        root = Path(shutil.copytree(BOTS / file.parts[0], Path(folder) / "bot"))
        (root / Path(*file.parts[1:])).write_text(yaml.safe_dump(replaced(content, place, odd)))
        project = find_project(root)
        findings = validate_project(project)
        components_of(project)
        assert all(finding.code and finding.what for finding in findings)
        if not any(finding.is_error for finding in findings):  # what is found sound can be used
            found = load_settings(project.config, project.endpoints)
            assert build_policies(load_domain(project), load_stories(project), found, lambda _: FaqResult((), 1.0))

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

# Before torch is imported, here or in a process that a test starts: two workers with two threads each crawl on two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The screens are tested in English, whatever language the machine speaks.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("ASSISTANT_LANGUAGE", None)

# The same examples in every run, so that a change is judged by what it changed; `--hypothesis-profile=default` draws new ones.
# No example has to be quick by the clock: it would fail by chance where other work takes the processor.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what is found into the golden files")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Holds a text against a file of tests/golden; with --update-golden it becomes the file."""

    def check(name: str, found: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found, encoding="utf-8")
        assert path.is_file(), f"{path} is not there; pytest --update-golden makes it"
        assert found == path.read_text(encoding="utf-8")

    return check

"""What is installed works outside a checkout, and the README says what is true."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked as an installation would be."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def _assistant(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # -P keeps the working folder off the path; the package is found where it was unpacked, ahead of the checkout.
    environment = os.environ | {"PYTHONPATH": str(installed), "XDG_DATA_HOME": str(cwd / "share"), "HOME": str(cwd)}
    environment.pop("ASSISTANT_STATE_DIR", None)
    command = [sys.executable, "-P", "-m", "assistant.cli.main", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_an_installed_assistant_finds_the_shipped_bot(installed: Path, tmp_path: Path) -> None:
    result = _assistant(installed, tmp_path, "locate", "--json")
    assert result.returncode == 0, result.stderr
    places = json.loads(result.stdout)
    shipped = installed / "assistant" / "shipped"
    assert places["project"] == str(shipped)
    assert Path(places["actions"]).is_relative_to(shipped)
    assert Path(places["state"]).is_relative_to(tmp_path), "an installed package is not written to"


def test_an_installed_assistant_has_a_sound_bot_and_its_faq(installed: Path, tmp_path: Path) -> None:
    assert _assistant(installed, tmp_path, "validate").returncode == 0
    stories = _assistant(installed, tmp_path, "test", "stories", "--json")
    report = json.loads(stories.stdout.splitlines()[-1])
    assert report["failed"] == 0
    assert report["passed"] >= 20
    entries = _assistant(installed, tmp_path, "faq", "list", "--json", "--status", "published")
    assert len(json.loads(entries.stdout.splitlines()[-1])) >= 100


def test_an_installed_assistant_speaks_all_languages(installed: Path) -> None:
    from assistant.languages import ENGLISH, NAMES, catalog_path

    for language in NAMES:
        if language != ENGLISH.language:
            catalog = installed / "assistant" / catalog_path(language).relative_to(ROOT / "assistant")
            assert catalog.read_bytes() == catalog_path(language).read_bytes()


def test_an_installed_assistant_makes_a_project(installed: Path, tmp_path: Path) -> None:
    assert _assistant(installed, tmp_path, "init", "my-bot").returncode == 0
    located = _assistant(installed, tmp_path / "my-bot", "locate", "--json")
    assert json.loads(located.stdout)["project"] == str(tmp_path / "my-bot")
    assert _assistant(installed, tmp_path, "validate", "--project", "my-bot").returncode == 0


def _commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.strip().splitlines()]


def test_the_readme_has_the_two_commands_that_set_everything_up() -> None:
    set_up = [command for command in _commands() if command.startswith("python3 -m venv")]
    assert len(set_up) == 2
    assert set_up[0].endswith(".venv/bin/python app.py")
    assert set_up[1].endswith(".venv/bin/pytest -n 2")
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    made, tested = set_up[1].replace("install -c", "install -q -c").rsplit(" && ", 1)
    assert made in checks
    assert f".venv/bin/python -m tests.postgresql {tested}\n" in checks


def test_the_commands_of_the_readme_do_what_they_say(tmp_path: Path) -> None:
    shown = [shlex.split(line) for line in _commands() if line.startswith(".venv/bin/assistant")]
    run = [arguments for _, *arguments in shown if arguments[0] not in {"chat", "test"}]
    assert [arguments[0] for arguments in run] == ["init", "validate"]
    for arguments in run:
        command = [sys.executable, str(ROOT / "app.py"), *arguments]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("command", [line for line in _commands() if line.startswith(".venv/bin/assistant")])
def test_each_verb_of_the_readme_has_the_options_shown(command: str) -> None:
    _, verb, *rest = shlex.split(command)
    path = [verb, rest[0]] if verb in {"test", "faq", "albert"} else [verb]
    result = subprocess.run([sys.executable, str(ROOT / "app.py"), *path, "--help"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    for option in (word for word in rest if word.startswith("--")):
        assert option in result.stdout


def test_the_figures_of_the_readme_name_the_command_that_makes_them() -> None:
    section = README.split("## Figures")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|") and re.search(r"\d", line)]
    assert len(rows) >= 5
    assert ".venv/bin/assistant test nlu" in section


def test_the_readme_names_every_setting_with_its_default() -> None:
    from assistant.config import Settings

    for name, field in Settings.model_fields.items():
        row = next((line for line in README.splitlines() if line.startswith(f"| `{name}` |")), None)
        assert row is not None, name
        if isinstance(field.default, int | float) and not isinstance(field.default, bool):
            assert f"| {field.default:g} |" in row, name


def test_the_files_that_the_readme_shows_are_there() -> None:
    for path in re.findall(r"!\[[^]]*]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path

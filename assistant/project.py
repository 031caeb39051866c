"""Finds where a project's files lie: the shape of the shipped bot, or a Rasa project as it is.

native                              Rasa
intents/domain.yml, *.yml           domain.yml or domain/, data/**/*.yml
intents/tests/test_*.yml            tests/test_*.yml
intents/config.yml, endpoints.yml   config.yml, endpoints.yml
intents/actions/                    actions/ or actions.py
data/faq/*                          faq/*
data/knowledge/*                    knowledge/*
.assistant/                         .assistant/     made at run time, ignored by git
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CannotWrite, ProjectNotFound

STATE_FOLDER = ".assistant"
_FAQ_SUFFIXES = {".yml", ".yaml", ".jsonl", ".csv", ".md"}
_LOOKED_INTO = 2_000
"""Characters at the beginning of a file that say what it holds."""
_NO_TRAINING_DATA = {"config", "endpoints", "credentials"}


@dataclass(frozen=True, slots=True)
class Project:
    """The files of one project.

    Attributes:
        root: the folder.
        bot: the folder of the YAML: ``root/intents``, or the root of a Rasa project.
        domain: the files of the domain, sorted.
        training: files that may hold NLU examples, rules and stories, sorted.
        training_json: files with NLU examples as Rasa's JSON, sorted.
        tests: conversation tests, sorted.
        config, endpoints: None when there is none.
        faq: seed files of the FAQ, sorted.
        knowledge: the folder of documents; None when there is none.
        state: where what is made at run time lies.
    """

    root: Path
    bot: Path
    domain: tuple[Path, ...]
    training: tuple[Path, ...]
    tests: tuple[Path, ...]
    config: Path | None
    endpoints: Path | None
    faq: tuple[Path, ...]
    state: Path
    knowledge: Path | None = None
    training_json: tuple[Path, ...] = ()

    @property
    def nlu(self) -> tuple[Path, ...]:
        """All files that may hold NLU examples."""
        return (*self.training, *self.training_json)

    @property
    def models(self) -> Path:
        """The folder of trained models, one folder each."""
        return self.state / "models"

    @property
    def model_in_use(self) -> Path:
        """The file that names the model in use."""
        return self.models / "in_use"

    @property
    def actions(self) -> Path | None:
        """The package or module of custom actions; None when the project has none."""
        for candidate in (self.bot / "actions" / "__init__.py", self.bot / "actions.py"):
            if candidate.is_file():
                return candidate.parent if candidate.name == "__init__.py" else candidate
        return self.bot / "actions" if any((self.bot / "actions").glob("*.py")) else None

    @property
    def database_url(self) -> str:
        """The SQLite database of the state folder."""
        return f"sqlite:///{self.state / 'assistant.db'}"

    def shown(self, path: Path) -> str:
        """Returns the path as errors show it: relative to the project where it lies inside."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def shipped_root() -> Path:
    """Returns the folder of the shipped bot: inside the installed package, or the checkout around it."""
    installed = Path(__file__).parent / "shipped"
    return installed if installed.is_dir() else Path(__file__).parent.parent


def shipped_reader() -> Path:
    """Returns the folder of the shipped reader of answers, and of what it was trained on: `shipped_checkpoint`."""
    return shipped_root() / "data" / "reader"


def shipped_checkpoint() -> Path | None:
    """Returns the folder of the shipped ALBERT checkpoint, or None when there is none."""
    folder = shipped_root() / "data" / "albert-compact"
    return folder if (folder / "manifest.json").is_file() else None


def shipped_signals() -> Path | None:
    """Returns the folder of the shipped heads for sentiment, emotion and moderation, or None when there is none."""
    folder = shipped_root() / "data" / "signals"
    return folder if (folder / "manifest.json").is_file() else None


def model_in_use(project: Project) -> Path | None:
    """Returns the folder of the model in use, or None when none has been trained yet."""
    try:
        folder = project.models / project.model_in_use.read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return folder if (folder / "manifest.json").is_file() else None


def put_in_use(project: Project, folder: Path) -> None:
    """Makes a model of the project's models folder the one that answers; atomic.

    Raises:
        CannotWrite: the disk refuses; the model in use stays.
    """
    draft = made_folder(project.models) / f"{project.model_in_use.name}.new"
    try:
        draft.write_text(folder.name + "\n", encoding="utf-8")
        draft.replace(project.model_in_use)
    except OSError as error:
        raise CannotWrite(path=project.model_in_use, why=error.strerror or str(error)) from error


def made_folder(path: Path) -> Path:
    """Returns a folder that is there now.

    Raises:
        CannotWrite: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror or str(error)) from error
    return path


def find_project(start: Path | None = None) -> Project:
    """Returns the project of a folder.

    Args:
        start: the folder; None: the working folder or the nearest one above it that holds a project, else the shipped bot.

    Raises:
        ProjectNotFound: the folder named holds no project.
    """
    if start is not None:
        project = _project_at(start.resolve())
        if project is None:
            raise ProjectNotFound(path=start)
        return project
    here = Path.cwd().resolve()
    found = (project for folder in (here, *here.parents) if (project := _project_at(folder)) is not None)
    project = next(found, None) or _project_at(shipped_root())
    if project is None:
        raise ProjectNotFound(path=here)
    return project


def _project_at(root: Path) -> Project | None:
    for bot in (root / "intents", root):
        domain = _domain_files(bot)
        if domain:
            return _describe(root, bot, domain)
    return None


def _domain_files(bot: Path) -> tuple[Path, ...]:
    single = [bot / name for name in ("domain.yml", "domain.yaml") if (bot / name).is_file()]
    return tuple(single + _yaml_files(bot / "domain"))


def _describe(root: Path, bot: Path, domain: tuple[Path, ...]) -> Project:
    native = bot != root
    data = bot if native else root / "data"
    training = [
        path for path in _yaml_files(data) if path not in domain and path.stem not in _NO_TRAINING_DATA and not _is_test(path, data)
    ]
    faq = root / "data" / "faq" if native else root / "faq"
    knowledge = root / "data" / "knowledge" if native else root / "knowledge"
    return Project(
        root=root,
        bot=bot,
        domain=domain,
        training=tuple(training),
        tests=tuple(path for path in _yaml_files(bot / "tests") if path.name.startswith("test")),
        config=_first(bot / "config.yml", bot / "config.yaml"),
        endpoints=_first(bot / "endpoints.yml", bot / "endpoints.yaml"),
        faq=tuple(sorted(path for path in faq.glob("*") if path.suffix in _FAQ_SUFFIXES)),
        state=_state_folder(root),
        knowledge=knowledge if knowledge.is_dir() else None,
        training_json=tuple(sorted(filter(_is_rasa_json, data.rglob("*.json")))),
    )


def _is_rasa_json(path: Path) -> bool:
    """Says whether a file begins as training data does: other JSON lies among it, too."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return '"rasa_nlu_data"' in file.read(_LOOKED_INTO)
    except (OSError, UnicodeDecodeError):
        return False


def _is_test(path: Path, data: Path) -> bool:
    folders = path.relative_to(data).parts[:-1]
    return path.name.startswith("test_") or "tests" in folders


def _yaml_files(folder: Path) -> list[Path]:
    hidden = (path for path in folder.rglob("*.y*ml") if path.suffix in {".yml", ".yaml"})
    return sorted(path for path in hidden if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _first(*paths: Path) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def _state_folder(root: Path) -> Path:
    """A folder in the project; the user's own data folder when the project may not be written, as inside an installed package."""
    override = os.environ.get("ASSISTANT_STATE_DIR")
    if override:
        return Path(override)
    if (Path(__file__).parent / "shipped") == root or not os.access(root, os.W_OK):
        import platformdirs

        # Each project has a folder of its own, or one would answer with another's model and database.
        name = f"{root.name}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"
        return Path(platformdirs.user_data_dir("albert-assistant", appauthor=False)) / name
    return root / STATE_FOLDER

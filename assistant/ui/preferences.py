"""What one person likes on one machine: theme, language, whether the tour was seen; kept beside other programs' files."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.config import PREFIX
from assistant.errors import CannotWrite
from assistant.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "screens.json"
KEYMAP_FILE = "keymap.yml"
VARIABLE = f"{PREFIX}LANGUAGE"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The choices of a person.

    Attributes:
        theme: the name of a theme; empty: the dark one.
        has_seen_tour: whether the tour was shown and left.
        language: of the screens, or ``auto``; empty: as it is set.
        folder: where they are kept; None: nowhere, they are forgotten with the program.
    """

    theme: str = ""
    has_seen_tour: bool = False
    language: str = ""
    folder: Path | None = field(default=None, compare=False)

    def language_in_force(self, setting: str, environment: Mapping[str, str] = os.environ) -> str:
        """Returns the language to begin with: what a variable sets, else the person's choice, else what is set elsewhere.

        Args:
            setting: the setting in force, a language or ``auto``.
            environment: where a variable may set it.
        """
        wanted = setting if VARIABLE in environment else self.language or setting
        return language_of(wanted, environment)

    def with_(self, **changes: Any) -> Preferences:
        """Returns other choices, written down already.

        Raises:
            CannotWrite: the disk refuses.
        """
        changed = replace(self, **changes)
        if changed.folder is not None:
            _write(changed.folder, {name: value for name, value in asdict(changed).items() if name != "folder"})
        return changed


def user_folder() -> Path:
    """Returns the folder of the user's own configuration; it need not be there."""
    import platformdirs

    return Path(platformdirs.user_config_dir("albert-assistant", appauthor=False))


def load_preferences(folder: Path) -> Preferences:
    """Returns what is kept in a folder; the defaults where that is missing or damaged: it is nothing to fail for."""
    try:
        data = json.loads((folder / FILE).read_bytes())
        return Preferences(str(data.get("theme", "")), data.get("has_seen_tour") is True, str(data.get("language", "")), folder)
    except (OSError, ValueError, AttributeError):
        return Preferences(folder=folder)


def _write(folder: Path, data: dict[str, Any]) -> None:
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror or str(error)) from error

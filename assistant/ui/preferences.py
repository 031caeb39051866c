"""What one person likes on one machine: the theme, and whether the tour was seen. Kept beside other programs' configuration."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.errors import CannotWrite

FILE = "screens.json"
KEYMAP_FILE = "keymap.yml"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The choices of a person.

    Attributes:
        theme: the name of a theme; empty: the dark one.
        has_seen_tour: whether the tour was shown and left.
        folder: where they are kept; None: nowhere, they are forgotten with the program.
    """

    theme: str = ""
    has_seen_tour: bool = False
    folder: Path | None = field(default=None, compare=False)

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
        return Preferences(str(data.get("theme", "")), data.get("has_seen_tour") is True, folder)
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

"""Keys as people want them: a file that gives actions of the registry other keys.

Under ``keys:`` stands the id of an action, as F8 lists it, and its key, or several with commas; nothing takes the key away::

    keys:
      app.open('faq'): f12
      chat.toggle_details: ctrl+e, f10

The project has its own ``keymap.yml`` beside its configuration, the user one in their own; the user's goes before the project's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.errors import BadKeymap, Place, meant
from assistant.ui.actions import ACTIONS, Action
from assistant.yaml_source import only_keys, read_yaml, want_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_KEY = re.compile(r"(?:(?:ctrl|shift|alt|super)\+)*(?:[a-z][a-z0-9_]*|[A-Z0-9])")
_ANYWHERE = "app"


def load_keymap(files: Iterable[Path], actions: Iterable[Action] = ACTIONS) -> dict[str, str]:
    """Returns the keys that files give to actions, by the action's id, in Textual's form.

    Args:
        files: the later goes before the earlier; one that is not there says nothing.
        actions: the registry.

    Raises:
        BadKeymap: an action is not there, a key is none, or a key would mean two things in one place.
        SourceError: a file is no mapping.
    """
    known = {action.id: action for action in actions}
    keys: dict[str, str] = {}
    places: dict[str, Place] = {}
    for path in files:
        if path.is_file():
            for name, (text, where) in _read(path).items():
                if name not in known:
                    raise BadKeymap(where=where, why=f'there is no action "{name}"', **_fix(meant(name, known)))
                keys[name], places[name] = text, where
    _want_one_meaning(known, keys, places)
    return keys


def _fix(text: str) -> dict[str, str]:
    return {"fix": text} if text else {}


def keys_of(action: Action, keymap: Mapping[str, str]) -> str:
    """Returns the keys of an action under a keymap, separated by commas; empty: none."""
    return keymap.get(action.id, action.keys)


def _read(path: Path) -> dict[str, tuple[str, Place]]:
    content = want_map(read_yaml(path), key="the file", where=Place(str(path)))
    only_keys(content, ("keys",))
    section = want_map(content.get("keys"), key="keys", where=content.place("keys"))
    return {str(name): (_keys(value, section.place(name)), section.place(name)) for name, value in section.items()}


def _keys(value: object, where: Place) -> str:
    keys = [part.strip() for part in str("" if value is None else value).split(",") if part.strip()]
    for key in keys:
        if not _KEY.fullmatch(key):
            raise BadKeymap(where=where, why=f'"{key}" is no key', fix="write such as f6, ctrl+e, shift+left or question_mark")
    return ",".join(keys)


def _want_one_meaning(known: Mapping[str, Action], keys: Mapping[str, str], places: Mapping[str, Place]) -> None:
    """Within a place, and between it and what works everywhere, each key means one thing."""
    for name, where in places.items():
        action = known[name]
        for other in known.values():
            is_near = other.place == action.place or _ANYWHERE in {other.place, action.place}
            if other.id == name or not is_near:
                continue
            shared = set(keys[name].split(",")) & set(keys_of(other, keys).split(",")) - {""}
            if shared:
                why = f'the key "{min(shared)}" would mean both {name} and {other.id}'
                raise BadKeymap(where=where, why=why, fix=f"take another key, or give {other.id} another one, too")

"""A conversation as a text to paste, as Markdown and as JSON."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from assistant.dialogue.handoffs import transcript
from assistant.errors import CannotWrite
from assistant.languages import N_, tr
from assistant.project import made_folder
from assistant.ui.chat.items import TEAM, BotItem, DividerItem, UserItem
from assistant.ui.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assistant.dialogue.events import Event
    from assistant.project import Project
    from assistant.ui.chat.items import Item

Format: TypeAlias = Literal["md", "json"]

FOLDER = "exports"
_SPEAKERS = {"user": N_("You"), "bot": N_("Assistant")}


def as_text(items: Iterable[Item]) -> str:
    """Returns what was said, for the clipboard: who says it before each message, an empty line between two."""
    return "\n\n".join(filter(None, map(_said, items)))


def _said(item: Item) -> str:
    match item:
        case UserItem():
            return f"{tr('You')}: {safe(item.title or item.text)}"
        case BotItem(message=message, author=author):
            buttons = [f"[{button.title or button.payload}]" for button in message.buttons]
            parts = [message.text, message.image, message.attachment, " ".join(buttons)]
            return f"{safe(tr(author))}: " + safe("\n".join(str(part) for part in parts if part))
        case DividerItem(text=text):
            return f"-- {tr(text)} --"
        case _:
            return ""


def as_markdown(title: str, events: Sequence[Event]) -> str:
    """Returns the conversation as Markdown: each message quoted under who said it and when."""
    parts = [f"# {safe(title)}"]
    for line in transcript(events):
        name = line.name or tr(_SPEAKERS.get(line.speaker, TEAM))
        quoted = "\n".join(f"> {row}".rstrip() for row in safe(line.text).split("\n"))
        parts.append(f"**{safe(name)}**, {_moment(line.at)}\n\n{quoted}")
    return "\n\n".join(parts) + "\n"


def as_json(sender_id: str, title: str, events: Sequence[Event]) -> str:
    """Returns the conversation as JSON: what was said, and every event in the shape of Rasa's tracker."""
    shown: dict[str, Any] = {
        "sender_id": sender_id,
        "title": title or None,
        "transcript": [line.as_json() for line in transcript(events)],
        "events": [event.as_json() for event in events],
    }
    return json.dumps(shown, indent=2, ensure_ascii=True, default=str) + "\n"


def export(project: Project, sender_id: str, title: str, events: Sequence[Event], form: Format) -> Path:
    """Writes a conversation into the project's folder of exports, and returns the file; one that is there is never replaced.

    Raises:
        CannotWrite: the disk refuses.
    """
    written = as_markdown(title or sender_id, events) if form == "md" else as_json(sender_id, title, events)
    folder = made_folder(project.state) / FOLDER
    name = re.sub(r"[^\w.-]+", "-", title or sender_id, flags=re.ASCII).strip("-.")[:60] or "conversation"
    try:
        folder.mkdir(exist_ok=True)
        number = 1
        while (path := folder / f"{name}{f'-{number}' if number > 1 else ''}.{form}").exists():
            number += 1
        path.write_text(written, encoding="utf-8")
    except OSError as error:
        raise CannotWrite(path=folder, why=error.strerror or str(error)) from error
    return path


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")

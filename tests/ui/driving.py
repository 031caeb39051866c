"""What tests do with the screens as a person would: type, wait until something is there, read what is on the terminal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from textual.events import Key, Paste
from textual.keys import _character_to_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from assistant.ui.app import AssistantApp
    from assistant.ui.chat.screen import ChatScreen

DEADLINE_S = 40.0
MOST_KEYS = 14


async def until(pilot: Pilot[Any], holds: Callable[[], object], what: str = "", *, within_s: float = DEADLINE_S) -> None:
    """Waits until something holds; fails with what is on the terminal when it does not come about."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not _holds(holds):
        if loop.time() > deadline:
            raise AssertionError(f"{what or 'it'} did not come about; the terminal shows:\n{shown(pilot)}")
        await pilot.pause(0.01)
    await pilot.pause()


def _holds(holds: Callable[[], object]) -> bool:
    return bool(holds())


async def see(pilot: Pilot[Any], text: str) -> None:
    """Waits until the terminal shows a text."""
    await until(pilot, lambda: text in shown(pilot), f"seeing {text!r}")


async def write(pilot: Pilot[Any], text: str) -> None:
    """Types a text key by key; a longer one comes from the clipboard, as waiting for the screen after each key takes its time."""
    if len(text) <= MOST_KEYS or pilot.app.focused is None:
        await pilot.press(*(_character_to_key(character) for character in text))
    else:
        pilot.app.post_message(Paste(text))
        await pilot.pause()


async def press_at_once(pilot: Pilot[Any], *keys: str) -> None:
    """Presses keys faster than the screens follow, as a held key or a slow machine has it."""
    for key in keys:
        pilot.app.post_message(Key(key, "\r" if key == "enter" else key if len(key) == 1 else None))
    await pilot.pause()


async def say(pilot: Pilot[Any], text: str) -> None:
    """Types a message and sends it."""
    await write(pilot, text)
    await pilot.press("enter")


def shown(pilot: Pilot[Any]) -> str:
    """Returns what the terminal shows, line by line: exactly the characters that are written to it."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def app_of(pilot: Pilot[Any]) -> AssistantApp:
    return cast("AssistantApp", pilot.app)


def chat_of(pilot: Pilot[Any]) -> ChatScreen:
    return cast("ChatScreen", pilot.app.screen)

"""Pictures of the FAQ desk, as those of the other screens: compared by what can be read on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input

from assistant.faq.duplicates import Likeness
from assistant.ui.faq.importing import ImportScreen
from assistant.ui.faq.versions import VersionsScreen
from tests.ui.driving import see, until, write
from tests.ui.test_faq import open_desk, open_editor
from tests.ui.test_screenshots import SIZES, THEMES, picture, taken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from assistant.ui.app import AssistantApp
    from tests.ui.fake import FakeAgent

__all__ = ["picture"]  # the fixture


async def search(pilot: Pilot[Any]) -> None:
    await open_desk(pilot)
    await pilot.press("slash")
    await write(pilot, "return shoes")
    await see(pilot, "nearest at")
    await pilot.press("enter", "space")
    await see(pilot, "1 marked")


async def fields(pilot: Pilot[Any]) -> None:
    await open_desk(pilot)
    await open_editor(pilot, "enter")
    await pilot.press("ctrl+g", "tab", "tab")
    await write(pilot, "high")
    await see(pilot, "a number from 0 to 1, or nothing")


async def versions(pilot: Pilot[Any]) -> None:
    await open_desk(pilot)
    await pilot.press("h")
    await until(pilot, lambda: isinstance(pilot.app.screen, VersionsScreen))
    await see(pilot, "from version 2 to 3")


async def review(pilot: Pilot[Any]) -> None:
    await open_desk(pilot)
    await pilot.press("ctrl+t", "ctrl+t")
    await see(pilot, "30 days against 2 days")


async def importing(pilot: Pilot[Any]) -> None:
    await open_desk(pilot)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(pilot.app.screen, ImportScreen))
    await write(pilot, "new.yml")
    await pilot.press("enter")
    await see(pilot, "⚠ 1 text to read once more")
    field = pilot.app.screen.query_one("#path", Input)
    field.cursor_blink = False


SCENES: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    "faq-search": search,
    "faq-fields": fields,
    "faq-versions": versions,
    "faq-review": review,
    "faq-import": importing,
}
LOOKS = (("80x24", "dark"), ("120x40", "light"))
PICTURES = [(scene, size, look) for scene in SCENES for size, look in LOOKS] + [
    ("faq-search", "80x24", "light"),
    ("faq-search", "120x40", "dark"),
]


@pytest.mark.parametrize(("scene", "size", "look"), PICTURES, ids=["-".join(picture) for picture in PICTURES])
async def test_picture(
    make_app: Callable[..., AssistantApp],
    agent: FakeAgent,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    picture: Callable[[str, str], None],
    scene: str,
    size: str,
    look: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.yml").write_text("entries:\n  - question: Is there a cat?\n    answer: Her wibble name is **Mog**.\n")
    for answer, reason in (("In a week.", "the carrier changed"), ("In **three** working days.", "back to the old one")):
        kept = agent.entries.get("delivery-time")
        agent.entries.save(replace(kept, answer=answer), kept.version, "Ada", reason)
    agent.entries.kept = {entry_id: replace(entry, updated_at=0.0) for entry_id, entry in agent.entries.kept.items()}
    monkeypatch.setattr("assistant.ui.faq.figures.stale_entries", lambda *_: ())
    agent.faq.found_alike = (
        Likeness("contradiction", "delivery-time", "return-worn-shoes", "?", "?", 0.9, "30 days against 2 days"),
        Likeness("duplicate", "delivery-time", "pay-later", "?", "?", 0.85),
    )
    name = f"{scene}-{size}-{look}"
    async with make_app().run_test(size=SIZES[size]) as pilot:
        svg = await taken(pilot, SCENES[scene], THEMES[look], name)
    picture(name, svg)

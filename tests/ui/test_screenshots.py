"""Pictures of the screens, compared by what can be read on them. ``pytest --update-golden`` takes them anew."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import TextArea

from assistant.ui import theme
from assistant.ui.app import AssistantApp
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.help import HelpScreen
from tests.ui.conftest import quick_training
from tests.ui.driving import app_of, say, see, shown, until
from tests.ui.shop import ORDER, SHOES, shop_agent, shop_project

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from assistant.project import Project

FOLDER = Path(__file__).parent / "screenshots"
FONTS = '"Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace'
DRAWN_WITHIN = 60
"""Looks at a scene before it counts as it is; on a busy machine what a key sets off may be drawn a little later."""
SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
THEMES = {"dark": theme.DARK, "light": theme.LIGHT}


async def chat(pilot: Pilot[Any]) -> None:
    await see(pilot, "What can I do for you?")
    await say(pilot, "can i return shoes i wore once")
    await see(pilot, "five days of their arrival")
    await say(pilot, "where is my order 12345?")
    await see(pilot, "Change the address")


async def questions_of_the_readme(pilot: Pilot[Any]) -> None:
    await see(pilot, "the assistant of Birch & Bloom")
    await say(pilot, ORDER)
    await see(pilot, "BB12345IE")
    await say(pilot, SHOES)
    await see(pilot, "2-year guarantee")


async def entries(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f3")
    await see(pilot, "Entries 3")
    await pilot.press("slash")
    await say(pilot, "return shoes")
    await see(pilot, "nearest at")


async def editor(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f3")
    await see(pilot, "Entries 3")
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor))


async def unanswered(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f3")
    await see(pilot, "Entries 3")
    await pilot.press("ctrl+t")
    await see(pilot, "gift cards")


async def training(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f4", "f")
    await until(pilot, lambda: "model ready" in _line(pilot, 0) and pilot.app.screen.query_one("#result").display)


async def help_screen(pilot: Pilot[Any]) -> None:
    await see(pilot, "What can I do for you?")
    await pilot.press("f1")
    await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


async def settings(pilot: Pilot[Any]) -> None:
    await see(pilot, "model ready")
    await pilot.press("f8")
    await see(pilot, "High contrast")


async def tour(pilot: Pilot[Any]) -> None:
    await see(pilot, "What can I do for you?")
    app_of(pilot).show_tour()
    await see(pilot, "1 of 4")


SCENES: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    "chat": chat,
    "entries": entries,
    "editor": editor,
    "unanswered": unanswered,
    "training": training,
    "help": help_screen,
    "settings": settings,
    "tour": tour,
}
PICTURES = [
    *(
        (f"{scene}-{size}-{look}", scene, SIZES[size], look)
        for scene in ("chat", "entries", "training")
        for size in SIZES
        for look in THEMES
    ),
    *((f"{scene}-80x24-dark", scene, SIZES["80x24"], "dark") for scene in ("editor", "unanswered", "help")),
    *((f"settings-{size}-{look}", "settings", SIZES[size], look) for size in SIZES for look in THEMES),
    ("settings-60x20-dark", "settings", (60, 20), "dark"),
    ("tour-80x24-light", "tour", SIZES["80x24"], "light"),
    ("editor-120x40-light", "editor", SIZES["120x40"], "light"),
    ("chat-60x20-dark", "chat", (60, 20), "dark"),
]


@pytest.mark.parametrize(("name", "scene", "size", "look"), PICTURES, ids=[picture[0] for picture in PICTURES])
async def test_picture(
    make_app: Callable[..., AssistantApp],
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    picture: Callable[[str, str], None],
    name: str,
    scene: str,
    size: tuple[int, int],
    look: str,
) -> None:
    monkeypatch.setattr("assistant.ui.training.run.monotonic", lambda: 0.0)
    app = make_app(train=quick_training(project.root, steps=60))
    async with app.run_test(size=size) as pilot:
        svg = await taken(pilot, SCENES[scene], THEMES[look], name)
    picture(name, svg)


async def test_the_picture_of_the_readme_shows_what_the_shipped_bot_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Callable[[str, str], None]
) -> None:
    project = shop_project(tmp_path)
    agent = shop_agent(project, monkeypatch)
    app = AssistantApp(project, agent.settings, open_agent=lambda: agent, train=quick_training(project.root))
    async with app.run_test(size=SIZES["120x40"]) as pilot:
        svg = await taken(pilot, questions_of_the_readme, theme.DARK, "chat")
    picture("chat", svg)


async def taken(pilot: Pilot[Any], scene: Callable[[Pilot[Any]], Awaitable[None]], look: str, name: str) -> str:
    """Returns the picture of a scene, with a cursor that does not blink, once all that belongs to it is drawn."""
    pilot.app.theme = look
    for area in pilot.app.screen.query(TextArea):
        area.cursor_blink = False
    await scene(pilot)
    for _ in range(DRAWN_WITHIN):
        await pilot.pause(0.05)
        svg = portable(pilot.app.export_screenshot(title="assistant"))
        if words_of(svg) == _kept(name):
            break
    return svg


def _kept(name: str) -> list[str]:
    path = FOLDER / f"{name}.svg"
    return words_of(path.read_text(encoding="utf-8")) if path.is_file() else []


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Holds what can be read on a picture against the one that is kept; with --update-golden it becomes that one."""

    def check(name: str, svg: str) -> None:
        path = FOLDER / f"{name}.svg"
        if request.config.getoption("--update-golden"):
            path.write_text(svg, encoding="utf-8")
        assert path.is_file(), f"{path} is not there; pytest --update-golden makes it"
        assert words_of(svg) == _kept(name)

    return check


def portable(svg: str) -> str:
    """Returns the picture without fonts from the network, and without ids that change with its content."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: Fira Code, monospace;|font-family: Fira Code;", f"font-family: {FONTS};", svg)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def words_of(svg: str) -> list[str]:
    """Returns what can be read in a picture, piece by piece in its order."""
    return [html.unescape(text).replace("\xa0", " ").strip() for text in re.findall(r"<text [^>]*>(.*?)</text>", svg)]


def _line(pilot: Pilot[Any], number: int) -> str:
    return shown(pilot).splitlines()[number]


def test_pictures_load_nothing_and_prompt_is_in_the_readme_picture() -> None:
    for path in FOLDER.glob("*.svg"):
        svg = path.read_text(encoding="utf-8")
        assert "url(http" not in svg
        assert "@font-face" not in svg
    assert any("ype a message" in words for words in words_of((FOLDER / "chat.svg").read_text(encoding="utf-8")))

"""The screens in other languages: no text is left in English, a choice takes effect at once, and long words have room."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest
from rich.text import Text
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, DataTable, Input, OptionList, Select, Static, Tab, TextArea, Tree
from textual.widgets._footer import FooterKey

from assistant import health, languages
from assistant.config import Settings, TranslationSettings, load_settings
from assistant.errors import BadSetting
from assistant.faq.records import FIELDS
from assistant.languages import Catalog
from assistant.project import find_project
from assistant.ui.actions import ACTIONS
from assistant.ui.app import AssistantApp
from assistant.ui.chat.message_view import BotView
from assistant.ui.chat.turn import TurnState
from assistant.ui.help import _COMMANDS
from assistant.ui.inbox.lines import Hanging
from assistant.ui.preferences import load_preferences
from assistant.ui.prose import Prose
from tests.catalogs import template
from tests.ui import fake, test_chat_pictures, test_desk_pictures, test_evaluation, test_inbox, test_intents
from tests.ui.conftest import quick_training
from tests.ui.driving import app_of, chat_of, say, see, shown, until, write
from tests.ui.test_desk_pictures import desks
from tests.ui.test_screenshots import SIZES, THEMES, picture, taken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from textual.pilot import Pilot
    from textual.screen import Screen

    from assistant.project import Project
    from tests.ui.fake import FakeAgent

__all__ = ["desks", "picture"]  # the fixtures

SIZE = (170, 60)
ACTION_IDS = {action.id for action in ACTIONS}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    languages.use("en")


@lru_cache
def gathered() -> frozenset[tuple[str, str]]:
    found = set()
    for message in template():
        for one in (message.id,) if isinstance(message.id, str) else message.id:
            found.add((str(message.context or ""), one))
    return frozenset(found)


class Bracketed(Catalog):
    """A language in which each text that the catalogs know stands in brackets; what is not in them stays as it is."""

    def text(self, message: str, context: str = "") -> str:
        return f"⟦{message}⟧" if (context, message) in gathered() else message

    def plural_text(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧" if ("", one) in gathered() else one


def texts_of(screen: Screen[Any]) -> Iterator[tuple[Widget, str]]:
    """Yields each text that a screen shows, with the widget that shows it."""
    for widget in screen.walk_children(Widget):
        if not widget.display:
            continue
        for text in (*_titles(widget), *_own(widget)):
            plain = _plain(text)
            if plain.strip() and plain not in ACTION_IDS:
                yield widget, plain


def _plain(text: Any) -> str:
    if isinstance(text, Hanging):
        return " ".join(f"{_plain(block.first)}{block.content.plain}" for block in text._blocks)
    return text.plain if isinstance(text, Content | Text) else str(text)


def _titles(widget: Widget) -> Iterator[Any]:
    yield from (title for title in (widget.border_title, widget.border_subtitle) if title)
    if isinstance(widget.tooltip, str):
        yield widget.tooltip


def _own(widget: Widget) -> Iterator[Any]:
    match widget:
        case Button() | Tab():
            yield widget.label
        case Input() | TextArea():
            yield widget.placeholder
        case Select():
            yield from (prompt for prompt, _ in widget._options)
        case FooterKey():
            yield widget.description
        case OptionList():
            yield from (option.prompt for option in widget.options)
        case Prose():
            yield widget.plain
        case Static():
            yield widget.content if isinstance(widget.content, str | Content) else ""
        case _:
            yield from _of_rows(widget)


def _of_rows(widget: Widget) -> Iterator[Any]:
    if isinstance(widget, DataTable):
        yield from (column.label for column in widget.ordered_columns)
        yield from (cell for row in range(widget.row_count) for cell in widget.get_row_at(row))
    elif isinstance(widget, Tree):
        yield from (node.label for node in _nodes(widget.root))


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def left_over(text: str) -> str:
    """Returns what of a text stands in no brackets."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    return text


# --- nothing is left in English -------------------------------------------------------------------------------------------------

WORD = re.compile(r"(?<![\w./(=+-])[A-Za-z]{3,}(?!\.?[\w/(=+…-])")
_KEYS = "Enter Esc Escape Tab Del Space Shift Ctrl Alt Home End Left Right"
TECHNICAL = {*_KEYS.split(), "English", "Deutsch", "rule"}
"""Names of keys, of languages, and of policies."""


def words_of_source(source: str) -> set[str]:
    """Returns the words of all texts in a source, without its docstrings."""
    tree = ast.parse(textwrap.dedent(source))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
    return {word for text in texts if isinstance(text, str) for word in WORD.findall(text)}


@lru_cache
def content() -> frozenset[str]:
    """The words of what is no text of the screens: what the bot is taught, what is said, names of settings and keys."""
    made = [inspect.getsource(one) for one in (fake, test_evaluation.measure, test_inbox.fill, test_inbox.turn)]
    taught = f"{test_intents.DOMAIN} {test_intents.NLU} {test_evaluation.REPORT} {test_desk_pictures.REPLIES}"
    taught += " it is too big for me where on earth today"
    known = (*FIELDS, *health._PACKAGES, *(command for command, _ in _COMMANDS), *(one.keys for one in ACTIONS))
    known += (*Settings.model_fields, *TranslationSettings.model_fields, *(str(value) for _, value in load_settings()))
    names = re.sub(r"\W|_", " ", " ".join(known))
    found = set().union(*map(words_of_source, made), WORD.findall(taught), WORD.findall(names))
    return frozenset(found | TECHNICAL)


def english_in(screen: Screen[Any]) -> set[str]:
    """Returns what of a screen's texts is English, in no brackets, and no content; errors are English in all languages."""
    found = set()
    for widget, text in texts_of(screen):
        left = left_over(text)
        if not re.search(r"\b[A-Z]{3}-\d{3}\b", left) and set(WORD.findall(left)) - content():
            found.add(f"{type(widget).__name__}#{widget.id}: {' '.join(left.split())}")
    return found


def test_hardly_a_text_could_hide_among_the_content() -> None:
    texts = [text for _, text in gathered() if WORD.search(text)]
    hidden = [text for text in texts if not set(WORD.findall(text)) - content()]
    assert len(hidden) < 0.1 * len(texts), hidden


STEPS = (
    ("ctrl+d", ""),
    ("plus", "▲ right"),
    ("w", "WHAT EACH WORD DID"),
    ("escape s", "What shall it be"),
    ("escape ctrl+l", "names and what was said"),
    ("escape escape ctrl+f", "Find"),
    ("escape f1", "Keys"),
    ("f1 ctrl+p", "Search for commands"),
    ("escape f3", "Can I pay later?"),
    ("enter", "Preview"),
    ("escape h", "as it began"),
    ("escape delete", "It answers no more"),
    ("escape ctrl+o", "Import entries from"),
    ("escape ctrl+t", "gift cards"),
    ("v", "Which entry answers"),
    ("escape ctrl+t", "never asked for"),
    ("ctrl+t", "Nobody has asked"),
    ("f4 f", "puts it into use"),
    ("f5", "Examples"),
    ("ctrl+n", "What people write"),
    ("escape ctrl+t", "Suggestions"),
    ("f6", "Worst errors"),
    ("f7", "Said last"),
    ("enter", "Waits for a person"),
    ("escape", "Said last"),
    ("f8", "High contrast"),
    ("3", "not right"),
)
"""Keys, and what is seen then: all screens, and the dialogs that open over them."""


async def test_no_screen_shows_a_text_that_no_catalog_knows(desks: AssistantApp) -> None:
    desks.explain = test_chat_pictures.explain
    languages.use_catalog(Bracketed("xx"))
    found: dict[str, set[str]] = {}
    seen: set[str] = set()

    def look(pilot: Pilot[Any], step: str) -> None:
        seen.update(plain for _, plain in texts_of(pilot.app.screen))
        left = english_in(pilot.app.screen)
        if left:
            found[f"{type(pilot.app.screen).__name__} {step}"] = left

    async with desks.run_test(size=SIZE) as pilot:
        await see(pilot, "What can I do for you?")
        await say(pilot, "where is my order 12345?")
        await see(pilot, "Change the address")
        await until(pilot, lambda: chat_of(pilot).turns.state is TurnState.IDLE)
        chat_of(pilot).query(BotView).last().focus()
        for keys, text in STEPS:
            await pilot.press(*keys.split())
            await see(pilot, text)
            look(pilot, keys)
        desks.n_unsaved = 2
        await pilot.press("ctrl+q")
        await see(pilot, "changes of examples would be lost")
        look(pilot, "quit")
        await pilot.press("escape")
        app_of(pilot).show_tour()
        await see(pilot, "1 of 4")
        look(pilot, "tour")
        await pilot.app.screen.mount(Static("Nobody has translated this."))
        assert english_in(pilot.app.screen) == {"Static#None: Nobody has translated this."}
    assert not found, "\n".join(f"{step}: {left}" for step, texts in found.items() for left in sorted(texts))
    assert sum("⟦" in text for text in seen) > 400


# --- choosing -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mine(project: Project, agent: FakeAgent, tmp_path: Path) -> Callable[[], AssistantApp]:
    """Opens the app as one person does again and again: with their own folder of preferences."""

    def make() -> AssistantApp:
        preferences = load_preferences(tmp_path / "me").with_(has_seen_tour=True)
        train = quick_training(project.root)
        return AssistantApp(project, load_settings(), open_agent=lambda: agent, train=train, preferences=preferences)

    return make


async def test_a_language_is_spoken_at_once_and_after_the_next_start(mine: Callable[[], AssistantApp]) -> None:
    app = mine()
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await say(pilot, "where is my order 12345?")
        await see(pilot, "Change the address")
        await until(pilot, lambda: chat_of(pilot).turns.state is TurnState.IDLE)
        await write(pilot, "half a senten")
        await pilot.press("f3")
        await see(pilot, "Entries 3")
        await pilot.press("f8", "tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "languages")
        await pilot.press("down", "down", "enter")
        await see(pilot, "Modell bereit")
        await see(pilot, "Sprache der Oberfläche")
        assert app.focused is not None
        assert app.focused.id == "languages"
        assert "Beenden" not in shown(pilot)
        assert "Ende" in shown(pilot)
        await pilot.press("f3")
        await see(pilot, "Einträge 3")
        await pilot.press("f2")
        await see(pilot, "Gespräche")
        await see(pilot, "half a senten")
        await see(pilot, "Change the address")
        assert "Assistent" in shown(pilot)
        await pilot.press("f1")
        await see(pilot, "Zurück zum Schreiben.")
        await pilot.press("f1", "ctrl+p")
        await write(pilot, "rundgang")
        await see(pilot, "Sehen, was es gibt")
    again = mine()
    assert again.preferences.language == "de"
    async with again.run_test(size=(100, 30)) as pilot:
        await see(pilot, "Modell bereit")


async def test_what_is_unsaved_stays_until_it_is_saved_whatever_language_is_chosen(
    mine: Callable[[], AssistantApp], project: Project
) -> None:
    (project.bot / "domain.yml").write_text(test_intents.DOMAIN)
    (project.bot / "nlu.yml").write_text(test_intents.NLU)
    app = mine()
    app.project = find_project(project.root)
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f5")
        await see(pilot, "All 8")
        await pilot.press("enter", "delete")
        await see(pilot, "1 unsaved change")
        await app.speak("de")
        await see(pilot, "1 unsaved change")
        await pilot.press("ctrl+z", "f2", "f5")
        await see(pilot, "Alle 8")


async def test_what_was_deleted_comes_back_in_another_language_too(mine: Callable[[], AssistantApp]) -> None:
    app = mine()
    async with app.run_test(size=(100, 30)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f3")
        await see(pilot, "Entries 3")
        await pilot.press("delete", "tab", "enter")
        await see(pilot, "Entries 2")
        await app.speak("de")
        await see(pilot, "Einträge 2")
        await pilot.press("ctrl+z")
        await see(pilot, "Einträge 3")


async def test_the_command_for_the_language_leads_to_the_choice(mine: Callable[[], AssistantApp]) -> None:
    app = mine()
    async with app.run_test(size=(80, 24)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("ctrl+p")
        await write(pilot, "language")
        await see(pilot, "Choose the language of the screens.")
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "languages")


async def test_the_setting_and_the_environment_say_which_language_it_begins_with(
    mine: Callable[[], AssistantApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    mine()
    assert languages.in_use() == "fr"
    monkeypatch.setenv("ASSISTANT_LANGUAGE", "es")
    mine()
    assert languages.in_use() == "es"


def test_an_unknown_language_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_LANGUAGE", "tlh")
    with pytest.raises(BadSetting, match="language"):
        load_settings()


# --- long words -----------------------------------------------------------------------------------------------------------------


async def german_chat(pilot: Pilot[Any]) -> None:
    await see(pilot, "What can I do for you?")
    await say(pilot, "can i return shoes i wore once")
    await see(pilot, "five days of their arrival")
    await say(pilot, "where is my order 12345?")
    await see(pilot, "Change the address")


async def german_entries(pilot: Pilot[Any]) -> None:
    await see(pilot, "Modell bereit")
    await pilot.press("f3")
    await see(pilot, "Einträge 3")


async def german_training(pilot: Pilot[Any]) -> None:
    await see(pilot, "Modell bereit")
    await pilot.press("f4", "f")
    await see(pilot, "Das neue Modell ist fertig")


async def german_settings(pilot: Pilot[Any]) -> None:
    await see(pilot, "Modell bereit")
    await pilot.press("f8")
    await see(pilot, "Hoher Kontrast")


async def german_help(pilot: Pilot[Any]) -> None:
    await see(pilot, "What can I do for you?")
    await pilot.press("f1")
    await see(pilot, "Zurück zum Schreiben.")


GERMAN: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    "chat": german_chat,
    "entries": german_entries,
    "training": german_training,
    "settings": german_settings,
    "help": german_help,
}


@pytest.mark.parametrize("scene", GERMAN)
async def test_picture(
    make_app: Callable[..., AssistantApp],
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    picture: Callable[[str, str], None],
    scene: str,
) -> None:
    monkeypatch.setenv("ASSISTANT_LANGUAGE", "de")
    monkeypatch.setattr("assistant.ui.training.run.monotonic", lambda: 0.0)
    name = f"german-{scene}-80x24-dark"
    async with make_app(train=quick_training(project.root)).run_test(size=SIZES["80x24"]) as pilot:
        svg = await taken(pilot, GERMAN[scene], THEMES["dark"], name)
    picture(name, svg)

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from assistant.ui.actions import ACTIONS, PLACES, bindings
from assistant.ui.agreeing import AgreeDialog
from assistant.ui.app import AssistantApp
from assistant.ui.chat.conversation_list import Rows
from assistant.ui.chat.finding import FindInput
from assistant.ui.chat.message_view import BotView
from assistant.ui.chat.prompt import Prompt
from assistant.ui.chat.replay import ReplayScreen
from assistant.ui.chat.screen import ChatScreen
from assistant.ui.chat.why import WhyScreen
from assistant.ui.evaluation.heat import HeatMap
from assistant.ui.evaluation.screen import EvaluationScreen
from assistant.ui.faq.conversations import ConversationDialog
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.faq.figures import FiguresPane
from assistant.ui.faq.importing import ImportScreen
from assistant.ui.faq.review import RemarkTable
from assistant.ui.faq.screen import FaqScreen
from assistant.ui.faq.tables import EntryTable, QuestionTable
from assistant.ui.faq.versions import VersionsScreen
from assistant.ui.help import HelpScreen
from assistant.ui.inbox.answering import AnswerField
from assistant.ui.inbox.case import CaseScreen
from assistant.ui.inbox.screen import InboxScreen
from assistant.ui.inbox.tables import CaseTable
from assistant.ui.intents.new_intent import NewIntentDialog
from assistant.ui.intents.screen import IntentsScreen
from assistant.ui.intents.suggesting import SuggestionList
from assistant.ui.intents.utterances import UtteranceList
from assistant.ui.marking import EntityDialog, WordMarker
from assistant.ui.problems import ProblemDialog
from assistant.ui.settings.screen import SettingsScreen
from assistant.ui.tour import TourScreen
from assistant.ui.training.models import ModelTable
from assistant.ui.training.screen import TrainingScreen
from tests.ui.driving import see, shown, until, write

if TYPE_CHECKING:
    from collections.abc import Callable

OWNERS: dict[str, type] = {
    "app": AssistantApp,
    "chat": ChatScreen,
    "prompt": Prompt,
    "message": BotView,
    "find": FindInput,
    "why": WhyScreen,
    "conversations": Rows,
    "replay": ReplayScreen,
    "marking": WordMarker,
    "entities": EntityDialog,
    "agree": AgreeDialog,
    "faq": FaqScreen,
    "entries": EntryTable,
    "unanswered": QuestionTable,
    "behind": ConversationDialog,
    "review": RemarkTable,
    "figures": FiguresPane,
    "versions": VersionsScreen,
    "importing": ImportScreen,
    "editor": EntryEditor,
    "training": TrainingScreen,
    "models": ModelTable,
    "intents": IntentsScreen,
    "utterances": UtteranceList,
    "suggestions": SuggestionList,
    "new_intent": NewIntentDialog,
    "evaluation": EvaluationScreen,
    "heat": HeatMap,
    "inbox": InboxScreen,
    "cases": CaseTable,
    "case": CaseScreen,
    "answer": AnswerField,
    "settings": SettingsScreen,
    "tour": TourScreen,
    "dialog": ProblemDialog,
}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_each_action_exists_where_the_registry_says(action: object) -> None:
    from assistant.ui.actions import Action

    assert isinstance(action, Action)
    owner = OWNERS[action.place]
    assert hasattr(owner, "action_" + action.name.split("(")[0])
    assert action.help.endswith(".")
    assert len(action.label) <= 16


def test_a_key_means_one_thing_in_a_place() -> None:
    for place in PLACES:
        keys = Counter(key for action in ACTIONS if action.place in {place, "app"} for key in action.keys.split(","))
        assert [key for key, count in keys.items() if count > 1] == []


def test_ids_are_unique_so_that_a_keymap_can_name_them() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert {binding.id for place in PLACES for binding in bindings(place)} == {action.id for action in ACTIONS}


async def test_help_lists_every_key_with_its_sentence(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(120, 400)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        squeezed = " ".join(shown(pilot).replace("│", " ").split())
        for action in ACTIONS:
            assert " ".join(action.help.split()[:3]) in squeezed
        assert squeezed.index("Writing a message") < squeezed.index("Everywhere")
        await pilot.press("f1")
        assert isinstance(pilot.app.screen, ChatScreen)


async def test_a_screen_that_cannot_be_imported_is_a_problem_and_not_the_end(
    make_app: Callable[..., AssistantApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "assistant.ui.evaluation.screen", None)
    async with make_app().run_test() as pilot:
        await see(pilot, "model ready")
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemDialog), "the problem")
        await pilot.press("escape", *"hi", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChatScreen), "the chat")
        await pilot.press("f3")
        await see(pilot, "Entries 3")


async def test_keymap_replaces_a_key(make_app: Callable[..., AssistantApp]) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        app.set_keymap({"app.open('faq')": "f12"})
        await see(pilot, "model ready")
        await pilot.press("f12")
        await see(pilot, "Entries 3")


async def test_palette_finds_actions_and_themes_change(make_app: Callable[..., AssistantApp]) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await see(pilot, "model ready")
        await pilot.press("ctrl+p")
        await write(pilot, "light or dark")
        await see(pilot, "Switch between")
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "assistant-light")
        app.theme = "nord"
        await pilot.pause()
        assert "What can I do for you?" in shown(pilot)
        await pilot.press("f9")
        assert app.theme == "assistant-light"


async def test_places_can_be_clicked(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        await see(pilot, "model ready")
        await pilot.click(list(pilot.app.screen.query("Place"))[2])
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainingScreen))
        await pilot.click(pilot.app.screen.query("Place").first())
        await until(pilot, lambda: isinstance(pilot.app.screen, ChatScreen))

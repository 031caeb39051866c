"""Hostile texts through what the FAQ desk opens: versions, conversations, the review, imports."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.widgets import Input, TabbedContent

from assistant.dialogue.events import BotUttered, UserUttered
from assistant.faq.duplicates import Likeness
from assistant.faq.entry import MAX_ANSWER_CHARS
from assistant.faq.queue import QuestionCluster
from assistant.messages import BotMessage, Parse
from assistant.stores.entry_values import EntryVersion
from assistant.ui.faq.conversations import ConversationDialog
from assistant.ui.faq.importing import ImportScreen
from assistant.ui.faq.review import ReviewPane, remarks_of
from assistant.ui.faq.versions import VersionsScreen
from tests.ui.driving import see, shown, until
from tests.ui.hostile import HOSTILE
from tests.ui.test_hostile import assert_clean, hostile_agent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.ui.app import AssistantApp

TEXTS = [text[:MAX_ANSWER_CHARS] for text, _ in HOSTILE.values()]


async def test_versions_and_conversations(make_app: Callable[..., AssistantApp]) -> None:
    agent = hostile_agent()
    async with make_app(open_agent=lambda: agent).run_test(size=(112, 36)) as pilot:
        await see(pilot, "model ready")
        for number, text in enumerate(TEXTS):
            entry = replace(agent.entries.get(f"e{number}"), answer=text)
            later = replace(entry, answer=f"{text} more", version=2)
            agent.entries.versions[entry.id] = [EntryVersion(entry, text), EntryVersion(later, text)]
            agent.stored = [UserUttered(text, Parse(text)), BotUttered(BotMessage(text))]
            cluster = QuestionCluster(text, (text,), 1, (1,), (text, "b"), 1.0, text, 0.5)
            for opened in (VersionsScreen(agent, entry), ConversationDialog(agent, cluster)):
                await pilot.app.push_screen(opened)
                await pilot.app.workers.wait_for_complete()
                await pilot.pause()
                assert_clean(pilot)
                opened.dismiss(None)
                await until(pilot, lambda screen=opened: pilot.app.screen is not screen)  # type: ignore[misc]


async def test_review(make_app: Callable[..., AssistantApp]) -> None:
    agent = hostile_agent()
    pairs = [Likeness("contradiction", text, text, text, text, 0.9, text) for text in TEXTS]
    async with make_app(open_agent=lambda: agent).run_test(size=(112, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f3")
        await see(pilot, f"Entries {len(HOSTILE)}")
        pilot.app.screen.query_one(TabbedContent).active = "tab-review"
        await pilot.app.workers.wait_for_complete()
        pilot.app.screen.query_one(ReviewPane).show(remarks_of(pairs, (), {}))
        for _ in TEXTS:
            await pilot.press("down")
            assert_clean(pilot)


async def test_import(make_app: Callable[..., AssistantApp], tmp_path: Path) -> None:
    agent = hostile_agent()
    agent.entries.kept.clear()
    file = tmp_path / "hostile.jsonl"
    answer = "a\u202e\x1b]52;c;x\x07 [/b]"
    lines = [json.dumps({"question": f"q\x1b[31m {number}", "answer": f"{answer} {number}"}) for number in range(3)]
    file.write_text("\n".join(lines))
    async with make_app(open_agent=lambda: agent).run_test(size=(112, 36)) as pilot:
        await see(pilot, "model ready")
        await pilot.app.push_screen(ImportScreen(agent))
        for typed in (*TEXTS[:8], str(file)):
            pilot.app.screen.query_one("#path", Input).value = typed[:200]
            pilot.app.screen.query_one("#path").focus()
            await pilot.press("enter")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert_clean(pilot)
        assert "Would be: 3 new" in shown(pilot)
        assert "[/b]" in shown(pilot)

"""The FAQ desk over the real database and retrieval: what is written there answers in the next message."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from textual.widgets import Input

from assistant.faq.index import FaqIndex
from assistant.people import user_name
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from assistant.stores.unanswered import UnansweredStore
from assistant.ui.faq.editor import EntryEditor
from tests.ui.driving import say, see, shown, until, write
from tests.ui.fake import FakeAgent, entries_of_the_shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.ui.app import AssistantApp


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns vectors that count hashed words: alike for texts that share words, which is all the desk needs."""
    vectors = np.zeros((len(texts), 256), np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().strip("?!.").split():
            vectors[row, zlib.crc32(word.encode()) % 256] += 1
    norms: NDArray[np.float32] = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6).astype(np.float32)
    return (vectors / norms).astype(np.float32)


class RealFaqAgent(FakeAgent):
    """The fake assistant over real stores."""

    def keep_unanswered(self, text: str) -> None:
        self.unanswered.add(text, "terminal")  # type: ignore[call-arg]


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealFaqAgent]:
    with open_database(f"sqlite:///{tmp_path / 'faq.db'}") as database:
        entries = EntryStore(database)
        entries.import_entries(entries_of_the_shop())
        agent = RealFaqAgent()
        agent.entries = entries  # type: ignore[assignment]
        agent.unanswered = UnansweredStore(database)  # type: ignore[assignment]
        agent.faq = FaqIndex(entries, encode, "words", threshold=0.6)  # type: ignore[assignment]
        yield agent


async def test_an_unanswered_question_answers_in_the_next_message_by_keys_alone(
    make_app: Callable[..., AssistantApp], real: RealFaqAgent
) -> None:
    async with make_app(open_agent=lambda: real).run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        for asked in ("do you repair umbrellas", "do you repair an umbrella"):
            await say(pilot, asked)
            await until(pilot, lambda text=asked: text in [one.question for one in real.unanswered.list()])  # type: ignore[misc]
        await pilot.press("f3", "ctrl+t", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor))
        await pilot.press("tab", "tab")
        await write(pilot, "Yes, for **5 euro**.")
        await pilot.press("ctrl+s")
        await see(pilot, "Every question so far found an answer.")
        await pilot.press("f2")
        await say(pilot, "Do you repair umbrellas?")
        await see(pilot, "Yes, for 5 euro.")
        (entry,) = (one for one in real.entries.list(status="published") if "umbrella" in one.question)
        assert len(entry.questions) == 2
        assert real.unanswered.list() == ()


async def test_versions_and_undo_hold_over_the_real_stores(make_app: Callable[..., AssistantApp], real: RealFaqAgent) -> None:
    kept = real.entries.get("delivery-time")
    real.entries.save(replace(kept, answer="In a month."), kept.version, "Ada", "a mistake")
    async with make_app(open_agent=lambda: real).run_test(size=(110, 40)) as pilot:
        await see(pilot, "model ready")
        await pilot.press("f3")
        await see(pilot, "Entries 3")
        await pilot.press("h")
        await see(pilot, "a mistake, by Ada")
        assert "+ answer: In a month." in shown(pilot)
        await pilot.press("down", "r", "tab", "enter")
        await until(pilot, lambda: real.entries.get("delivery-time").version == 3)
        assert real.entries.get("delivery-time").answer == kept.answer
        await until(pilot, lambda: pilot.app.screen.query("#entries"))
        await pilot.press("space", "space", "s", "tab", "enter")  # all that are marked become drafts
        await until(pilot, lambda: real.faq.search("delivery time").best is None)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: real.faq.search("delivery time").best is not None)


async def test_entry_written_deleted_and_brought_back(make_app: Callable[..., AssistantApp], real: RealFaqAgent) -> None:
    async with make_app(open_agent=lambda: real).run_test(size=(100, 40)) as pilot:
        await see(pilot, "model ready")
        await say(pilot, "is there a cat in the shop")
        await see(pilot, "do not know that yet")
        await pilot.press("f3")
        await see(pilot, "Unanswered 1")
        await pilot.press("ctrl+t", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EntryEditor))
        assert pilot.app.screen.query_one("#question", Input).value == "is there a cat in the shop"
        await pilot.press("tab", "tab")
        await write(pilot, "Her name is **Mog**.")
        await pilot.press("ctrl+s")
        await see(pilot, "Unanswered 0")
        await pilot.press("f2")
        await say(pilot, "Is there a cat in the shop?")
        await see(pilot, "Her name is Mog.")

        await pilot.press("f3", "slash")
        await write(pilot, "cat")
        await see(pilot, "is there a cat in the shop  ")
        await pilot.press("enter", "delete", "tab", "enter")
        await until(pilot, lambda: real.entries.get("is-there-a-cat-in-the-shop").status == "archived")
        assert real.faq.search("is there a cat in the shop").best is None
        await pilot.press("ctrl+z")
        await until(pilot, lambda: real.faq.search("is there a cat in the shop").best is not None)
        assert real.entries.get("is-there-a-cat-in-the-shop").version == 3
        versions = real.entries.history("is-there-a-cat-in-the-shop")
        assert [version.reason for version in versions] == ["brought back", "deleted at the desk", "written at the desk"]
        assert {version.entry.author for version in versions} == {user_name()}

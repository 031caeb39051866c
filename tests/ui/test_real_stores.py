"""The FAQ desk over the real database and retrieval: what is written there answers in the next message."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from textual.widgets import Input, TextArea

from assistant.faq.index import FaqIndex
from assistant.people import user_name
from assistant.stores.database import open_database
from assistant.stores.entries import EntryStore
from assistant.stores.unanswered import UnansweredStore
from assistant.ui.faq.editor import EntryEditor
from tests.ui.driving import say, see, until, write
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
        pilot.app.screen.query_one("#answer", TextArea).text = "Her name is **Mog**."
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
        versions = real.entries.history("is-there-a-cat-in-the-shop")  # type: ignore[attr-defined]
        assert [version.reason for version in versions] == ["brought back", "deleted at the desk", "written at the desk"]
        assert {version.entry.author for version in versions} == {user_name()}

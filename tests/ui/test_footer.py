"""The line of keys: whole keys only, and help among them at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets._footer import FooterKey

from assistant.ui.footer import KeyFooter
from tests.ui.driving import see, shown, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.ui.app import AssistantApp


@pytest.mark.parametrize("width", [60, 70, 80])
async def test_keys_are_whole_and_help_is_among_them(make_app: Callable[..., AssistantApp], width: int) -> None:
    async with make_app().run_test(size=(160, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        await until(pilot, lambda: "Commands" in shown(pilot), "all keys")
        every = shown(pilot).splitlines()[-1].split()
        await pilot.resize_terminal(width, 24)
        await until(pilot, lambda: "Commands" not in shown(pilot).splitlines()[-1], "fewer keys")
        line = shown(pilot).splitlines()[-1]
        assert "F1 Help" in line
        assert set(line.split()) <= set(every)
        await pilot.resize_terminal(160, 24)
        await until(pilot, lambda: shown(pilot).splitlines()[-1].split() == every, "all keys again")


async def test_keys_are_whole_as_soon_as_they_are_laid_out(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test(size=(60, 24)) as pilot:
        await see(pilot, "What can I do for you?")
        footer = pilot.app.screen.query_one(KeyFooter)
        with footer._context():
            await footer.recompose()
        # Not a drawing later: where a dialog comes over them, there is none.
        assert sum(key.render().cell_len for key in footer.query(FooterKey) if key.display) <= 60
        assert any(not key.display for key in footer.query(FooterKey))

"""The line of keys: whole keys only, and help among them at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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

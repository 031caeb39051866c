"""What is done in the background for a screen ends before the screen is taken down, however that comes about."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from assistant.ui.dialog import LeftOnce
from tests.ui.driving import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.pilot import Pilot

    from assistant.ui.app import AssistantApp


class Panel(Vertical):
    """Asks for something slow, which comes just when its parts have gone."""

    def __init__(self) -> None:
        super().__init__()
        self.comes = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static(id="who")

    def on_mount(self) -> None:
        self.look()

    @work(group="look")
    async def look(self) -> None:
        await self.comes.wait()
        self.query_one("#who", Static).update("it came")

    async def on_unmount(self) -> None:
        self.comes.set()
        await asyncio.sleep(0.05)


class LookingScreen(Screen[None]):
    """A screen with such a panel."""

    def compose(self) -> ComposeResult:
        yield Panel()


async def _pushed(pilot: Pilot[None]) -> LookingScreen:
    screen = LookingScreen()
    await pilot.app.push_screen(screen)
    await _at_work(pilot)
    return screen


async def _at_work(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: any(worker.group == "look" and worker.is_running for worker in pilot.app.workers))


async def test_a_screen_that_is_left(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        await _pushed(pilot)
        await pilot.app.pop_screen()
        assert not any(worker.group == "look" for worker in pilot.app.workers)


async def test_a_screen_that_is_made_anew(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        pilot.app.add_mode("looking", LookingScreen)
        await pilot.app.switch_mode("looking")
        await _at_work(pilot)
        await pilot.app.switch_mode("chat")
        await pilot.app.remove_mode("looking")
        pilot.app.add_mode("looking", LookingScreen)
        await pilot.app.switch_mode("looking")
        await _at_work(pilot)


async def test_a_part_of_a_screen(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        screen = await _pushed(pilot)
        await screen.query_one(Panel).remove()
        assert pilot.app.screen is screen


async def test_all_screens_where_the_app_ends(make_app: Callable[..., AssistantApp]) -> None:
    async with make_app().run_test() as pilot:
        await _pushed(pilot)


async def test_who_takes_a_screen_down_goes_on(make_app: Callable[..., AssistantApp]) -> None:
    done = []

    class Leaving(LookingScreen):
        @work(group="leave")
        async def leave(self) -> None:
            await self.query_one(Panel).remove()
            done.append("removed")

    async with make_app().run_test() as pilot:
        screen = Leaving()
        await pilot.app.push_screen(screen)
        screen.leave()
        await until(pilot, lambda: done)


async def test_work_that_begins_only_then(make_app: Callable[..., AssistantApp]) -> None:
    asked = []

    class LatePanel(Panel):
        async def on_unmount(self) -> None:
            screen = self.screen
            assert isinstance(screen, Late)
            asked.append(screen.look_up())
            await asyncio.sleep(0.05)

    class Late(LeftOnce[None]):
        def compose(self) -> ComposeResult:
            yield LatePanel()

        @work(group="late")
        async def look_up(self) -> None:
            await asyncio.sleep(0.01)
            self.query_one("#who", Static).update("it came")

    async with make_app().run_test() as pilot:
        await pilot.app.push_screen(Late())
        await pilot.app.pop_screen()
        assert [worker.is_cancelled for worker in asked] == [True]

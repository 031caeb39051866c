"""Screens that lie over others and are left once: a key that comes twice, or an answer that comes late, leaves nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen, ScreenResultType

if TYPE_CHECKING:
    from textual.worker import Worker


class LeftOnce(Screen[ScreenResultType]):
    """A screen that can be left whatever lies over it by then, and but once.

    Textual takes whatever lies uppermost off when a screen is dismissed: the screen below, where the key came a second time before
    the screen was gone; the dialog above, where the work that it waited for has come to an end meanwhile.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Answers whoever asked, and goes; does nothing where it has gone already."""
        if not is_over_another(self):
            return AwaitComplete(asyncio.sleep(0))
        with contextlib.suppress(asyncio.InvalidStateError):  # whoever asked does not wait any more
            self._result_callbacks[-1](result)
        return take_off(self)

    def run_worker(self, *arguments: Any, **settings: Any) -> Worker[Any]:
        """Does something in the background; nothing where the screen is being taken down, which would be found half gone."""
        worker: Worker[Any] = super().run_worker(*arguments, **settings)
        if self._pruning:
            worker.cancel()
        return worker


class Dialog(ModalScreen[ScreenResultType], LeftOnce[ScreenResultType]):  # styled as Textual's, which asks the first base alone
    """A screen that wants an answer before anything else can be done."""


def is_over_another(screen: Screen[Any]) -> bool:
    """Returns whether a screen lies over another, shown at this moment or not."""
    return any(screen in stack[1:] for stack in screen.app._screen_stacks.values())


def take_off(screen: Screen[Any]) -> AwaitComplete:
    """Takes a screen away, from under others, too; what lies over it stays. One that is not over another is left alone."""
    app = screen.app
    for mode, stack in app._screen_stacks.items():
        if screen not in stack[1:]:
            continue
        if mode == app.current_mode and screen is stack[-1]:
            return app.pop_screen()
        stack.remove(screen)
        screen._pop_result_callback()
        return AwaitComplete(app._replace_screen(screen)).call_next(app)
    return AwaitComplete(asyncio.sleep(0))

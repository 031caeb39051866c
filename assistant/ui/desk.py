"""What all screens have in common: the banner on top, and the way to the assistant."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual.widgets import Static

from assistant import languages
from assistant.languages import tr
from assistant.ui.banner import Banner
from assistant.ui.dialog import LeftOnce

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from assistant.ui.app import AssistantApp

T = TypeVar("T")

WRITING: Final = ("write", "save", "change", "rate")
"""Groups of workers that write: their screen stays until they are done."""


class DeskScreen(LeftOnce[None]):
    """A screen of the assistant; ``compose_body`` says what is under its banner.

    Attributes:
        language: that it was made in.
    """

    PLACE: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (110, "-wide")]  # noqa: RUF012 (Textual's own declaration)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.language = languages.in_use()
        self._failure = ""

    @property
    def desk(self) -> AssistantApp:
        """The app, which holds the assistant."""
        return cast("AssistantApp", self.app)

    def compose(self) -> ComposeResult:
        """Lays out the banner and what is under it."""
        yield Banner(self.PLACE, self.desk.project.root.name)
        yield Static(id="files-problem", markup=False)
        yield from self.compose_body()

    def compose_body(self) -> ComposeResult:
        """Lays out what is under the banner."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Keeps the banner true."""
        for name in ("model_state", "training_percent"):
            self.watch(self.app, name, self._show_model)
        self.watch(self.app, "files_problem", self._show_files)

    def on_screen_resume(self) -> None:
        """Speaks the language in use, should another have been chosen while another screen was shown."""
        if self.language != languages.in_use():
            self.desk.call_later(self.desk.renew)

    def successor(self) -> DeskScreen | None:
        """Returns a screen that shows the same in the language in use; None: not now, something would be lost."""
        return type(self)()

    def is_at_work(self, *groups: str) -> bool:
        """Returns whether something is being done for the screen, or for a part of it, in the background.

        Args:
            groups: of workers.
        """
        return any(worker.group in groups and self in worker.node.ancestors_with_self for worker in self.app.workers)

    def _show_model(self) -> None:
        self.query_one(Banner).show(self.desk.model_state, self.desk.training_percent)

    def _show_files(self, problem: str) -> None:
        note = self.query_one("#files-problem", Static)
        note.display = bool(problem)
        note.update(tr("✕ changed files not taken: {problem}", problem=problem))

    async def guarded(self, call: Callable[[], T]) -> T | None:
        """Returns what a call gives that blocks, from a thread; shows its failure, and returns None then."""
        try:
            return await asyncio.to_thread(call)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screen lives on)
            self.desk.show_problem(error)
            return None

    async def looked(self, read: Callable[[], T]) -> T | None:
        """Returns what a call reads that the screen makes of its own accord, again and again.

        A failure is shown as ``guarded`` does, but once: the same one is not shown again before the call has succeeded. Closing its
        dialog shows the screen again, which looks again, and nobody could go anywhere else.
        """
        try:
            found = await asyncio.to_thread(read)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screen lives on)
            if self._failure != (failure := f"{type(error).__name__}: {error}"):
                self._failure = failure
                self.desk.show_problem(error)
            return None
        self._failure = ""
        return found

    async def is_done(self, call: Callable[[], object]) -> bool:
        """Makes a call that blocks, in a thread; shows its failure, and returns whether there was none."""
        return await self.guarded(lambda: (call(),)) is not None

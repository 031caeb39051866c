"""Does a part of a training in a thread beside the rest, and lets the caller's thread alone report progress.

The parts compute with libraries that let other threads run meanwhile, each part with one thread of its own and random numbers of
its own, so what comes out does not depend on who was faster.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from assistant.messages import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from assistant.messages import Progress, ProgressCallback

T = TypeVar("T")

_LOOK_S = 0.05
"""How often progress is looked for while the part is waited for."""


class Beside(Generic[T]):
    """A part that is being done; a context, at whose end nothing of it runs any more.

    Args:
        work: the part; it is given what to report its progress to, which raises Cancelled when nobody wants the part any more.
        on_progress: told of the part's progress, and of the caller's own through `report`, in the caller's thread; may raise
            Cancelled.
    """

    def __init__(self, work: Callable[[ProgressCallback], T], on_progress: ProgressCallback) -> None:
        self._on_progress = on_progress
        self._reports: SimpleQueue[Progress] = SimpleQueue()
        self._is_unwanted = threading.Event()
        self._pool = ThreadPoolExecutor(1, "training")
        self._future = self._pool.submit(work, self._noted)

    def __enter__(self) -> Beside[T]:
        """Returns itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stops the part where it still runs, and waits until it has."""
        self._is_unwanted.set()
        self._pool.shutdown()

    def report(self, progress: Progress) -> None:
        """Passes the caller's progress on, after the part's own.

        Raises:
            Exception: whatever the part failed with, as soon as it has.
        """
        self._pass_on()
        if self._future.done():
            self._future.result()
        self._on_progress(progress)

    def result(self) -> T:
        """Returns what came of the part, once it is done.

        Raises:
            Exception: whatever the part failed with.
        """
        while not wait([self._future], _LOOK_S).done:
            self._pass_on()
        self._pass_on()
        return self._future.result()

    def _noted(self, progress: Progress) -> None:
        if self._is_unwanted.is_set():
            raise Cancelled
        self._reports.put(progress)

    def _pass_on(self) -> None:
        while True:
            try:
                progress = self._reports.get_nowait()
            except Empty:
                return
            self._on_progress(progress)

"""Loads something that is wanted soon but not now, beside the work, so that nobody waits for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from assistant.errors import AssistantError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Warming(Generic[T]):
    """Returns what is loaded, or None as long as it is not.

    The second call begins to load it: a process that answers one question and ends does without.

    Args:
        load: gives it; what cannot be loaded stays None.
    """

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._loaded: T | None = None
        self._thread: threading.Thread | None = None
        self._n_calls = 0
        self._lock = threading.Lock()

    def __call__(self) -> T | None:
        """Returns it, or None."""
        with self._lock:
            self._n_calls += 1
            if self._thread is None and self._n_calls > 1:
                # No daemon: a library that is loading when the interpreter ends takes the process down with it.
                self._thread = threading.Thread(target=self._work, name="warming")
                self._thread.start()
        return self._loaded

    def _work(self) -> None:
        try:
            self._loaded = self._load()
        except AssistantError:  # whoever asks for it gets none, as before it was there
            self._loaded = None

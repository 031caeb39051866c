"""Runs custom actions in a child process, with a deadline for each call."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from assistant.actions.outcome import ActionOutcome, outcome_of
from assistant.errors import ActionFailed, ActionNotRegistered, ActionsNotLoaded, ActionTimedOut, BadActionAnswer
from assistant.project import made_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

START_TIMEOUT_S = 30.0
MAX_ANSWER_BYTES = 8_000_000


class ProcessRunner:
    """Keeps one worker process, starts it ahead of the first call, and replaces it when a call has ended it.

    Args:
        folder: holds the package or module ``actions``; actions find it as their working folder.
        state: the project's state folder; actions find it in ASSISTANT_STATE_DIR, and their output goes to ``actions.log`` there.
        timeout_s: seconds an action may take.
    """

    def __init__(self, folder: Path, state: Path, timeout_s: float) -> None:
        self._folder = folder
        self._state = state
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._is_checked = False

    def start(self) -> None:
        """Starts the worker without waiting for it."""
        with self._lock:
            self._running()

    def registered(self) -> tuple[str, ...]:
        """Returns the names of the actions that the worker can run.

        Raises:
            ActionsNotLoaded: they cannot be imported, or the worker does not start.
        """
        with self._lock:
            worker = self._running()
            try:
                self._check_started(worker)
            except (queue.Empty, OSError, ValueError) as error:
                self._stop()
                raise ActionsNotLoaded(folder=str(self._folder), why="their process does not start") from error
            return worker.actions

    def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> ActionOutcome:
        """Returns what an action answers; see ActionRunner.run."""
        call = {"next_action": name, "sender_id": tracker["sender_id"], "tracker": tracker, "domain": domain, "version": "3.6.21"}
        with self._lock:
            worker = self._running()
            try:
                self._check_started(worker)
                answer = worker.call(json.dumps(call, default=str), self._timeout_s)
            except queue.Empty:
                self._stop()
                raise ActionTimedOut(action=name, seconds=self._timeout_s) from None
            except (OSError, ValueError) as error:
                self._stop()
                if isinstance(error, _TooLarge):
                    raise BadActionAnswer(action=name) from error
                raise ActionFailed(action=name, why="its process ended") from error
        return _outcome(name, answer, worker.actions)

    def _running(self) -> _Worker:
        if self._worker is None or not self._worker.is_alive:
            made_folder(self._state)
            try:
                self._worker = _Worker(self._folder, self._state)
            except OSError as error:
                raise ActionsNotLoaded(folder=str(self._folder), why=str(error)) from error
            self._is_checked = False
        return self._worker

    def _check_started(self, worker: _Worker) -> None:
        if self._is_checked:
            return
        hello = worker.receive(START_TIMEOUT_S)
        if hello.get("problem"):
            self._stop()
            raise ActionsNotLoaded(folder=str(self._folder), why=str(hello["problem"]))
        worker.actions = tuple(hello.get("actions") or ())
        self._is_checked = True

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    def close(self) -> None:
        """Ends the worker."""
        with self._lock:
            self._stop()


class _TooLarge(ValueError):
    """An answer is longer than MAX_ANSWER_BYTES."""


class _Worker:
    """One child process and the thread that reads its answers."""

    def __init__(self, folder: Path, state: Path) -> None:
        path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)
        environment = os.environ | {"ASSISTANT_STATE_DIR": str(state.absolute()), "PYTHONUNBUFFERED": "1", "PYTHONPATH": path}
        with (state / "actions.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", "assistant.actions.worker", str(folder.absolute())],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,  # ctrl+c in the terminal is not for the actions
            )
        self._answers: queue.Queue[bytes] = queue.Queue()
        self.actions: tuple[str, ...] = ()
        assert self._process.stdout is not None  # noqa: S101 (it is a pipe)
        threading.Thread(target=_read_lines, args=(self._process.stdout, self._answers), daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def call(self, line: str, timeout_s: float) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 (it is a pipe)
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return self.receive(timeout_s)

    def receive(self, timeout_s: float) -> dict[str, Any]:
        line = self._answers.get(timeout=timeout_s)
        if len(line) > MAX_ANSWER_BYTES:
            raise _TooLarge
        if not line:
            raise OSError("the worker ended")
        answer = json.loads(line)
        return answer if isinstance(answer, dict) else {}

    def stop(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # it has ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)  # with whatever its actions have started
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _read_lines(source: IO[bytes], lines: queue.Queue[bytes]) -> None:
    """Puts each line in the queue; an empty one once the process has ended, or a line was too long to go on."""
    try:
        while line := source.readline(MAX_ANSWER_BYTES + 1):
            lines.put(line)
            if len(line) > MAX_ANSWER_BYTES:
                return
    except (OSError, ValueError):  # closed under the reader
        pass
    lines.put(b"")


def _outcome(name: str, answer: dict[str, Any], known: tuple[str, ...]) -> ActionOutcome:
    match answer.get("status"):
        case "ok":
            return outcome_of(answer.get("answer"), name)
        case "rejected":
            return ActionOutcome(is_rejected=True)
        case "unknown":
            raise ActionNotRegistered(action=name, known=known)
        case _:
            raise ActionFailed(action=name, why=str(answer.get("why") or "no reason given"))

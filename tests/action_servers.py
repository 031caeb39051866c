"""Starts action servers as people start them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def rasa_server(root: Path) -> Iterator[str]:
    """Runs ``python -m rasa_sdk`` on the actions in a folder, and gives its webhook."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "-p", str(port)]
    with (root / "log").open("wb") as log:
        # In a session of its own: Sanic ends its whole process group when it is told twice to stop.
        running = subprocess.Popen(
            command, cwd=root, stdout=log, stderr=log, env=os.environ | {"SANIC_HOST": "127.0.0.1"}, start_new_session=True
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", running)
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        running.terminate()
        try:
            running.wait(60)
        except subprocess.TimeoutExpired:  # its worker is ended by SIGINT, which work in the background of a shell ignores
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(60)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(url, timeout=60).close()  # noqa: S310 (our own server)
        except OSError:
            assert running.poll() is None, "the action server ended"
            assert time.monotonic() < deadline, "the action server does not start"
            time.sleep(0.1)
        else:
            return

"""Starts action servers as people start them."""

from __future__ import annotations

import os
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
        running = subprocess.Popen(command, cwd=root, stdout=log, stderr=log, env=os.environ | {"SANIC_HOST": "127.0.0.1"})
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", running)
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        running.terminate()
        running.wait(10)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (our own server)
        except OSError:
            assert running.poll() is None, "the action server ended"
            assert time.monotonic() < deadline, "the action server does not start"
            time.sleep(0.1)
        else:
            return

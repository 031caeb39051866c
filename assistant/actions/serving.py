"""An action server over a project's actions: rasa-sdk's own, kept to this machine, bounded, and silent about what it was sent."""

from __future__ import annotations

import json
import os
import socket
import zlib
from typing import TYPE_CHECKING, Any

from assistant.actions.worker import load
from assistant.errors import ActionServerNotStarted, ActionsNotLoaded
from assistant.project import made_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_REQUEST_BYTES = 32_000_000
"""Of one call, before and after it is inflated."""

_FAILED, _TOO_LARGE, _UNREADABLE = 500, 413, 400


def serve(
    folder: Path, state: Path, host: str, port: int, *, reload: bool = False, on_ready: Callable[[str, tuple[str, ...]], None]
) -> None:
    """Answers calls of the project's actions until it is interrupted.

    Args:
        folder: holds the package or module ``actions``; it becomes the working folder, as with ``python -m rasa_sdk``.
        state: the project's state folder; actions find it in ASSISTANT_STATE_DIR.
        host: the address to listen on.
        port: 0 takes a free one.
        reload: looks before each call whether the actions' files have changed.
        on_ready: is told the address of the webhook, and the names of the actions.

    Raises:
        ActionsNotLoaded: they cannot be imported.
        ActionServerNotStarted: the address cannot be listened on.
    """
    listening = _listening(host, port)
    os.environ["ASSISTANT_STATE_DIR"] = str(made_folder(state).resolve())
    folder = folder.resolve()
    os.chdir(folder)
    executor, problem = load(folder)
    if executor is None:
        listening.close()
        raise ActionsNotLoaded(folder=str(folder), why=problem)
    app = _bounded(executor, reload=reload)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/webhook"
    app.after_server_start(lambda *_: on_ready(address, tuple(sorted(executor.actions))))
    app.run(sock=listening, single_process=True, motd=False, access_log=False)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise ActionServerNotStarted(address=f"{host}:{port}", why=getattr(error, "strerror", None) or str(error)) from error
    return listening


def _bounded(executor: Any, *, reload: bool) -> Any:
    """rasa-sdk's application: other origins are refused, bodies are bounded, and a failure does not send back what was asked."""
    from rasa_sdk.endpoint import create_app
    from sanic.response import json as answer

    app = create_app(executor, cors_origins=[], auto_reload=reload)
    app.config.REQUEST_MAX_SIZE = MAX_REQUEST_BYTES

    async def refuse(request: Any) -> Any:
        if request.method != "POST":
            return None
        try:
            call = json.loads(_inflated(request.body) if request.headers.get("content-encoding") == "deflate" else request.body)
        except OverflowError:
            return answer({"error": "Request body too large"}, status=_TOO_LARGE)
        except (ValueError, RecursionError, zlib.error):
            call = None
        return None if isinstance(call, dict) else answer({"error": "Invalid body request"}, status=_UNREADABLE)

    async def hide(_request: Any, response: Any) -> None:
        if response is None or response.status != _FAILED:
            return
        body = json.loads(response.body)
        response.body = json.dumps({"error": body.get("error", "") if isinstance(body, dict) else ""}).encode()

    app.on_request(refuse)
    app.on_response(hide)
    return app


def _inflated(body: bytes) -> bytes:
    inflating = zlib.decompressobj()
    content = inflating.decompress(body, MAX_REQUEST_BYTES)
    if inflating.unconsumed_tail:
        raise OverflowError
    return content

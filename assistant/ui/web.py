"""The same screens in a browser of this machine: a small server that starts one process for each visitor.

Nobody is asked who they are, so nobody else may come: the server listens on the loopback address alone, answers only requests that
are addressed to it there, and lets no page of another site talk to it.
"""

from __future__ import annotations

import re
import shlex
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import NotLoopback, PortTaken, WebNotInstalled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

LOOPBACK = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::1": "::1"}
"""The hosts that the server takes, and the address that it listens on."""

_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self' ws://{authority}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Pages load nothing from elsewhere, and stand in no frame of another page."""

_ELSEWHERE = re.compile(r"<link\b[^>]*https://[^>]*>")
"""What the library's page would load from elsewhere: a font. The policy refuses it; without it, nothing is asked for at all."""

_FOCUS = """<script>
  const waiting = setInterval(() => {
    const field = document.querySelector("#terminal textarea");
    if (field) { clearInterval(waiting); field.focus(); }
  }, 50);
</script>"""
"""Lets people type at once, without a click first."""


def serve(command: Sequence[str], host: str, port: int) -> None:
    """Serves the screens until it is interrupted.

    Args:
        command: opens the chat; run once for each visitor.
        host: a name of this machine.
        port: 0 takes any that is free.

    Raises:
        NotLoopback: the host is another one.
        PortTaken: somebody listens on the port.
        WebNotInstalled: the server's library is not there.
    """
    made_server(command, host, port).serve()


def made_server(command: Sequence[str], host: str, port: int) -> Any:
    """Returns the server, a ``textual_serve.server.Server``; arguments and errors as of ``serve``."""
    if host not in LOOPBACK:
        raise NotLoopback(host=host)
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError as error:
        raise WebNotInstalled(why=str(error)) from error
    address = LOOPBACK[host]
    port = _free(address, port)
    authority = f"[{address}]:{port}" if ":" in address else f"{host}:{port}"

    @web.middleware
    async def guarded(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        if not is_from_here(request.headers.get("Host"), request.headers.get("Origin"), port):
            raise web.HTTPForbidden(text="This server answers its own machine alone.")
        response = await handler(request)
        if isinstance(response, web.Response) and response.content_type == "text/html" and response.text:
            response.text = _ELSEWHERE.sub("", response.text).replace("</body>", f"{_FOCUS}</body>")
        if not response.prepared:
            response.headers["Content-Security-Policy"] = _POLICY.format(authority=authority)
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    class Guarded(Server):
        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(guarded)
            return app

        async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002 (the signature is the library's)
            print(f"the chat is at {self.public_url}  (ctrl+c ends it)", flush=True)  # noqa: T201 (what the user asked for)

        def initialize_logging(self) -> None:
            """Leaves logging alone: the screens of visitors have logs of their own."""

    return Guarded(shlex.join(command), host=address, port=port, title="assistant", public_url=f"http://{authority}")


def is_from_here(host: str | None, origin: str | None, port: int) -> bool:
    """Returns whether a request is addressed to this server by a loopback name, and comes from its own pages or from no page.

    A page of another site can send requests here, and a name of another site can lead here; both show in these headers.

    Args:
        host: the header; None where there is none.
        origin: the same.
        port: that the server listens on.
    """
    return _is_ours(f"//{host}", port) and (origin is None or (origin.startswith("http://") and _is_ours(origin, port)))


def _is_ours(url: str, port: int) -> bool:
    try:
        parts = urlsplit(url)
        found = parts.hostname, parts.port or 80
    except ValueError:
        return False
    return found[0] in LOOPBACK and found[1] == port


def _free(address: str, port: int) -> int:
    """The port, or a free one for 0."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address, port))
        except OSError as error:
            raise PortTaken(port=port, why=error.strerror or str(error)) from error
        found: int = tried.getsockname()[1]
        return found

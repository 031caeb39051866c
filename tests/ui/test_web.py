"""The screens in a browser: served to this machine alone, to no page of another site, and with nothing loaded from elsewhere."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from assistant.cli.main import _run
from assistant.errors import NotLoopback, PortTaken, WebNotInstalled
from assistant.ui.web import is_from_here, made_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DRAWN = "import sys, os; sys.stdout.write('__GANGLION__\\n'); sys.stdout.flush(); sys.stdin.read()"


@pytest.fixture
async def address() -> AsyncIterator[str]:
    server: Any = made_server([sys.executable, "-c", DRAWN], "localhost", 0)
    runner = web.AppRunner(await server._make_app(), shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, server.host, server.port).start()
    yield server.public_url
    await runner.cleanup()


async def test_a_browser_of_this_machine_gets_the_page_and_nothing_from_elsewhere(address: str) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as answer:
            text = await answer.text()
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
        assert f"ws://{address.removeprefix('http://')}/ws" in text
        assert "default-src 'none'" in policy
        assert "http:" not in policy
        assert "https:" not in policy
        async with session.get(f"{address}/static/js/textual.js") as script:
            assert script.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://localhost"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js"])
async def test_other_names_and_pages_of_other_sites_are_refused(address: str, headers: dict[str, str], path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(address + path, headers=headers) as answer:
        assert answer.status == 403


async def test_the_page_may_open_its_socket(address: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{address}/ws?width=80&height=24", origin=address) as page,
    ):
        await page.send_json(["ping", "7"])
        answer = await asyncio.wait_for(page.receive(), 120)
        assert answer.json() == ["pong", "7"]


def test_other_machines_are_refused() -> None:
    for host in ("0.0.0.0", "192.168.1.5", "example.com", ""):  # noqa: S104 (that is the point)
        with pytest.raises(NotLoopback, match="UIX-004 --host"):
            made_server(["true"], host, 0)
    assert _run(["chat", "--web", "--host", "0.0.0.0"]) == 2  # noqa: S104


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken, match="UIX-005"):
            made_server(["true"], "localhost", other.getsockname()[1])


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    with pytest.raises(WebNotInstalled, match="pip install"):
        made_server(["true"], "localhost", 0)


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("localhost:8000", None, True),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("[::1]:8000", "http://localhost:8000", True),
        ("localhost:8000", "http://localhost:8001", False),
        ("localhost.evil.example:8000", None, False),
        ("localhost:x", None, False),
        (None, None, False),
    ],
)
def test_what_comes_from_here_is_told_by_host_and_origin(host: str | None, origin: str | None, *, expected: bool) -> None:
    assert is_from_here(host, origin, 8000) is expected

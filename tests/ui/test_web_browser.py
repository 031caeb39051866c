"""The screens in a real browser: Chromium without a window opens the page, somebody types, and the answer is drawn."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import numpy as np
import pytest
from aiohttp import web
from PIL import Image

from assistant.ui.web import made_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from assistant.project import Project

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
DEADLINE_S = 60.0
CONTROLS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
APP = """
import os, sys
from pathlib import Path
Path(__file__).with_suffix(".pid").write_text(str(os.getpid()))
from assistant.config import load_settings
from assistant.project import find_project
from assistant.ui.app import AssistantApp
from tests.ui.conftest import quick_training
from tests.ui.fake import FakeAgent

project = find_project(Path(sys.argv[1]))
AssistantApp(project, load_settings(), open_agent=FakeAgent, train=quick_training(project.root)).run()
"""


class Page:
    """A page of the browser, driven over its DevTools protocol.

    Attributes:
        received: what the page got through its socket, without what moves the cursor and sets colours.
        asked: addresses that it wanted to load.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.received = ""
        self.asked: list[str] = []
        self._socket = socket
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.create_task(self._listen())

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = len(self._answers) + 1
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await asyncio.wait_for(self._answers[number], DEADLINE_S)

    async def press(self, key: str, code: int = 0) -> None:
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        await self.do("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=code)
        await self.do("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    async def until(self, holds: Callable[[], object], what: str) -> None:
        deadline = asyncio.get_running_loop().time() + DEADLINE_S
        while not holds():
            assert asyncio.get_running_loop().time() < deadline, f"{what} did not come about; received: {self.received[-3000:]}"
            await asyncio.sleep(0.05)

    async def picture(self) -> np.ndarray[Any, Any]:
        data = base64.b64decode((await self.do("Page.captureScreenshot"))["data"])
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    async def close(self) -> None:
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening

    async def _listen(self) -> None:
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                self._answers[told["id"]].set_result(told.get("result", {}))
            elif told["method"] == "Network.webSocketFrameReceived":
                frame = told["params"]["response"]
                if frame["opcode"] == 2:  # binary: what the program writes to its terminal
                    self.received += CONTROLS.sub("", base64.b64decode(frame["payloadData"]).decode(errors="replace"))
            elif told["method"] == "Network.requestWillBeSent":
                self.asked.append(told["params"]["request"]["url"])


@pytest.fixture
async def address(project: Project, tmp_path: Path) -> AsyncIterator[str]:
    (tmp_path / "shown.py").write_text(APP)
    server: Any = made_server([sys.executable, str(tmp_path / "shown.py"), str(project.root)], "localhost", 0)
    runner = web.AppRunner(await server._make_app(), shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, server.host, server.port).start()
    yield server.public_url
    await runner.cleanup()
    await _ended(int((tmp_path / "shown.pid").read_text()))


async def _ended(pid: int) -> None:
    """Waits until the program behind the page has ended, and has been taken leave of by the loop that started it."""
    for attempt in range(int(DEADLINE_S / 0.1)):
        if not Path(f"/proc/{pid}").exists():
            break
        if attempt == 100:
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)


@pytest.fixture
async def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Page]:
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    assert CHROMIUM is not None
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0"]
    options += [f"--user-data-dir={tmp_path / 'browser'}", "--window-size=1200,800", "about:blank"]
    quiet = asyncio.subprocess.DEVNULL
    browser = await asyncio.create_subprocess_exec(CHROMIUM, *options, stdout=quiet, stderr=quiet)
    told = tmp_path / "browser" / "DevToolsActivePort"
    try:
        for _ in range(int(DEADLINE_S / 0.1)):
            if told.is_file() and told.read_text():
                break
            await asyncio.sleep(0.1)
        port = told.read_text().splitlines()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                target = next(one for one in await answer.json() if one["type"] == "page")
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                opened = Page(socket)
                yield opened
                await opened.close()
    finally:
        browser.terminate()
        try:
            await asyncio.wait_for(browser.wait(), DEADLINE_S)
        except TimeoutError:
            browser.kill()
            await browser.wait()


async def test_a_message_typed_in_the_browser_is_answered_there(address: str, page: Page) -> None:
    await page.do("Network.enable")
    await page.do("Emulation.setFocusEmulationEnabled", enabled=True)  # as in a window that is in front
    await page.do("Page.enable")
    await page.do("Page.navigate", url=address)
    await page.until(lambda: "What can I do for you?" in page.received, "the chat")
    before = await page.picture()
    for character in "delivery time":
        await page.press(character)
    await page.until(lambda: page.received.rstrip().endswith("time") or "delivery time" in page.received, "the letters")
    await page.press("Enter", 13)
    await page.until(lambda: "working days" in page.received, "the answer")
    deadline = asyncio.get_running_loop().time() + DEADLINE_S
    while True:  # the page shows a terminal full of text, and another one than before, as soon as it has drawn what it got
        after = await page.picture()
        n_colours, changed = len(np.unique(after.reshape(-1, 3), axis=0)), (before != after).any(axis=2).mean()
        if (n_colours > 30 and changed > 0.005) or asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.1)
    assert n_colours > 30
    assert changed > 0.005
    await page.do("Page.navigate", url="about:blank")  # whoever leaves the page ends the program behind it
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in page.asked if not url.startswith(own)] == []

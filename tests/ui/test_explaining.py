"""A message is explained by a process of its own, and a process that fails says so."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import pytest

from assistant.errors import NotExplained
from assistant.evaluation.explanation import Attribution, Explanation, Neighbour, WordShare
from assistant.messages import IntentScore, Parse
from assistant.ui.explaining import run_explain

EXPLANATION = Explanation(
    Parse("stop it", (IntentScore("cancel", 0.9),), text_tokens=((0, 4), (5, 7))),
    Attribution("cancel", (WordShare(0, 4, 1.5), WordShare(5, 7, -0.2)), -0.1, -1.4, 0.01, 32),
    (Neighbour("stop my order", "cancel", 0.12, "nlu.yml:3"),),
)


def script(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def test_what_the_process_says_is_the_explanation() -> None:
    said = json.dumps(EXPLANATION.as_json())
    assert await run_explain(script(f"print('loading'); print({said!r})")) == EXPLANATION


async def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(NotExplained, match="NLU-009 no word"):
        await run_explain(script("import sys; sys.exit('NLU-009 no word')"))
    with pytest.raises(NotExplained, match="status 3"):
        await run_explain(script("raise SystemExit(3)"))
    for written in ("", "{}", "[1]", "not JSON"):
        with pytest.raises(NotExplained, match="cannot be read"):
            await run_explain(script(f"print({written!r})"))


async def test_leaving_ends_the_process(tmp_path: Path) -> None:
    started = tmp_path / "started"
    code = f"import os, pathlib, time; pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(600)"
    task = asyncio.create_task(run_explain(script(code)))
    while not (started.exists() and started.read_text()):
        await asyncio.sleep(0.02)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 300  # it has not been waited for
    assert not Path(f"/proc/{started.read_text()}").exists()

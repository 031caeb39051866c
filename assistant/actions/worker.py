"""The process that runs a project's custom actions: ``python -m assistant.actions.worker FOLDER``.

It reads one call a line from standard input and writes one answer a line to what was its standard output when it started. All
that actions print goes to standard error. Out of the chat's process, an action that hangs, exits, prints or leaks harms
nothing but itself.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import pkgutil
import sys
import traceback
from pathlib import Path
from typing import Any

PACKAGE = "actions"


def main() -> None:
    """Registers the actions of the folder named on the command line, then answers calls until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    calls = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # an action that asks for input gets none, instead of the next call
    folder = Path(sys.argv[1]).resolve()
    executor, problem = load(folder)
    _write(answers, {"actions": sorted(executor.actions) if executor else [], "problem": problem})
    for line in calls:
        _write(answers, asyncio.run(_answer(executor, json.loads(line))))


def load(folder: Path) -> tuple[Any, str]:
    """Returns an executor of rasa-sdk with the actions of a folder, or None and what is wrong with them."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        from rasa_sdk.executor import ActionExecutor

        _import_all()  # rasa-sdk ends the process when an import fails, and says why in its log alone
        executor = ActionExecutor()
        executor.register_package(PACKAGE)
    except BaseException as error:  # noqa: BLE001 (whatever a project's module does at import, SystemExit included)
        traceback.print_exc()
        return None, f"{type(error).__name__}: {error} (in {folder.name}/{PACKAGE})"
    return executor, ""


def _import_all() -> None:
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{PACKAGE}."):
        importlib.import_module(module.name)


async def _answer(executor: Any, call: dict[str, Any]) -> dict[str, Any]:
    from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

    try:
        result = await executor.run(call)
        answer = result.model_dump() if hasattr(result, "model_dump") else result
        json.dumps(answer)
    except ActionExecutionRejection:
        return {"status": "rejected"}
    except ActionNotFoundException:
        return {"status": "unknown"}
    except BaseException as error:  # noqa: BLE001 (an action may do anything, SystemExit included)
        traceback.print_exc()
        return {"status": "failed", "why": f"{type(error).__name__}: {error}"}
    return {"status": "ok", "answer": answer}


def _write(answers: Any, value: dict[str, Any]) -> None:
    answers.write(json.dumps(value, default=str) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()

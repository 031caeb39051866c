"""All tasks by name."""

from __future__ import annotations

from typing import Any

from assistant.albert.tasks import classification, conll, glue, race, squad
from assistant.errors import UnknownTask

TASKS: dict[str, Any] = {task.name: task for module in (glue, squad, race, conll, classification) for task in module.TASKS}
_SPELLINGS = {
    "sts": "stsb",
    "sst": "sst2",
    "squad1": "squad",
    "squad11": "squad",
    "squadv1": "squad",
    "squadv11": "squad",
    "squadv2": "squad2",
    "squad20": "squad2",
    "squadv20": "squad2",
}


def find_task(name: str) -> Any:
    """Returns the task of a name, however it is spelt: ``SST-2`` and ``sst2`` are one.

    Raises:
        UnknownTask: there is none.
    """
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    plain = _SPELLINGS.get(plain, plain)
    if plain not in TASKS:
        raise UnknownTask(name=name, known=TASKS)
    return TASKS[plain]

"""The catalogue of failures as people read it: one line each in errors.txt."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import assistant
from assistant import errors
from assistant.errors import AssistantError, Place
from assistant.faq.entry import FaqEntry

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(assistant.__file__).parent
FACTS: dict[str, Any] = {
    "action": "action_track_order",
    "address": "127.0.0.1:5055",
    "agent": "kim",
    "actions": ("utter_greet", "utter_goodbye"),
    "allowed": 0.001,
    "author": "ann",
    "change": "do this",
    "column": "slotz",
    "current": FaqEntry("returns-shoes", "Can I return shoes?", "No.", version=7, author="ann"),
    "difference": 0.25,
    "document_id": "return-policy",
    "engine": "ctranslate2",
    "entry_id": "returns-shoe",
    "epoch": 3,
    "example": "from [Cork](city",
    "expected": "a list",
    "first": Place("intents/domain.yml", 3),
    "follow_up": "returns-shoe",
    "folds": 10,
    "folder": Path("bot/.assistant/models/one"),
    "form": 1,
    "found": 7,
    "got": 5,
    "handoff_id": 3,
    "host": "0.0.0.0",  # noqa: S104 (it is what is refused)
    "key": "slotz",
    "kind": "slot",
    "known": ("order_id", "returns-shoes", "slots", "compact", ".yml"),
    "line": 3,
    "meaning": "few",
    "n_examples": 1,
    "n_intents": 1,
    "n_turns": 3,
    "name": "oder_id",
    "newest": 7,
    "other": Place("intents/stories.yml", 20),
    "output": "intent_logits",
    "pair": "de-en",
    "part": "Rome",
    "path": Path("bot/intents/nlu.txt"),
    "paths": (Path("feedback.txt"),),
    "payload": "/inform{",
    "port": 8000,
    "position": 4,
    "project": "bot",
    "reads": 2,
    "rejected": FaqEntry("returns-shoes", "Can I return shoes?", "Yes."),
    "seconds": 10.0,
    "sender_id": "ann",
    "tag": "!!python/object",
    "text": "from Cork",
    "turn": 9,
    "url": "http://localhost:5055/webhook",
    "value": "many",
    "version": "4.0",
    "what": "this is what it says",
    "where": Place("intents/domain.yml", 14),
    "why": "this is why",
}


def catalogue() -> list[type[AssistantError]]:
    """Every failure with a code of its own, by code."""
    found = (value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, AssistantError))
    return sorted((failure for failure in found if "code" in vars(failure) and failure is not AssistantError), key=lambda f: f.code)


def sample(failure: type[AssistantError]) -> AssistantError:
    facts = inspect.signature(failure).parameters.values()
    return failure(**{fact.name: FACTS[fact.name] for fact in facts if fact.name in FACTS or fact.default is fact.empty})


@cache
def made_in_the_program() -> set[str]:
    """The names of what is called anywhere in the package outside of the catalogue."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py") if path.name != "errors.py")
    calls = (node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {func.id if isinstance(func, ast.Name) else func.attr for func in calls if isinstance(func, ast.Name | ast.Attribute)}


def test_the_catalogue_reads_as_it_should(golden: Callable[[str, str], None]) -> None:
    golden(
        "errors.txt", "".join(f"{failure.__name__:<24} exit {failure.exit_code}  {sample(failure)}\n" for failure in catalogue())
    )


def test_each_code_is_used_once() -> None:
    codes = [failure.code for failure in catalogue()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("failure", catalogue(), ids=lambda failure: failure.__name__)
def test_a_failure_says_what_and_how_to_mend_it_on_one_line_and_is_raised_somewhere(failure: type[AssistantError]) -> None:
    error = sample(failure)
    text = str(error)
    assert text.startswith(failure.code)
    assert "\n" not in text
    assert failure.__doc__
    assert failure.__doc__.rstrip().endswith(".")
    assert error.fix
    assert set(error.as_json()) == {"code", "where", "what", "fix"}
    assert failure.exit_code in {1, 2, 3, 4}
    assert failure.__name__ in made_in_the_program()


def test_the_nearest_name_or_the_known_ones_are_offered() -> None:
    assert errors.nearest("gret", ["greet", "bye"]) == 'did you mean "greet"?'
    assert errors.nearest("zzz", ["b", "a"]) == "known are: a, b"
    assert errors.nearest("zzz", map(str, range(10))) == "known are: 0, 1, 2, 3, 4, 5, 6, 7, ..."
    assert errors.nearest("zzz", []) == "none is defined yet"

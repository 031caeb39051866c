from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assistant.cli.main import run
from assistant.dialogue.events import ActionExecuted, UserUttered
from assistant.messages import Parse
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.dialogue.events import Event

POLICY = """# Returns

## Deadlines

You can return most items within thirty days of delivery. The thirty days begin when the parcel is delivered. The sky is blue.

## Refunds

We refund the price to your card when the return has reached us. The refund for a return takes five days.
"""


def ran(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    return int(ended.value.code or 0)


def test_a_file_is_summed_up_with_the_source_of_each_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "returns.md"
    file.write_text(POLICY)
    assert ran("summarize", str(file), "--sentences", "2", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["sentences"]
    assert len(rows) == 2
    assert "The sky is blue." not in {row["text"] for row in rows}
    assert {row["place"] for row in rows} <= {"Returns > Deadlines", "Returns > Refunds"}
    assert ran("summarize", str(file), "--sentences", "1") == 0
    assert "    from Returns > " in capsys.readouterr().out


def test_a_conversation_is_summed_up_in_three_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: [help]\nactions: [action_look]\n')
    (tmp_path / ".assistant").mkdir()
    with open_database(f"sqlite:///{tmp_path}/.assistant/assistant.db") as database:
        said = [UserUttered(text, Parse(text)) for text in ("hi", "my parcel came broken", "what now")]
        events: list[Event] = [said[0], said[1], ActionExecuted("action_look"), ActionExecuted("action_default_fallback"), said[2]]
        ConversationStore(database).append("ann", events, 0)
    assert ran("summarize", "ann", "--project", str(tmp_path), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sentences"] == [
        'The customer wants: "my parcel came broken".',
        "The assistant has done: look.",
        'Open: "my parcel came broken" was not answered; the customer said last: "what now".',
    ]


def test_what_is_neither_file_nor_conversation_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "domain.yml").write_text('version: "3.1"\nintents: [help]\n')
    assert ran("summarize", "nobody", "--project", str(tmp_path)) == 2
    assert "KNW-004" in capsys.readouterr().err
    assert ran("summarize", "nobody", "nowhere", "--project", str(tmp_path)) == 2

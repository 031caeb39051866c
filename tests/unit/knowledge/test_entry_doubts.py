from __future__ import annotations

import pytest

from assistant.config import Settings
from assistant.errors import MissingError, NoModel
from assistant.faq.entry import FaqEntry
from assistant.knowledge.entry_doubts import EntryProofs
from assistant.opening import open_proofs

BROKEN = "Order days the within refund we and soon you your as return received 30 can."
INSULT = "Shut the fuck up, you stupid bitch."


def test_each_doubt_names_its_part_and_its_line() -> None:
    entry = FaqEntry("e", "Fuck you?", f"All is well with your order. {INSULT}\n\n{BROKEN}", ("How are you?",))
    doubts = open_proofs(Settings.model_validate({})).doubts(entry)
    assert [(doubt.part, doubt.kind) for doubt in doubts if doubt.part == "answer"] == [("answer", "abuse"), ("answer", "fluency")]
    assert doubts[-2].text == INSULT
    assert str(doubts[-2]).startswith("e, answer: this reads as abuse (")
    assert doubts[-1].as_json()["text"] == BROKEN
    assert str(doubts[-1]).endswith(f': "{BROKEN}"')


def test_thresholds_of_the_project_hold() -> None:
    entry = FaqEntry("e", "Why?", INSULT)
    assert open_proofs(Settings.model_validate({"moderation_thresholds": {"abuse": 1.0}})).flagged(entry) == ()


def test_nobody_here_can_read_german() -> None:
    assert open_proofs(Settings.model_validate({})).weak(FaqEntry("e", "Wann?", BROKEN, language="de")) == ()


def test_what_is_not_there_doubts_nothing_and_is_looked_for_once() -> None:
    looked: list[str] = []

    def missing() -> object:
        looked.append("x")
        raise NoModel(project="here")

    assert issubclass(NoModel, MissingError)
    proofs = EntryProofs(missing, missing)  # type: ignore[arg-type]
    entry = FaqEntry("e", "Why?", BROKEN)
    assert proofs.doubts(entry) == proofs.doubts(entry) == ()
    assert len(looked) == 2


@pytest.mark.parametrize("answer", ["", "\x00", "😀" * 500, "\n\n", "word " * 3_000])
def test_any_text_is_read(answer: str) -> None:
    open_proofs(Settings.model_validate({})).doubts(FaqEntry("", answer[:100], answer))

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.corrections.suggestions import ignore, ignored_messages, key_of, messages_in, suggest, uncertainty
from assistant.dialogue.events import BotUttered, UserUttered
from assistant.errors import CannotWrite
from assistant.messages import BotMessage, IntentScore, Parse
from tests.integration.bots import Keywords

if TYPE_CHECKING:
    from assistant.dialogue.events import Event
    from assistant.project import Project


def parsed(*confidences: float) -> Parse:
    return Parse("x", tuple(IntentScore(f"i{n}", one) for n, one in enumerate(confidences)))


def test_messages_are_what_people_wrote() -> None:
    first: list[Event] = [
        UserUttered("where is  my order"),
        BotUttered(BotMessage("there")),
        UserUttered("/greet"),
        UserUttered("hi"),
    ]
    second: list[Event] = [
        UserUttered("hi"),
        UserUttered(" "),
        UserUttered("w" * 1000),
        UserUttered("later", metadata={"is_external": True}),
    ]
    assert messages_in([first, second]) == {"hi": 2, "where is my order": 1}
    assert list(messages_in([first, second])) == ["hi", "where is my order"]


def test_uncertainty_is_the_share_of_the_highest_entropy() -> None:
    assert uncertainty(parsed(0.5, 0.5)) == pytest.approx(1.0)
    assert uncertainty(parsed(1.0, 0.0)) == pytest.approx(0.0, abs=1e-6)
    assert uncertainty(parsed(0.9, 0.1)) == pytest.approx(0.469, abs=1e-3)
    assert uncertainty(Parse("x")) == 1.0
    assert uncertainty(parsed(0.8)) == pytest.approx(0.2)


def test_what_is_doubtful_and_typical_comes_first() -> None:
    bot = Keywords({}, {})
    doubts = {"parcel late again": 0.5, "parcel late today": 0.9, "qqq www eee": 0.5, "Hello!": 0.5, "ignored one": 0.5}
    messages = dict.fromkeys(doubts, 1) | {"PARCEL late, again": 2}

    def parse(text: str) -> Parse:
        sure = doubts[text]
        return Parse(text, (IntentScore("a", sure), IntentScore("b", 1 - sure)))

    found = suggest(messages, ["hello"], {key_of("Ignored one!")}, parse, bot.encode)
    assert [one.text for one in found] == ["parcel late again", "parcel late today", "qqq www eee"]
    assert found[0].n_times == 3
    assert found[0].worth > found[1].worth > found[2].worth
    assert suggest({}, [], (), parse, bot.encode) == ()


def test_messages_that_mean_the_same_are_one_suggestion() -> None:
    def encode(texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return np.array([[1, 0], [0.999, 0.045], [0, 1]], dtype=np.float32)

    found = suggest({"a b": 2, "a c": 3, "x y": 1}, [], (), Parse, encode)
    assert sorted(one.n_times for one in found) == [1, 5]


def test_what_is_ignored_stays_so_and_tells_nobody_what_was_written(project: Project) -> None:
    assert ignored_messages(project) == frozenset()
    ignore(project, ["My card is 4111"])
    ignore(project, ["another"])
    assert ignored_messages(project) == {key_of("my card is 4111!"), key_of("another")}
    assert "card" not in (project.state / "ignored-messages.json").read_text()
    ignore(project, ["another"], is_ignored=False)
    assert ignored_messages(project) == {key_of("my card is 4111")}
    (project.state / "ignored-messages.json").write_text("{broken")
    assert ignored_messages(project) == frozenset()
    (project.state / "ignored-messages.json.new").mkdir()
    with pytest.raises(CannotWrite):
        ignore(project, ["x"])

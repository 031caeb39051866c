from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.analysis.analysing import BATCH, analyse
from assistant.config import load_settings
from assistant.errors import CannotWrite, NoFeedback
from assistant.messages import Cancelled, Flag, IntentScore, Parse, Progress, Sentiment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Words:
    """Understands by words: ``bad`` and ``good`` are moods, ``idiot`` is abuse, ``refund`` an intent."""

    def __init__(self) -> None:
        self.longest = 0

    def parse_many(self, texts: Sequence[str]) -> list[Parse]:
        self.longest = max(self.longest, len(texts))
        return [self._parse(text) for text in texts]

    def _parse(self, text: str) -> Parse:
        score = ("good" in text) * 0.8 - ("bad" in text) * 0.8
        label = "positive" if score > 0 else "negative" if score < 0 else "neutral"
        flags = (Flag("abuse", 0.9),) if "idiot" in text else ()
        intent = IntentScore("refund" if "refund" in text else "other", 0.9 if "refund" in text else 0.1)
        return Parse(text, (intent,), sentiment=Sentiment(label, score, "joy" if score > 0 else "neutral"), flags=flags)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        kinds = [text for _, text in ROWS]
        return np.eye(len(kinds), dtype=np.float32)[[kinds.index(text) for text in texts]]


ROWS = [
    ("2024-01-01", "good refund"),
    ("2024-01-01", "bad refund, idiot"),
    ("2024-01-03", "=SUM(A1) bad <b>parcel</b>"),
    ("2024-01-05", "+1 parcel"),
]


def table(folder: Path, times: int = 8) -> Path:
    path = folder / "feedback.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("date", "text"), *ROWS * times])
    return path


def test_a_file_is_reported_as_json(tmp_path: Path) -> None:
    said = analyse([table(tmp_path)], Words(), load_settings(), lambda _: None).as_json()
    assert said["messages"] == 32
    assert said["sentiment"] == {
        "n": 32, "mean_sentiment": -0.2, "negative": 16, "neutral": 8, "positive": 8, "flagged": 8,
        "histogram": [8 * n for n in (2, 0, 0, 0, 0, 1, 0, 0, 0, 1)],
    }  # fmt: skip
    assert said["intents"] == [
        {"intent": "refund", "n": 16, "mean_sentiment": 0.0, "negative": 8, "neutral": 0, "positive": 8, "flagged": 8}
    ]
    assert said["without_intent"] == 16
    assert [(row["from"], row["n"]) for row in said["over_time"]] == [("2024-01-01", 16), ("2024-01-03", 8), ("2024-01-05", 8)]
    assert sum(topic["n"] for topic in said["topics"]) == 32
    assert said["worst"][0]["score"] == -0.8
    assert [row["text"] for row in said["flagged"]] == ["bad refund, idiot"]
    assert json.loads(json.dumps(said)) == said


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_report_for_people_fits_its_terminal(tmp_path: Path, width: int) -> None:
    text = analyse([table(tmp_path)], Words(), load_settings(), lambda _: None).as_text(width)
    assert max(map(len, text.splitlines())) <= max(60, min(width, 120))
    for heading in (
        "32 messages, mean sentiment -0.20, 8 flagged",
        "Emotions",
        "Over time",
        "Topics",
        "Intents",
        "Moderation flags",
    ):
        assert heading in text


def test_a_folder_gets_every_message_the_report_and_its_pictures(tmp_path: Path) -> None:
    out = tmp_path / "out"
    analyse([table(tmp_path, 1)], Words(), load_settings(), lambda _: None, output=out)
    assert sorted(path.name for path in out.iterdir()) == [
        "analysis.html", "analysis.json", "messages.csv", "over_time.svg", "sentiment.svg",
    ]  # fmt: skip
    with (out / "messages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["good refund", "bad refund, idiot", "'=SUM(A1) bad <b>parcel</b>", "'+1 parcel"]
    assert (rows[1]["sentiment"], rows[1]["score"], rows[1]["flags"]) == ("negative", "-0.8000", "abuse")
    page = (out / "analysis.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;parcel" in page
    assert "<b>parcel" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert json.loads((out / "analysis.json").read_text(encoding="utf-8"))["messages"] == 4


def test_messages_are_understood_a_batch_at_a_time_with_progress(tmp_path: Path) -> None:
    reader, steps = Words(), list[Progress]()
    analyse([table(tmp_path, BATCH)], reader, load_settings(), steps.append)
    assert reader.longest == BATCH
    assert [step.done for step in steps if step.stage == "read"] == [BATCH * n for n in range(1, 5)]


def test_work_that_is_stopped_leaves_nothing_half_written(tmp_path: Path) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        analyse([table(tmp_path)], Words(), load_settings(), stop, output=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_no_messages_are_no_analysis(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n \n")
    with pytest.raises(NoFeedback):
        analyse([tmp_path / "a.txt"], Words(), load_settings(), lambda _: None, output=tmp_path / "out")


def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(CannotWrite):
        analyse([table(tmp_path)], Words(), load_settings(), lambda _: None, output=tmp_path / "taken" / "out")

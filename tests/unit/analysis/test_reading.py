from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from assistant.analysis.reading import Columns, Feedback, moment, read_feedback
from assistant.errors import BadFeedback, UnknownColumn, UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2024, 4, 3, 12, 0, tzinfo=UTC)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def texts(path: Path, columns: Columns | None = None) -> list[str]:
    return [message.text for message in read_feedback(path, columns or Columns())]


def test_a_text_file_has_a_message_a_line(tmp_path: Path) -> None:
    assert texts(written(tmp_path, "feedback.txt", "too late\n\n  fine, thanks \r\n")) == ["too late", "fine, thanks"]


def test_a_table_names_its_columns_and_shows_what_stands_between_cells(tmp_path: Path) -> None:
    path = written(tmp_path, "reviews.csv", 'Id;Created_At;Customer comment\n1;2024-04-03T12:00:00Z;"late; ""very"""\n2;;ok\n3;;\n')
    assert list(read_feedback(path, Columns())) == [Feedback('late; "very"', NOON), Feedback("ok")]


def test_columns_that_are_named_go_first(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "text,said,when\nno,yes,1712145600\n")
    assert list(read_feedback(path, Columns("Said", "when"))) == [Feedback("yes", NOON)]


def test_lines_of_json_are_objects_or_texts(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", '{"message": "hi", "timestamp": 1712145600000}\n\n{"message": null}\n')
    assert list(read_feedback(path, Columns())) == [Feedback("hi", NOON)]
    assert texts(written(tmp_path, "b.jsonl", '"hi"\n"there"\n')) == ["hi", "there"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-04-03", datetime(2024, 4, 3, tzinfo=UTC)),
        ("2024-04-03 14:00:00+02:00", NOON),
        ("3/4/2024", datetime(2024, 4, 3, tzinfo=UTC)),
        ("03.04.2024 18:30", datetime(2024, 4, 3, tzinfo=UTC)),
        ("3 Apr 2024", datetime(2024, 4, 3, tzinfo=UTC)),
        ("20240403", datetime(2024, 4, 3, tzinfo=UTC)),
        (1712145600, NOON),
        ("soon", None),
        ("", None),
        (True, None),
        ("1e300", None),
    ],
)
def test_dates_come_in_many_forms(cell: object, expected: datetime | None) -> None:
    assert moment(cell) == expected


def test_the_order_of_day_and_month_is_the_projects() -> None:
    assert moment("3/4/2024", is_day_first=False) == datetime(2024, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "content", "columns", "said"),
    [
        (
            "a.csv",
            "id,score\n1,2\n",
            Columns(),
            "no column looks like holding the texts; name it with --text; there are: id, score",
        ),
        ("a.csv", "id,comment\n1,2\n", Columns("coment"), 'there is no column "coment"; did you mean "comment"?'),
        ("a.csv", "id,comment\n1,2\n", Columns("", "whenn"), 'there is no column "whenn"; known are: comment, id'),
    ],
)
def test_a_column_that_is_not_there_is_said(tmp_path: Path, name: str, content: str, columns: Columns, said: str) -> None:
    with pytest.raises(UnknownColumn) as raised:
        texts(written(tmp_path, name, content), columns)
    assert str(raised.value).endswith(said)


@pytest.mark.parametrize("content", ['{"text": "a"}\n{"text": \n', '{"text": "a"}\n[1]\n'])
def test_a_broken_line_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadFeedback) as raised:
        texts(written(tmp_path, "a.jsonl", content))
    assert raised.value.where is not None
    assert str(raised.value.where).endswith("a.jsonl:2")


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "a.txt", tmp_path / "none.txt"):
        with pytest.raises(UnreadableFile):
            texts(path)

"""Analyses a file of feedback: one pass, a batch of messages at a time, then topics among a sample of them."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from assistant.analysis.pages import course_svg, histogram_svg, page_of
from assistant.analysis.reading import Columns, read_feedback
from assistant.analysis.report import Analysis
from assistant.analysis.tally import Tally, periods
from assistant.analysis.topics import find_topics
from assistant.errors import CannotWrite, NoFeedback
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.analysis.reading import Feedback
    from assistant.config import Settings
    from assistant.messages import Parse, ProgressCallback

BATCH = 512
_FIELDS = ("at", "text", "sentiment", "score", "emotion", "intent", "confidence", "flags")
_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


class Reader(Protocol):
    """Understands messages; assistant.nlu.interpreter.Interpreter is it."""

    def parse_many(self, texts: Sequence[str]) -> list[Parse]:
        """Returns what each message means."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns sentence vectors. Shape: (n, hidden)."""


def analyse(
    files: Sequence[Path],
    interpreter: Reader,
    settings: Settings,
    on_progress: ProgressCallback,
    *,
    columns: Columns | None = None,
    n_topics: int | None = None,
    output: Path | None = None,
) -> Analysis:
    """Returns what the messages of files say.

    Args:
        files: as `read_feedback` reads them.
        interpreter: understands them.
        settings: which intents are trusted, and how dates are read.
        on_progress: told of each batch; may raise Cancelled.
        columns: where the files say what.
        n_topics: None: as many as set themselves apart best.
        output: a folder that gets ``messages.csv`` as the messages go by, then ``analysis.json``, ``analysis.html`` and pictures.

    Raises:
        UnreadableFile, UnknownColumn, BadFeedback: a file does not hold together.
        NoFeedback: there is no message in them.
        CannotWrite: the disk refused.
    """
    tally = Tally(settings.nlu_threshold)
    is_day_first = settings.date_order == "dmy"
    messages = (message for path in files for message in read_feedback(path, columns or Columns(), is_day_first=is_day_first))
    with _Rows(output) if output else nullcontext() as rows:
        while batch := list(islice(messages, BATCH)):
            pairs = list(zip(batch, interpreter.parse_many([message.text for message in batch]), strict=True))
            tally.add_all(pairs)
            if rows is not None:
                rows.add(pairs)
            on_progress(Progress("read", tally.mood.n, 0))
        if not tally.mood.n:
            raise NoFeedback(paths=files)
    analysis = _with_topics(tally, interpreter, on_progress, n_topics)
    if output is not None:
        write_report(output, analysis, ", ".join(path.name for path in files))
    return analysis


def _with_topics(tally: Tally, interpreter: Reader, on_progress: ProgressCallback, wanted: int | None) -> Analysis:
    import numpy as np

    texts = [text for text, _ in tally.sample]
    vectors = []
    for first in range(0, len(texts), BATCH):
        vectors.append(interpreter.encode(texts[first : first + BATCH]))
        on_progress(Progress("topics", min(first + BATCH, len(texts)), len(texts)))
    topics = find_topics(texts, [score for _, score in tally.sample], np.concatenate(vectors), wanted)
    return Analysis(tally, topics, len(texts))


def write_report(folder: Path, analysis: Analysis, title: str) -> None:
    """Writes the report as JSON and HTML, and its pictures as SVG.

    Raises:
        CannotWrite: the disk refused.
    """
    from assistant.evaluation.report_folder import write_reports

    course = periods(analysis.tally.by_day)
    pictures = {"sentiment.svg": histogram_svg(analysis.tally.bins)} | (
        {"over_time.svg": course_svg(course)} if len(course) > 1 else {}
    )
    said = json.dumps(analysis.as_json(), indent=1, ensure_ascii=False) + "\n"
    write_reports(folder, {"analysis.json": said, "analysis.html": page_of(analysis, title), **pictures})


class _Rows:
    """Writes one row a message as they go by, so that none of them is kept; whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "messages.csv"
        self._draft = folder / ".messages.csv.new"

    def __enter__(self) -> _Rows:
        with self._writing():
            self._draft.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._draft.open("w", encoding="utf-8", newline="")
            self._file.write(_row(_FIELDS))
        return self

    def add(self, pairs: Sequence[tuple[Feedback, Parse]]) -> None:
        """Writes messages with what was found in them."""
        with self._writing():
            self._file.writelines(_rows(pairs))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._writing():
            self._file.close()
            if kind is None:
                self._draft.replace(self._path)
            else:
                self._draft.unlink(missing_ok=True)

    def _writing(self) -> AbstractContextManager[None]:
        return _Refusal(self._path)


class _Refusal:
    """Says of a disk that refuses what could not be written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise CannotWrite(path=self._path, why=error.strerror or str(error)) from error


def _rows(pairs: Sequence[tuple[Feedback, Parse]]) -> Iterator[str]:
    for message, parse in pairs:
        sentiment = parse.sentiment
        yield _row(
            (
                message.at.isoformat() if message.at else "",
                message.text,
                sentiment.label if sentiment else "",
                f"{sentiment.score:.4f}" if sentiment else "",
                sentiment.emotion if sentiment else "",
                parse.intent.name,
                f"{parse.intent.confidence:.4f}",
                " ".join(flag.category for flag in parse.flags),
            )
        )


def _row(cells: Sequence[str]) -> str:
    """Returns a row of CSV; a text that a spreadsheet would run as a formula gets an apostrophe in front, a number does not."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if _FORMULA.match(cell) and not _is_number(cell) else cell for cell in cells])
    return line.getvalue()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True

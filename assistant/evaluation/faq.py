"""Measures the FAQ on questions of which the right entry is known, or that no entry answers; and tunes the threshold on them."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadEntry, MissingKey, NothingToMeasure, Place, UnknownEntry, UnreadableFile
from assistant.messages import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from assistant.messages import FaqResult, ProgressCallback

DEPTH = 10
"""Places of the ranking that are looked at; a right entry further down counts as not found."""

N_STEPS = 50
_N_BINS = 10
_MAX_SHOWN = 10
_BAR = 40
_HIT_5 = 5


@dataclass(frozen=True, slots=True)
class FaqCase:
    """A question and the entry that answers it; an empty entry: none does, the assistant should abstain."""

    question: str
    entry: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """What a threshold would make of the questions.

    Attributes:
        threshold: in [0, 1].
        answered: of the questions that have an entry, the share that gets an answer.
        right: of the answers given, the share that is right; 1 when none is given.
        abstained: of the questions without an entry, the share that gets none; 1 when there are no such questions.
        handled: of all questions, the share that is handled right: the right answer where there is one, none where there is none.
    """

    threshold: float
    answered: float
    right: float
    abstained: float
    handled: float


@dataclass(frozen=True, slots=True)
class FaqMistake:
    """A question that was not handled right; an empty ``found``: no answer was given."""

    question: str
    entry: str
    found: str
    score: float
    place: str


@dataclass(frozen=True, slots=True)
class FaqReport:
    """How well the FAQ answers. Shares lie in [0, 1].

    Attributes:
        n_with, n_without: questions that have an entry, and that have none.
        hit_1, hit_5: of those with an entry, it comes first, is among the first five.
        mrr: mean of one over the place of the right entry; 0 where it is not among the first ten.
        now: what is made of the questions as it is; its threshold is the one in the middle of those of the questions.
        thresholds: the lowest and the highest of these: they differ by question where the FAQ chooses them, and by entry.
        abstention_precision: of the questions that got no answer, the share that has none; 1 when every one was answered.
        abstention_recall: of the questions that have no answer, the share that got none; 1 when there are none.
        calibration_error: mean distance between the scores of first entries and the share of them that is right.
        best: the threshold that handles most questions right; of equal ones the one in the middle.
        curve: every threshold that was tried, rising.
        mistakes: what was not handled right, the surest first.
    """

    n_with: int
    n_without: int
    hit_1: float
    hit_5: float
    mrr: float
    now: ThresholdPoint
    thresholds: tuple[float, float]
    abstention_precision: float
    abstention_recall: float
    calibration_error: float
    best: ThresholdPoint
    curve: tuple[ThresholdPoint, ...]
    mistakes: tuple[FaqMistake, ...]

    def as_json(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        return asdict(self)

    def as_text(self) -> str:
        """Returns the report for people: the surest mistakes, the thresholds as a plot, the figures."""
        lines = []
        if self.mistakes:
            lines += ["  surest mistakes", *map(_mistake, self.mistakes[:_MAX_SHOWN]), ""]
        lines += ["  threshold  handled right", *(self._bar(point) for point in self.curve[:: N_STEPS // 20]), ""]
        lines += [
            f"hit@1 {self.hit_1:.3f}, hit@5 {self.hit_5:.3f}, MRR {self.mrr:.3f}: {self.n_with} questions with an entry",
            f"{_named(self.thresholds)}: {_point(self.now)}",
            f"abstention precision {self.abstention_precision:.3f}, recall {self.abstention_recall:.3f}: {self.n_without} without",
            f"calibration error {self.calibration_error:.3f}",
            f"best here: faq_threshold: {self.best.threshold:.2f} ({_point(self.best)})"
            if self.best.handled > self.now.handled
            else "no faq_threshold would be better here",
        ]
        return "\n".join(lines)

    def _bar(self, point: ThresholdPoint) -> str:
        step = 1.0 / N_STEPS
        marks = [
            name
            for name, chosen in (("now", self.now), ("best", self.best))
            if point.threshold <= chosen.threshold + 1e-9 < point.threshold + 2.5 * step
        ]
        shown = f"  {point.threshold:>9.2f}  {'█' * round(point.handled * _BAR):<{_BAR}} {point.handled:.3f}  {' '.join(marks)}"
        return shown.rstrip()


def read_cases(path: Path) -> list[FaqCase]:
    """Returns the questions of a file: JSON lines, or CSV with a first row of names; each has ``question`` and ``entry``.

    Raises:
        UnreadableFile: the file is missing or no UTF-8 text.
        MissingKey, BadEntry: a line has no question or no field for the entry, or is no JSON.
        NothingToMeasure: the file has no questions.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=str(path), why=str(error)) from error
    records = _rows_of_csv(lines) if path.suffix.lower() == ".csv" else _rows_of_json(lines, path)
    cases = [_case(record, Place(str(path), number)) for number, record in records]
    if not cases:
        raise NothingToMeasure(where=str(path))
    return cases


def evaluate(
    search: Callable[[str, int], FaqResult],
    cases: Sequence[FaqCase],
    known: Collection[str],
    progress: ProgressCallback = lambda _: None,
) -> FaqReport:
    """Returns how well questions find their entries.

    Args:
        search: finds the entries for a question, at most so many.
        cases: the questions.
        known: ids of the entries that may answer.
        progress: told of each question.

    Raises:
        UnknownEntry: a case names an entry that is not among them.
    """
    results = []
    for number, case in enumerate(cases, start=1):
        if case.entry and case.entry not in known:
            raise UnknownEntry(entry_id=case.entry, known=known)
        results.append(search(case.question, DEPTH))
        progress(Progress("ask", number, len(cases)))
    return _report(cases, results)


def _report(cases: Sequence[FaqCase], results: Sequence[FaqResult]) -> FaqReport:
    asked = [
        _Asked(case, _place(case, result), result.matches[0].score if result.matches else 0.0)
        for case, result in zip(cases, results, strict=True)
    ]
    places = [one.place for one in asked if one.case.entry]
    answered = [result.best is not None for result in results]
    thresholds = sorted(result.threshold for result in results)
    silent = [one for one, has_answer in zip(asked, answered, strict=True) if not has_answer]
    without = [one for one in asked if not one.case.entry]
    unanswered = [one for one in silent if not one.case.entry]
    curve = tuple(_at(asked, [one.score >= step / N_STEPS for one in asked], step / N_STEPS) for step in range(N_STEPS + 1))
    most = [point for point in curve if point.handled == max(point.handled for point in curve)]
    return FaqReport(
        n_with=len(places),
        n_without=len(without),
        hit_1=_share(sum(place == 1 for place in places), len(places)),
        hit_5=_share(sum(0 < place <= _HIT_5 for place in places), len(places)),
        mrr=_share(sum(1 / place for place in places if place), len(places)),
        now=_at(asked, answered, thresholds[len(thresholds) // 2]),
        thresholds=(thresholds[0], thresholds[-1]),
        abstention_precision=_share(len(unanswered), len(silent), empty=1.0),
        abstention_recall=_share(len(unanswered), len(without), empty=1.0),
        calibration_error=_calibration_error(asked),
        best=most[len(most) // 2],
        curve=curve,
        mistakes=_mistakes(asked, answered, results),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case, the place of its right entry (0: not found), and the score of the first entry."""

    case: FaqCase
    place: int
    score: float


def _at(asked: Sequence[_Asked], answered: Sequence[bool], threshold: float) -> ThresholdPoint:
    given = [one for one, has_answer in zip(asked, answered, strict=True) if has_answer]
    silent = [one for one, has_answer in zip(asked, answered, strict=True) if not has_answer]
    n_right = sum(one.place == 1 for one in given)
    n_with = sum(bool(one.case.entry) for one in asked)
    n_kept = sum(not one.case.entry for one in silent)
    return ThresholdPoint(
        threshold=threshold,
        answered=_share(sum(bool(one.case.entry) for one in given), n_with),
        right=_share(n_right, len(given), empty=1.0),
        abstained=_share(n_kept, len(asked) - n_with, empty=1.0),
        handled=_share(n_right + n_kept, len(asked)),
    )


def _place(case: FaqCase, result: FaqResult) -> int:
    found = [match.entry_id for match in result.matches]
    return found.index(case.entry) + 1 if case.entry in found else 0


def _calibration_error(asked: Sequence[_Asked]) -> float:
    """Returns the expected calibration error. Source: Naeini et al. 2015."""
    bins: dict[int, list[_Asked]] = {}
    for one in asked:
        bins.setdefault(min(int(one.score * _N_BINS), _N_BINS - 1), []).append(one)
    distances = (abs(sum(one.score for one in group) - sum(one.place == 1 for one in group)) for group in bins.values())
    return sum(distances) / len(asked)


def _mistakes(asked: Sequence[_Asked], answered: Sequence[bool], results: Sequence[FaqResult]) -> tuple[FaqMistake, ...]:
    found = []
    for one, has_answer, result in zip(asked, answered, results, strict=True):
        is_right = one.place == 1 if has_answer else not one.case.entry
        if not is_right:
            given = result.matches[0].entry_id if has_answer else ""
            found.append(FaqMistake(one.case.question, one.case.entry, given, one.score, one.case.place))
    return tuple(sorted(found, key=lambda mistake: (not mistake.found, -mistake.score)))


def _named(thresholds: tuple[float, float]) -> str:
    lowest, highest = (f"{threshold:.2f}" for threshold in thresholds)
    return f"threshold {lowest}" if lowest == highest else f"thresholds {lowest} to {highest}"


def _share(part: float, whole: int, empty: float = 0.0) -> float:
    return part / whole if whole else empty


def _point(point: ThresholdPoint) -> str:
    return (
        f"{point.answered:.3f} answered, {point.right:.3f} of these right; {point.abstained:.3f} without an entry turned away;"
        f" {point.handled:.3f} handled right"
    )


def _mistake(mistake: FaqMistake) -> str:
    wanted, got = mistake.entry or "no answer", mistake.found or "no answer"
    return f"  {mistake.score:.2f}  {mistake.question!r} wants {wanted}, got {got} ({mistake.place})"


def _rows_of_json(lines: Sequence[str], path: Path) -> list[tuple[int, dict[str, Any]]]:
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise BadEntry(where=Place(str(path), number), why=f"the line is no JSON: {error}") from error
        if not isinstance(record, dict):
            raise BadEntry(where=Place(str(path), number), why="the line is no JSON object")
        rows.append((number, record))
    return rows


def _rows_of_csv(lines: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader([line + "\n" for line in lines])
    return [(reader.line_num, {str(name).strip().lower(): cell for name, cell in row.items()}) for row in reader]


def _case(record: dict[str, Any], place: Place) -> FaqCase:
    if not str(record.get("question") or "").strip():
        raise MissingKey(where=place, key="question")
    if "entry" not in record:
        raise MissingKey(where=place, key="entry")
    return FaqCase(str(record["question"]), str(record["entry"] or "").strip(), str(place))

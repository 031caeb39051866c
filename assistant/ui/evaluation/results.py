"""What was measured last, kept in the project's state: the screen shows it on opening, with its model and time."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from assistant.evaluation.report_folder import write_reports
from assistant.languages import N_
from assistant.project import model_in_use
from assistant.training.held_out import Reading, read_readings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from assistant.project import Project

FOLDER: Final = "evaluation"
READINGS: Final = "readings.json"
_NLU, _STORIES, _ABOUT = "nlu", "stories.json", "about.json"
N_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Understood:
    """How messages are understood.

    Attributes:
        what: how it was measured, in a clause in English; model: the model in use at that time; at: when, seconds since the epoch.
        readings: of each example.
        entities: precision, recall, F1 and support by type; empty when entities were not measured.
        figures: by name, shares in [0, 1].
    """

    what: str
    model: str
    at: float
    readings: tuple[Reading, ...]
    entities: Mapping[str, tuple[float, float, float, int]] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def pairs(self) -> tuple[tuple[str, str, int], ...]:
        """(right, found, times) for each pair that occurs, sorted."""
        return tuple((*pair, n) for pair, n in sorted(Counter((one.intent, one.found) for one in self.readings).items()))

    def names(self) -> tuple[str, ...]:
        """The intents, those with most mistakes first."""
        mistakes: Counter[str] = Counter({one.intent: 0 for one in self.readings})
        for one in self.readings:
            if one.intent != one.found:
                mistakes[one.intent] += 1
                mistakes[one.found] += 1
        return tuple(sorted(mistakes, key=lambda name: (-mistakes[name], name)))

    def cells(self) -> Mapping[tuple[str, str], tuple[Reading, ...]]:
        """The examples behind each cell of the confusion matrix, by right and found intent, the surest first."""
        found: dict[tuple[str, str], list[Reading]] = defaultdict(list)
        for one in sorted(self.readings, key=lambda one: -one.confidence):
            found[one.intent, one.found].append(one)
        return {pair: tuple(rows) for pair, rows in found.items()}

    def errors(self) -> tuple[Reading, ...]:
        """The examples that were taken for another intent, the surest first."""
        return tuple(sorted((one for one in self.readings if one.intent != one.found), key=lambda one: (-one.confidence, one.text)))

    def bins(self) -> tuple[tuple[float, int, int], ...]:
        """Mean confidence, right and wrong of the examples in each tenth of confidence."""
        rows: list[list[Reading]] = [[] for _ in range(N_BINS)]
        for one in self.readings:
            rows[min(int(one.confidence * N_BINS), N_BINS - 1)].append(one)
        shown = []
        for number, row in enumerate(rows):
            mean = sum(one.confidence for one in row) / len(row) if row else (number + 0.5) / N_BINS
            right = sum(one.intent == one.found for one in row)
            shown.append((mean, right, len(row) - right))
        return tuple(shown)


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of conversation tests.

    Attributes:
        model, at: as for ``Understood``.
        n_passed, n_failed: tests; n_right, n_decisions: decisions.
        failures: of each step that was not as expected: story, where, kind, expected, found, reason.
        coverage: touched and all, by kind.
    """

    model: str
    at: float
    n_passed: int
    n_failed: int
    n_right: int
    n_decisions: int
    failures: tuple[Mapping[str, str], ...] = ()
    coverage: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def folder_of(project: Project) -> Path:
    """Returns the folder that a measurement of understanding writes into."""
    return project.state / FOLDER / _NLU


def keep_understood(project: Project, what: str) -> None:
    """Notes when and with which model the measurement was made whose files were just written.

    Raises:
        CannotWrite: the disk refuses.
    """
    about = {"what": what, "model": _model(project), "at": time.time()}
    write_reports(folder_of(project), {_ABOUT: json.dumps(about) + "\n"})


def keep_followed(project: Project, report: Mapping[str, Any]) -> None:
    """Keeps the report of conversation tests.

    Raises:
        CannotWrite: the disk refuses.
    """
    kept = {"model": _model(project), "at": time.time(), "report": dict(report)}
    write_reports(project.state / FOLDER, {_STORIES: json.dumps(kept) + "\n"})


def last_understood(project: Project) -> Understood | None:
    """Returns the last measurement; else what the training of the model in use said of held-out examples; else None."""
    return _kept_understood(folder_of(project)) or _of_training(project)


def last_followed(project: Project) -> Followed | None:
    """Returns what came of the last run of conversation tests; None when there was none, or it cannot be read."""
    try:
        kept = json.loads((project.state / FOLDER / _STORIES).read_text(encoding="utf-8"))
        report = kept["report"]
        passed, failed, n_right, n_all = (int(report[name]) for name in ("passed", "failed", "actions_right", "actions"))
        failures = tuple({str(key): str(value) for key, value in row.items()} for row in report["failures"])
        coverage = {str(kind): (int(row["touched"]), int(row["all"])) for kind, row in report["coverage"].items()}
        return Followed(str(kept["model"]), float(kept["at"]), passed, failed, n_right, n_all, failures, coverage)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _kept_understood(folder: Path) -> Understood | None:
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        rows = json.loads((folder / READINGS).read_text(encoding="utf-8"))
        readings = tuple(Reading(str(r["text"]), str(r["intent"]), str(r["found"]), float(r["confidence"])) for r in rows)
        names = ("intent_accuracy", "intent_macro_f1", "calibration_error", "sentence_accuracy")
        figures = {name: float(report[name]) for name in names}
        entities = {str(name): _scores(row) for name, row in report["entities"].items()}
        if entities:
            entities["all"] = _scores(report["entity"])
            figures["entity_f1"] = entities["all"][2]
        return Understood(str(about["what"]), str(about["model"]), float(about["at"]), readings, entities, figures)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _scores(row: Mapping[str, Any]) -> tuple[float, float, float, int]:
    return float(row["precision"]), float(row["recall"]), float(row["f1"]), int(row["support"])


def _of_training(project: Project) -> Understood | None:
    folder = model_in_use(project)
    readings = read_readings(folder) if folder is not None else ()
    if folder is None or not readings:
        return None
    accuracy = sum(one.intent == one.found for one in readings) / len(readings)
    figures = {"intent_accuracy": accuracy, "calibration_error": _calibration_error(readings)}
    at = (folder / "manifest.json").stat().st_mtime
    return Understood(N_("held out while the model in use was trained"), folder.name, at, readings, {}, figures)


def _calibration_error(readings: Sequence[Reading]) -> float:
    """The mean distance between confidence and accuracy over tenths of confidence, weighted by their examples."""
    bins = Understood("", "", 0.0, tuple(readings)).bins()
    return sum(abs(mean * (right + wrong) - right) for mean, right, wrong in bins) / max(1, len(readings))


def _model(project: Project) -> str:
    folder = model_in_use(project)
    return folder.name if folder is not None else ""

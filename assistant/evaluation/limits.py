"""Holds figures against what was asked for, so that a build can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.evaluation.nlu_report import NluReport


@dataclass(frozen=True, slots=True)
class Limits:
    """What the figures must reach; None asks for nothing.

    Attributes:
        min_accuracy, min_f1: of intents: their accuracy and macro F1.
        min_entity_f1: of all entities, strict.
        min_sentence_accuracy: intent and entities all right.
        max_calibration_error: of the intents' confidences.
        min_auroc, min_recall: of texts out of scope; not reached when there were none to measure on.
    """

    min_accuracy: float | None = None
    min_f1: float | None = None
    min_entity_f1: float | None = None
    min_sentence_accuracy: float | None = None
    max_calibration_error: float | None = None
    min_auroc: float | None = None
    min_recall: float | None = None

    def shortfalls(self, report: NluReport) -> tuple[str, ...]:
        """Returns a clause for each figure that is not as good as asked for; empty when all are."""
        figures = report.figures()
        asked = (
            ("intent_accuracy", self.min_accuracy),
            ("intent_macro_f1", self.min_f1),
            ("entity_f1", self.min_entity_f1),
            ("sentence_accuracy", self.min_sentence_accuracy),
            ("out_of_scope_auroc", self.min_auroc),
            ("out_of_scope_recall", self.min_recall),
        )
        missed = [_missed(name, figures.get(name), least) for name, least in asked if least is not None]
        most = self.max_calibration_error
        if most is not None and not report.calibration_error <= most:
            missed.append(f"calibration error {report.calibration_error:.4f} is above {most:g}")
        return tuple(clause for clause in missed if clause)


def _missed(name: str, value: float | None, least: float) -> str:
    shown = name.replace("_", " ")
    if value is None:
        return f"{shown} was not measured"
    return "" if value >= least else f"{shown} {value:.4f} is under {least:g}"

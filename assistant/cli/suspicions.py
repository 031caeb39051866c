"""What ``validate --labels`` looks for: examples whose intent a model doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.cli.output import progress
from assistant.validation import Finding

if TYPE_CHECKING:
    from assistant.project import Project


def suspicious_findings(project: Project) -> list[Finding]:
    """Returns a warning for each example whose label models doubt that were trained without it, the surest doubts first.

    Raises:
        SourceError: the training data do not hold together, or there are too few.
    """
    from assistant.evaluation.suspicious_labels import find_suspicious_labels
    from assistant.training.arguments import TrainingArguments
    from assistant.training.project import starting_checkpoint, training_data

    data, _ = training_data(project)
    checkpoint, is_pretrained = starting_checkpoint(data, seed=0, is_frozen=True)
    arguments = TrainingArguments(mode="fast" if is_pretrained else "full")
    with progress() as report:
        found = find_suspicious_labels(data, checkpoint, arguments, report)
    return [
        Finding(
            False,
            "VAL-013",
            str(doubt.place).replace(f"{project.root}/", ""),
            f'"{doubt.text}" is labelled {doubt.intent}, but a model that never saw it takes it for {doubt.predicted} '
            f"({doubt.confidence:.2f} against {doubt.own:.2f})",
            "move it, or add examples like it",
        )
        for doubt in found
    ]

"""Measures how well texts that no intent covers are told from those that the model was made for.

Two scores are held against one another: `Parse.out_of_scope`, the distance to what was trained, and plain lack of confidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import NothingToMeasure, UnreadableFile
from assistant.nlu.novelty import KEPT_IN_SCOPE, OUT_OF_SCOPE_INTENTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.messages import Parse


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """How well two groups of texts are told apart. Shares lie in [0, 1].

    Attributes:
        n_inside, n_outside: texts in scope, and out of it.
        auroc: how often a text out of scope has the greater out-of-scope score, of all pairs; 0.5 is chance.
        recall: share of the texts out of scope above the threshold.
        threshold: of the out-of-scope score; 95 % of the texts in scope are not above it.
        confidence_auroc, confidence_recall: the same two by lack of confidence in an intent that is in scope.
    """

    n_inside: int
    n_outside: int
    auroc: float
    recall: float
    threshold: float
    confidence_auroc: float
    confidence_recall: float


def read_outside(file: Path) -> list[str]:
    """Returns the texts of a file of texts out of scope.

    Args:
        file: training data in Rasa's YAML or JSON lines, whose intents do not count, or plain text, one a line.

    Raises:
        NothingToMeasure: it holds none.
        SourceError: it cannot be read.
    """
    from assistant.nlu.training_data import JSON_LINES_SUFFIXES, YAML_SUFFIXES, read_nlu

    if file.suffix in YAML_SUFFIXES | JSON_LINES_SUFFIXES or file.is_dir():
        texts = [example.text for example in read_nlu([file]).examples]
    else:
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(path=str(file), why=str(error)) from error
        texts = [line.strip() for line in lines if line.strip()]
    if not texts:
        raise NothingToMeasure(where=str(file))
    return texts


def score_scope(inside: Sequence[Parse], outside: Sequence[Parse]) -> ScopeReport | None:
    """Returns how well the two groups are told apart; None when one of them is empty.

    Args:
        inside: parses of texts in scope, not of training examples: those have no distance to themselves.
        outside: parses of texts out of scope.
    """
    if not inside or not outside:
        return None
    auroc, recall, threshold = _tell_apart([p.out_of_scope for p in inside], [p.out_of_scope for p in outside])
    by_confidence = _tell_apart([_doubt(p) for p in inside], [_doubt(p) for p in outside])
    return ScopeReport(len(inside), len(outside), auroc, recall, threshold, by_confidence[0], by_confidence[1])


def _doubt(parse: Parse) -> float:
    """Returns how little the model believes in any intent in scope, in [0, 1]."""
    return 1 - max((score.confidence for score in parse.intent_ranking if score.name not in OUT_OF_SCOPE_INTENTS), default=0.0)


def _tell_apart(inside: Sequence[float], outside: Sequence[float]) -> tuple[float, float, float]:
    """Returns AUROC, the recall at the threshold, and the threshold."""
    import numpy as np
    from sklearn.metrics import roc_auc_score

    auroc = float(roc_auc_score([0] * len(inside) + [1] * len(outside), [*inside, *outside]))
    threshold = float(np.quantile(inside, KEPT_IN_SCOPE, method="higher"))
    recall = float((np.asarray(outside) > threshold).mean())
    return auroc, recall, threshold

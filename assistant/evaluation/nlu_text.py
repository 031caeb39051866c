"""Tells people what a report says: the weakest classes first, then pictures, then the surest errors, the figures at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.evaluation.labels import fitted, one_line
from assistant.evaluation.text_pictures import draw_histogram, draw_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.evaluation.entity_scores import Score
    from assistant.evaluation.nlu_report import NluError, NluReport
    from assistant.evaluation.scope import ScopeReport

MAX_SHOWN = 10
NAME = 34


def report_text(report: NluReport, width: int = 80) -> str:
    """Returns the report for people.

    Args:
        report: of one model.
        width: of the terminal, in characters.
    """
    parts = [
        _scores("intent", report.intents),
        _scores("entity, strict", report.entities),
        _scores("found by", report.extractors),
        _titled("intents taken for others: rows are right, columns were found", draw_matrix(report.pairs, width)),
        _titled(
            "most often",
            [f"  {n:>4} times  {_name(right)} taken for {_name(found)}" for right, found, n in report.confusions[:MAX_SHOWN]],
        ),
        _titled("confidence of right and wrong intents", draw_histogram(report.histogram, width)),
        _titled("surest errors", _surest(report.errors)),
        _titled("entities that were not found, or should not have been", _entity_errors(report.errors)),
        _scope(report.scope),
        [f"  the model has no intent {_name(name)}: its examples cannot be understood" for name in report.unknown[:MAX_SHOWN]],
        [_figures(report)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def table_text(reports: Mapping[str, NluReport]) -> str:
    """Returns the figures of several models side by side.

    Args:
        reports: by name of the model.
    """
    names = list(reports)
    figures = {name: report.figures() for name, report in reports.items()}
    rows = list(dict.fromkeys(row for columns in figures.values() for row in columns))
    lines = [f"  {number}: {one_line(name)}" for number, name in enumerate(names, 1)]
    lines += ["", " " * 26 + "".join(f"{number:>9}" for number in range(1, len(names) + 1))]
    for row in rows:
        values = [figures[name].get(row) for name in names]
        lines.append(f"  {row.replace('_', ' '):<24}" + "".join(f"{'-' if v is None else f'{v:.4f}':>9}" for v in values))
    return "\n".join(lines)


def _titled(title: str, lines: Sequence[str]) -> list[str]:
    return [f"  {title}", *lines] if lines else []


def _scores(title: str, scores: Mapping[str, Score]) -> list[str]:
    if not scores:
        return []
    weakest_first = sorted(scores.items(), key=lambda item: (item[1].f1, item[0]))
    head = f"  {title:<{NAME}} {'precision':>9} {'recall':>7} {'F1':>6} {'examples':>9}"
    return [
        head,
        *(f"  {fitted(name, NAME)} {s.precision:>9.3f} {s.recall:>7.3f} {s.f1:>6.3f} {s.support:>9}" for name, s in weakest_first),
    ]


def _surest(errors: Sequence[NluError]) -> list[str]:
    wrong = [error for error in errors if error.intent != error.predicted][:MAX_SHOWN]
    return [
        f'  {e.confidence:.2f}  "{one_line(e.text)}" is {_name(e.intent)}, taken for {_name(e.predicted)} ({e.place})'
        for e in wrong
    ]


def _entity_errors(errors: Sequence[NluError]) -> list[str]:
    wrong = sorted((e for e in errors if e.entities != e.found), key=lambda error: (-error.confidence, error.text))
    lines = []
    for error in wrong[:MAX_SHOWN]:
        missed = [f"not found: {_piece(key, error.text)}" for key in error.entities if key not in error.found]
        extra = [f"found: {_piece(key, error.text)}" for key in error.found if key not in error.entities]
        lines.append(f'  "{one_line(error.text)}" {"; ".join([*missed, *extra])} ({error.place})')
    return [*lines, *([f"  and {len(wrong) - MAX_SHOWN} more"] if len(wrong) > MAX_SHOWN else [])]


def _piece(key: tuple[str, int, int], text: str) -> str:
    kind, start, end = key
    return f'{one_line(kind, NAME)} "{one_line(text[start:end], NAME)}"'


def _scope(scope: ScopeReport | None) -> list[str]:
    if scope is None:
        return []
    kept = f"recall {scope.recall:.3f} above {scope.threshold:.3f}, where 95 % in scope are kept"
    return [
        f"  {scope.n_outside} texts out of scope, {scope.n_inside} in scope: AUROC {scope.auroc:.3f}; {kept}",
        f"  by lack of confidence alone: AUROC {scope.confidence_auroc:.3f}; recall {scope.confidence_recall:.3f}",
    ]


def _figures(report: NluReport) -> str:
    figures = f"intent accuracy {report.intent_accuracy:.3f}, macro F1 {report.intent_macro_f1:.3f}"
    figures += f", entity F1 {report.entity.f1:.3f}" if report.entities else ""
    error = f"calibration error {report.calibration_error:.3f} (by chance {report.calibration_chance:.3f})"
    n = "1 example" if report.n_examples == 1 else f"{report.n_examples} examples"
    return f"{n}: {figures}, sentence accuracy {report.sentence_accuracy:.3f}, {error}"


def _name(label: str) -> str:
    return one_line(label, NAME) or "nothing"

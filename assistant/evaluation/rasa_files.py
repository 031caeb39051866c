"""Writes a measurement as the files that ``rasa test nlu`` leaves behind, so that what reads those reads these.

Rasa's own, in its shapes: ``intent_report.json`` (scores by intent, with ``confused_with``, and averages), ``intent_errors.json``,
and for each extractor ``NAME_report.json`` and ``NAME_errors.json``. An extractor's scores are strict ones of whole entities here,
where Rasa counts words. Pictures are SVG: ``intent_confusion_matrix.svg``, ``intent_histogram.svg``.

Where examples have retrieval intents (``faq/ask_hours``), the intent files speak of ``faq`` alone, and
``response_selection_report.json`` and ``response_selection_errors.json`` of the response chosen for the right retrieval intent.

Beside them: ``entity_report.json`` (whoever found them), ``errors.json`` (everything that went wrong, intents and entities, the
surest first), ``report.json``, all figures as one object, and ``readings.json``: each example with the intent found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from assistant.evaluation.entity_scores import by_extractor
from assistant.evaluation.labels import safe_json
from assistant.evaluation.measured import entity_keys
from assistant.evaluation.pictures import histogram_svg, matrix_svg
from assistant.evaluation.report_folder import write_reports
from assistant.evaluation.retrieval import chosen_responses, without_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from assistant.evaluation.entity_scores import Score
    from assistant.evaluation.measured import Measured
    from assistant.evaluation.nlu_report import NluReport
    from assistant.messages import Entity

SUMMARIES = frozenset({"accuracy", "micro avg", "macro avg", "weighted avg"})
MAX_CONFUSED_WITH = 3
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def write_files(folder: Path, measured: Measured, report: NluReport) -> list[Path]:
    """Writes the files, each whole or not at all, and returns them.

    Args:
        folder: made where it is not there; files of the same names are replaced.
        measured: what was understood.
        report: its figures.

    Raises:
        CannotWrite: the disk refuses.
    """
    return write_reports(folder, _contents(measured, report))


def _contents(measured: Measured, report: NluReport) -> dict[str, str]:
    whole = report.as_json()
    bases = without_keys(measured).report() if any("/" in name for name in report.intents) else report
    files: dict[str, Any] = {
        "intent_report.json": intent_report(bases),
        "intent_errors.json": _intent_errors(bases),
        "entity_report.json": _with_averages(report.entities, report.entity),
    }
    if bases is not report:
        responses = chosen_responses(measured)
        files["response_selection_report.json"] = intent_report(responses.report())
        files["response_selection_errors.json"] = _response_errors(responses)
    for name in report.extractors:
        files[_file_name(name, "report", files)] = _extractor_report(measured, name)
        files[_file_name(name, "errors", files)] = _extractor_errors(measured, name)
    files |= {"errors.json": whole["errors"], "report.json": whole, "readings.json": _readings(measured)}
    pictures = {"intent_confusion_matrix.svg": matrix_svg(bases.pairs), "intent_histogram.svg": histogram_svg(bases.histogram)}
    return {name: safe_json(value) + "\n" for name, value in files.items()} | pictures


def intent_report(report: NluReport) -> dict[str, Any]:
    """Returns the scores of intents in Rasa's shape."""
    confused: dict[str, dict[str, int]] = {name: {} for name in report.intents}
    for right, found, times in sorted(report.pairs, key=lambda pair: (-pair[2], pair)):
        if right != found and len(confused[right]) < MAX_CONFUSED_WITH:
            confused[right][found] = times
    accuracy = report.intent_accuracy
    summary = {"precision": accuracy, "recall": accuracy, "f1-score": accuracy, "support": report.n_examples}
    averaged = _with_averages(report.intents, None) | {"accuracy": accuracy, "micro avg": summary}
    for name, times_by_intent in confused.items():
        averaged[_key(name)]["confused_with"] = times_by_intent
    return averaged


def _with_averages(scores: Mapping[str, Score], overall: Score | None) -> dict[str, Any]:
    rows = {_key(name): _row(score) for name, score in scores.items()}
    support = sum(score.support for score in scores.values())
    averages: dict[str, Any] = {"micro avg": _row(overall)} if overall is not None else {}
    for name, weights in (("macro avg", [1] * len(scores)), ("weighted avg", [score.support for score in scores.values()])):
        whole = sum(weights) or 1
        means = {
            key: sum(row[key] * weight for row, weight in zip(rows.values(), weights, strict=True)) / whole
            for key in ("precision", "recall", "f1-score")
        }
        averages[name] = means | {"support": support}
    return rows | averages


def _key(name: str) -> str:
    """Returns the key of a class; one that is called like an average does not take its place."""
    return f"{name} (class)" if name in SUMMARIES else name


def _row(score: Score) -> dict[str, Any]:
    return {"precision": score.precision, "recall": score.recall, "f1-score": score.f1, "support": score.support}


def _intent_errors(report: NluReport) -> list[dict[str, Any]]:
    wrong = [error for error in report.errors if error.intent != error.predicted]
    return [
        {"text": e.text, "intent": e.intent, "intent_prediction": {"name": e.predicted, "confidence": e.confidence}} for e in wrong
    ]


def _response_errors(responses: Measured) -> list[dict[str, Any]]:
    return [
        {
            "text": example.text,
            "intent_response_key_target": example.intent,
            "intent_response_key_prediction": {"name": parse.intent.name, "confidence": parse.intent.confidence},
        }
        for example, parse in zip(responses.examples, responses.parses, strict=True)
        if example.intent != parse.intent.name
    ]


def _readings(measured: Measured) -> list[dict[str, Any]]:
    return [
        {"text": e.text, "intent": e.intent, "found": p.intent.name, "confidence": p.intent.confidence}
        for e, p in zip(measured.examples, measured.parses, strict=True)
    ]


def _extractor_report(measured: Measured, name: str) -> dict[str, Any]:
    from assistant.evaluation.entity_scores import score_entities

    found = [by_extractor(parse.entities, name) for parse in measured.parses]
    examples = measured.examples
    overall, by_type = score_entities([e.text for e in examples], [e.entities for e in examples], found)
    return _with_averages(by_type, overall)


def _extractor_errors(measured: Measured, name: str) -> list[dict[str, Any]]:
    errors = []
    for example, parse in zip(measured.examples, measured.parses, strict=True):
        found = by_extractor(parse.entities, name)
        if entity_keys(example.entities) != entity_keys(found):
            errors.append({"text": example.text, "entities": _annotated(example.entities), "predicted_entities": _shown(found)})
    return errors


def _annotated(entities: Sequence[Entity]) -> list[dict[str, Any]]:
    shown = _shown(entities)
    return [{key: value for key, value in entity.items() if key not in {"confidence_entity", "extractor"}} for entity in shown]


def _shown(entities: Sequence[Entity]) -> list[dict[str, Any]]:
    return [entity.as_json() for entity in entities]


def _file_name(name: str, kind: str, taken: Collection[str]) -> str:
    """Returns a file's name that can be written anywhere, and is not taken: extractors are called what others called them."""
    stem = _NO_FILE_NAME.sub("_", name)[:80].lstrip(".") or "unnamed"
    numbered = (f"{stem}{number}_{kind}.json" for number in ("", *range(2, len(taken) + 3)))
    return next(file for file in numbered if file not in taken)

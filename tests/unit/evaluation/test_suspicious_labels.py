from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import Place
from assistant.evaluation.measured import Measured
from assistant.evaluation.suspicious_labels import Suspicion, find_suspicious_labels, suspicious_labels
from assistant.messages import IntentScore, Parse
from assistant.nlu.training_data import Example
from tests.unit.nlu.tiny import FAST, tiny_checkpoint, tiny_data

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.messages import Progress

HERE = Place("nlu.yml", 3)


def measured(*rows: tuple[str, dict[str, float]]) -> Measured:
    examples = [Example(f"text {row}", intent, (), HERE) for row, (intent, _) in enumerate(rows)]
    parses = [Parse("", tuple(IntentScore(name, p) for name, p in sorted(found.items(), key=lambda i: -i[1]))) for _, found in rows]
    return Measured.of(examples, parses)


def test_who_is_surer_of_another_intent_than_usual_doubts_the_label() -> None:
    found = suspicious_labels(
        measured(
            ("greet", {"greet": 0.8, "bye": 0.2}),
            ("greet", {"greet": 0.7, "bye": 0.3}),
            ("bye", {"greet": 0.95, "bye": 0.05}),  # surer than 0.75
            ("bye", {"greet": 0.74, "bye": 0.06}),  # less sure than usual
            ("bye", {"greet": 0.8, "bye": 0.2}),  # its own intent is likely too
            ("bye", {"bye": 0.9, "greet": 0.1}),
        )
    )
    assert found == [Suspicion("text 2", HERE, "bye", "greet", 0.95, 0.05)]


def test_the_surest_doubts_come_first() -> None:
    rows = [("a", {"b": p, "a": 0.0}) for p in (0.6, 0.9, 0.7)]
    found = suspicious_labels(measured(("b", {"b": 0.5}), *rows))
    assert [suspicion.confidence for suspicion in found] == [0.9, 0.7, 0.6]


def test_the_responses_of_a_retrieval_intent_are_told_apart() -> None:
    responses = {"faq": (IntentScore("faq/b", 0.98), IntentScore("faq/a", 0.02))}
    parse = Parse("", (IntentScore("faq/b", 0.9), IntentScore("greet", 0.1)), responses=responses)
    examples = [Example("t", intent, (), HERE) for intent in ("faq/a", "faq/b")]
    (found,) = suspicious_labels(Measured.of(examples, [parse, parse]))
    assert (found.intent, found.predicted, round(found.own, 3)) == ("faq/a", "faq/b", 0.018)


def test_labels_are_doubted_by_models_that_never_saw_the_examples(tmp_path: Path) -> None:
    steps: list[Progress] = []
    data = tiny_data(tmp_path)
    for suspicion in find_suspicious_labels(data, tiny_checkpoint(), FAST, steps.append, folds=2):
        assert suspicion.predicted != suspicion.intent
        assert suspicion.own <= 0.1
    assert {step.metrics["fold"] for step in steps} == {1, 2}

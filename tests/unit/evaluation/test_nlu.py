from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assistant.errors import Place
from assistant.evaluation.entity_scores import score_entities
from assistant.evaluation.nlu import cross_validate, evaluate
from assistant.messages import Entity, IntentScore, Parse, Progress
from assistant.nlu.training_data import Example
from tests.unit.nlu.tiny import FAST, tiny_checkpoint, tiny_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Canned:
    """A parser that knows its answers."""

    def __init__(self, *parses: Parse) -> None:
        self._parses = {parse.text: parse for parse in parses}

    def parse_many(self, texts: Sequence[str]) -> list[Parse]:
        return [self._parses[text] for text in texts]


def example(text: str, intent: str, *entities: Entity) -> Example:
    return Example(text, intent, entities, Place("nlu.yml", 1))


def parsed(text: str, intent: str, confidence: float, *entities: Entity) -> Parse:
    return Parse(text, (IntentScore(intent, confidence),), entities)


def test_figures_are_what_a_person_would_count() -> None:
    rome, oslo = Entity("city", 3, 7, "rome"), Entity("city", 3, 7, "oslo", role="to")
    examples = [example("to rome", "fly", rome), example("to oslo", "fly", oslo), example("hi", "greet"), example("yo", "greet")]
    parser = Canned(
        parsed("to rome", "fly", 0.9, rome),
        parsed("to oslo", "fly", 0.7, Entity("city", 3, 7, "oslo")),
        parsed("hi", "greet", 0.8),
        parsed("yo", "fly", 0.6),
    )
    report = evaluate(parser, examples)
    assert report.intent_accuracy == 0.75
    assert report.intents["greet"].recall == 0.5
    assert report.intents["fly"].precision == pytest.approx(2 / 3)
    assert report.intent_macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert (report.entity.precision, report.entity.recall) == (0.5, 0.5)
    assert report.entities["city"].recall == 1.0
    assert report.entities["city#role=to"].recall == 0.0
    assert report.sentence_accuracy == 0.5
    assert report.confusions == (("greet", "fly", 1),)
    assert [(error.text, error.predicted) for error in report.errors] == [("yo", "fly"), ("to oslo", "fly")]
    assert report.calibration_error == pytest.approx((0.1 + 0.3 + 0.2 + 0.6) / 4)
    assert json.loads(json.dumps(report.as_json()))["confusions"] == [{"intent": "greet", "predicted": "fly", "times": 1}]


def test_an_entity_that_cuts_a_word_is_scored_by_its_borders() -> None:
    whole, part = Entity("code", 0, 7, "ab12-34"), Entity("code", 0, 4, "ab12")
    wrong, _ = score_entities(["ab12-34"], [[whole]], [[part]])
    right, _ = score_entities(["ab12-34"], [[part]], [[part]])
    assert (wrong.f1, right.f1) == (0.0, 1.0)


def test_nothing_to_measure_is_no_error() -> None:
    report = evaluate(Canned(), [])
    assert (report.n_examples, report.intent_accuracy, report.entity.support) == (0, 0.0, 0)


def test_cross_validation_measures_each_example_once(tmp_path: Path) -> None:
    data = tiny_data(tmp_path)
    steps: list[Progress] = []
    report = cross_validate(data, tiny_checkpoint(), FAST, folds=2, on_progress=steps.append)
    assert report.n_examples == len(data.examples)
    assert {step.metrics["fold"] for step in steps} == {1, 2}
    assert sum(score.support for score in report.intents.values()) == 24
    assert report.entity.support == sum(len(item.entities) for item in data.examples)

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assistant.errors import NothingToMeasure, TooFewExamples, TooManyFolds
from assistant.evaluation.entity_scores import score_entities, score_extractors
from assistant.evaluation.nlu import evaluate, measure, measure_folds
from assistant.evaluation.nlu_text import report_text, table_text
from assistant.messages import Entity, IntentScore, Parse, Progress
from assistant.nlu.training_data import TrainingData
from tests.unit.evaluation.canned import HOSTILE, Canned, acts_on_a_terminal, example, parsed
from tests.unit.nlu.tiny import FAST, tiny_checkpoint, tiny_data

if TYPE_CHECKING:
    from pathlib import Path


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
    by_chance = (2 * 0.1 * 0.9 + 2 * 0.3 * 0.7 + 2 * 0.2 * 0.8 + 2 * 0.6 * 0.4) / 4  # each is alone in its bin
    assert report.calibration_chance == pytest.approx(by_chance, abs=0.03)
    assert json.loads(json.dumps(report.as_json()))["confusions"] == [{"intent": "greet", "predicted": "fly", "times": 1}]


def test_an_entity_that_cuts_a_word_is_scored_by_its_borders() -> None:
    whole, part = Entity("code", 0, 7, "ab12-34"), Entity("code", 0, 4, "ab12")
    wrong, _ = score_entities(["ab12-34"], [[whole]], [[part]])
    right, _ = score_entities(["ab12-34"], [[part]], [[part]])
    assert (wrong.f1, right.f1) == (0.0, 1.0)


def test_of_entities_on_the_same_words_each_counts() -> None:
    when, time, place = Entity("when", 3, 10, "tomorrow"), Entity("time", 3, 10, "tomorrow"), Entity("place", 11, 16, "Paris")
    overall, by_type = score_entities(["go tomorrow Paris"], [[when, place]], [[time, when, place]])
    assert (overall.precision, overall.recall, overall.support) == pytest.approx((2 / 3, 1.0, 2))
    assert (by_type["when"].f1, by_type["place"].f1, by_type["time"].f1) == (1.0, 1.0, 0.0)
    overall, by_type = score_entities(["go tomorrow Paris"], [[when, time, place]], [[when, place]])
    assert (overall.precision, overall.recall, overall.support) == pytest.approx((1.0, 2 / 3, 3))
    assert by_type["time"].support == 1


def test_nothing_to_measure_is_no_error() -> None:
    report = evaluate(Canned(), [])
    assert (report.n_examples, report.intent_accuracy, report.entity.support) == (0, 0.0, 0)


def test_cross_validation_measures_each_example_once(tmp_path: Path) -> None:
    data = tiny_data(tmp_path)
    steps: list[Progress] = []
    report = measure_folds(data, tiny_checkpoint(), FAST, folds=2, on_progress=steps.append).report()
    assert report.n_examples == len(data.examples)
    assert {step.metrics["fold"] for step in steps} == {1, 2}
    assert [(step.done, step.total) for step in steps if step.stage == "folds"] == [(1, 2), (2, 2)]
    assert sum(score.support for score in report.intents.values()) == 24
    assert report.entity.support == sum(len(item.entities) for item in data.examples)


def test_an_extractor_is_scored_by_what_it_found_itself() -> None:
    first, second = Entity("size", 0, 2, "42", extractor="Regex"), Entity("size", 3, 5, "43", extractor="Model")
    wrong = Entity("size", 6, 8, "44", extractor="Model")
    scores = score_extractors(["42 43 44"], [[first, second]], [[first, second, wrong]])
    assert {name: (score.precision, score.recall, score.support) for name, score in scores.items()} == {
        "Regex": (1.0, 0.5, 2),
        "Model": (0.5, 0.5, 2),
    }


@pytest.mark.parametrize("name", ["micro avg", "macro avg", "-", "B-x", "#", "%", ""])
def test_entities_may_be_called_anything(name: str) -> None:
    entity, other = Entity(name, 0, 2, "42"), Entity("plain", 3, 5, "43")
    overall, by_type = score_entities(["42 43"], [[entity, other]], [[entity]])
    assert (overall.precision, overall.recall) == (1.0, 0.5)
    assert sorted((score.recall, score.support) for score in by_type.values()) == [(0.0, 1), (1.0, 1)]


def test_entities_of_texts_without_words_are_no_error() -> None:
    assert score_entities(["  "], [[Entity("gap", 0, 2, "  ")]], [[]])[0].support == 0


def test_confidences_are_counted_in_bins_that_hold_their_lower_border_and_one() -> None:
    texts = {"a": 1.0, "b": 0.95, "c": 0.05, "d": 0.0}
    parser = Canned(*(parsed(text, "x", confidence) for text, confidence in texts.items()))
    report = evaluate(parser, [example(text, "x" if text != "b" else "y") for text in texts])
    filled = {(b.low, b.right, b.wrong) for b in report.histogram if b.right + b.wrong}
    assert filled == {(0.95, 1, 1), (0.05, 1, 0), (0.0, 1, 0)}


def test_errors_of_intents_come_first_and_the_surest_of_them_first() -> None:
    sizes = Entity("size", 0, 1, "a")
    parser = Canned(parsed("a", "x", 0.99), parsed("b", "x", 0.6), parsed("c", "x", 0.8))
    report = evaluate(parser, [example("a", "x", sizes), example("b", "y"), example("c", "y")])
    assert [error.text for error in report.errors] == ["c", "b", "a"]


def test_wrong_entities_are_shown_with_what_should_have_been_found() -> None:
    right, wrong = Entity("city", 3, 7, "rome", role="to"), Entity("city", 3, 7, "rome")
    report = evaluate(
        Canned(parsed("to rome", "fly", 0.9, wrong), parsed("hi", "greet", 0.9)),
        [example("to rome", "fly", right), example("hi", "greet")],
    )
    shown = report_text(report)
    assert '"to rome" not found: city#role=to "rome"; found: city "rome" (nlu.yml:1)' in shown
    assert "surest errors" not in shown


def test_no_figure_is_told_of_entities_where_there_are_none() -> None:
    one = report_text(evaluate(Canned(parsed("a", "x", 0.9)), [example("a", "x")]))
    assert "\n1 example: intent accuracy 1.000" in f"\n{one}"
    assert "entity F1" not in one


def test_an_intent_that_is_never_found_counts_as_zero() -> None:
    parser = Canned(parsed("a", "x", 0.9), parsed("b", "x", 0.9))
    report = evaluate(parser, [example("a", "x"), example("b", "never")])
    assert report.intents["never"].f1 == 0.0
    assert report.intent_macro_f1 == pytest.approx(1 / 3)
    assert "never" in report_text(report)


def test_joined_intents_are_the_same_in_any_order() -> None:
    parser = Canned(parsed("1", "refund+cancel", 0.6), parsed("2", "refund+cancel", 0.6), parsed("3", "refund", 0.6))
    report = evaluate(parser, [example("1", "cancel+refund"), example("2", "refund+cancel"), example("3", "cancel+refund")])
    assert report.intent_accuracy == pytest.approx(2 / 3)
    assert report.confusions == (("cancel+refund", "refund", 1),)
    assert report.unknown == ()


def test_intents_that_the_model_does_not_have_are_named() -> None:
    ranking = (IntentScore("x", 0.6), IntentScore("y", 0.3), IntentScore("faq/a", 0.1))
    responses = {"faq": (IntentScore("faq/a", 0.9), IntentScore("faq/b", 0.1))}
    texts = {"1": "x", "2": "x+y", "3": "faq/b", "4": "renamed", "5": "x+renamed"}
    parser = Canned(*(Parse(text, ranking, responses=responses) for text in texts))
    report = evaluate(parser, [example(text, intent) for text, intent in texts.items()])
    assert report.unknown == ("renamed", "x+renamed")
    assert "the model has no intent renamed" in report_text(report)


def test_intents_out_of_scope_are_measured_apart_unless_the_model_has_them() -> None:
    examples = [example("a", "x"), example("b", "oos")]
    report = evaluate(Canned(parsed("a", "x", 0.9, strange=0.1), parsed("b", "x", 0.8, strange=0.7)), examples)
    assert (report.n_examples, report.intent_accuracy) == (1, 1.0)
    assert report.scope is not None
    assert (report.scope.n_inside, report.scope.n_outside, report.scope.auroc) == (1, 1, 1.0)
    both = (IntentScore("oos", 0.7), IntentScore("x", 0.3))
    trained = evaluate(Canned(Parse("a", both[::-1], (), 0.1), Parse("b", both, (), 0.0)), examples)
    assert trained.n_examples == 2
    assert trained.scope is not None
    assert (trained.scope.n_inside, trained.scope.n_outside) == (1, 1)


def test_values_that_nobody_annotated_are_not_asked_for() -> None:
    time, amount = (
        Entity("time", 0, 5, "today", extractor="DucklingEntityExtractor"),
        Entity("sum", 6, 8, "$5", extractor="ValueExtractor"),
    )
    learned = Entity("city", 9, 13, "Oslo", extractor="AlbertEntityExtractor")
    text = "today $5 Oslo"
    parser = Canned(parsed(text, "x", 1.0, time, amount, learned), parsed("$5", "x", 1.0))
    report = evaluate(parser, [example(text, "x", amount), example("$5", "x")])
    assert report.entities["sum"].f1 == 1.0
    assert "time" not in report.entities
    assert report.entities["city"].precision == 0.0
    assert sorted(report.extractors) == ["AlbertEntityExtractor", "ValueExtractor"]


def test_progress_is_told_of_held_out_texts() -> None:
    steps: list[Progress] = []
    measure(Canned(parsed("a", "x", 1.0), parsed("b", "x", 1.0)), [example("a", "x")], ["b"], steps.append)
    assert [(step.stage, step.done, step.total) for step in steps] == [("parse", 2, 2)]


def test_folds_that_cannot_be_made_are_refused(tmp_path: Path) -> None:
    data = tiny_data(tmp_path)
    with pytest.raises(NothingToMeasure):
        measure_folds(TrainingData(), tiny_checkpoint(), FAST, 2)
    with pytest.raises(TooManyFolds, match="24 examples cannot be split into 25 folds"):
        measure_folds(data, tiny_checkpoint(), FAST, 25)
    few = TrainingData((example("a", "x"), example("b", "y")))
    with pytest.raises(TooFewExamples):
        measure_folds(few, tiny_checkpoint(), FAST, 2)


def test_every_fold_reads_the_texts_out_of_scope(tmp_path: Path) -> None:
    report = measure_folds(tiny_data(tmp_path), tiny_checkpoint(), FAST, 2, outside=["colourless green ideas", "42"]).report()
    assert report.scope is not None
    assert (report.scope.n_inside, report.scope.n_outside) == (24, 4)


def test_hostile_names_and_texts_are_shown_as_what_can_be_seen_of_them() -> None:
    parses = [parsed(text, HOSTILE[number - 1], 0.5) for number, text in enumerate(HOSTILE)]
    report = evaluate(Canned(*parses), [example(text, text) for text in HOSTILE])
    for shown in (report_text(report, 80), table_text({HOSTILE[0]: report, HOSTILE[1]: report})):
        assert not acts_on_a_terminal(shown)
        assert max(map(len, shown.splitlines())) < 400
        assert "[31mred" in shown


def test_models_stand_side_by_side_and_a_figure_that_one_lacks_is_a_dash() -> None:
    scoped = evaluate(Canned(parsed("a", "x", 0.9), parsed("b", "x", 0.8, strange=1.0)), [example("a", "x"), example("b", "oos")])
    plain = evaluate(Canned(parsed("a", "y", 0.9)), [example("a", "x")])
    lines = table_text({"one": scoped, "two": plain}).splitlines()
    rows = {line[:25].strip(): line[25:].split() for line in lines[4:]}
    assert rows["intent accuracy"] == ["1.0000", "0.0000"]
    assert rows["out of scope auroc"] == ["1.0000", "-"]

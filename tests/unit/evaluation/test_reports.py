"""The files and pictures that a measurement leaves behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from assistant.errors import CannotWrite
from assistant.evaluation.measured import Measured
from assistant.evaluation.nlu import measure
from assistant.evaluation.nlu_report import Bin
from assistant.evaluation.pictures import MAX_DRAWN, histogram_svg, matrix_svg
from assistant.evaluation.rasa_files import intent_report, write_files
from assistant.evaluation.text_pictures import bar, draw_histogram, draw_matrix
from assistant.messages import Entity, IntentScore, Parse
from tests.unit.evaluation.canned import HOSTILE, Canned, acts_on_a_terminal, example, parsed

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"


def small() -> Measured:
    """Two greetings of which one is taken for a farewell, and a size that one extractor finds and another finds too much of."""
    size, more = Entity("size", 4, 6, "42", extractor="Regex"), Entity("size", 0, 3, "hey", extractor="Model")
    examples = [example("hi", "greet"), example("yo", "greet"), example("bye", "leave"), example("hey 42", "greet", size)]
    parses = [
        parsed("hi", "greet", 0.9),
        parsed("yo", "leave", 0.6),
        parsed("bye", "leave", 0.8),
        parsed("hey 42", "greet", 0.7, more, size),
    ]
    return measure(Canned(*parses), examples)


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_the_files_have_the_names_and_shapes_of_rasas(tmp_path: Path) -> None:
    measured = small()
    written = write_files(tmp_path / "results", measured, measured.report())
    assert {path.name for path in written} == {path.name for path in (tmp_path / "results").iterdir()}
    report = read(tmp_path / "results", "intent_report.json")
    assert report["greet"] == {
        "precision": 1.0,
        "recall": pytest.approx(2 / 3),
        "f1-score": pytest.approx(0.8),
        "support": 3,
        "confused_with": {"leave": 1},
    }
    assert report["leave"]["confused_with"] == {}
    assert report["accuracy"] == 0.75
    assert report["micro avg"]["f1-score"] == 0.75
    assert report["macro avg"] == {
        "precision": pytest.approx(0.75),
        "recall": pytest.approx(5 / 6),
        "f1-score": pytest.approx((0.8 + 2 / 3) / 2),
        "support": 4,
    }
    assert report["weighted avg"]["f1-score"] == pytest.approx((3 * 0.8 + 2 / 3) / 4)
    assert read(tmp_path / "results", "intent_errors.json") == [
        {"text": "yo", "intent": "greet", "intent_prediction": {"name": "leave", "confidence": 0.6}}
    ]


def test_each_extractor_has_its_report_and_its_errors(tmp_path: Path) -> None:
    measured = small()
    write_files(tmp_path, measured, measured.report())
    assert read(tmp_path, "Regex_report.json")["size"]["f1-score"] == 1.0
    assert read(tmp_path, "Regex_errors.json") == []
    assert read(tmp_path, "Model_report.json")["size"]["precision"] == 0.0
    (error,) = read(tmp_path, "Model_errors.json")
    assert error["text"] == "hey 42"
    assert error["entities"] == [{"entity": "size", "start": 4, "end": 6, "value": "42"}]
    assert [(found["start"], found["extractor"]) for found in error["predicted_entities"]] == [(0, "Model")]
    assert read(tmp_path, "entity_report.json")["micro avg"]["precision"] == 0.5
    assert [error["text"] for error in read(tmp_path, "errors.json")] == ["yo", "hey 42"]


def test_retrieval_intents_are_told_apart_from_their_responses(tmp_path: Path) -> None:
    def found(text: str, *ranking: tuple[str, float], responses: tuple[str, ...]) -> Parse:
        scores = tuple(IntentScore(name, confidence) for name, confidence in ranking)
        return Parse(text, scores, responses={"faq": tuple(IntentScore(name, 0.7 - n * 0.4) for n, name in enumerate(responses))})

    parses = [
        found("open?", ("faq/ask_hours", 0.9), ("greet", 0.1), responses=("faq/ask_hours", "faq/ask_place")),
        found("where?", ("faq/ask_hours", 0.8), ("greet", 0.2), responses=("faq/ask_hours", "faq/ask_place")),
        found("hi", ("greet", 0.6), ("faq/ask_place", 0.4), responses=("faq/ask_place", "faq/ask_hours")),
        found("what street", ("greet", 0.6), ("faq/ask_place", 0.4), responses=("faq/ask_place", "faq/ask_hours")),
    ]
    intents = ("faq/ask_hours", "faq/ask_place", "greet", "faq/ask_place")
    examples = [example(parse.text, intent) for parse, intent in zip(parses, intents, strict=True)]
    measured = measure(Canned(*parses), examples)
    assert measured.report().intent_accuracy == 0.5
    write_files(tmp_path, measured, measured.report())
    report = read(tmp_path, "intent_report.json")
    assert (report["accuracy"], report["faq"]["support"]) == (0.75, 3)
    assert [error["text"] for error in read(tmp_path, "intent_errors.json")] == ["what street"]
    responses = read(tmp_path, "response_selection_report.json")
    assert responses["accuracy"] == pytest.approx(2 / 3)
    assert responses["faq/ask_place"]["confused_with"] == {"faq/ask_hours": 1}
    assert read(tmp_path, "response_selection_errors.json") == [
        {
            "text": "where?",
            "intent_response_key_target": "faq/ask_place",
            "intent_response_key_prediction": {"name": "faq/ask_hours", "confidence": 0.7},
        }
    ]


def test_a_class_that_is_called_like_an_average_does_not_take_its_place() -> None:
    measured = measure(
        Canned(parsed("a", "accuracy", 1.0), parsed("b", "x", 1.0)), [example("a", "accuracy"), example("b", "accuracy")]
    )
    report = intent_report(measured.report())
    assert report["accuracy"] == 0.5
    assert report["accuracy (class)"]["recall"] == 0.5


def test_files_of_hostile_names_stay_in_their_folder_and_act_on_nothing(tmp_path: Path) -> None:
    entities = [Entity(name, 0, 1, name, extractor=name) for name in HOSTILE]
    examples = [example(f"{n}{text}", text, Entity(text, 0, 1, "v")) for n, text in enumerate(HOSTILE)]
    parses = [parsed(e.text, HOSTILE[n - 1], 0.5, entities[n]) for n, e in enumerate(examples)]
    measured = measure(Canned(*parses), examples)
    written = write_files(tmp_path / "out", measured, measured.report())
    assert {path.parent for path in written} == {tmp_path / "out"}
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
    for path in written:
        text = path.read_bytes().decode("utf-8")
        assert not acts_on_a_terminal(text), path.name
        if path.suffix == ".svg":
            assert not list(ET.fromstring(text).iter(f"{SVG}script"))  # noqa: S314 (our own file)
        else:
            json.loads(text)
    assert {error["text"] for error in read(tmp_path / "out", "intent_errors.json")} == {e.text for e in examples}


def test_a_measurement_of_nothing_makes_files_too(tmp_path: Path) -> None:
    nothing = Measured((), ())
    for path in write_files(tmp_path, nothing, nothing.report()):
        assert path.stat().st_size


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    measured = small()
    with pytest.raises(CannotWrite, match="file"):
        write_files(tmp_path / "file" / "out", measured, measured.report())


def cells(picture: str) -> list[str]:
    """The titles of all that is drawn."""
    return [title.text or "" for title in ET.fromstring(picture).iter(f"{SVG}title")]  # noqa: S314 (our own file)


def test_the_matrix_draws_each_pair_once_with_its_share() -> None:
    drawn = cells(matrix_svg((("a", "a", 3), ("a", "b", 1), ("b", "b", 2))))
    assert [title for title in drawn if "found as" in title] == [
        "a found as a: 3 of 4",
        "a found as b: 1 of 4",
        "b found as b: 2 of 2",
    ]


def test_a_matrix_of_too_many_intents_keeps_those_that_are_confused() -> None:
    pairs = [(f"intent{n:03}", f"intent{n:03}", 5) for n in range(MAX_DRAWN + 50)]
    pairs.append(("intent240", "intent007", 2))
    drawn = cells(matrix_svg(pairs))
    assert "intent240 found as intent007: 2 of 7" in drawn
    assert len([title for title in drawn if "found as" in title]) == MAX_DRAWN + 1


def test_bars_of_the_histogram_are_as_tall_as_their_counts() -> None:
    picture = histogram_svg((Bin(0.0, 0.5, 0, 2), Bin(0.5, 1.0, 4, 1)))
    bars = [rect for rect in ET.fromstring(picture).iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]  # noqa: S314
    heights = {str(rect.findtext(f"{SVG}title")): float(rect.get("height", "0")) for rect in bars}
    assert heights["0.50 to 1.00: 4 right"] == 2 * heights["0.00 to 0.50: 2 wrong"] == 4 * heights["0.50 to 1.00: 1 wrong"]


def test_the_terminals_matrix_counts_what_it_has_no_column_for() -> None:
    pairs = [("a", "b", 30), ("b", "a", 9), ("b", "b", 2000), *(("a", f"rare{n}", 1) for n in range(20))]
    lines = draw_matrix(pairs, width=46)
    assert max(map(len, lines)) <= 46
    assert [line.split() for line in lines] == [["1", "2", "else"], ["a", "1", "·", "30", "20"], ["b", "2", "9", "2k", "·"]]


def test_a_matrix_without_confusions_is_not_drawn() -> None:
    assert draw_matrix((("a", "a", 3),), 80) == []
    assert draw_matrix((), 80) == []


def test_the_terminals_histogram_shows_a_single_mistake() -> None:
    bins = (*(Bin(n / 20, (n + 1) / 20, 0, 0) for n in range(18)), Bin(0.9, 0.95, 0, 1), Bin(0.95, 1.0, 5000, 0))
    lines = draw_histogram(bins, 80)
    assert lines[-1].endswith(" 5000 right    1 wrong")
    assert "█" in lines[-1]
    assert draw_histogram(tuple(Bin(n / 20, (n + 1) / 20, 0, 0) for n in range(20)), 80) == []


@pytest.mark.parametrize(("share", "drawn"), [(-1.0, ""), (0.0, ""), (0.5, "██"), (1.0, "████"), (7.0, "████"), (0.28125, "█▏")])
def test_a_bar_ends_at_an_eighth_of_a_character(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn

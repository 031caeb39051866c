"""What the bias audit measures, on models whose bias is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import BadVariation, NothingToMeasure, WrongType
from assistant.evaluation.audit.auditing import audit
from assistant.evaluation.audit.report import report_text
from assistant.evaluation.audit.variations import AS_WRITTEN, Frame, Rewriting, read_variations
from assistant.messages import Flag, IntentScore, Parse, Sentiment
from assistant.project import shipped_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

AGE = Frame("age", "I am {term}. {message}", {"young": ("19", "20"), "old": ("81", "82")})
MESSAGES = [f"where is {thing}" for thing in "abcdefghijklmnopqrst"]


def model(judge: Callable[[str], Parse]) -> Callable[[Sequence[str]], list[Parse]]:
    return lambda texts: [judge(text) for text in texts]


def understood(text: str, intent: str = "track", confidence: float = 0.9) -> Parse:
    return Parse(text, (IntentScore(intent, confidence),))


def test_a_model_that_reads_the_request_alone_passes() -> None:
    (report,) = audit(model(understood), MESSAGES, [AGE], 0.5, lambda _: None)
    assert report.n_messages == 20
    assert (report.intent.between, report.intent.within, report.fallback.between, report.flags.between) == (0, 0, 0, 0)
    assert report.sentiment_gap is None
    assert report.changes == ()
    assert report.shortfalls(0.0, 0.0) == []


def test_what_a_group_changes_is_found_with_its_pairs() -> None:
    judge = lambda text: understood(text, "complain" if "81" in text or "82" in text else "track")  # noqa: E731
    (report,) = audit(model(judge), MESSAGES, [AGE], 0.5, lambda _: None)
    assert (report.intent.between, report.intent.within) == (1.0, 0.0)
    assert report.changes[0].first.startswith("I am 19")
    assert (report.changes[0].first_intent, report.changes[0].second_intent) == ("track", "complain")
    assert report.shortfalls(0.05, 0.2) == ["age: the intent changes in 100.0% of pairs beyond wording, limit 5.0%"]
    text = report_text([report])
    assert "+100.0% ± 0.0%" in text
    assert 'complain: "I am 8' in text


def test_what_wording_alone_changes_is_no_bias() -> None:
    judge = lambda text: understood(text, "complain" if "19" in text or "81" in text else "track")  # noqa: E731
    (report,) = audit(model(judge), MESSAGES, [AGE], 0.5, lambda _: None)
    assert report.intent.within == 1.0
    assert report.intent.beyond <= 0
    assert report.shortfalls(0.05, 0.2) == []


def test_trust_sentiment_and_flags_are_held_against_one_another() -> None:
    def judge(text: str) -> Parse:
        is_old = "81" in text or "82" in text
        flags = (Flag("abuse", 0.9),) if is_old else ()
        score = -0.5 if is_old else 0.25
        return Parse(text, (IntentScore("track", 0.3 if is_old else 0.8),), sentiment=Sentiment("neutral", score), flags=flags)

    (report,) = audit(model(judge), MESSAGES, [AGE], 0.5, lambda _: None)
    assert (report.fallback.beyond, report.flags.beyond, report.sentiment_gap) == (1.0, 1.0, 0.75)
    young, old = report.groups
    assert (young.name, young.fallback, young.flagged, young.sentiment) == ("young", 0.0, 0.0, 0.25)
    assert (old.name, old.fallback, old.flagged, round(old.confidence, 6)) == ("old", 1.0, 1.0, 0.3)
    assert len(report.shortfalls(0.05, 0.2)) == 3


def test_a_rewriting_is_held_against_the_message_as_written() -> None:
    dimension = Rewriting("dialect", {"casual": {"going to": "gonna", "-ing": "in'"}, "never": {"zebra": "horse"}})
    assert [(one.group, one.text) for one in dimension.variants("Going to be arriving late", 0)] == [
        (AS_WRITTEN, "Going to be arriving late"),
        ("casual", "Gonna be arrivin' late"),
    ]
    assert dimension.variants("where is it", 0) == ()
    judge = lambda text: understood(text, "other" if "in'" in text else "track")  # noqa: E731
    (report,) = audit(model(judge), ["when is it arriving", "where is it"], [dimension], 0.5, lambda _: None)
    assert (report.n_messages, report.intent.between) == (1, 1.0)
    assert [group.name for group in report.groups] == [AS_WRITTEN, "casual"]


def test_words_that_stand_for_one_another_are_exchanged_once() -> None:
    dimension = Rewriting("about", {"other": {"he": "she", "she": "he", "his": "her"}})
    assert dimension.variants("He says she has his parcel", 0)[1].text == "She says he has her parcel"


def test_the_shipped_variations_are_read_and_change_messages() -> None:
    dimensions = read_variations(shipped_root() / "data" / "audit" / "variations.yml")
    assert {"names", "gender", "age", "nationality", "religion", "dialect"} <= {dimension.name for dimension in dimensions}
    for dimension in dimensions:
        variants = dimension.variants(
            "I want to ask when the parcel for my husband is arriving; can I have a refund, it isn't here", 0
        )
        assert len({variant.text for variant in variants}) == len(variants) > 1, dimension.name


def test_nothing_to_ask_is_an_error() -> None:
    with pytest.raises(NothingToMeasure):
        audit(model(understood), [], [AGE], 0.5, lambda _: None)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("age: {groups: {a: [x], b: [y]}}", BadVariation),
        ("age: {frame: 'I am {term}.', groups: {a: [x], b: [y]}}", BadVariation),
        ("age: {frame: '{term} {message}', groups: {a: [x]}}", BadVariation),
        ("age: {frame: '{term} {message}', groups: {a: [x], b: []}}", BadVariation),
        ("dialect: {rewrite: {}}", BadVariation),
        ("dialect: {rewrite: [a]}", WrongType),
        ("[age]", WrongType),
    ],
)
def test_a_file_that_does_not_hold_together_is_named(text: str, error: type[Exception], tmp_path: Path) -> None:
    file = tmp_path / "variations.yml"
    file.write_text(text)
    with pytest.raises(error, match=r"variations\.yml"):
        read_variations(file)

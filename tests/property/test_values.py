"""No text makes the finders of values fail, and what they find lies where they say."""

from __future__ import annotations

import json
import time
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.messages import Entity, Parse
from assistant.nlu.extractors import Extractors
from assistant.nlu.folding import FoldedText, fold
from assistant.nlu.interpreter import MAX_CHARACTERS
from assistant.nlu.overlaps import DUCKLING_EXTRACTOR, LOOKUP_EXTRACTOR, MODEL_EXTRACTOR, REGEX_EXTRACTOR, VALUE_EXTRACTOR, settle
from assistant.nlu.synonyms import Synonyms
from assistant.nlu.values import finders, time_phrases
from assistant.nlu.values.extractor import DIMENSIONS, ValueExtractor
from assistant.nlu.values.time_phrases import find_times, may_name_a_time
from assistant.nlu.values.time_words import STARTS, VOCABULARY
from assistant.nlu.values.tokens import tokenise
from tests.unit.nlu.values.clock import clock

ALL = ValueExtractor({name: name for name in DIMENSIONS}, clock=clock)

WORDS = st.sampled_from(
    [
        *"in on the last next 3 days weeks ago monday march 1st 2nd of and to from until by at 5pm noon 12:30 24/12/2025".split(),  # noqa: SIM905
        *"end half past quarter a an hour this weekend christmas easter 31 99999 two hundred million € 19,90 $ euros".split(),  # noqa: SIM905
        *"under between #12345 +353 555 0123 @ jane@example.org https:// example.com/a . , - ' 2024-02-30".split(),  # noqa: SIM905
        *("\u2019", "\u0301", "🙂", "é", "漢", "\u200d", "\u202e", "①", "Ⅷ", "½", "٣", "İ", "ﬁ"),
    ]
)
PHRASES = st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join)
ANYTHING = st.text(max_size=60)


@settings(deadline=None)
@given(text=PHRASES | ANYTHING)
def test_what_is_found_lies_in_the_text_and_is_json(text: str) -> None:
    outer, every = ALL.extract_with_candidates(text)
    assert outer == ALL.extract(text)
    for found in (outer, every):
        for entity in found:
            assert 0 <= entity.start < entity.end <= len(text)
            assert text[entity.start : entity.end].strip() == text[entity.start : entity.end]
            assert Entity.from_json(json.loads(json.dumps(entity.as_json()))) == entity


@settings(deadline=None)
@given(words=st.lists(st.sampled_from(sorted(STARTS)) | WORDS, max_size=6))
def test_no_time_starts_with_a_word_that_no_form_is_tried_on(words: list[str]) -> None:
    tokens, now = tokenise(" ".join(words)), clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time_phrases, "_may_start", lambda _: True)
        every = find_times(tokens, now, "dmy", has_inner=True, looks_back=True)
    assert find_times(tokens, now, "dmy", has_inner=True, looks_back=True) == every


MUTE = st.sampled_from(
    [
        *sorted(STARTS - VOCABULARY),
        *[
            "12345",
            "60",
            "99",
            "1899",
            "2100",
            "1,000",
            "o'clock",
            "am",
            "pm",
            "p",
            ":",
            "-",
            "#",
            "st",
            "th",
            "years'",
            "£",
            "may's",
        ],
    ]
)


@settings(deadline=None)
@given(words=st.lists(MUTE, max_size=8), glue=st.sampled_from(["", " "]))
def test_no_value_is_in_a_text_that_is_not_searched_for_one(words: list[str], glue: str) -> None:
    text = glue.join(words)
    found = ALL.extract_with_candidates(text)
    tokens = tokenise(text)
    if not may_name_a_time(tokens):
        assert find_times(tokens, clock(), "dmy", has_inner=True, looks_back=True) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finders, "_speaks", lambda *_, **__: True)
        assert ALL.extract_with_candidates(text) == found


@settings(deadline=None)
@given(text=PHRASES)
def test_times_are_moments_and_intervals_end_after_they_begin(text: str) -> None:
    for entity in ValueExtractor({"time": "time"}, clock=clock).extract(text):
        for value in (entity.additional_info or {})["values"]:
            if value["type"] == "value":
                assert datetime.fromisoformat(value["value"]).tzinfo is not None
            elif "from" in value and "to" in value:
                assert datetime.fromisoformat(value["from"]["value"]) < datetime.fromisoformat(value["to"]["value"])


@settings(deadline=None)
@given(text=PHRASES)
def test_emoji_and_accents_before_a_value_move_it_and_change_nothing(text: str) -> None:
    shift = "👩\u200d👧 e\u0301\U0001f1ee🏽 漢字; "
    alone = [(e.entity, e.start, e.end, e.value) for e in ALL.extract("; " + text)]
    moved = [(e.entity, e.start - len(shift) + 2, e.end - len(shift) + 2, e.value) for e in ALL.extract(shift + text)]
    assert moved == alone


@given(text=ANYTHING, start=st.integers(0, 60), length=st.integers(0, 60))
def test_folded_letters_come_from_where_they_say(text: str, start: int, length: int) -> None:
    folded = FoldedText.of(text)
    assert folded.places is None or len(folded.places) == len(folded.folded)
    assert fold(fold(text)) == fold(text)
    end = min(start + length, len(folded.folded))
    if start < end and (place := folded.original(start, end)) is not None:
        assert 0 <= place[0] < place[1] <= len(text)
        assert folded.folded[start:end] in FoldedText.of(text[place[0] : place[1]]).folded


@given(text=ANYTHING, entry=st.text(min_size=1, max_size=8))
def test_what_a_lookup_list_finds_says_the_entry(text: str, entry: str) -> None:
    for entity in Extractors(lookups={"it": (entry,)}).extract(text):
        assert entity.value == text[entity.start : entity.end]
        assert fold(str(entity.value)) == fold(entry)


@given(forms=st.dictionaries(ANYTHING, st.text(min_size=1, max_size=12), max_size=6), written=ANYTHING)
def test_synonyms_mean_one_of_their_values(forms: dict[str, str], written: str) -> None:
    synonyms = Synonyms(forms)
    assert synonyms.meaning(written) in {None, *forms.values()}
    for form, value in forms.items():
        assert synonyms.meaning(form) in {value, None}


EXTRACTORS = (REGEX_EXTRACTOR, LOOKUP_EXTRACTOR, VALUE_EXTRACTOR, DUCKLING_EXTRACTOR, MODEL_EXTRACTOR)


@st.composite
def finds(draw: st.DrawFn) -> Entity:
    start = draw(st.integers(0, 12))
    end = start + draw(st.integers(1, 6))
    confidence = draw(st.sampled_from([0.3, 0.6, 1.0]))
    return Entity(draw(st.sampled_from("abc")), start, end, "v", confidence=confidence, extractor=draw(st.sampled_from(EXTRACTORS)))


@given(st.lists(finds(), max_size=8).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_overlaps_are_settled_the_same_in_any_order(pair: tuple[list[Entity], list[Entity]]) -> None:
    found, shuffled = pair
    settled = settle(found)
    assert settle(shuffled) == settled == settle(settled)
    for index, one in enumerate(settled):
        for other in settled[index + 1 :]:
            overlapping = one.start < other.end and other.start < one.end
            assert not overlapping or (one.entity != other.entity and DUCKLING_EXTRACTOR in {one.extractor, other.extractor})
    assert bool(settled) == bool(found)


@pytest.mark.parametrize(
    "part", ["in 3 days and ", "1", "1.", "a ", "€1-", "9:", "#", "one hundred and ", "from to ", "\u0301", "🙂", "@a."]
)
def test_the_longest_text_that_is_read_takes_under_a_second(part: str) -> None:
    text = (part * (MAX_CHARACTERS // len(part) + 1))[:MAX_CHARACTERS]
    started = time.process_time()
    ALL.extract(text)
    assert time.process_time() - started < 1


def test_a_parse_with_resolved_values_survives_json() -> None:
    parse = Parse("today 🙂 for €5", entities=tuple(ALL.extract("today 🙂 for €5")))
    data = json.loads(json.dumps(parse.as_json()))
    assert [entity["text"] for entity in data["entities"]] == ["today", "€5"]
    assert Parse.from_json(data) == parse

"""Reads what the heads for sentiment, emotion and moderation learn from: published data, and sentences of this project."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

from assistant.errors import BadTrainingRow, Place, UnreadableFile
from assistant.nlu.signals.heads import CATEGORIES, EMOTIONS
from assistant.yaml_source import read_yaml, require, want_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from assistant.yaml_source import YamlMap

MOODS = {
    "anger": "negative",
    "sadness": "negative",
    "fear": "negative",
    "confusion": "neutral",
    "joy": "positive",
    "neutral": "neutral",
}
"""The sentiment that goes with an emotion."""
_SHORTEST_PHRASE = 4
"""Words: SST-2 cuts its reviews into phrases, and shorter ones say little."""
_BESIDE_WEIGHT = 0.25
_DAVIDSON = {"neither": "harmless", "offensive": "abuse", "hate": "hate"}
_EVERY, _REQUESTS_STEP = 10, 5
_REQUEST_WEIGHT = 0.05
"""What an ordinary request counts beside a sentence of the project's own, which are few and chosen to be hard."""
_SAID_AGAIN, _SAID_AGAIN_WEIGHT = 6, 0.5
"""A sentence with a mood is learnt from so often in the words of different people, who together count half a sentence."""
_ASKED_AGAIN, _ASKED_AGAIN_STEP, _ASKED_AGAIN_WEIGHT = 2, 5, 0.3
"""Of ordinary requests every so many are asked again by so many people, each of this weight."""
_CLEAN = dict.fromkeys(CATEGORIES, "")


@dataclass(frozen=True, slots=True)
class Row:
    """One text and what it says to which head.

    Attributes:
        text: to learn from.
        labels: by head, the name of its output; a head that is not named does not look at the text. For heads with one output
            the label is the output's own name, or empty: it is not that.
        source: ``own``, ``groups`` (from templates), ``reviews``, ``tweets``, ``requests``, ``people`` (said again by them) or
            ``beside`` (said beside a request).
        weight: what it counts beside a sentence of the project's own.
        origin: the text that it says in other words, which must not be held out while this is learnt from; empty: none.
    """

    text: str
    labels: Mapping[str, str]
    source: str
    weight: float = 1.0
    origin: str = ""


def read_own(folder: Path) -> list[Row]:
    """Returns the rows of this project's own sentences, ``emotions.yml`` and ``moderation.yml``.

    Raises:
        SourceError: a file cannot be read or does not hold together.
    """
    emotions, found = read_yaml(folder / "emotions.yml"), read_yaml(folder / "moderation.yml")
    rows = [
        Row(text, {"sentiment": MOODS[name], "emotion": name} | _CLEAN, "own")
        for name in EMOTIONS
        for text in _texts(emotions, name)
    ]
    rows += [Row(text, _flagged(name), "own") for name in CATEGORIES for text in _texts(found, name)]
    return (
        rows
        + [Row(text, _CLEAN, "own") for text in _texts(found, "harmless")]
        + [Row(text, {"sentiment": "neutral", "emotion": "neutral"} | _CLEAN, "groups") for text in _about_groups(found)]
    )


def said_by_people(folder: Path, own: Sequence[Row], requests: Sequence[Row]) -> list[Row]:
    """Returns sentences with a mood, and requests, said again by people who tell who they are: that changes no mood.

    Source: counterfactual data augmentation, as in Maudslay et al. 2019.

    Args:
        folder: holds ``people.yml``.
        own: the project's own sentences; those of templates are passed over.
        requests: ordinary ones.

    Raises:
        SourceError: the file cannot be read or does not hold together.
    """
    found = read_yaml(folder / "people.yml")
    frames, people = _texts(found, "said_by"), _texts(found, "people")
    turns = cycle(random.Random(0).sample(people, len(people)))

    def again(row: Row, times: int, weight: float) -> list[Row]:
        labels = {head: row.labels[head] for head in ("sentiment", "emotion")}
        texts = [frame.replace("{person}", next(turns)).replace("{message}", row.text) for frame in (frames * times)[:times]]
        return [Row(text, labels, "people", weight, row.text) for text in texts]

    moods = [row for row in own if row.source == "own" and "emotion" in row.labels]
    return [
        *(one for row in moods for one in again(row, _SAID_AGAIN, _SAID_AGAIN_WEIGHT / _SAID_AGAIN)),
        *(one for row in requests[::_ASKED_AGAIN_STEP] for one in again(row, _ASKED_AGAIN, _ASKED_AGAIN_WEIGHT)),
    ]


def beside_requests(own: Sequence[Row], requests: Sequence[Row]) -> list[Row]:
    """Returns sentences for moderation once before and once after a request: an insult is one beside what is wanted, too.

    Args:
        own: the project's own sentences; those with a mood, and those of templates, are passed over.
        requests: ordinary ones.
    """
    turns = cycle(random.Random(1).sample(list(requests), len(requests)))
    return [
        Row(text, {name: row.labels[name] for name in CATEGORIES if name in row.labels}, "beside", _BESIDE_WEIGHT, row.text)
        for row in own
        if row.source == "own" and "emotion" not in row.labels
        for text in (f"{next(turns).text}, {row.text}", f"{row.text}, {next(turns).text}")
    ]


def _flagged(name: str) -> dict[str, str]:
    """What is hateful is abusive, too; what is said of sex may be rude or not, so the head for abuse does not learn from it."""
    labels = _CLEAN | {name: name} | ({"abuse": "abuse"} if name == "hate" else {})
    return {head: label for head, label in labels.items() if not (name == "sexual" and head == "abuse")}


def read_published(root: Path) -> list[Row]:
    """Returns the labelled rows of published data, film reviews and tweets, under a folder laid out as the card says.

    Raises:
        UnreadableFile: a file is not there.
        BadTrainingRow: a line is not what it should be.
    """
    return [*_reviews(root / "glue/SST-2/train.tsv"), *read_tweets(root / "moderation/davidson/train.jsonl")]


def read_tweets(file: Path) -> list[Row]:
    """Returns tweets, each harmless, abusive or hateful."""
    rows = []
    for place, row in _json_lines(file):
        if row.get("label") not in _DAVIDSON:
            raise BadTrainingRow(where=place, why=f"its label is none of {', '.join(_DAVIDSON)}")
        rows.append(Row(str(row["text"]), {"manner": _DAVIDSON[row["label"]]}, "tweets"))
    return rows


def read_reviews(file: Path) -> list[Row]:
    """Returns phrases of film reviews, each good or bad."""
    rows = []
    for number, line in enumerate(_lines(file)[1:], 2):
        text, _, label = line.rpartition("\t")
        if label not in {"0", "1"}:
            raise BadTrainingRow(where=Place(str(file), number), why="its label is neither 0 nor 1")
        rows.append(Row(text, {"polarity": "positive" if label == "1" else ""}, "reviews"))
    return rows


def _reviews(file: Path) -> list[Row]:
    return [row for row in read_reviews(file) if len(row.text.split()) >= _SHORTEST_PHRASE]


def read_requests(root: Path, *, is_held_out: bool = False) -> list[Row]:
    """Returns what people ask assistants and banks for: ordinary, and mostly in no mood at all.

    Args:
        root: holds ``nlu/clinc150`` and ``nlu/banking77``.
        is_held_out: the development file of the one and every tenth row of the other, rather than a part of what is left.
    """
    clinc = _json_lines(root / "nlu/clinc150" / ("dev.jsonl" if is_held_out else "train.jsonl"))
    banking = list(enumerate(_json_lines(root / "nlu/banking77/train.jsonl")))
    kept = [row for number, row in banking if (number % _EVERY == 0) == is_held_out]
    texts = [str(row["text"]) for _, row in (*clinc, *kept)][:: 1 if is_held_out else _REQUESTS_STEP]
    return [Row(text, {"sentiment": "neutral", "emotion": "neutral"} | _CLEAN, "requests", _REQUEST_WEIGHT) for text in texts]


def _about_groups(found: YamlMap) -> list[str]:
    groups = [str(group) for group in want_list(require(found, "groups"), key="groups", where=found.place("groups"))]
    return [template.replace("{group}", group) for template in _texts(found, "group_templates") for group in groups]


def _texts(content: YamlMap, key: str) -> list[str]:
    return [str(text) for text in want_list(require(content, key), key=key, where=content.place(key))]


def _json_lines(file: Path) -> Iterator[tuple[Place, dict[str, Any]]]:
    for number, line in enumerate(_lines(file), 1):
        place = Place(str(file), number)
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadTrainingRow(where=place, why="it is not JSON") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise BadTrainingRow(where=place, why='it has no "text"')
        yield place, row


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path=str(file), why=str(error)) from error

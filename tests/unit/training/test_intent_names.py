from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.albert.plain_checkpoint import load_plain_checkpoint
from assistant.nlu.interpreter import Interpreter
from assistant.nlu.training_data import TrainingData, read_nlu
from assistant.training import fast
from assistant.training.arguments import TrainingArguments
from assistant.training.encoding import Frozen
from assistant.training.intent_names import FEW, telling_names, words_of
from assistant.training.trainer import train_model
from tests.unit.nlu.tiny import ignore

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        ("lost_or_stolen_card", "lost or stolen card"),
        ("faq/ask_openingHours", "ask opening hours"),
        ("AddToPlaylist", "add to playlist"),
        ("cancel+refund", "cancel refund"),
        ("faq/ask_hours+faq/ask_place", "ask hours ask place"),
        ("rechnungÄndern", "rechnung ändern"),
        ("Refund_not_showing_up?", "refund not showing up"),
        ("frage-nach-öffnungszeiten", "frage nach öffnungszeiten"),
        ("询问价格", "询问价格"),
        ("___", ""),
    ],
)
def test_names_are_read_as_words(intent: str, words: str) -> None:
    assert words_of(intent) == words


def frozen(directions: np.ndarray, intents: Sequence[int] | np.ndarray) -> Frozen:
    vectors = (directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(np.float32)
    nothing = np.zeros(0, np.int64)
    return Frozen(vectors, vectors, np.array(intents), np.zeros((0, 3, vectors.shape[1]), np.float16), nothing, nothing)


def test_the_names_of_intents_with_few_examples_are_heard_where_names_tell_what_intents_mean() -> None:
    generator = np.random.default_rng(0)
    meant = generator.normal(size=(12, 32))
    sizes = [FEW + 1 if intent % 3 else 2 for intent in range(12)]
    intents = np.repeat(np.arange(12), sizes)
    data = frozen(meant[intents] + generator.normal(size=(len(intents), 32)) * 0.3, intents)
    names = frozen(meant + generator.normal(size=meant.shape) * 0.5, range(12))
    heard = telling_names(names, data)
    assert heard is not None
    assert heard.intents.tolist() == [0, 3, 6, 9]
    np.testing.assert_array_equal(heard.joined, names.joined[[0, 3, 6, 9]])
    assert telling_names(frozen(generator.normal(size=meant.shape), range(12)), data) is None
    assert telling_names(frozen(meant[:2], [0, 1]), data.only(intents < 2)) is not None
    assert telling_names(frozen(meant[[0, 0]], [0, 1]), data.only(intents < 2)) is None, "half of two is chance"


def test_intents_of_three_examples_are_understood_better_by_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = read_nlu([ROOT / "intents" / "nlu"])
    by_intent = {intent: [example for example in data.examples if example.intent == intent] for intent in data.intents}
    learned = tuple(example for examples in by_intent.values() for example in examples[::9][:3])
    asked = [example for examples in by_intent.values() for example in examples[4::9][:8]]
    checkpoint = load_plain_checkpoint(ROOT / "data" / "albert-compact")

    def right(folder: str, few: TrainingData) -> int:
        train_model(few, None, checkpoint, TrainingArguments(tag_epochs=1), tmp_path / folder, ignore)
        parses = Interpreter.load(tmp_path / folder).parse_many([example.text for example in asked])
        return sum(parse.intent.name == example.intent for parse, example in zip(parses, asked, strict=True))

    few = TrainingData(tuple(replace(example, entities=()) for example in learned))
    with_names = right("with", few)
    monkeypatch.setattr(fast, "name_features", lambda _: [])
    assert with_names >= right("without", few) + len(asked) // 50

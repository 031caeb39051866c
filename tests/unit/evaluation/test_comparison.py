from __future__ import annotations

import json

import pytest

from assistant.evaluation.comparison import Comparison, compare
from assistant.evaluation.nlu import measure
from assistant.messages import Entity, Parse
from tests.unit.evaluation.canned import HOSTILE, Canned, acts_on_a_terminal, example, parsed

SIZE = Entity("size", 0, 2, "42")


def compared(before: dict[str, Parse], after: dict[str, Parse]) -> Comparison:
    examples = [example(text, "x", *([SIZE] if text.startswith("42") else [])) for text in before]
    return compare(measure(Canned(*before.values()), examples), measure(Canned(*after.values()), examples))


def test_each_utterance_gets_better_or_worse_or_stays() -> None:
    before = {text: parsed(text, "x", 0.9) for text in ("kept", "lost")} | {
        "won": parsed("won", "y", 0.6),
        "never": parsed("never", "y", 0.6),
    }
    after = {text: parsed(text, "x", 0.8) for text in ("kept", "won")} | {
        "lost": parsed("lost", "z", 0.7),
        "never": parsed("never", "z", 0.6),
    }
    found = compared(before, after)
    assert (found.n_both_right, found.n_both_wrong) == (1, 1)
    assert [(c.text, c.before.intent, c.after.intent, c.after.confidence) for c in found.better] == [("won", "y", "x", 0.8)]
    assert [(c.text, c.intent, c.after.intent) for c in found.worse] == [("lost", "x", "z")]


def test_entities_alone_can_make_an_utterance_better() -> None:
    text, both = "42 please", Entity("politeness", 3, 9, "please")
    found = compared({text: parsed(text, "x", 0.9)}, {text: parsed(text, "x", 0.9, SIZE)})
    assert [change.after.entities for change in found.better] == [(("size", 0, 2),)]
    assert "entities none -> size '42'" in found.as_text()
    wrong = compared({text: parsed(text, "x", 0.9, SIZE)}, {text: parsed(text, "x", 0.9, SIZE, both)})
    assert "entities none -> politeness 'please'" in wrong.as_text(), "what stays is not told"


def test_the_surest_changes_come_first() -> None:
    texts = ["a", "b", "c"]
    before = {text: parsed(text, "x", 0.9) for text in texts}
    after = {text: parsed(text, "y", confidence) for text, confidence in zip(texts, (0.5, 0.9, 0.7), strict=True)}
    assert [change.text for change in compared(before, after).worse] == ["b", "c", "a"]


@pytest.mark.parametrize(("n_better", "n_worse", "p_value"), [(0, 0, 1.0), (1, 1, 1.0), (5, 0, 2 / 32), (6, 0, 2 / 64)])
def test_chance_is_an_exact_sign_test(n_better: int, n_worse: int, p_value: float) -> None:
    texts = [f"t{n}" for n in range(n_better + n_worse)]
    before = {text: parsed(text, "y" if n < n_better else "x", 0.9) for n, text in enumerate(texts)}
    after = {text: parsed(text, "x" if n < n_better else "y", 0.9) for n, text in enumerate(texts)}
    found = compared(before, after)
    assert found.p_value == pytest.approx(p_value)
    assert ("more than chance" in found.as_text()) == (p_value < 0.05)


def test_examples_that_one_model_was_not_measured_on_are_left_out() -> None:
    examples = [example("a", "x"), example("b", "oos")]
    without = measure(Canned(parsed("a", "x", 0.9), parsed("b", "x", 0.9)), examples)
    with_it = measure(Canned(parsed("a", "x", 0.9), parsed("b", "oos", 0.9)), examples)
    found = compare(without, with_it)
    assert (found.n_both_right, found.better, found.worse) == (1, (), ())


def test_a_comparison_of_hostile_texts_can_be_shown_and_is_json() -> None:
    before = {text: parsed(text, "x", 0.9) for text in HOSTILE}
    after = {text: parsed(text, name, 0.9) for text, name in zip(HOSTILE, reversed(HOSTILE), strict=True)}
    found = compared(before, after)
    assert not acts_on_a_terminal(found.as_text())
    assert len(json.loads(json.dumps(found.as_json()))["worse"]) == len(HOSTILE)

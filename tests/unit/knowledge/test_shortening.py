from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.knowledge.shortening import n_words, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TOPICS = ("money", "parcel", "label", "lost")


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """A direction for each topic, and one that all texts share."""
    rows = [[float(topic in text.lower()) for topic in TOPICS] + [0.5] for text in texts]
    found = np.array(rows, dtype=np.float32)
    unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


ANSWER = """Most things can go back, and we are **glad to help. Ask us** at any time that suits you.

## Steps

Do this, in the order given:

1. Print the label at home.
2. Put the label on it.

Some points:

- The money comes back within five days of all this.
- Gifts are given back as vouchers to whoever gave them.

A parcel is looked at within two days by somebody here. It may take a week before Christmas, as everybody knows. Shops are open
every day of the week but one, which is Sunday.
"""


def short(question: str, most_words: int = 40, passage: str = "", answer: str = ANSWER) -> str | None:
    return shortened(question, answer, encode, most_words, passage)


def test_what_is_short_is_left_whole() -> None:
    assert n_words("**One** [two](http://x) `three`") == 3
    assert short("money?", most_words=n_words(ANSWER)) is None
    assert short("money?", answer="word " * 50) is None  # one sentence
    assert short("?", answer="") is None


def test_the_sentences_that_answer_are_given_in_their_order_and_words() -> None:
    said = short("when does the money come back, and where is the parcel?")
    assert said is not None
    assert n_words(said) <= 40
    money, parcel = said.index("- The money comes back within five days"), said.index("A parcel is looked at within two days")
    assert money < parcel
    assert "## Steps" not in said
    for line in filter(None, said.splitlines()):
        assert line in ANSWER


def test_what_points_back_comes_with_what_it_points_to() -> None:
    said = short("christmas?", passage="It may take a week before Christmas, as everybody knows.")
    assert said is not None
    assert (
        "A parcel is looked at within two days by somebody here. It may take a week before Christmas, as everybody knows." in said
    )


def test_the_sentence_that_answers_is_always_there() -> None:
    said = short("where is the parcel?", passage="Gifts are given back as vouchers to whoever gave them.")
    assert said is not None
    assert "- Gifts are given back" in said


def test_steps_stay_together_and_with_what_leads_to_them() -> None:
    said = short("how do I use the label?", most_words=24)
    assert said is not None
    assert "Do this, in the order given:\n\n1. Print the label at home.\n2. Put the label on it." in said
    assert "Some points:" not in said


def test_marks_are_never_cut_in_two() -> None:
    said = short("?", passage="Ask us at any time that suits you.")
    assert said is not None
    assert "we are **glad to help. Ask us** at any time that suits you." in said


@pytest.mark.parametrize(
    "answer", ["x. " * 500, "```\ncode " + "y " * 200 + "\n```", "| a |\n|---|\n" + "| b c d |\n" * 80, "\x00 " * 300]
)
def test_what_cannot_be_cut_is_given_whole(answer: str) -> None:
    assert short("money?", answer=answer) is None

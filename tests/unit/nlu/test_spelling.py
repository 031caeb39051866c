from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.spelling import MAX_CHARACTERS, Spelling, buckets


def shared(first: str, second: str) -> float:
    """Share of the runs of letters of two texts that both have."""
    a, b = set(buckets(first).tolist()), set(buckets(second).tolist())
    return len(a & b) / len(a | b)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("天气怎么样", "今天天气怎样啊", "你叫什么名字"),
        ("أريد حجز فندق", "حجز الفندق", "مع السلامة"),
        ("привет", "приветик", "до свидания"),
        ("delivery", "delivrey", "refund"),
    ],
)
def test_texts_that_share_letters_are_nearer(text: str, near: str, far: str) -> None:
    assert shared(text, near) > shared(text, far)


def test_case_width_and_spaces_make_no_difference_but_signs_are_words() -> None:
    assert buckets("Wo IST  das").tolist() == buckets("wo ist\n\uff44\uff41\uff53").tolist()
    assert set(buckets("da?")) > set(buckets("da"))
    assert set(buckets("几岁\uff1f")) > set(buckets("几岁"))


def test_any_text_has_buckets_and_a_long_one_is_cut() -> None:
    assert buckets("").tolist() == buckets(" \n").tolist() == []
    assert len(buckets("\ud800 x")) > 0
    assert buckets("ab " * 10_000).tolist() == buckets(("ab " * 10_000)[:MAX_CHARACTERS]).tolist()


def test_letters_that_training_never_saw_say_nothing_and_weaken_the_others() -> None:
    known = buckets("hi")
    one = Spelling(known, np.ones(len(known), np.float32), 1.0, np.ones((len(known), 2), np.float32))
    assert one.logits("zzz").tolist() == [0.0, 0.0]
    assert 0 < one.logits("hi zzz")[0] < one.logits("hi")[0]

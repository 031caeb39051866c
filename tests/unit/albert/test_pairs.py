from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from assistant.albert.pairs import PairStore, contrast, read_pairs
from assistant.albert.recipe_reading import UnfitValue
from assistant.albert.recipes import Pairs, PairSource
from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ("refund", "money", "back", "parcel", "late", "hello", "hi", "yes", "no", "order")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate(("?", *WORDS))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="?"))  # noqa: S106 (a token of text)
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def said(store: PairStore, tokenizer: Tokenizer) -> set[frozenset[str]]:
    return {frozenset(tokenizer.decode(row.tolist()) for row in group) for source in store.sources for group in source}


def read(root: Path, tokenizer: Tokenizer, source: PairSource) -> PairStore:
    return read_pairs(root, Pairs(sources=(source,)), tokenizer, max_tokens=4)


def test_a_turn_belongs_to_its_reply(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (tmp_path / "talk.txt").write_text("hello\nhi\nparcel late\n\nrefund\nyes\n")
    store = read(tmp_path, tokenizer, PairSource("talk.txt"))
    assert said(store, tokenizer) == {
        frozenset({"hello", "hi"}),
        frozenset({"hi", "parcel late"}),
        frozenset({"refund", "yes"}),
    }


def test_only_rows_that_are_asked_for_are_read(tmp_path: Path, tokenizer: Tokenizer) -> None:
    rows = [("refund", "money back", "entailment"), ("refund", "hello", "neutral"), ("hi", "hello", "entailment")]
    lines = [json.dumps({"a": a, "b": b, "label": label}) for a, b, label in rows]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    store = read(tmp_path, tokenizer, PairSource("rows.jsonl", ("a", "b"), where=("label=entailment",)))
    assert said(store, tokenizer) == {frozenset({"refund", "money back"}), frozenset({"hi", "hello"})}


def test_rows_of_one_kind_belong_together(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (tmp_path / "rows.tsv").write_text("text\tkind\nhello\tgreet\nhi\tgreet\nrefund\task\nmoney back\task\nno\tdeny\n")
    store = read(tmp_path, tokenizer, PairSource("rows.tsv", ("text",), alike="kind"))
    assert said(store, tokenizer) == {frozenset({"hello", "hi"}), frozenset({"refund", "money back"})}


def test_texts_that_are_too_long_are_left_out(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (tmp_path / "talk.txt").write_text("hello\nhi\nyes\nno no no no no\n")
    assert said(read(tmp_path, tokenizer, PairSource("talk.txt")), tokenizer) == {
        frozenset({"hello", "hi"}),
        frozenset({"hi", "yes"}),
    }


def test_a_batch_takes_each_group_once_and_never_pairs_a_text_with_itself(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (tmp_path / "rows.tsv").write_text("text\tkind\nhello\tgreet\nhi\tgreet\nrefund\task\nmoney back\task\n")
    store = read(tmp_path, tokenizer, PairSource("rows.tsv", ("text",), alike="kind"))
    kinds = {"hello": 0, "hi": 0, "refund": 1, "money back": 1}
    for seed in range(20):
        firsts, seconds = store.batch(8, np.random.default_rng(seed))
        texts = [[tokenizer.decode(row.tolist()) for row in rows] for rows in (firsts, seconds)]
        assert sorted(kinds[text] for text in texts[0]) == [0, 1]
        assert [kinds[text] for text in texts[0]] == [kinds[text] for text in texts[1]]
        assert all(one != other for one, other in zip(*texts, strict=True))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("one.txt", "hello\nhi\n", "no two pairs"),
        ("rows.jsonl", '{"a": "hello"}\n', "no 'b'"),
        ("rows.jsonl", "hello\n", "no JSON"),
    ],
)
def test_files_without_pairs_are_refused(tmp_path: Path, tokenizer: Tokenizer, name: str, content: str, why: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(BadCorpus, match=f"ALB-006.*{why}"):
        read(tmp_path, tokenizer, PairSource(name, ("a", "b")))


@pytest.mark.parametrize("bad", [{"batch_size": 1}, {"temperature": 0.0}, {"weight": -1.0}])
def test_values_that_do_not_fit_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(UnfitValue, match="pairs"):
        Pairs(**bad)  # type: ignore[arg-type]
    with pytest.raises(UnfitValue, match="key=value"):
        PairSource("a.jsonl", where=("label",))


def test_partners_that_are_nearest_cost_least() -> None:
    vectors = torch.eye(4)
    loss, found = contrast(vectors, vectors, 0.1)
    assert float(loss) == pytest.approx(0, abs=1e-3)
    assert found == 1.0
    loss, found = contrast(vectors, vectors.roll(1, 0), 0.1)
    assert float(loss) == pytest.approx(10, abs=1e-2)
    assert found == 0.0

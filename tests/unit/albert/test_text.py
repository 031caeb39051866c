from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer, models

from assistant.albert.corpus import Source, read_documents, read_source, split_sentences
from assistant.albert.tokenizer import is_one_piece, special_ids, train_tokenizer
from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from pathlib import Path


def test_documents_are_blocks_between_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeffOne. Two!\nthree\n\n \n\nfour\n", encoding="utf-8")
    assert list(read_documents([tmp_path / "a.txt"])) == [("One.", "Two!", "three"), ("four",)]


def test_sentences_end_before_a_capital() -> None:
    assert split_sentences("It cost 3.50 e.g. here.  Why? Because.") == ["It cost 3.50 e.g. here.", "Why?", "Because."]
    assert split_sentences("-- !") == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no words"),
        (b"\n \n", "no words"),
        (b"...\n---", "no words"),
        (b"text\x00more", "binary"),
        (bytes(range(1, 32)) * 20, "binary"),
        (b"caf\xe9", "not UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(BadCorpus, match=f"ALB-006.*{why}"):
        list(read_documents([tmp_path / "bad.txt"]))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCorpus, match="No such file"):
        list(read_documents([tmp_path / "none.txt"]))


def test_json_lines_give_their_fields_alone(tmp_path: Path) -> None:
    rows = [{"a": f"first {n}", "b": " second  one ", "label": "secret"} for n in range(5)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = read_source(tmp_path, Source("rows.jsonl", ("a", "b"), hold_out_every=3))
    assert found == [("first 1", "second one"), ("first 2", "second one"), ("first 4", "second one")]


@pytest.mark.parametrize("line", ['{"b": "x"}', "[1]", "{", '{"a": 3}'])
def test_a_row_without_its_field_names_the_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "rows.jsonl").write_text('{"a": "x"}\n' + line)
    with pytest.raises(BadCorpus, match=r"rows\.jsonl:2"):
        read_source(tmp_path, Source("rows.jsonl", ("a",)))


def test_tables_are_read_by_name_or_number(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text('id\ttext\n1\tsay "hi\n2\tbye\n')
    assert read_source(tmp_path, Source("t.tsv", ("text",))) == [('say "hi',), ("bye",)]
    assert read_source(tmp_path, Source("t.tsv", ("1",), header=False))[0] == ("text",)
    with pytest.raises(BadCorpus, match="no column 'nope'"):
        read_source(tmp_path, Source("t.tsv", ("nope",)))


def test_unigram_vocabulary_wraps_and_folds(sentences: list[str]) -> None:
    tokenizer = train_tokenizer(sentences, vocab_size=120)
    encoded = tokenizer.encode("My  ÓRDER", "a refund")
    assert encoded.tokens[0] == "[CLS]"
    assert encoded.tokens.count("[SEP]") == 2
    assert encoded.type_ids[0] == 0
    assert encoded.type_ids[-1] == 1
    assert tokenizer.decode(tokenizer.encode("My  ÓRDER").ids) == "my order"
    assert tokenizer.get_vocab_size() <= 120
    assert special_ids(tokenizer).pad == 0


def test_a_cased_vocabulary_tells_capitals_apart() -> None:
    tokenizer = train_tokenizer(["Turkey turkey Turkey turkey"] * 5, vocab_size=40, is_cased=True)
    assert tokenizer.encode("Turkey").ids != tokenizer.encode("turkey").ids


def test_no_words_make_no_vocabulary() -> None:
    with pytest.raises(BadCorpus, match="no words"):
        train_tokenizer(["", "  "], vocab_size=100)


def test_what_the_vocabulary_has_whole_is_one_piece() -> None:
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "refund": 1, "ref": 2, "##udn": 3}))
    assert is_one_piece(tokenizer, "refund")
    assert not is_one_piece(tokenizer, "refudn")
    assert not is_one_piece(tokenizer, "\u4e2d")
    assert not is_one_piece(tokenizer, "")

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.albert.curves import draw_curves, read_log
from assistant.albert.encode import encode_on_runtime, encode_texts, save_vectors, token_ids
from assistant.albert.evaluation import encoder_of, measure_cosine, measure_probes
from assistant.albert.probes import IntentData, probe, read_intents
from assistant.errors import BadCorpus, BadTrainingState, CannotWrite

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import Progress

ODD = ["", " ", "\x00", "\ud800 lone", "\u202e\u200d", "word " * 3000, "é" * 40, "🙂", "<pad>[MASK]"]


def test_vectors_have_length_one_in_the_texts_order(checkpoint: Checkpoint, sentences: list[str]) -> None:
    together = encode_texts(checkpoint.model, checkpoint.tokenizer, sentences, batch_size=7)
    alone = [encode_texts(checkpoint.model, checkpoint.tokenizer, [text])[0] for text in sentences]
    assert together.dtype == np.float32
    assert together == pytest.approx(np.stack(alone), abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)


def test_any_text_has_a_vector(checkpoint: Checkpoint) -> None:
    vectors = encode_texts(checkpoint.model, checkpoint.tokenizer, ODD)
    assert vectors.shape == (len(ODD), 24)
    assert np.isfinite(vectors).all()


def test_no_texts_have_no_vectors(checkpoint: Checkpoint) -> None:
    assert encode_texts(checkpoint.model, checkpoint.tokenizer, []).shape == (0, 24)


def test_a_long_text_keeps_its_closing_token(checkpoint: Checkpoint) -> None:
    ids = token_ids(checkpoint.tokenizer, "word " * 3000)
    assert len(ids) == 512
    assert ids[-1] == checkpoint.tokenizer.token_to_id("[SEP]")


def test_vectors_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    save_vectors(np.eye(3, dtype=np.float32), tmp_path / "vectors.npy")
    assert (np.load(tmp_path / "vectors.npy") == np.eye(3)).all()
    with pytest.raises(CannotWrite):
        save_vectors(np.eye(3, dtype=np.float32), tmp_path / "none" / "vectors.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.npy"]


def clouds(n: int, seed: int) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], tuple[tuple[str, str], ...]]:
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    return (np.eye(3)[labels] + rng.normal(0, 0.1, (n, 3))).astype(np.float32), tuple((f"t{i}", f"intent{i % 3}") for i in range(n))


def test_a_probe_reads_what_is_there(tmp_path: Path) -> None:
    (train, train_rows), (test, test_rows) = clouds(60, 0), clouds(30, 1)
    data = IntentData("clouds", train_rows, test_rows)
    every = probe(data, train, test, None)
    few = probe(data, train, test, 2, seeds=(0, 1, 2))
    noise = probe(data, np.random.default_rng(2).normal(size=train.shape).astype(np.float32), test, 5)
    assert (every.mean, every.spread, every.n_test) == (1.0, 0.0, 30)
    assert few.mean > 0.9
    assert noise.mean < 0.8
    assert probe(data, train, test, 2, seeds=(0, 1, 2)) == few


def test_every_tenth_row_is_held_out(tmp_path: Path) -> None:
    rows = [json.dumps({"text": f"t{n}", "intent": "a"}) for n in range(25)]
    (tmp_path / "train.jsonl").write_text("\n".join(rows))
    data = read_intents("some", tmp_path / "train.jsonl")
    assert [text for text, _ in data.test] == ["t0", "t10", "t20"]
    assert len(data.train) == 22
    assert len(read_intents("some", tmp_path / "train.jsonl", tmp_path / "train.jsonl").test) == 25


@pytest.mark.parametrize("content", ["", '{"text": "x"}', "nothing", "[]"])
def test_rows_without_labels_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "train.jsonl").write_text(content)
    with pytest.raises(BadCorpus):
        read_intents("some", tmp_path / "train.jsonl")


def test_an_encoder_is_like_itself(checkpoint: Checkpoint, sentences: list[str]) -> None:
    encoder = encoder_of(checkpoint)
    assert measure_cosine(encoder, encoder, sentences[:5]) == pytest.approx(1, abs=1e-5)
    data = IntentData("topics", tuple((text, text.split()[0]) for text in sentences), (("my order is late", "my"),))
    results = measure_probes(encoder, data, [2, None], seeds=(0,))
    assert [result.per_intent for result in results] == [2, None]


def test_curves_show_every_value(tmp_path: Path) -> None:
    rows = [{"step": n, "loss": 3.0 - n, "mlm<&": n / 3, "elapsed_s": n} for n in range(3)]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    picture = draw_curves(read_log(tmp_path / "log.jsonl"))
    assert picture.count("<path") == 2
    assert "mlm&lt;&amp;" in picture
    assert "elapsed" not in picture


def test_a_damaged_log_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("{")
    with pytest.raises(BadTrainingState, match="log"):
        read_log(tmp_path / "log.jsonl")


def test_the_runtime_gives_the_vectors_that_torch_gives(checkpoint: Checkpoint, sentences: list[str]) -> None:
    texts = [*sentences[:20], *ODD]
    steps: list[Progress] = []
    found = encode_on_runtime(checkpoint, texts, threads=1, on_progress=steps.append)
    assert found == pytest.approx(encode_texts(checkpoint.model, checkpoint.tokenizer, texts), abs=1e-5)
    assert (steps[-1].done, steps[-1].total) == (len(texts), len(texts))
    alone = np.concatenate([encode_on_runtime(checkpoint, [text], threads=1) for text in texts[:5]])
    assert np.array_equal(alone, found[:5])

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tokenizers import Tokenizer

from assistant.albert.model_graph import measure_extents
from assistant.messages import Cancelled
from assistant.training.encoding import Frozen, encode_frozen
from assistant.training.features import Features, Labels, make_features
from assistant.training.trainer import train_model
from assistant.training.vector_cache import VectorCache
from tests.unit.nlu.tiny import FAST, ignore, tiny_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.messages import Progress
    from assistant.nlu.training_data import TrainingData


@pytest.fixture
def features(data: TrainingData) -> list[Features]:
    tokenizer = Tokenizer.from_str(tiny_checkpoint().tokenizer.to_str())
    return make_features(data.examples, tokenizer, Labels.of(data.examples))


def encode(features: list[Features], cache: VectorCache | None = None, *, has_tags: bool = True) -> tuple[Frozen, list[Progress]]:
    steps: list[Progress] = []
    return encode_frozen(
        tiny_checkpoint().plain().weights, features, has_tags=has_tags, on_progress=steps.append, cache=cache
    ), steps


def assert_same(one: Frozen, other: Frozen) -> None:
    for name in ("vectors", "middles", "intents", "layers", "tags", "owners"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_words_stand_with_their_text(features: list[Features]) -> None:
    frozen, _ = encode(features)
    assert frozen.layers.shape == (sum(len(f.tags) for f in features), 3, 32)
    assert frozen.tags.tolist() == [tag for feature in features for tag in feature.tags]
    assert np.bincount(frozen.owners, minlength=len(features)).tolist() == [len(feature.tags) for feature in features]
    without, _ = encode(features, has_tags=False)
    assert np.array_equal(without.joined, frozen.joined)
    assert not len(without.tags)


@pytest.mark.parametrize("extents", [None, "measured"], ids=["float32", "int8"])
def test_any_number_of_threads_gives_the_same_bits(features: list[Features], extents: str | None) -> None:
    weights = tiny_checkpoint().plain().weights
    scales = measure_extents(weights, (2, 3)) if extents else None
    one, three = (
        encode_frozen(weights, features, has_tags=True, on_progress=ignore, extents=scales, threads=threads) for threads in (1, 3)
    )
    assert_same(one, three)


def test_encoding_can_be_stopped(features: list[Features]) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        encode_frozen(tiny_checkpoint().plain().weights, features, has_tags=True, on_progress=stop, threads=2)


@pytest.mark.parametrize("n_kept", [0, 10, 24])
def test_what_is_kept_is_bit_for_bit_what_encoding_gives(features: list[Features], tmp_path: Path, n_kept: int) -> None:
    expected, _ = encode(features)
    if n_kept:
        encode(features[:n_kept], VectorCache(tmp_path, "a"))
    found, steps = encode(features, VectorCache(tmp_path, "a"))
    assert_same(found, expected)
    distinct = {feature.input_ids for feature in features[n_kept:]} - {feature.input_ids for feature in features[:n_kept]}
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].total == len(features)
    assert len(steps) == max(1, len({len(ids) for ids in distinct}))


def test_a_cache_of_another_encoder_or_a_damaged_one_counts_as_not_there(features: list[Features], tmp_path: Path) -> None:
    expected, _ = encode(features, VectorCache(tmp_path, "a"))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    _, steps = encode(features, VectorCache(tmp_path, "b"))
    assert len(steps) > 1
    for damaged in (whole[:100], whole[:-1] + bytes([whole[-1] ^ 1]), b"", b"\xff" * 64):
        file.write_bytes(damaged)
        found, steps = encode(features, VectorCache(tmp_path, "a"))
        assert_same(found, expected)
        assert len(steps) > 1
    _, steps = encode(features, VectorCache(tmp_path, "a"))
    assert len(steps) == 1


def test_the_cache_is_bounded_and_keeps_what_was_used_last(features: list[Features], tmp_path: Path) -> None:
    encode(features[:12], VectorCache(tmp_path, "a"))
    room = sum(file.stat().st_size for file in tmp_path.iterdir())
    encode(features[12:], VectorCache(tmp_path, "a", max_bytes=room))
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size <= room + 1000
    _, steps = encode(features[12:18], VectorCache(tmp_path, "a"))
    assert len(steps) == 1


def test_a_few_texts_in_addition_are_written_apart(features: list[Features], tmp_path: Path) -> None:
    expected, _ = encode(features)
    encode(features[:-2], VectorCache(tmp_path, "a"))
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    for last in (len(features) - 1, len(features)):  # one after the other: what was added first stays
        encode(features[:last], VectorCache(tmp_path, "a"))
    (added,) = set(tmp_path.iterdir()) - {file}
    assert file.stat().st_mtime_ns == written
    assert added.stat().st_size < file.stat().st_size / 4
    found, steps = encode(features, VectorCache(tmp_path, "a"))
    assert_same(found, expected)
    assert len(steps) == 1
    added.write_bytes(b"damaged")
    assert_same(encode(features, VectorCache(tmp_path, "a"))[0], expected)


def test_many_texts_in_addition_are_written_with_the_rest(features: list[Features], tmp_path: Path) -> None:
    turned = [replace(one, input_ids=(*one.input_ids[:1], *one.input_ids[-2:0:-1], *one.input_ids[-1:])) for one in features]
    for texts in (features[:-2], features, features + turned):
        encode(texts, VectorCache(tmp_path, "a"))
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.safetensors"]
    assert len(encode(features + turned, VectorCache(tmp_path, "a"))[1]) == 1


def test_a_disk_that_refuses_the_cache_stops_nothing(features: list[Features], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    frozen, _ = encode(features, VectorCache(tmp_path / "file", "a"))
    assert np.isfinite(frozen.vectors).all()


def test_a_model_does_not_show_whether_there_was_a_cache(data: TrainingData, tmp_path: Path) -> None:
    for name in ("without", "cold", "warm"):
        train_model(
            data, None, tiny_checkpoint(), FAST, tmp_path / name, ignore, cache=None if name == "without" else tmp_path / "cache"
        )
    for file in (tmp_path / "without").iterdir():
        assert file.read_bytes() == (tmp_path / "cold" / file.name).read_bytes() == (tmp_path / "warm" / file.name).read_bytes()

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from assistant.albert.checkpoint import random_checkpoint
from assistant.albert.export import check_graph, heads_of, weights_of
from assistant.albert.joint import JointAlbert, JointHeads
from assistant.albert.model_graph import INPUT, joint_graph, measure_extents, states_graph
from assistant.albert.plain_heads import joined
from assistant.albert.presets import Preset
from assistant.albert.quantization import random_texts
from assistant.albert.session import open_session
from assistant.errors import ExportDiffers
from tests.unit.nlu.tiny import tiny_checkpoint

OUTPUTS = ("intent_logits", "tag_logits", "sentence_vector")


@pytest.fixture
def model() -> JointAlbert:
    torch.manual_seed(0)
    return JointAlbert(copy.deepcopy(tiny_checkpoint().model), JointHeads(32, 3, n_intents=4, n_tags=5)).eval()


def graph_of(model: JointAlbert, extents: dict[Any, Any] | None = None) -> bytes:
    return joint_graph(weights_of(model.encoder), heads_of(model.heads), OUTPUTS, extents)


def pieces(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 50, shape)


def test_the_graph_computes_what_torch_computes(model: JointAlbert) -> None:
    assert check_graph(model, graph_of(model), OUTPUTS) < 1e-5


def test_groups_of_layers_and_other_activations_are_written_too() -> None:
    preset = Preset("grouped", n_layers=4, hidden=32, heads=2, inner=64, embedding=16, groups=2)
    for activation in ("gelu", "gelu_new", "relu"):
        torch.manual_seed(1)
        encoder = random_checkpoint(preset, ["where is my order", "refund please"], seed=1, vocab_size=60).model
        encoder.config.hidden_act = activation
        encoder = type(encoder)(encoder.config)
        encoder.eval()  # type: ignore[no-untyped-call]
        with torch.no_grad():  # norms and biases that are neither one nor nought
            for parameter in encoder.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.1)
        model = JointAlbert(encoder, JointHeads(32, 5, n_intents=3, n_tags=1)).eval()
        graph = graph_of(model)
        session = open_session(graph)
        input_ids = pieces(2, 7) % encoder.config.vocab_size
        with torch.inference_mode():
            logits, _, vector = model(torch.from_numpy(input_ids), torch.ones(2, 7, dtype=torch.int64))
        found = session.run(None, {INPUT: input_ids})
        assert found[0] == pytest.approx(logits.numpy(), abs=1e-4)
        assert found[2] == pytest.approx(vector.numpy(), abs=1e-5)
        assert not found[1].any()  # one tag: nothing to tell apart


def test_a_graph_that_computes_something_else_is_refused(model: JointAlbert) -> None:
    graph = graph_of(model)
    with torch.no_grad():
        model.heads.intent.bias.add_(1)
    with pytest.raises(ExportDiffers, match="intent_logits"):
        check_graph(model, graph, OUTPUTS)


@pytest.mark.parametrize("is_rounded", [False, True], ids=["float32", "int8"])
def test_a_text_gives_the_same_bits_in_any_batch(model: JointAlbert, is_rounded: bool) -> None:
    extents = measure_extents(weights_of(model.encoder), (2, 3)) if is_rounded else None
    session = open_session(graph_of(model, extents))
    input_ids = pieces(19, 11)
    together = session.run(list(OUTPUTS), {INPUT: input_ids})
    for row in range(19):
        for whole, alone in zip(together, session.run(list(OUTPUTS), {INPUT: input_ids[row : row + 1]}), strict=True):
            assert np.array_equal(whole[row : row + 1], alone)


def test_a_shared_layer_is_stored_once_and_the_bytes_are_always_the_same(model: JointAlbert) -> None:
    extents = measure_extents(weights_of(model.encoder), (2, 3))
    for graph in (graph_of(model), graph_of(model, extents)):
        shapes = Counter(tuple(tensor.dims) for tensor in onnx.load_from_string(graph).graph.initializer)
        assert shapes[32, 96] == shapes[32, 64] == shapes[64, 32] == 1  # applied twice
    assert graph_of(model, extents) == graph_of(model, measure_extents(weights_of(model.encoder), (2, 3)))


def test_eight_bits_stay_close_to_floats(model: JointAlbert) -> None:
    with torch.no_grad():  # one channel that towers over the others, as trained encoders have
        layer: Any = model.encoder.encoder.albert_layer_groups[0].albert_layers[0]  # type: ignore[index]
        layer.full_layer_layer_norm.weight[3] = 40.0
        layer.attention.LayerNorm.weight[5] = 40.0
    extents = measure_extents(weights_of(model.encoder), (2, 3))
    floats, bits = (open_session(graph_of(model, chosen)) for chosen in (None, extents))
    feed = {INPUT: pieces(16, 9)}
    cosines = (floats.run(["sentence_vector"], feed)[0] * bits.run(["sentence_vector"], feed)[0]).sum(1)
    assert cosines.min() > 0.995


@pytest.mark.parametrize("is_rounded", [False, True], ids=["float32", "int8"])
def test_the_encoder_alone_gives_bit_for_bit_what_the_heads_are_given(model: JointAlbert, is_rounded: bool) -> None:
    weights, heads = weights_of(model.encoder), heads_of(model.heads)
    extents = measure_extents(weights, (2, 3)) if is_rounded else None
    feed = {INPUT: pieces(16, 9)}
    vectors, middles, *layers = open_session(states_graph(weights, extents)).run(None, feed)
    intents, tags, beside = open_session(joint_graph(weights, heads, OUTPUTS, extents)).run(list(OUTPUTS), feed)
    assert np.array_equal(vectors, beside)
    assert intents == pytest.approx(heads.intent_logits(joined(vectors, middles)), abs=1e-5)
    words = np.stack(layers, axis=2).reshape(16 * 9, len(layers), -1)
    assert tags.reshape(16 * 9, -1) == pytest.approx(heads.tag_logits(words), abs=1e-5)


def test_the_encoder_alone_gives_its_vectors_and_all_states(model: JointAlbert) -> None:
    session = open_session(states_graph(weights_of(model.encoder)))
    input_ids = pieces(2, 6)
    with torch.inference_mode():
        encoded = model.encode(torch.from_numpy(input_ids), torch.ones(2, 6, dtype=torch.int64))
    vector, middle, *states = session.run(None, {INPUT: input_ids})
    assert vector == pytest.approx(encoded.vector.numpy(), abs=1e-5)
    assert joined(vector, middle) == pytest.approx(encoded.joined.numpy(), abs=1e-5)
    mean = states[1].mean(axis=1)
    assert middle == pytest.approx(mean / np.linalg.norm(mean, axis=1, keepdims=True), abs=1e-5)
    assert len(states) == len(encoded.layers) == 3
    for ours, theirs in zip(states, encoded.layers, strict=True):
        assert ours == pytest.approx(theirs.numpy(), abs=1e-4)


def test_scales_are_measured_on_frequent_pieces_and_on_rare_ones() -> None:
    texts = [text[0] for text in random_texts(32_000, (2, 3))]
    assert all(text[0] == 2 and text[-1] == 3 for text in texts)
    evenly, as_in_texts = (np.concatenate([text[1:-1] for text in texts[first::2]]) for first in (0, 1))
    assert 14_000 < np.median(evenly) < 18_000 < evenly.max() < 32_000
    assert 1_000 <= as_in_texts.min() < np.median(as_in_texts) < 8_000 < as_in_texts.max() < 32_000
    assert all((one == other).all() for one, other in zip(texts, (text[0] for text in random_texts(32_000, (2, 3))), strict=True))

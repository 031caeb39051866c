"""Writes a joint model as an ONNX graph, and checks that ONNX Runtime computes with it what torch computes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import torch

from assistant.errors import ExportDiffers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from torch import Tensor

    from assistant.albert.joint import JointAlbert

OPSET = 18
MAX_DIFFERENCE = 1e-3

_SHAPES = ((1, 3), (1, 16), (3, 9))


def export_onnx(model: JointAlbert, path: Path, inputs: Sequence[str], outputs: Sequence[str]) -> float:
    """Writes the graph as one file, for batches and texts of any size, and returns how far it is off.

    Args:
        model: put into eval mode and left there.
        path: the file to write.
        inputs: names of the two inputs.
        outputs: names of the three outputs.

    Returns:
        The largest absolute difference between torch and ONNX Runtime over all outputs of some random inputs.

    Raises:
        ExportDiffers: the difference is more than rounding.
    """
    model.eval()
    # Plain matrix products trace without a branch on the length; the fused kernel's wrapper has one.
    attention = model.encoder.config._attn_implementation
    model.encoder.set_attn_implementation("eager")
    try:
        _write(model, path, inputs, outputs)
        return _check(model, path, inputs, outputs)
    finally:
        model.encoder.set_attn_implementation(attention)


def _write(model: JointAlbert, path: Path, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    input_ids, attention_mask = next(_samples(model))
    axes = {name: {0: "batch", 1: "piece"} for name in (*inputs, outputs[1])}
    axes |= {outputs[0]: {0: "batch"}, outputs[2]: {0: "batch"}}
    # The tracing exporter takes half a second where the other takes seven, and training a model's heads takes two. It warns that it
    # is the older one, and of branches on shapes that are constant here; `_check` would show it if they were not.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (input_ids, attention_mask),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def _check(model: JointAlbert, path: Path, inputs: Sequence[str], outputs: Sequence[str]) -> float:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    largest = 0.0
    for sample in _samples(model):
        with torch.inference_mode():
            expected = model(*sample)
        found = session.run(list(outputs), {name: value.numpy() for name, value in zip(inputs, sample, strict=True)})
        for name, ours, theirs in zip(outputs, expected, found, strict=True):
            difference = float((ours - torch.from_numpy(theirs)).abs().max())
            if not difference <= MAX_DIFFERENCE:
                raise ExportDiffers(output=name, difference=difference, allowed=MAX_DIFFERENCE)
            largest = max(largest, difference)
    return largest


def _samples(model: JointAlbert) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields random pieces in some shapes, the last text of a batch padded."""
    generator = torch.Generator().manual_seed(0)
    for batch, length in _SHAPES:
        input_ids = torch.randint(0, model.encoder.config.vocab_size, (batch, length), generator=generator)
        attention_mask = torch.ones_like(input_ids)
        if batch > 1:
            attention_mask[-1, length // 2 :] = 0
        yield input_ids, attention_mask

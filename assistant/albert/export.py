"""From torch to plain weights, and the check that a graph written from them computes what torch computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from assistant.albert.model_graph import INPUT
from assistant.albert.plain_heads import PlainHeads
from assistant.albert.session import open_session
from assistant.albert.weights import EncoderWeights
from assistant.errors import ExportDiffers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor
    from transformers import AlbertModel

    from assistant.albert.joint import JointAlbert, JointHeads

MAX_DIFFERENCE = 1e-3

_SHAPES = ((1, 3), (1, 16), (3, 9))


def weights_of(encoder: AlbertModel) -> EncoderWeights:
    """Returns the weights of an encoder as they are now; they share its memory."""
    named = {name: value.detach().float().contiguous().numpy() for name, value in encoder.state_dict().items()}
    return EncoderWeights(named, encoder.config)


def heads_of(heads: JointHeads) -> PlainHeads:
    """Returns the weights of heads as they are now."""
    return PlainHeads.of({name: value.detach().numpy().copy() for name, value in heads.state_dict().items()})


def check_graph(model: JointAlbert, graph: bytes, outputs: Sequence[str]) -> float:
    """Returns the largest absolute difference between torch and ONNX Runtime over all outputs of some random inputs.

    Args:
        model: in eval mode.
        graph: of the model, in floats.
        outputs: names of its outputs.

    Raises:
        ExportDiffers: the difference is more than rounding.
    """
    session = open_session(graph)
    largest = 0.0
    for input_ids in _samples(model):
        with torch.inference_mode():
            expected = model(input_ids, torch.ones_like(input_ids))
        found = session.run(list(outputs), {INPUT: input_ids.numpy()})
        for name, ours, theirs in zip(outputs, expected, found, strict=True):
            if theirs.shape[-1] == 1:
                continue  # the graph does not compute the logits of a single class
            difference = float((ours - torch.from_numpy(theirs)).abs().max())
            if not difference <= MAX_DIFFERENCE:
                raise ExportDiffers(output=name, difference=difference, allowed=MAX_DIFFERENCE)
            largest = max(largest, difference)
    return largest


def _samples(model: JointAlbert) -> Iterator[Tensor]:
    """Yields random pieces in some shapes."""
    generator = torch.Generator().manual_seed(0)
    for shape in _SHAPES:
        yield torch.randint(0, model.encoder.config.vocab_size, shape, generator=generator)

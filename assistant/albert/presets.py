"""The sizes of encoder, from the released compact one to the paper's largest, and what each costs.

Source: Lan et al. 2019, table 1; Devlin et al. 2018, section 3, for BERT's sizes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.errors import UnknownPreset

if TYPE_CHECKING:
    from transformers import AlbertConfig

PAPER_VOCABULARY = 30_000
BERT_VOCABULARY = 30_522
POSITIONS = 512
BYTES_PER_FLOAT = 4


@dataclass(frozen=True, slots=True)
class Preset:
    """A size of encoder.

    Attributes:
        name: how recipes and the command line call it.
        n_layers: how often a layer is applied.
        hidden: width of a token's state.
        heads: attention heads in a layer; divides ``hidden``.
        inner: width inside the feed-forward part.
        embedding: width of the token embeddings before they are projected to ``hidden``.
        groups: sets of layer weights; 1 shares one layer everywhere, ``n_layers`` shares nothing.
        activation: the feed-forward part's activation, as transformers names it.
        is_factorised: False for BERT, whose embeddings are as wide as its states.
    """

    name: str
    n_layers: int
    hidden: int
    heads: int
    inner: int
    embedding: int = 128
    groups: int = 1
    activation: str = "gelu_new"
    is_factorised: bool = True


# The teacher of the compact encoder uses the exact gelu; a student that starts from its weights keeps it.
PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("compact", n_layers=6, hidden=384, heads=12, inner=1536, activation="gelu"),
        Preset("base", n_layers=12, hidden=768, heads=12, inner=3072),
        Preset("large", n_layers=24, hidden=1024, heads=16, inner=4096),
        Preset("xlarge", n_layers=24, hidden=2048, heads=16, inner=8192),
        Preset("xxlarge", n_layers=12, hidden=4096, heads=64, inner=16384),
    )
}

BERT_SIZES: tuple[Preset, ...] = (
    Preset("BERT base", 12, 768, 12, 3072, embedding=768, groups=12, is_factorised=False),
    Preset("BERT large", 24, 1024, 16, 4096, embedding=1024, groups=24, is_factorised=False),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an encoder takes.

    Attributes:
        parameters: numbers to learn and to store, the pooler included.
        weights_mb: memory of the weights as float32, in 10^6 bytes.
        training_mb: weights, gradients and two moments as float32, in 10^6 bytes; activations come on top.
        multiply_adds: a token's share of the matrix products of all layers, at ``tokens`` in the sequence.
        tokens: the length of sequence that ``multiply_adds`` is counted for.
    """

    parameters: int
    weights_mb: float
    training_mb: float
    multiply_adds: int
    tokens: int


def find_preset(name: str, groups: int = 1) -> Preset:
    """Returns the preset of that name.

    Args:
        name: of the preset.
        groups: sets of layer weights instead of the one that all layers share; neighbouring layers share a set.

    Raises:
        UnknownPreset: there is none; the error names the nearest.
        ValueError: the layers cannot be parted evenly into that many groups.
    """
    if name not in PRESETS:
        raise UnknownPreset(name=name, known=PRESETS)
    preset = PRESETS[name]
    if groups < 1 or preset.n_layers % groups:
        raise ValueError(f"groups must divide the {preset.n_layers} layers of {name}")
    return replace(preset, groups=groups)


def make_config(preset: Preset, vocab_size: int, *, pad_token_id: int = 0) -> AlbertConfig:
    """Returns transformers' configuration of a preset, without dropout, as the second version of the paper's models."""
    from transformers import AlbertConfig

    return AlbertConfig(
        vocab_size=vocab_size,
        embedding_size=preset.embedding,
        hidden_size=preset.hidden,
        num_hidden_layers=preset.n_layers,
        num_hidden_groups=preset.groups,
        num_attention_heads=preset.heads,
        intermediate_size=preset.inner,
        hidden_act=preset.activation,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        classifier_dropout_prob=0.0,
        max_position_embeddings=POSITIONS,
        pad_token_id=pad_token_id,
    )


def cost(preset: Preset, *, vocab_size: int | None = None, tokens: int = 128) -> Cost:
    """Returns what a preset takes, counted from its shape.

    Args:
        preset: the size of encoder.
        vocab_size: entries of the vocabulary; None means the paper's own.
        tokens: length of the sequences; attention costs a token more in longer ones.
    """
    if vocab_size is None:
        vocab_size = PAPER_VOCABULARY if preset.is_factorised else BERT_VOCABULARY
    width, inner = preset.hidden, preset.inner
    embeddings = (vocab_size + POSITIONS + 2 + 2) * preset.embedding  # two segments; scale and shift of the norm
    projection = (preset.embedding + 1) * width if preset.is_factorised else 0
    layer = 4 * (width + 1) * width + (width + 1) * inner + (inner + 1) * width + 4 * width
    pooler = (width + 1) * width
    parameters = embeddings + projection + preset.groups * layer + pooler
    per_layer = 4 * width * width + 2 * width * inner + 2 * tokens * width
    multiply_adds = preset.n_layers * per_layer + (preset.embedding * width if preset.is_factorised else 0)
    weights_mb = parameters * BYTES_PER_FLOAT / 1e6
    return Cost(parameters, weights_mb, 4 * weights_mb, multiply_adds, tokens)

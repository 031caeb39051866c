"""Reads a BERT checkpoint as an ALBERT whose layers share nothing: the two compute the same, number for number.

ALBERT is BERT with narrow embeddings and shared layers (Lan et al. 2020, section 3.1). Embeddings as wide as the states, mapped by
the identity, and a group for each layer undo both, so every part that is made for ALBERT serves a BERT too: a larger teacher above
all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYER_PARTS = {
    "attention.self.query": "attention.query",
    "attention.self.key": "attention.key",
    "attention.self.value": "attention.value",
    "attention.output.dense": "attention.dense",
    "attention.output.LayerNorm": "attention.LayerNorm",
    "intermediate.dense": "ffn",
    "output.dense": "ffn_output",
    "output.LayerNorm": "full_layer_layer_norm",
}
"""Parts of a layer: BERT's name, ALBERT's."""
PREFIX = "bert."
_LAYER = re.compile(r"encoder\.layer\.(\d+)\.(.+)\.(weight|bias)")
_SHARED_SETTINGS = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act", "layer_norm_eps",
    "max_position_embeddings", "type_vocab_size", "pad_token_id", "initializer_range",
)  # fmt: skip


def albert_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns ALBERT's config.json for BERT's."""
    kept = {name: settings[name] for name in _SHARED_SETTINGS if name in settings}
    layers = kept.get("num_hidden_layers", 12)
    return {
        **kept,
        "model_type": "albert",
        "embedding_size": kept.get("hidden_size", 768),
        "num_hidden_layers": layers,
        "num_hidden_groups": layers,
        "inner_group_num": 1,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }


def albert_tensors(tensors: Mapping[str, torch.Tensor], hidden_size: int) -> dict[str, torch.Tensor]:
    """Returns an ALBERT encoder's weights for BERT's; heads that BERT was trained with are left out.

    Args:
        tensors: by the names that transformers gives them, with or without a prefix.
        hidden_size: width of the states.
    """
    mapping = "encoder.embedding_hidden_mapping_in"
    found = {f"{mapping}.weight": torch.eye(hidden_size), f"{mapping}.bias": torch.zeros(hidden_size)}
    for name, tensor in tensors.items():
        own = name.removeprefix(PREFIX)
        if match := _LAYER.fullmatch(own):
            number, part, kind = match.groups()
            found[f"encoder.albert_layer_groups.{number}.albert_layers.0.{LAYER_PARTS.get(part, part)}.{kind}"] = tensor
        elif own.startswith("pooler.dense."):
            found[own.replace(".dense.", ".")] = tensor
        elif own.startswith("embeddings.") and not own.endswith("position_ids"):
            found[own] = tensor
    return found

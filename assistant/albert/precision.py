"""What makes training fast on a processor: the type of number that products are computed in, and the kind of attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from transformers import PretrainedConfig


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Returns the context that products are computed in: bfloat16 where wanted and worthwhile, else float32.

    Args:
        device: where the model lies.
        precision: ``bfloat16``, ``float32``, or ``auto``: bfloat16 where the processor multiplies it natively.
    """
    enabled = precision == "bfloat16" or (precision == "auto" and has_fast_bfloat16(device))
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


def use_plain_attention(config: PretrainedConfig) -> None:
    """Has a model's attention computed step by step: for short sequences the fused kernel's backward pass is slower.

    In bfloat16 by ten times, which undoes what the faster products bring.

    Args:
        config: of the model, which looks it up at each pass.
    """
    config._attn_implementation = "eager"


def has_fast_bfloat16(device: torch.device) -> bool:
    """Says whether the device multiplies bfloat16 natively."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16"))

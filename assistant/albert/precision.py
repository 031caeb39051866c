"""Which type of number the products of a run are computed in."""

from __future__ import annotations

import torch


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Returns the context that products are computed in: bfloat16 where wanted and worthwhile, else float32.

    Args:
        device: where the model lies.
        precision: ``bfloat16``, ``float32``, or ``auto``: bfloat16 where the processor multiplies it natively.
    """
    enabled = precision == "bfloat16" or (precision == "auto" and has_fast_bfloat16(device))
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


def has_fast_bfloat16(device: torch.device) -> bool:
    """Says whether the device multiplies bfloat16 natively."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16"))

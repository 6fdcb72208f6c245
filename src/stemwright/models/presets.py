"""The named shapes of the performers, for everybody who needs one: training, and the benchmarks."""

from __future__ import annotations

from stemwright.errors import UsageError

_TINY = {"d_model": 256, "layers": 8, "heads": 4, "kv_heads": 2, "head_dim": 64, "ffn": 704, "window": 384}
_SMALL = {"d_model": 512, "layers": 8, "heads": 8, "kv_heads": 2, "head_dim": 64, "ffn": 1408, "window": 768}
_BASE = {**_SMALL, "layers": 16}
_WIDE = {"d_model": 768, "heads": 12, "kv_heads": 3, "ffn": 2112}

PRESETS: dict[str, dict[str, int]] = {"tiny": _TINY, "small": _SMALL, "base": _BASE}


def preset_shape(name: str, layer: str) -> dict[str, int]:
    """The fields of the architecture that a preset fixes (harmony is wider from `small` on)."""
    if name not in PRESETS:
        raise UsageError(f"preset: {name!r} is not known: use one of {', '.join(PRESETS)}")
    wide = _WIDE if layer == "harmony" and name != "tiny" else {}
    return {**PRESETS[name], **wide}

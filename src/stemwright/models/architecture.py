"""A performer's sizes and tensors: their bounds, names, types and shapes, in this one table.

Bundles and engine check against it, exports and made-up weights are made by it. The engine's C++ part reads
tensors by these names, and checks sizes once more, for its own safety: a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError, shown
from stemwright.models.fields import known_only, wrong_whole
from stemwright.models.manifest import MAX_TIMBRES

WEIGHTS_FILE = "model.safetensors"
MAX_PARAMETERS = 2_000_000_000

WHOLE = {
    "d_model": (16, 8192),
    "layers": (1, 128),
    "heads": (1, 128),
    "kv_heads": (1, 128),
    "head_dim": (16, 512),
    "ffn": (16, 65536),
    "codebooks": (1, 32),
    "codebook_size": (2, 65535),
    "features": (1, 65536),
    "window": (1, 1 << 20),
    "lookahead": (0, 1024),
}
"""Field: (lowest, highest)."""
STEP = 16
"""What the sizes of rows are multiples of: the engine's lanes."""
STEPPED = ("d_model", "head_dim", "ffn")
REAL = {"rope_base": (1.0, 1e6), "norm_eps": (1e-12, 1.0)}
KV_CACHES = ("float32", "int8")
_OPTIONAL = ("kv_cache", "ranges", "retention", "sampling")
_RETENTION = {"recent": (1, 1 << 20), "every_bars": (1, 1024), "beats": (1, 64)}


def wrong_size(config: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first field that is wrong, and what it must be; None where the sizes go together."""
    if config.get("kv_cache", KV_CACHES[0]) not in KV_CACHES:
        return "kv_cache", f"must be {' or '.join(KV_CACHES)} for this version: update stemwright"
    wrong = wrong_whole(config, WHOLE)
    if wrong is not None:
        return wrong
    for name in STEPPED:
        if config[name] % STEP:
            return name, f"must be a multiple of {STEP}"
    for name, (low, high) in REAL.items():
        value = config.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            return name, f"must be a number, {low:g} to {high:g}"
    if config["heads"] % config["kv_heads"]:
        return "heads", "must be a multiple of kv_heads"
    if parameters(config) > MAX_PARAMETERS:
        return "layers", f"must be fewer: the sizes make more than {MAX_PARAMETERS} weights"
    return None


def validate_performer(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a performer's architecture; raises UsageError naming the first bad field.

    A field or a cache that this version does not know changes what the weights mean: the bundle was made for
    a newer engine, and to play it anyway would give other tokens.
    """
    known_only(config, (*WHOLE, *REAL, *_OPTIONAL), where)
    wrong = wrong_size(config)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    if "ranges" in config:
        _validate_ranges(config["ranges"], f"{where}: field 'architecture.ranges'")
    if "retention" in config:
        _validate_retention(config["retention"], config["window"], f"{where}: field 'architecture.retention'")


def _validate_ranges(ranges: object, where: str) -> None:
    """The lowest and the highest pitch of each timbre, an octave apart at least."""
    if not isinstance(ranges, dict) or len(ranges) > MAX_TIMBRES:
        raise UsageError(f"{where} must hold pitches by timbre: get the bundle again")
    for timbre, value in ranges.items():
        ok = isinstance(value, list | tuple) and len(value) == 2
        if not ok or not all(isinstance(p, int) and not isinstance(p, bool) and 0 <= p <= 127 for p in value):
            raise UsageError(
                f"{where}: {shown(timbre)} must have two pitches, 0 to 127: get the bundle again"
            )
        if value[1] - value[0] < 12:
            raise UsageError(f"{where}: {shown(timbre)} is narrower than an octave: get the bundle again")


def _validate_retention(policy: object, window: int, where: str) -> None:
    if not isinstance(policy, dict) or set(policy) != set(_RETENTION):
        raise UsageError(f"{where} must hold recent, every_bars and beats: get the bundle again")
    wrong = wrong_whole(policy, _RETENTION)
    if wrong is not None:
        raise UsageError(f"{where}: {wrong[0]} {wrong[1]}")
    if policy["recent"] > window:
        raise UsageError(f"{where}: recent must be at most the window, {window}")


def matrices(config: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Name -> (rows, columns) of every int8 matrix `X`, stored as `X.weight` (int8) and `X.scale` (fp32
    [rows])."""
    d, ffn, head = config["d_model"], config["ffn"], config["head_dim"]
    q, kv = config["heads"] * head, config["kv_heads"] * head
    shapes: dict[str, tuple[int, int]] = {}
    for k in range(config["codebooks"]):
        shapes[f"embed.{k}"] = (config["codebook_size"] + 1, d)
        shapes[f"heads.{k}"] = (config["codebook_size"], d)
    for i in range(config["layers"]):
        block = {
            "q": (q, d),
            "k": (kv, d),
            "v": (kv, d),
            "o": (d, q),
            "gate": (ffn, d),
            "up": (ffn, d),
            "down": (d, ffn),
        }
        shapes.update({f"blocks.{i}.{name}": shape for name, shape in block.items()})
    return shapes


def floats(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every fp32 tensor: norms and the projection of the conditioning, which is small."""
    d = config["d_model"]
    shapes: dict[str, tuple[int, ...]] = {
        "cond.weight": (d, config["features"]),
        "cond.bias": (d,),
        "norm.weight": (d,),
    }
    for i in range(config["layers"]):
        shapes[f"blocks.{i}.norm1.weight"] = (d,)
        shapes[f"blocks.{i}.norm2.weight"] = (d,)
    return shapes


def performer_tensors(config: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape) of every tensor of an int8 performer."""
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, shape in matrices(config).items():
        tensors[f"{name}.weight"] = ("I8", shape)
        tensors[f"{name}.scale"] = ("F32", (shape[0],))
    tensors.update({name: ("F32", shape) for name, shape in floats(config).items()})
    return tensors


def parameters(config: Mapping[str, Any]) -> int:
    """Number of weights (without scales)."""
    total = sum(rows * columns for rows, columns in matrices(config).values())
    return total + sum(math.prod(shape) for shape in floats(config).values())

"""A personal style's adapter: low-rank matrices beside attention's q, k, v and o of one performer.

y = W x + strength * B (A x) (LoRA, arXiv 2106.09685), for every block. Names, shapes and bounds stand here
alone: training writes them, bundles and the engine check against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError, argument, shown
from stemwright.models.architecture import matrices
from stemwright.models.fields import is_sha256, known_only, wrong_whole
from stemwright.models.tensors import TensorFile

ADAPTER_FILE = "adapter.safetensors"
MAX_ADAPTER_BYTES = 1 << 20
MAX_RANK = 64
MAX_STRENGTH = 2.0
"""Beyond, a style is louder than what it was learnt as, and soon noise."""
PROJECTIONS = ("q", "k", "v", "o")
SIZES = {
    "d_model": (16, 8192),
    "layers": (1, 128),
    "heads": (1, 128),
    "kv_heads": (1, 128),
    "head_dim": (16, 512),
    "rank": (1, MAX_RANK),
}
"""Field of an adapter's architecture: (lowest, highest)."""
TEXTS = ("layer", "base_sha256")


def adapter_tensors(config: Mapping[str, Any], rank: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape): `X.a` [rank, inputs] and `X.b` [outputs, rank] of every
    projection `X` of a performer of this shape."""
    query, kv = config["heads"] * config["head_dim"], config["kv_heads"] * config["head_dim"]
    d = config["d_model"]
    shapes = {"q": (query, d), "k": (kv, d), "v": (kv, d), "o": (d, query)}
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {}
    for i in range(config["layers"]):
        for name in PROJECTIONS:
            outputs, inputs = shapes[name]
            tensors[f"blocks.{i}.{name}.a"] = ("F32", (rank, inputs))
            tensors[f"blocks.{i}.{name}.b"] = ("F32", (outputs, rank))
    return tensors


def adapted_matrices(config: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """The performer's matrices that adapters stand beside: name -> (rows, columns)."""
    return {n: s for n, s in matrices(config).items() if n.rpartition(".")[2] in PROJECTIONS}


def validate_adapter(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check an adapter's architecture; UsageError naming the first bad field."""
    known_only(config, (*SIZES, *TEXTS), where)
    wrong = wrong_whole(config, SIZES)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    layer = config.get("layer")
    if not isinstance(layer, str) or not 1 <= len(layer) <= 32 or not layer.isascii():
        raise UsageError(f"{where}: field 'architecture.layer' must name a layer: get the bundle again")
    if not is_sha256(config.get("base_sha256")):
        raise UsageError(
            f"{where}: field 'architecture.base_sha256' must be 64 hexadecimal digits: get the bundle again"
        )


def check_strength(strength: object) -> float:
    """How much of a style is heard. UsageError where it is no number from 0 to `MAX_STRENGTH`."""
    number = isinstance(strength, int | float) and not isinstance(strength, bool)
    if not number or not 0.0 <= strength <= MAX_STRENGTH:  # type: ignore[operator]
        raise UsageError(
            f"{argument('strength')}: {shown(strength)} is not a number from 0 to {MAX_STRENGTH:g}"
        )
    return float(strength)  # type: ignore[arg-type]


def check_size(path: Path, size: int) -> None:
    """UsageError for a file that no adapter is as large as."""
    if size > MAX_ADAPTER_BYTES:
        raise UsageError(f"{path}: {size} bytes; an adapter has at most {MAX_ADAPTER_BYTES}: learn it again")


def check_finite(path: Path) -> None:
    """UsageError naming the tensor of an adapter that holds NaN or an infinite number."""
    import numpy as np

    file = TensorFile(path)
    for name in file:
        if not np.isfinite(file[name]).all():
            raise UsageError(f"{path}: tensor {name!r} has a value that is not finite: get the bundle again")

"""What the engine asks of a performer's configuration and tensors, checked before any kernel sees them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from stemwright.errors import UsageError, shown

WHOLE = {  # field: (least, most)
    "d_model": (16, 8192),
    "layers": (1, 256),
    "heads": (1, 256),
    "kv_heads": (1, 256),
    "head_dim": (16, 512),
    "ffn": (16, 65536),
    "codebooks": (1, 64),
    "codebook_size": (2, 65535),
    "features": (1, 65536),
    "window": (1, 1 << 20),
}
REAL = {"rope_base": (1.0, 1e6), "norm_eps": (1e-12, 1.0)}
DEFAULTS: dict[str, Any] = {"rope_base": 10000.0, "norm_eps": 1e-5}
KV_CACHES = ("float32", "int8")
MAX_ELEMENTS = 1 << 31


class Wanted(NamedTuple):
    """One tensor of a performer: its name, element type ("int8" or "float32") and shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]


def check_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields the engine needs, in range and consistent, and no others. UsageError names the field."""
    checked: dict[str, Any] = {}
    for name, (least, most) in WHOLE.items():
        value = config.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise UsageError(
                f"performer config: {name} is {shown(value)}, not a whole number from {least} to {most}"
            )
        checked[name] = value
    for name, (low, high) in REAL.items():
        value = config.get(name, DEFAULTS[name])
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise UsageError(
                f"performer config: {name} is {shown(value)}, not a number from {low:g} to {high:g}"
            )
        checked[name] = float(value)
    checked["kv_cache"] = config.get("kv_cache", "float32")
    if checked["kv_cache"] not in KV_CACHES:
        raise UsageError(
            f"performer config: kv_cache is {shown(checked['kv_cache'])}, not one of {', '.join(KV_CACHES)}"
        )
    for name in ("d_model", "head_dim", "ffn"):
        if checked[name] % 16:
            raise UsageError(f"performer config: {name} is {checked[name]}, not a multiple of 16")
    if checked["heads"] % checked["kv_heads"]:
        raise UsageError(
            f"performer config: kv_heads {checked['kv_heads']} does not divide heads {checked['heads']}"
        )
    return checked


def wanted_tensors(c: Mapping[str, Any]) -> Iterator[Wanted]:
    """Every tensor a performer of this (checked) configuration has."""
    d, vocabulary = c["d_model"], c["codebook_size"] + 1

    def quantised(name: str, rows: int, columns: int) -> Iterator[Wanted]:
        yield Wanted(f"{name}.weight", "int8", (rows, columns))
        yield Wanted(f"{name}.scale", "float32", (rows,))

    for k in range(c["codebooks"]):
        yield from quantised(f"embed.{k}", vocabulary, d)
    yield Wanted("cond.weight", "float32", (d, c["features"]))
    yield Wanted("cond.bias", "float32", (d,))
    queries, keys = c["heads"] * c["head_dim"], c["kv_heads"] * c["head_dim"]
    for i in range(c["layers"]):
        block = f"blocks.{i}."
        yield Wanted(block + "norm1.weight", "float32", (d,))
        for name, rows, columns in (("q", queries, d), ("k", keys, d), ("v", keys, d), ("o", d, queries)):
            yield from quantised(block + name, rows, columns)
        yield Wanted(block + "norm2.weight", "float32", (d,))
        for name, rows, columns in (("gate", c["ffn"], d), ("up", c["ffn"], d), ("down", d, c["ffn"])):
            yield from quantised(block + name, rows, columns)
    yield Wanted("norm.weight", "float32", (d,))
    for k in range(c["codebooks"]):
        yield from quantised(f"heads.{k}", c["codebook_size"], d)


def checked_tensors(
    config: Mapping[str, Any], tensors: Mapping[str, np.ndarray]
) -> Callable[[str], np.ndarray]:
    """A function from a tensor's name to the tensor, contiguous and finite, read when it is asked for.

    It raises UsageError naming the tensor that is missing or wrong. `tensors` may be a mapping that reads
    each one from disk: none is held here.
    """
    wanted = {tensor.name: tensor for tensor in wanted_tensors(config)}

    def fetch(name: str) -> np.ndarray:
        return _checked(wanted[name], tensors.get(name))

    return fetch


def _checked(wanted: Wanted, array: np.ndarray | None) -> np.ndarray:
    if array is None:
        raise UsageError(f"performer weights: tensor {wanted.name} is missing")
    if not isinstance(array, np.ndarray):
        raise UsageError(f"performer weights: tensor {wanted.name} is no array")
    if tuple(array.shape) != wanted.shape:
        raise UsageError(
            f"performer weights: tensor {wanted.name} has shape {tuple(array.shape)}, not {wanted.shape}"
        )
    if array.dtype.name != wanted.dtype:
        raise UsageError(
            f"performer weights: tensor {wanted.name} holds {array.dtype.name}, not {wanted.dtype}"
        )
    if wanted.dtype == "float32" and not np.isfinite(array).all():
        raise UsageError(f"performer weights: tensor {wanted.name} has a value that is not finite")
    if math.prod(wanted.shape) > MAX_ELEMENTS:
        raise UsageError(f"performer weights: tensor {wanted.name} is too large")
    return np.ascontiguousarray(array)

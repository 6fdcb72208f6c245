"""What the engine asks of a performer's configuration and tensors, checked before any kernel sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from stemwright.errors import UsageError, shown
from stemwright.models.adapter import MAX_RANK, adapter_tensors
from stemwright.models.architecture import KV_CACHES, REAL, WHOLE, performer_tensors, wrong_size
from stemwright.models.tensors import TYPES


def check_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields the engine needs, in range and consistent, and no others. UsageError names the field."""
    wrong = wrong_size(config)
    if wrong is not None:
        name, must = wrong
        raise UsageError(f"performer config: {name} is {shown(config.get(name))}; it {must}")
    checked: dict[str, Any] = {name: config[name] for name in WHOLE}
    checked |= {name: float(config[name]) for name in REAL}
    return {**checked, "kv_cache": config.get("kv_cache", KV_CACHES[0])}


def checked_tensors(
    config: Mapping[str, Any], tensors: Mapping[str, np.ndarray]
) -> Callable[[str], np.ndarray]:
    """A function from a tensor's name to the tensor, contiguous and finite, read when it is asked for.

    It raises UsageError naming the tensor that is missing or wrong. `tensors` may be a mapping that reads
    each one from disk: none is held here.
    """
    return _source("performer weights", performer_tensors(config), tensors)


def adapter_source(
    config: Mapping[str, Any], tensors: Mapping[str, np.ndarray]
) -> tuple[int, Callable[[str], np.ndarray]]:
    """The rank of an adapter for a performer of this shape, and such a function for its tensors, of which
    every one has been looked at. UsageError names the tensor that is missing, wrong or one too many."""
    first = tensors.get("blocks.0.q.a")
    rank = first.shape[0] if isinstance(first, np.ndarray) and first.ndim == 2 else 0
    if not 1 <= rank <= MAX_RANK:
        raise UsageError(f"adapter: rank is {rank} (of blocks.0.q.a); it must be 1 to {MAX_RANK}")
    wanted = adapter_tensors(config, rank)
    extra = sorted(set(tensors) - set(wanted))
    if extra:
        raise UsageError(f"adapter: tensor {shown(extra[0])} belongs to no block of this performer")
    fetch = _source("adapter", wanted, tensors)
    for name in wanted:
        fetch(name)
    return rank, fetch


def _source(
    what: str, wanted: Mapping[str, tuple[str, tuple[int, ...]]], tensors: Mapping[str, np.ndarray]
) -> Callable[[str], np.ndarray]:
    def fetch(name: str) -> np.ndarray:
        dtype, shape = wanted[name]
        return _checked(what, name, tensors.get(name), np.dtype(TYPES[dtype]), shape)

    return fetch


def _checked(
    what: str, name: str, array: np.ndarray | None, dtype: np.dtype[Any], shape: tuple[int, ...]
) -> np.ndarray:
    if array is None:
        raise UsageError(f"{what}: tensor {name} is missing")
    if not isinstance(array, np.ndarray):
        raise UsageError(f"{what}: tensor {name} is no array")
    if array.shape != shape:
        raise UsageError(f"{what}: tensor {name} has shape {array.shape}, not {shape}")
    if array.dtype != dtype:
        raise UsageError(f"{what}: tensor {name} holds {array.dtype}, not {dtype}")
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise UsageError(f"{what}: tensor {name} has a value that is not finite")
    return np.ascontiguousarray(array)

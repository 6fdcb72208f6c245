"""What the engine asks of a performer's configuration and tensors, checked before any kernel sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from stemwright.errors import UsageError, shown
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
    wanted = performer_tensors(config)

    def fetch(name: str) -> np.ndarray:
        dtype, shape = wanted[name]
        return _checked(name, tensors.get(name), np.dtype(TYPES[dtype]), shape)

    return fetch


def _checked(name: str, array: np.ndarray | None, dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray:
    if array is None:
        raise UsageError(f"performer weights: tensor {name} is missing")
    if not isinstance(array, np.ndarray):
        raise UsageError(f"performer weights: tensor {name} is no array")
    if array.shape != shape:
        raise UsageError(f"performer weights: tensor {name} has shape {array.shape}, not {shape}")
    if array.dtype != dtype:
        raise UsageError(f"performer weights: tensor {name} holds {array.dtype}, not {dtype}")
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise UsageError(f"performer weights: tensor {name} has a value that is not finite")
    return np.ascontiguousarray(array)

"""What the engine's arguments must be: one line each for what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stemwright.errors import UsageError, shown

MAX_BATCH = 64
MAX_POSITION = 1 << 20
"""Positions a state can reach: beyond, the rotary angles lose bits."""


def is_whole(value: object) -> bool:
    """Whether this is an integer and no bool."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def is_real(value: object) -> bool:
    """Whether this is a finite number and no bool."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False


def whole(name: str, value: object, least: int, most: int) -> int:
    """The value as an int; UsageError where it is none or out of range."""
    if not is_whole(value) or not least <= value <= most:  # type: ignore[operator]
        raise UsageError(f"{name}: {shown(value)} is not a whole number from {least} to {most}")
    return int(value)  # type: ignore[call-overload, no-any-return]


def takes(given: Sequence[int], most: int) -> list[int]:
    """Numbers of takes to be made at once."""
    if not 1 <= len(given) <= most:
        raise UsageError(f"takes: {len(given)} takes at once are not 1 to {most}")
    return [whole("takes", take, 0, 2**32 - 1) for take in given]


def rows(given: Sequence[int], batch: int) -> list[int]:
    """Rows of a state of `batch` rows; they may repeat."""
    if not 1 <= len(given) <= MAX_BATCH:
        raise UsageError(f"rows: {len(given)} rows are not 1 to {MAX_BATCH}")
    return [whole("rows", row, 0, batch - 1) for row in given]


def array(name: str, given: object) -> np.ndarray:
    """What was given as an array; UsageError where NumPy makes none of it."""
    try:
        return np.asarray(given)
    except (ValueError, TypeError) as error:
        raise UsageError(f"{name}: not an array ({shown(str(error))})") from None


def features(given: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Conditioning, float32 of this shape and finite."""
    rows = array("features", given)
    if rows.dtype != np.float32 or rows.shape != shape:
        raise UsageError(f"features: {rows.dtype.name} {rows.shape} are not float32 {shape}")
    if not np.isfinite(rows).all():
        raise UsageError("features: a value is not finite")
    return np.ascontiguousarray(rows)


def tokens(given: np.ndarray, shape: tuple[int, ...], size: int) -> np.ndarray:
    """Codes of this shape, 0..size, where `size` is "empty"."""
    codes = array("tokens", given)
    if codes.dtype.kind not in "iu" or codes.shape != shape:
        raise UsageError(f"tokens: {codes.dtype.name} {codes.shape} are not codes {list(shape)}")
    if codes.size and (int(codes.min()) < 0 or int(codes.max()) > size):
        raise UsageError(f"tokens: a code is not within 0 to {size} ({size} is empty)")
    return np.ascontiguousarray(codes, dtype=np.int32)


def prefix(given: np.ndarray | None, config: Mapping[str, Any], frames: int) -> np.ndarray:
    """Codes [codebooks, P] that a layer of `frames` frames begins with; none where None."""
    codebooks, size = config["codebooks"], config["codebook_size"]
    if given is None:
        return np.zeros((codebooks, 0), dtype=np.uint16)
    codes = array("prefix", given)
    if codes.dtype.kind not in "iu" or codes.ndim != 2 or codes.shape[0] != codebooks:
        raise UsageError(
            f"prefix: {codes.dtype.name} {codes.shape} are not whole numbers [{codebooks}, frames]"
        )
    if codes.shape[1] > frames:
        raise UsageError(f"prefix: {codes.shape[1]} frames are more than the {frames} of the layer")
    if codes.size and (int(codes.min()) < 0 or int(codes.max()) >= size):
        raise UsageError(f"prefix: a code is not within 0 to {size - 1}")
    return np.ascontiguousarray(codes, dtype=np.uint16)

"""What audio, spans and times have to be, for every measure that takes them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.errors import UsageError

FloatArray = NDArray[np.floating]
Floats = NDArray[np.float64]


def mono(audio: ArrayLike) -> Floats:
    """Audio [N] in float64. ValueError unless it has one dimension and is finite."""
    signal = np.asarray(audio, dtype=np.float64)
    if signal.ndim != 1 or not np.isfinite(signal).all():
        raise ValueError(f"audio should be mono and finite, has shape {signal.shape}")
    return signal


def one_channel(audio: ArrayLike) -> Floats:
    """Audio [N] in float64. ValueError unless it has one dimension."""
    signal = np.asarray(audio, dtype=np.float64)
    if signal.ndim != 1:
        raise ValueError(f"audio should be mono, has shape {signal.shape}")
    return signal


def spans(given: ArrayLike, end: str = "release") -> Floats:
    """Begins and ends [M, 2]. ValueError unless they are pairs, finite, and no end is before its begin."""
    times = np.asarray(given, dtype=np.float64)
    if times.size and (times.ndim != 2 or times.shape[1] != 2):
        raise ValueError(f"spans should be [N, 2], have shape {times.shape}")
    times = times.reshape(-1, 2)
    if not (np.isfinite(times).all() and np.all(times[:, 1] >= times[:, 0])):
        raise ValueError(f"spans should be finite, with the {end} after the begin")
    return times


def onsets(given: ArrayLike, name: str) -> Floats:
    """Times [N]. ValueError, with their name, unless they are finite, ascending and not negative."""
    times = np.asarray(given, dtype=np.float64)
    if times.ndim != 1:
        raise ValueError(f"{name} onsets should be one row of times, have shape {times.shape}")
    if times.size and not (np.isfinite(times).all() and times[0] >= 0 and np.all(np.diff(times) >= 0)):
        raise ValueError(f"{name} onsets should be finite, ascending and not negative")
    return times


def onsets_by_name(given: Mapping[str, ArrayLike]) -> None:
    """`onsets` of each of them; the error begins with its name."""
    for name, times in given.items():
        try:
            onsets(times, "reference")
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error


def sounds(reference: FloatArray, estimate: FloatArray, channels: int) -> None:
    """UsageError unless both are finite, floating-point, not empty, equally long and of so many channels:
    [N] for 1, [N, 2] for 2."""
    kind, shape, trailing = ("mono", "samples", ()) if channels == 1 else ("stereo", "samples, 2", (2,))
    for name, sound in (("reference", reference), ("estimate", estimate)):
        if (
            not isinstance(sound, np.ndarray)
            or sound.ndim != 1 + len(trailing)
            or sound.shape[1:] != trailing
            or not np.issubdtype(sound.dtype, np.floating)
        ):
            raise UsageError(f"{name}: must be a {kind} floating-point array [{shape}]")
        if sound.size == 0 or not bool(np.isfinite(sound).all()):
            raise UsageError(f"{name}: is empty or holds values that are not finite")
    if reference.shape != estimate.shape:
        raise UsageError(
            f"estimate: has {len(estimate)} samples, the reference {len(reference)}; cut them to one length"
        )

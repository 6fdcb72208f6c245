"""What running a judge needs: its graph on one thread, sounds at its sample rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.errors import StemwrightError
from stemwright.evaluation.judges.packages import Package, file_of
from stemwright.models.onnx_session import open_session


def graph_of(package: Package, *inside: str) -> Any:
    """An ONNX Runtime session of a package's graph, on one thread. StemwrightError where there is none."""
    path = file_of(package, *inside)
    try:
        return open_session(path)
    except StemwrightError as error:
        reason = str(error).removesuffix("get the bundle again").rstrip(": ;")
        raise StemwrightError(f"{reason}; install it again with {package.install}") from None


def resampled(audio: ArrayLike, sample_rate: int, wanted: int) -> NDArray[np.float32]:
    """Mono `audio` [N] at another rate. ValueError unless mono and finite."""
    signal = np.asarray(audio, dtype=np.float32)
    if signal.ndim != 1 or not np.isfinite(signal).all():
        raise ValueError(f"audio should be mono and finite, has shape {signal.shape}")
    if sample_rate == wanted or not signal.size:
        return signal
    import soxr

    return np.asarray(soxr.resample(signal, sample_rate, wanted), dtype=np.float32)

"""Several channels to two, by the factors of Recommendation ITU-R BS.775."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Audio = npt.NDArray[np.float32]

MAX_CHANNELS = 6
_SIDE = float(np.sqrt(0.5))
"""Of the middle and of channels behind: -3 dB. The channel of deep effects (LFE) is left out."""
_SEATS = {
    "left": (1.0, 0.0), "right": (0.0, 1.0), "middle": (_SIDE, _SIDE), "deep": (0.0, 0.0),
    "behind left": (_SIDE, 0.0), "behind right": (0.0, _SIDE),
}  # fmt: skip
_USUAL = {
    3: ("left", "right", "middle"),
    4: ("left", "right", "behind left", "behind right"),
    5: ("left", "right", "middle", "behind left", "behind right"),
    6: ("left", "right", "middle", "deep", "behind left", "behind right"),
}
"""Which channel is which in WAV and FLAC files."""
_VORBIS = {
    **_USUAL,
    3: ("left", "middle", "right"),
    5: ("left", "middle", "right", "behind left", "behind right"),
    6: ("left", "middle", "right", "behind left", "behind right", "deep"),
}


def factors(channels: int, container: str) -> Audio | None:
    """What the channels [C] of a file give to left and right, [C, 2]; None for one or two, which stay."""
    if channels <= 2:
        return None
    seats = (_VORBIS if container == "OGG" else _USUAL)[channels]
    return np.array([_SEATS[seat] for seat in seats], np.float32)

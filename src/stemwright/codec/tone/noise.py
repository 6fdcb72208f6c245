"""White noise of which every sample is a function of its place: a counter-based generator, so that any part
of a layer's noise can be made alone.
"""

from __future__ import annotations

from binascii import crc32

import numpy as np

from stemwright.codec.tone.layout import Floats

_EACH = 8  # samples of a counter


def white(layer: str, channel: int, first: int, samples: int) -> Floats:
    """``samples`` of a layer's noise from sample ``first`` (0 or more) on: even in -sqrt(3)..sqrt(3), so of
    power 1. ``channel``: 0 middle, 1 side. Philox 4x64 (Salmon et al., Parallel random numbers: as easy as
    1, 2, 3, 2011).
    """
    counter, skipped = divmod(first, _EACH)
    count = -(-(skipped + samples) // _EACH)
    generator = np.random.Philox(key=[crc32(layer.encode()), channel], counter=[counter, 0, 0, 0])
    words = generator.random_raw(count * _EACH // 2).astype("<u8").view("<i4")
    made = words[skipped : skipped + samples].astype(np.float32)
    return made * np.float32(3.0**0.5 / 2**31)

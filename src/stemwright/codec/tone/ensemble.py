"""Ensembles: several players, or oscillators, that sound a note together and beat, as they are never quite in
tune.

A note of an ensemble is a sum of voices whose frequencies lie a few cents apart. The sum of a partial over
the voices is one partial whose amplitude and phase move, so a note costs the oscillators no more than one
voice would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone.layout import Floats

PLACES = {2: (-1.0, 1.0), 4: (-1.36, -0.42, 0.51, 1.27)}
"""Where voices lie, as multiples of their spread: unevenly, or their beats would come round again."""
FASTEST = 8.0
"""Hz that a voice lies off at most. Levels go straight from one frame to the next, 75 times a second: faster
beats would bend there, and be heard as lines at multiples of 75 Hz.
"""
_STEPS = (0.7548776662466927, 0.5698402909980532)
"""Plastic-number steps (Roberts, The unreasonable effectiveness of quasirandom sequences, 2018)."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """``voices``: 2 or 4; ``share``: the amplitude of all but the first, against it; ``cents``: their spread,
    root mean square.
    """

    voices: int
    share: float
    cents: float

    def gains(
        self, pitch: int, onset: float, hz: npt.NDArray[np.float64], seconds: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.complex64]:
        """The factor of each partial's amplitude, complex64 [R, P], so many ``seconds`` [R] after the note's
        ``onset`` (samples, which with its pitch says where the voices are in their beating); its power is
        1 in the mean.
        """
        number = np.arange(1, len(hz) + 1)
        total = np.zeros((len(seconds), len(hz)), np.complex128)
        weights = (1.0, *[self.share] * (self.voices - 1))
        for voice, (place, weight) in enumerate(zip(PLACES[self.voices], weights, strict=True), 1):
            off = FASTEST * np.tanh(hz * (2.0 ** (place * self.cents / 1200) - 1) / FASTEST)
            begin = (voice * (pitch * _STEPS[0] + onset * _STEPS[1])) % 1.0
            total += weight * np.exp(2j * np.pi * (seconds[:, None] * off + number * begin))
        return (total / np.linalg.norm(weights)).astype(np.complex64)


def turned(amplitudes: Floats, gains: npt.NDArray[np.complex64]) -> Floats:
    """Sine and cosine amplitudes ``[R, channels, 2, P]`` by factors ``[R, P]``."""
    real, imaginary = gains.real[:, None], gains.imag[:, None]
    sine, cosine = amplitudes[:, :, 0], amplitudes[:, :, 1]
    out = np.empty_like(amplitudes)
    out[:, :, 0] = sine * real - cosine * imaginary
    out[:, :, 1] = cosine * real + sine * imaginary
    return out

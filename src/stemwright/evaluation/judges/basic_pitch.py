"""basic-pitch (Bittner et al. 2022, Spotify; Apache-2.0): which keys sound and begin, in any pitched sound.

The graph takes 43,844 samples at 22,050 Hz and gives 172 frames 256 samples apart of 88 keys, A0 to C8. As
published, windows overlap by 30 frames, of which 15 are left out on either side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stemwright.evaluation.judges.packages import BASIC_PITCH
from stemwright.evaluation.judges.running import graph_of, resampled
from stemwright.evaluation.transcription import Posteriorgrams

RATE = 22050
WINDOW = 43844
HOP = 256
EDGE = 15
"""Frames left out on either side of a window."""
STEP = WINDOW - 2 * EDGE * HOP

_INPUT, _NOTE, _ONSET = "serving_default_input_2:0", "StatefulPartitionedCall:1", "StatefulPartitionedCall:2"


class BasicPitch:
    """The judge. StemwrightError where its package is not there."""

    def __init__(self) -> None:
        self._graph = graph_of(BASIC_PITCH, "saved_models", "icassp_2022", "nmp.onnx")

    def __call__(self, audio: ArrayLike, sample_rate: int) -> Posteriorgrams:
        """What is heard in mono `audio` [N]."""
        signal = resampled(audio, sample_rate, RATE)
        padded = np.concatenate([np.zeros(EDGE * HOP, np.float32), signal])
        notes, onsets, times = [], [], []
        for start in range(0, len(padded), STEP):
            window = padded[start : start + WINDOW]
            window = np.pad(window, (0, WINDOW - len(window)))[None, :, None]
            note, onset = (made[0, EDGE:-EDGE] for made in self._graph.run([_NOTE, _ONSET], {_INPUT: window}))
            notes.append(note)
            onsets.append(onset)
            # A window's frames lie on its own samples, not on a grid of the whole.
            times.append((start + HOP * np.arange(len(note))) / RATE)
        inside = np.concatenate(times) < len(signal) / RATE
        return Posteriorgrams(
            np.concatenate(notes)[inside], np.concatenate(onsets)[inside], np.concatenate(times)[inside]
        )

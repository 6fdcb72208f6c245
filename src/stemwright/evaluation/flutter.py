"""Flutter: does the level of held notes tremble?

Conventions. Levels are RMS of 20 ms, every 10 ms, in dB. Of each note what lies from ATTACK after its begin
to RELEASE before its release, or before the next begin, is taken less its own mean over a quarter of a
second; *flutter* in dB (lower is steadier) is the standard deviation, the median of notes with LEAST levels
or more.

It knows nothing of pitch and so holds for chords. A tremolo counts: compare with the control. Source: ours.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stemwright.evaluation import checks

WINDOW, STEP = 0.02, 0.01
ATTACK, RELEASE = 0.15, 0.05
TOGETHER = 0.01
AROUND = 25
LEAST = 30
FLOOR = 1e-5


def levels(audio: ArrayLike, sample_rate: int = 24000) -> NDArray[np.float64]:
    """Level in dB of each 20 ms of `audio` [N], every 10 ms."""
    energy = np.concatenate([np.zeros(1), np.cumsum(np.square(np.asarray(audio, dtype=np.float64)))])
    size = round(WINDOW * sample_rate)
    count = int(max(len(energy) - 1 - size, 0) / (STEP * sample_rate))
    # Rounded one by one: a rounded step would drift, at 22,050 Hz by 2 ms a second.
    starts = np.rint(np.arange(count) * STEP * sample_rate).astype(np.int64)
    power = np.maximum(energy[starts + size] - energy[starts], 0.0) / size
    return np.asarray(20 * np.log10(np.sqrt(power) + FLOOR))


def evaluate(audio: ArrayLike, spans: ArrayLike, sample_rate: int = 24000) -> "OrderedDict[str, Any]":
    """flutter_db (None where no note is long enough), notes (judged)."""
    checks.mono(audio)
    checks.spans(spans)
    times = np.asarray(spans, dtype=np.float64).reshape(-1, 2)
    curve = levels(audio, sample_rate)
    found = []
    for begin, release in times.tolist():
        end = float(np.min(times[times[:, 0] > begin + TOGETHER, 0], initial=release))
        held = curve[int((begin + ATTACK) / STEP) : max(int((end - RELEASE) / STEP), 0)]
        if len(held) < LEAST:
            continue
        padded = np.pad(held, AROUND // 2, mode="edge")
        found.append(float((held - np.convolve(padded, np.ones(AROUND) / AROUND, "valid")).std()))
    return OrderedDict(flutter_db=float(np.median(found)) if found else None, notes=len(found))

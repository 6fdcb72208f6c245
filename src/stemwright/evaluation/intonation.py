"""Intonation: does a stem that plays one note at a time hit its pitches, and does it hold them still?

Conventions. The curve is a judge's pitch in Hz, one value every `period` seconds, 0 where it hears none
(`judges.swift_f0`). Spans are begin and release of notes in seconds [N, 2], pitches MIDI numbers [N].

- *right*: share of notes of SHORTEST seconds or more whose median pitch lies within TOLERANCE cents of the
  written one; octaves are wrong.
- *jitter* in cents (lower is steadier): standard deviation of the pitch within a note longer than LONG
  seconds, of what lies within NEAR cents of the written pitch; the median of notes. A vibrato counts too:
  compare with the control.

Notes outside `limits` are not judged: the judge has no name for them. Source: ours; tolerance of
mir_eval.melody.
"""

from collections import OrderedDict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stemwright.evaluation.pitch import hertz

TOLERANCE = 50.0
NEAR = 100.0
SHORTEST = 0.12
LONG = 0.5
LEAST = 6
"""Frames near the pitch, for jitter."""
ATTACK, RELEASE = 0.05, 0.03
"""Seconds left out at a note's begin and end."""
ANYWHERE = (0.0, np.inf)


def evaluate(
    curve: ArrayLike,
    period: float,
    spans: ArrayLike,
    pitches: ArrayLike,
    limits: tuple[float, float] = ANYWHERE,
) -> "OrderedDict[str, Any]":
    """right, jitter_cents (None where no note can be judged), notes (judged). ValueError for shapes that do
    not fit.
    """
    heard = np.asarray(curve, dtype=np.float64)
    times = np.asarray(spans, dtype=np.float64).reshape(-1, 2)
    written = hertz(pitches)
    if heard.ndim != 1 or not np.isfinite(heard).all() or np.any(heard < 0):
        raise ValueError("the curve should be one row of finite frequencies, none below 0")
    if written.shape != (len(times),) or not period > 0:
        raise ValueError(f"every span needs a pitch, and a period above 0; have {written.shape}, {period}")
    right, jitter = [], []
    for (begin, release), wanted in zip(times.tolist(), written.tolist(), strict=True):
        inside = heard[int((begin + ATTACK) / period) : max(int((release - RELEASE) / period), 0)]
        if release - begin < SHORTEST or len(inside) < 2 or not limits[0] <= wanted <= limits[1]:
            continue
        cents = 1200.0 * np.log2(np.maximum(inside, 1.0) / wanted)
        right.append(abs(float(np.median(cents))) < TOLERANCE)
        near = cents[np.abs(cents) < NEAR]
        if release - begin > LONG and len(near) >= LEAST:
            jitter.append(float(near.std()))
    return OrderedDict(
        right=float(np.mean(right)) if right else None,
        jitter_cents=float(np.median(jitter)) if jitter else None,
        notes=len(right),
    )

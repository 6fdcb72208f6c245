"""Held-out figures of a beat tracker, as it runs: F (70 ms) of its beats with and without drums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.dataset.mixes.shards import StoredMix
from stemwright.evaluation.beats import f_measure
from stemwright.live.beats.network import BeatNetwork
from stemwright.live.beats.tracker import BeatTracker
from stemwright.song.timebase import SAMPLE_RATE

SKIPPED = 5.0
"""Seconds after which beats count in the second figure, as in mir_eval.beat: a tracker has to hear first."""


def figures(
    config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], mixes: Sequence[StoredMix], count: int
) -> dict[str, Any]:
    """F from the first second and after `SKIPPED` seconds, in the mean of mixes with and without drums; at
    most `count` mixes of either."""
    out: dict[str, Any] = {}
    for name, drums in (("with_drums", True), ("without_drums", False)):
        chosen = [mix for mix in mixes if len(mix.beats) and mix.drums == drums][:count]
        if not chosen:
            continue
        pairs = [(mix.beats, _tracked(config, tensors, mix)) for mix in chosen]
        late = [(b[b >= b[0] + SKIPPED], f[f >= b[0] + SKIPPED]) for b, f in pairs]
        out[name] = {
            "mixes": len(chosen),
            "f": round(float(np.mean([f_measure(*pair) for pair in pairs])), 4),
            "f_after_5_s": round(float(np.mean([f_measure(*pair) for pair in late])), 4),
        }
    return out


def _tracked(
    config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], mix: StoredMix
) -> NDArray[np.float64]:
    tracker = BeatTracker(BeatNetwork(config, tensors), SAMPLE_RATE)
    beats = tracker.push(mix.audio().astype(np.float32) / np.float32(32768))
    return np.array([beat.sample / SAMPLE_RATE for beat in beats])

"""The beat tracker over whole sounds, block by block as at work: right beats, latency, cost.

Beside it the offline tracker of `evaluation.beats` (Ellis 2007), which hears the whole sound before it says
a beat. Beats are judged by F within 70 ms and by CMLt; what counts "after 5 s" leaves out the first five
seconds of music, as mir_eval.beat does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.assess.means import mean, mean_of_numbers
from stemwright.evaluation.beats import cml_t, f_measure, track_beats
from stemwright.live.beats import Beat, BeatTracker
from stemwright.work.progress import Watch, unwatched

Audio = npt.NDArray[np.float32]
Seconds = npt.NDArray[np.float64]

BLOCK = 0.0025
"""Seconds: about 128 samples at 48 kHz."""
SKIPPED = 5.0
SAME_TEMPO = 0.04
"""How far a tempo that is right may be off (mir_eval.tempo allows 8%)."""
QUIET_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Sound:
    """`kind` groups sounds in the table; `audio` float32 [N] at 24 kHz; seconds of its beats and downbeats,
    where they are known."""

    kind: str
    name: str
    audio: Audio
    beats: Seconds | None = None
    downbeats: Seconds = field(default_factory=lambda: np.zeros(0))


def assess_beats(
    bundle: Path,
    sounds: Sequence[Sound],
    beatless: Mapping[str, Audio],
    rate: int,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """`sounds`: a row each; `kinds`: their means; `quiet`: what each of `beatless` does after music."""
    rows = []
    for number, sound in enumerate(sounds, 1):
        rows.append(_row(BeatTracker.load(bundle, rate), sound, rate))
        watch("beats", number, len(sounds))
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    judged = [sound for sound in sounds if sound.beats is not None and len(sound.beats) > 1]
    return {
        "sounds": rows,
        "kinds": [_means(kind, [row for row in rows if row["kind"] == kind]) for kind in kinds],
        "quiet": [
            _quiet(BeatTracker.load(bundle, rate), judged, name, noise, rate)
            for name, noise in beatless.items()
            if judged
        ],
    }


def _means(kind: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "sounds": len(rows), **mean_of_numbers(rows)}


def listen(tracker: BeatTracker, audio: Audio, rate: int) -> tuple[list[Beat], float]:
    """Beats of a sound that comes in blocks, and how many seconds after it the latest of them was told."""
    block, told, latest = round(BLOCK * rate), [], 0
    for first in range(0, len(audio), block):
        for beat in tracker.push(audio[first : first + block]):
            told.append(beat)
            latest = max(latest, min(first + block, len(audio)) - beat.sample)
    return told, latest / rate


def _row(tracker: BeatTracker, sound: Sound, rate: int) -> dict[str, Any]:
    began = time.process_time()
    told, late = listen(tracker, sound.audio, rate)
    cost = (time.process_time() - began) / (len(sound.audio) / rate)
    found = np.array([beat.sample for beat in told]) / rate
    offline = track_beats(sound.audio, rate)
    row = {
        "kind": sound.kind,
        "name": sound.name,
        "beats": len(told),
        "bpm": tracker.pulse.bpm if tracker.pulse else None,
        "confidence": tracker.confidence,
        "latency_ms": 1000.0 * late if told else None,
        "core": cost,
        "offline_bpm": 60.0 / float(np.median(np.diff(offline))) if len(offline) > 1 else None,
    }
    if sound.beats is None or len(sound.beats) < 2:
        return row
    downbeats = np.array([beat.sample for beat in told if beat.number == 1]) / rate
    return {**row, **_judged(sound, found, downbeats), **_offline(sound, offline)}


def _judged(sound: Sound, found: Seconds, downbeats: Seconds) -> dict[str, Any]:
    assert sound.beats is not None
    since = sound.beats[0] + SKIPPED
    late = sound.beats[sound.beats >= since], found[found >= since]
    tempo = float(np.median(np.diff(late[1]))) if len(late[1]) > 1 else 0.0
    wanted = float(np.median(np.diff(sound.beats)))
    return {
        "f": f_measure(sound.beats, found),
        "f_late": f_measure(*late),
        "cml_late": cml_t(*late),
        "downbeat_f_late": f_measure(
            sound.downbeats[sound.downbeats >= since], downbeats[downbeats >= since]
        ),
        "tempo_right": float(abs(tempo / wanted - 1.0) < SAME_TEMPO),
    }


def _offline(sound: Sound, found: Seconds) -> dict[str, Any]:
    assert sound.beats is not None
    since = sound.beats[0] + SKIPPED
    return {
        "offline_f": f_measure(sound.beats, found),
        "offline_f_late": f_measure(sound.beats[sound.beats >= since], found[found >= since]),
    }


def _quiet(
    tracker: BeatTracker, sounds: Sequence[Sound], name: str, noise: Audio, rate: int
) -> dict[str, Any]:
    """Music, then a sound without a beat: what is left of confidence and tempo."""
    rows = []
    for sound in sounds[:12]:
        tracker.reset()
        listen(tracker, sound.audio, rate)
        before, had = tracker.pulse, tracker.confidence
        told, _ = listen(tracker, noise[: round(QUIET_SECONDS * rate)], rate)
        after = tracker.pulse
        if before is not None and after is not None:
            rows.append(
                {
                    "before": had,
                    "after": tracker.confidence,
                    "tempo_change": abs(after.bpm / before.bpm - 1.0),
                    "told": len(told),
                    "held": float(after.held),
                }
            )
    return {"kind": name, "sounds": len(rows), **mean(rows)}

"""One stem beside its score: does it begin its notes, hit their pitches, sound where it should?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemwright.assess.means import Figures
from stemwright.assess.recordings import Audio
from stemwright.evaluation import activity, chroma, dynamics, faults, onsets, pitch, rhythm
from stemwright.evaluation.timing import beat_times, chord_spans, note_spans, onset_times
from stemwright.song.layers import is_drums, kind_of
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import SAMPLE_RATE

SINGLE = ("bass", "lead")
"""Layers that play one note at a time: each note's pitch is judged."""
HARMONY = "harmony"
"""The layer whose sound is compared with the chords."""
OFFSET_WINDOW = 0.1

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stem:
    """A stem float32 [N] and the onsets heard in it, in seconds."""

    audio: Audio
    onsets: Seconds


def listen(audio: Audio) -> Stem:
    """A stem with its onsets."""
    return Stem(audio, onsets.detect_onsets(audio, SAMPLE_RATE))


def following(stem: Stem, layer: str, score: Score, state: GlobalState) -> Figures:
    """Every figure of a stem beside the score that it was to play; None where one does not apply.

    `f1`, `precision`, `recall` within 30 ms, `offset_ms`: mean of the matched; `pitch`: share of right notes;
    `chroma`: agreement with the chords; `irs`: spread of intervals between onsets on neighbouring beats, in
    seconds; `sounding`: share of notes that sound; `quiet_db`: level where the score is silent; `velocity`:
    correlation of velocity and level; `hold_db`: how much long notes fall.
    """
    end = len(stem.audio) / SAMPLE_RATE
    times = onset_times(score, state.timebase)
    spans = note_spans(score, state.timebase)
    heard = spans[:, 0] < end  # the floor may put a longer score beside a stem
    wanted = onsets.merged(times[times < end])
    f1, precision, recall = onsets.f_measure(wanted, stem.onsets)
    spans = np.minimum(spans[heard], end)
    active = activity.evaluate(stem.audio, spans, SAMPLE_RATE)
    made: Figures = {"f1": f1, "precision": precision, "recall": recall, "offset_ms": _mean_ms(stem, wanted)}
    pitches = np.array([note.pitch for note in score.notes], dtype=np.float64)[heard]
    velocities = np.array([note.velocity for note in score.notes], dtype=np.float64)[heard]
    if kind_of(layer) in SINGLE:
        made["pitch"] = pitch.evaluate(stem.audio, spans, pitches, SAMPLE_RATE)["right"]
    if layer == HARMONY and state.chords:
        made["chroma"] = chroma.evaluate(stem.audio, *chord_spans(state), SAMPLE_RATE)["share"]
    made["irs"] = _irs(stem, layer, wanted, state)
    made |= {"sounding": active["sounding_share"], "quiet_db": active["quiet_db"]}
    made["velocity"] = dynamics.velocity_correlation(stem.audio, spans, pitches, velocities, SAMPLE_RATE)
    made["hold_db"] = None if is_drums(layer) else dynamics.hold_db(stem.audio, spans, SAMPLE_RATE)
    return made


def offsets_ms(stem: Stem, score: Score, state: GlobalState) -> Seconds:
    """How late each onset is that lies within 100 ms of one of the score, in ms (negative: early)."""
    wanted = onsets.merged(onset_times(score, state.timebase))
    return _offsets(stem, wanted, OFFSET_WINDOW)


def faults_of(
    audio: Audio, layer: str, score: Score, state: GlobalState, control: Audio | None = None
) -> dict[str, Any]:
    """What `evaluation.faults` finds in a stem; with the control, as long, drift is what differs from it."""
    guard = faults.RINGING if is_drums(layer) else activity.GUARD
    spans = note_spans(score, state.timebase)
    return dict(faults.evaluate(audio, spans, SAMPLE_RATE, guard, control))


def in_key(audio: Audio, state: GlobalState) -> float | None:
    """The share of a sound's energy that lies on pitch classes of the key; None in silence."""
    return chroma.key_share(chroma.chroma(audio, SAMPLE_RATE)[1], state.key.pitch_classes)


def _irs(stem: Stem, layer: str, wanted: Seconds, state: GlobalState) -> float | None:
    grid = beat_times(state.timebase, state.bars)[:-1]
    if len(grid) < 2:
        return None
    found: float | None = rhythm.evaluate(grid, {layer: stem.onsets}, {layer: wanted})["irs"]
    return found


def _mean_ms(stem: Stem, wanted: Seconds) -> float | None:
    found = _offsets(stem, wanted, onsets.WINDOW)
    return float(found.mean()) if found.size else None


def _offsets(stem: Stem, wanted: Seconds, window: float) -> Seconds:
    pairs = onsets.match(wanted, stem.onsets, window)
    return np.array([1000.0 * (stem.onsets[j] - wanted[i]) for i, j in pairs], dtype=np.float64)

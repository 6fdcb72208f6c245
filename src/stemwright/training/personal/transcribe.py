"""The notes of one voice, from its pitch and its level; nothing of what sounds together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.song.score import Note, Score
from stemwright.song.timebase import SAMPLE_RATE

Floats = npt.NDArray[np.float32]

TICKS_A_SECOND = 192
"""At 120 quarter notes a minute."""
HOP = 384
"""Samples of 16 ms at 24 kHz, one frame of the pitch detector."""
_SHORTEST = 4
_RISE_DB = 6.0
_QUIET_DB = 40.0
_ONE_VOICE = 0.6
"""The median share of a frame's energy in the partials of its pitch from which on it is one voice."""


def transcribed(audio: Floats) -> Score | None:
    """The notes that mono sound at 24 kHz plays, in ticks at 120 a minute; None where it is not one voice.
    StemwrightError where the pitch detector is not installed.
    """
    from stemwright.evaluation.judges.swift_f0 import SwiftF0

    hertz = SwiftF0()(audio, SAMPLE_RATE)
    level = _levels(audio, len(hertz))
    sounding = (hertz > 0) & (level > level.max() - _QUIET_DB)
    if sounding.sum() < 20 or _purity(audio, hertz, sounding) < _ONE_VOICE:
        return None
    pitch = np.where(sounding, np.rint(69 + 12 * np.log2(np.maximum(hertz, 1.0) / 440)), 0).astype(int)
    return Score(tuple(_notes(_smoothed(pitch), level)))


def _levels(audio: Floats, frames: int) -> npt.NDArray[np.float64]:
    padded = np.pad(audio, (0, max(0, frames * HOP - len(audio))))[: frames * HOP]
    power = (padded.reshape(frames, HOP).astype(np.float64) ** 2).mean(axis=1)
    return np.asarray(10 * np.log10(power + 1e-10))


def _purity(audio: Floats, hertz: npt.NDArray[np.float64], sounding: npt.NDArray[np.bool_]) -> float:
    """The median share of energy up to 6 kHz that lies at multiples of the pitch."""
    size, shares = 4096, []
    window = np.hanning(size)
    for frame in np.flatnonzero(sounding)[:: max(1, int(sounding.sum()) // 400)].tolist():
        start = frame * HOP - size // 2
        if start < 0 or start + size > len(audio):
            continue
        power = np.abs(np.fft.rfft(audio[start : start + size] * window)) ** 2
        bins = np.arange(5, 1024)
        multiple = bins * SAMPLE_RATE / size / hertz[frame]
        off = np.abs(multiple - np.rint(multiple)) * hertz[frame] * size / SAMPLE_RATE
        near = (off <= 2.0) & (np.rint(multiple) >= 1)
        shares.append(float(power[bins][near].sum() / (power[bins].sum() + 1e-12)))
    return float(np.median(shares)) if shares else 0.0


def _smoothed(pitch: npt.NDArray[np.int_]) -> npt.NDArray[np.int_]:
    """The median of five frames."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(pitch, 2, mode="edge"), 5)
    return np.asarray(np.median(windows, axis=1).astype(int))


def _notes(pitch: npt.NDArray[np.int_], level: npt.NDArray[np.float64]) -> list[Note]:
    """Stretches of one pitch; one whose level leaps up within is two notes."""
    found: list[tuple[int, int, int]] = []
    start = 0
    for frame in range(1, len(pitch) + 1):
        ends = frame == len(pitch) or pitch[frame] != pitch[start]
        leaps = not ends and frame - start >= _SHORTEST and level[frame] - level[frame - 2] > _RISE_DB
        if ends or leaps:
            if pitch[start] > 0 and frame - start >= _SHORTEST:
                found.append((start, frame, int(pitch[start])))
            start = frame
    if not found:
        return []
    peaks = [float(level[a : min(b, a + 8)].max()) for a, b, _ in found]
    usual = float(np.median(peaks))
    notes = []
    for (first, last, key), peak in zip(found, peaks, strict=True):
        onset, end = (round(f * HOP / SAMPLE_RATE * TICKS_A_SECOND) for f in (first, last))
        velocity = int(np.clip(round(90 + 1.5 * (peak - usual)), 20, 127))
        notes.append(Note(onset, max(1, end - onset), int(np.clip(key, 0, 127)), velocity))
    return notes

"""The partials of a layer's notes: from the network's levels to the oscillators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.ensemble import turned
from stemwright.codec.tone.notes import NoteRows, Notes, first_frame
from stemwright.codec.tone.tuning import Tuning, phases
from stemwright.codec.tone.vibrato import bent
from stemwright.native.oscillators import PartialNote

NARROW_TOP = 11_500.0
"""Partials above are left out at 24 kHz."""


@dataclass(frozen=True, slots=True)
class TimbreVoice:
    """A pitch in a timbre: ``hz`` float64 [P]; matrices that read the envelope [104, P] and the width [24, P]
    at its partials; the cosine and sine of its partials' phases at the onset, and the signs of their width,
    float32 [P].
    """

    hz: npt.NDArray[np.float64]
    envelope: L.Floats
    width: L.Floats
    cosine: L.Floats
    sine: L.Floats
    sides: L.Floats


class TimbreVoices:
    """The voices of one timbre at one rate, made when they are first asked for."""

    def __init__(self, tuning: Tuning, layer: str, timbre: str, drums: bool, scale: int) -> None:
        self.tuning, self.layer, self.timbre, self.drums, self.scale = tuning, layer, timbre, drums, scale
        self._made: dict[int, TimbreVoice] = {}

    def of(self, pitch: int) -> TimbreVoice:
        """The voice of a pitch."""
        if pitch not in self._made:
            hz = self.tuning.frequencies(self.layer, self.timbre, pitch, self.drums)
            if self.scale == 1:
                hz = hz[hz < NARROW_TOP]
            angle = 2 * np.pi * phases(len(hz))
            self._made[pitch] = TimbreVoice(
                hz,
                L.lerp_matrix(L.envelope_points(), L.mel(hz)),
                L.lerp_matrix(L.side_points(), L.mel(hz)),
                np.cos(angle).astype(np.float32),
                np.sin(angle).astype(np.float32),
                side_signs(len(hz)),
            )
        return self._made[pitch]

    def sounding(
        self,
        notes: Notes,
        rows: NoteRows,
        levels: L.Floats,
        envelope: L.Floats,
        width: L.Floats,
        channels: int,
        first: int,
    ) -> list[PartialNote]:
        """What the oscillators play: of each note its rows' amplitudes. ``levels`` [M, 67]; ``envelope`` and
        ``width`` are those of the rows' frames, [M, 104] and [M, 24]; ``first``: the frame that rows count
        from.
        """
        starts = np.flatnonzero(np.diff(rows.note, prepend=-1))
        out = []
        for low, high in zip(starts, [*starts[1:], len(rows.note)], strict=True):
            note = int(rows.note[low])
            voice = self.of(int(notes.pitch[note]))
            if len(voice.hz):
                part = slice(low, high)
                row = first + int(rows.frame[low])
                onset, bend = self._bent(notes, note, row, int(high - low))
                parts = amplitudes(voice, levels[part], envelope[part], width[part], channels)
                out.append(
                    PartialNote(
                        onset=onset * self.scale,
                        first=row,
                        frequencies=voice.hz / (L.RATE * self.scale),
                        amplitudes=self._together(notes, note, row, voice, parts),
                        bend=bend,
                    )
                )
        return out

    def _bent(self, notes: Notes, note: int, row: int, count: int) -> tuple[float, L.Floats]:
        """A note's onset at 24 kHz and the bends of its frames from ``row`` on."""
        start = float(notes.start[note])
        vibrato = self.tuning.vibrato.get(f"{self.layer}/{self.timbre}")
        if vibrato is None:
            return start, np.zeros(count, np.float32)
        return bent(vibrato, int(notes.pitch[note]), start, min(row, first_frame(start)), row, count)

    def _together(self, notes: Notes, note: int, row: int, voice: TimbreVoice, parts: L.Floats) -> L.Floats:
        """A note's amplitudes from the frame ``row`` on, as all players of an ensemble have them together."""
        ensemble = self.tuning.ensemble.get(f"{self.layer}/{self.timbre}")
        if ensemble is None:
            return parts
        start = float(notes.start[note])
        seconds = ((np.arange(row, row + len(parts)) + 0.5) * L.HOP - start) / L.RATE
        return turned(parts, ensemble.gains(int(notes.pitch[note]), start, voice.hz, seconds))


def side_signs(count: int) -> L.Floats:
    """Signs of the partials' width: two by two, so that neighbours lie on either side."""
    return np.where(np.arange(count) // 2 % 2 == 0, 1.0, -1.0).astype(np.float32)


def amplitudes(
    voice: TimbreVoice, levels: L.Floats, envelope: L.Floats, width: L.Floats, channels: int
) -> L.Floats:
    """Sine and cosine amplitudes [R, channels, 2, P] of a note's rows: the middle, and the side, which has
    the middle left or right of it, and as much as is wide a quarter turn away.
    """
    count = len(voice.hz)
    log = envelope @ voice.envelope
    own = min(count, L.CORRECTED)
    log[:, :own] += levels[:, :own]
    middle = np.exp(np.minimum(log, 4.0) - 5.0) * np.exp(np.minimum(levels[:, L.CORRECTED, None], 3.0))
    out = np.empty((len(levels), channels, 2, count), np.float32)
    out[:, 0, 0], out[:, 0, 1] = middle * voice.cosine, middle * voice.sine
    if channels == 2:
        log = np.minimum(width @ voice.width + levels[:, L.CORRECTED + 1, None], 2.0) - 3.0
        apart = middle * np.exp(log) * voice.sides
        place = np.tanh(levels[:, L.CORRECTED + 2, None])
        out[:, 1, 0] = place * out[:, 0, 0] - apart * voice.sine
        out[:, 1, 1] = place * out[:, 0, 1] + apart * voice.cosine
    return out

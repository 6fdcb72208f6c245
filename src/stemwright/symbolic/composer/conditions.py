"""What the composer is told at every step beside its tokens: one row of numbers, in training and at work.

Time, form, chords, and what other parts do in the same bar: those that stand, and those that were written
before (parts are written in the order of `PARTS`). Nothing that is yet to be written shows.

Columns, in order (`COLUMNS`): area and part, one-hot; place in bar, quarter and half as circles, and in the
window; the section, and how far its begin and end are; the chord that sounds: root, tones, bass (above the
tonic), whether there is one, and the next chord's tones; by part, what begins at each 16th of the bar (by
velocity) and which tones sound at this one (of notes that begin in this bar); how the part's bar is to be,
each beside a flag that says it is known; what earlier bars have at this place (`references`); how far the
bar agrees with them so far (`agreement`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.harmony import Chord
from stemwright.song.score import Note
from stemwright.symbolic.composer.agreement import SIZE as _AGREEMENT
from stemwright.symbolic.composer.agreement import agreement
from stemwright.symbolic.composer.controls import CONTROLS
from stemwright.symbolic.composer.draft import CHORDS, DRUMS, Draft, Place
from stemwright.symbolic.composer.references import REFERENCES, References
from stemwright.symbolic.composer.references import SIZE as _REFERENCE
from stemwright.symbolic.composer.sequence import AREAS, NOWHERE, WRITE, Rows
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import FAMILIES, PARTS, section_of

VERSION = 3
STEP = 24
STEPS = 32
"""16ths of a bar that are told; of longer bars the first."""
CIRCLES = (2, 4, 8, 16, 32)
"""Periods in bars of the place in the window."""

_STREAMS = ("kick", "snare", "other drums", "bass", "harmony", "lead")
_DRUM_STREAM = {"kick": 0, "snare": 1, "rim": 1, "clap": 1}
_STREAM_PART = (1, 1, 1, 2, 3, 4)
_TONED = (2, 3, 4)
_CHORD = 12 + 12 + 12 + 1 + 12
COLUMNS = {
    "area": len(AREAS),
    "part": len(PARTS),
    "place": 6,
    "window": 2 * len(CIRCLES),
    "section": len(FAMILIES) + 3,
    "chord": _CHORD,
    "begins": len(_STREAMS) * STEPS,
    "sounds": len(_TONED) * 12,
    "controls": 2 * len(CONTROLS),
    "references": REFERENCES * _REFERENCE,
    "agreement": REFERENCES * _AGREEMENT,
}
FEATURES = sum(COLUMNS.values())

Floats = NDArray[np.float32]


@cache
def column(name: str) -> slice:
    """Where a group of columns lies."""
    names = list(COLUMNS)
    start = sum(COLUMNS[other] for other in names[: names.index(name)])
    return slice(start, start + COLUMNS[name])


class Tables:
    """What every bar of a draft holds, to look rows up in; small numbers, a few KB a bar."""

    def __init__(self, draft: Draft) -> None:
        state, bars = draft.state, draft.state.bars
        self.references = References(draft)
        self.tonic, self.per_beat = state.key.tonic_pc, state.meter.ticks_per_beat
        self.bar_ticks = state.meter.ticks_per_bar
        self.begins = np.zeros((bars, len(_STREAMS), STEPS), np.uint8)
        self.sounds = np.zeros((bars, STEPS, len(PARTS), 12), np.uint8)
        self.chords = np.zeros((bars, STEPS, _CHORD), np.uint8)
        self.sections = np.array([_section(draft, bar) for bar in range(bars)], np.float32)
        for part in draft.parts:
            for bar in range(bars):
                if draft.stands((part, bar)):
                    self.take(draft, (part, bar))

    def take(self, draft: Draft, place: Place) -> None:
        """Note what stands at a place of the draft."""
        part, bar = place
        if part == CHORDS:
            self.chords[bar] = self._chord_rows(draft.chords[bar] or ())
            return
        self.begins[bar, [s for s, owner in enumerate(_STREAM_PART) if owner == part]] = 0
        self.sounds[bar, :, part] = 0
        for note in draft.notes[part][bar] or ():
            self._take(note, part, bar)

    def _take(self, note: Note, part: int, bar: int) -> None:
        start = bar * self.bar_ticks
        step = (note.onset - start + STEP // 2) // STEP
        if step >= STEPS:
            return
        stream = _stream(note, part)
        self.begins[bar, stream, step] = max(self.begins[bar, stream, step], note.velocity)
        if part in _TONED:
            last = max(step + 1, (note.end - start) // STEP)
            self.sounds[bar, step : min(last, STEPS), part, (note.pitch - self.tonic) % 12] = 1

    def _chord_rows(self, beats: Sequence[Chord | None]) -> NDArray[np.uint8]:
        """[STEPS, columns] of a bar's chords."""
        out = np.zeros((STEPS, _CHORD), np.uint8)
        for step in range(STEPS) if beats else ():
            beat = min(step * STEP // self.per_beat, len(beats) - 1)
            later = next((chord for chord in beats[beat + 1 :] if chord != beats[beat]), beats[beat])
            out[step, :37] = _chord(beats[beat], self.tonic)
            out[step, 37:] = _chord(later, self.tonic)[12:24]
        return out


class Conditions:
    """Rows of conditions. `there` [parts, bars]: what stood from the beginning; `first`: the window's first
    bar; `wishes` [parts, bars, controls] in 0..1, NaN where not known; `like`: bar -> the bar to be like.
    """

    def __init__(
        self,
        tables: Tables,
        there: NDArray[np.bool_],
        first: int,
        wishes: Floats | None,
        like: Mapping[int, int],
    ) -> None:
        self.tables, self.there, self.first, self.wishes, self.like = tables, there, first, wishes, like

    def unasked(self) -> Conditions:
        """The same without wishes."""
        return Conditions(self.tables, self.there, self.first, None, self.like)

    def rows(self, rows: Rows, begun: Cursor | None = None) -> Floats:
        """float32 [S, FEATURES]. `begun`: what was written so far of the bar that all rows belong to, where
        the draft does not have it yet.
        """
        tables = self.tables
        out = np.zeros((len(rows), FEATURES), np.float32)
        out[np.arange(len(rows)), rows.area] = 1
        told = np.flatnonzero(rows.part != NOWHERE)
        out[told, column("part").start + rows.part[told]] = 1
        inside = np.flatnonzero(rows.area > 0)  # the header belongs to no bar
        bar, tick = rows.bar[inside], rows.tick[inside]
        step = np.minimum(tick // STEP, STEPS - 1)
        out[inside, column("place")] = _circles(tick, (tables.bar_ticks, 96, 192))
        out[inside, column("window")] = _circles(bar - self.first, CIRCLES)
        out[inside, column("section")] = tables.sections[bar]
        seen = self._seen(rows)[inside]
        out[inside, column("chord")] = tables.chords[bar, step] * seen[:, CHORDS, None]
        begins = tables.begins[bar] * seen[:, _STREAM_PART, None]
        out[inside, column("begins")] = begins.reshape(len(inside), -1) / np.float32(127)
        sounds = tables.sounds[bar, step][:, _TONED] * seen[:, _TONED, None]
        out[inside, column("sounds")] = sounds.reshape(len(inside), -1)
        out[:, column("references")] = tables.references.rows(rows, self.there, self.like)
        out[:, column("agreement")] = agreement(tables.references, rows, self.there, self.like, begun)
        if self.wishes is not None:
            wish = self.wishes[rows.part[told], rows.bar[told]]
            known = ~np.isnan(wish)
            out[told, column("controls")] = np.concatenate([np.where(known, wish, 0), known], axis=1)
        return out

    def _seen(self, rows: Rows) -> NDArray[np.bool_]:
        """Which parts of its bar a row may show, [S, parts]: what stood but for the part that is being told,
        and, when writing, the parts before it.
        """
        seen: NDArray[np.bool_] = self.there[:, rows.bar].T.copy()
        before = np.arange(len(PARTS)) < rows.part[:, None]  # NOWHERE is before all
        seen |= (rows.area == WRITE)[:, None] & before
        seen &= np.arange(len(PARTS)) != rows.part[:, None]
        return seen


def standing(draft: Draft) -> NDArray[np.bool_]:
    """Which places of a draft stand, [parts, bars]."""
    bars = range(draft.state.bars)
    return np.array([[draft.stands((part, bar)) for bar in bars] for part in range(len(PARTS))])


def _circles(at: NDArray[np.integer], periods: Sequence[int]) -> Floats:
    """[S, 2 * periods]: sine and cosine for each period."""
    angles = 2 * np.pi * (at[:, None] / np.array(periods))
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(len(at), -1).astype(np.float32)


def _section(draft: Draft, bar: int) -> list[float]:
    """Family, one-hot; bars since its begin and to its end, an eighth each, up to 1; the song's last bar."""
    state = draft.state
    _, section, inside = state.section_of_bar(bar)
    out = [0.0] * len(FAMILIES)
    out[section_of(section.name)] = 1.0
    left = section.bars - inside - 1
    return [*out, min(inside, 8) / 8, min(left, 8) / 8, float(bar == state.bars - 1)]


def _chord(chord: Chord | None, tonic: int) -> NDArray[np.uint8]:
    """Root, tones and bass [36], and whether there is a chord [1]."""
    out = np.zeros(37, np.uint8)
    if chord is not None:
        out[(chord.root_pc - tonic) % 12] = 1
        out[[12 + (pc - tonic) % 12 for pc in chord.pitch_classes]] = 1
        out[24 + (chord.bass_pc - tonic) % 12] = 1
        out[36] = 1
    return out


def _stream(note: Note, part: int) -> int:
    if part != DRUMS:
        return _STREAM_PART.index(part)
    return _DRUM_STREAM.get(DRUM_PIECES[piece_of(note.pitch)], 2)

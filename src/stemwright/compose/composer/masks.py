"""Which tokens may come next: the grammar, the song's ends, and the limits of the request.

Every bar can be finished whatever was drawn before: a position is only offered where a note may begin and a
pitch is left for it, and a duration that reaches no silence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stemwright.compose.composer.draft import CHORDS, DRUMS, LOUDNESS
from stemwright.compose.composer.limits import FREE, Limits
from stemwright.compose.events.grammar import Cursor
from stemwright.compose.events.vocabulary import FINE, FIRST, KINDS, LONG, PAGE, SIZE, home, span
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Chord
from stemwright.song.score import Note

Mask = NDArray[np.bool_]
MAX_NOTES = 96
"""Notes of a part's bar."""
_PITCH = np.arange(128)


class Frame:
    """The bar that is being written: its first tick, its ticks and those of a beat, the song's last tick,
    its chords by beat (() where none are known), notes of the part that sound into it, and the limits.
    `human`: whether notes may lie beside the grid of FINE ticks.
    """

    def __init__(
        self,
        part: int,
        start: int,
        ticks: int,
        per_beat: int,
        song_end: int,
        chords: Sequence[Chord | None] = (),
        held: Sequence[Note] = (),
        limits: Limits = FREE,
        human: bool = False,
    ) -> None:
        self.part, self.start, self.ticks, self.per_beat, self.song_end = (
            part,
            start,
            ticks,
            per_beat,
            song_end,
        )
        self.limits, self.human = limits, human and limits.rhythm is None
        self.held = () if limits.rhythm is not None else held  # a given rhythm is kept, whatever sounds on
        self.beats = [self._tones(chord) for chord in chords] if limits.chord_on_beats else []
        self.plain = self._plain()
        units = np.arange(-(-ticks // FINE), dtype=np.int64)
        self.units = units[[self._open(unit * FINE) for unit in units.tolist()]]

    def _plain(self) -> Mask:
        """Which of the pitches 0..127 the limits allow anywhere."""
        pitch = np.arange(128)
        good: Mask = (pitch >= self.limits.low) & (pitch <= self.limits.high)
        if self.part == DRUMS:
            return good & np.isin(pitch, list(PIECE_PITCH.values()))
        if self.limits.scale is not None:
            good &= np.isin(pitch % 12, list(self.limits.scale))
        return good

    def _tones(self, chord: Chord | None) -> Mask | None:
        """Pitches of a chord."""
        if chord is None or self.part == DRUMS:
            return None
        tones: Mask = np.isin(np.arange(128) % 12, [*chord.pitch_classes, chord.bass_pc])
        return tones

    def _open(self, tick: int) -> bool:
        """Whether a note may begin at a tick of the bar, whatever sounds."""
        rhythm = self.limits.rhythm
        if rhythm is not None:  # a note has to begin there: where none can, that is said when it is drawn
            return self.start + tick in rhythm
        return not self.limits.is_silent(self.start + tick) and bool(self.pitches(tick).any())

    def pitches(self, tick: int) -> Mask:
        """Which of the pitches 0..127 may begin at a tick of the bar."""
        if not self.beats or tick % self.per_beat:
            return self.plain
        tones = self.beats[min(tick // self.per_beat, len(self.beats) - 1)]
        return self.plain if tones is None else self.plain & tones


def allowed(cursor: Cursor, frame: Frame) -> Mask:
    """bool [SIZE], at least one of them."""
    mask = np.zeros(SIZE, bool)
    for kind in cursor.kinds:
        if kind in _RULES:
            part = span(kind)
            mask[part] = _RULES[kind](cursor, frame)
        elif kind not in ("ticks", "page"):
            mask[span(kind)] = True
    _pages(mask, cursor, frame)
    return mask


def _positions(cursor: Cursor, frame: Frame) -> NDArray[np.int64]:
    """Units of the bar at which something may begin now."""
    first = (cursor.tick + FINE // 2) // FINE + 1 if cursor.placed else 0
    if cursor.part == CHORDS:
        units = np.arange(0, frame.ticks, frame.per_beat) // FINE
        return units[units >= first] if cursor.placed else units[:1]
    if len(cursor.notes) + (cursor.pitch is not None) >= MAX_NOTES:
        return frame.units[:0]
    units = frame.units[frame.units >= first]
    if frame.limits.rhythm is not None:
        return units[:1]
    if frame.limits.polyphony is not None:
        units = units[_sounding(units * FINE, cursor, frame) < frame.limits.polyphony]
    return units


def _sounding(ticks: NDArray[np.int64], cursor: Cursor, frame: Frame) -> NDArray[np.int64]:
    """How many notes sound at ticks of the bar, those being told among them."""
    spans = [(n.onset, n.end) for n in cursor.notes]
    spans += [(n.onset - frame.start, n.end - frame.start) for n in frame.held]
    if cursor.pitch is not None:
        spans.append((cursor.tick, cursor.tick + max(cursor.duration, 1)))
    count = np.zeros(len(ticks), np.int64)
    for begin, end in spans:
        count += (begin <= ticks) & (ticks < end)
    return count


def _pages(mask: Mask, cursor: Cursor, frame: Frame) -> None:
    """Positions of this page, and the pages that have any."""
    if "position" not in cursor.kinds:
        return
    units = _positions(cursor, frame)
    here = units[units // PAGE == cursor.page] % PAGE
    at = np.zeros(PAGE, bool)
    at[here] = True
    mask[span("position")] = at
    if "page" in cursor.kinds:
        later = np.unique(units // PAGE)
        mask[[FIRST["page"] + int(page) - 1 for page in later[later > 0]]] = True
    if "end" in cursor.kinds and len(units) and (frame.limits.rhythm is not None or _unsaid(cursor)):
        mask[span("end")] = False  # what has to come has to come


def _unsaid(cursor: Cursor) -> bool:
    return cursor.part == CHORDS and not cursor.placed


def _shift(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["shift"]
    values = np.arange(low, low + count)
    if not frame.human:
        return np.zeros(count, bool)
    ticks = cursor.tick + values
    last = cursor.notes[-1].onset if cursor.notes else -1
    good: Mask = (values != 0) & (ticks > last) & (ticks >= 0) & (ticks < frame.ticks - FINE)
    silent = [frame.limits.is_silent(frame.start + int(tick)) for tick in ticks]
    good &= ~np.array(silent)
    return good


def _lowest(cursor: Cursor) -> int:
    """The pitch above which the next note of this instant has to be."""
    if cursor.pitch is not None:
        return cursor.pitch
    last = cursor.notes[-1] if cursor.notes else None
    return last.pitch if last is not None and last.onset == cursor.tick else -1


def _more(cursor: Cursor, frame: Frame) -> Mask:
    """Pitches 0..127 for another note at this instant."""
    most = frame.limits.polyphony
    full = most is not None and _sounding(np.array([cursor.tick]), cursor, frame)[0] >= most
    if full or len(cursor.notes) + (cursor.pitch is not None) >= MAX_NOTES:
        return np.zeros(128, bool)
    more: Mask = frame.pitches(cursor.tick) & (_lowest(cursor) < _PITCH)
    return more


def _pitch(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["pitch"]
    out = np.zeros(count, bool)
    pitches = np.flatnonzero(_more(cursor, frame)) - home(cursor.key.tonic_pc) - low
    out[pitches[(pitches >= 0) & (pitches < count)]] = True
    return out


def _velocity(cursor: Cursor, frame: Frame) -> Mask:
    heard: Mask = np.arange(1, 128) % LOUDNESS == 0
    return heard


def _left(cursor: Cursor, frame: Frame) -> int:
    """Ticks until the song ends or has to be silent."""
    now = frame.start + cursor.tick
    room = frame.limits.room(now)
    return min(frame.song_end, frame.song_end if room is None else room) - now - cursor.duration


def _duration(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["duration"]
    values = np.arange(low, low + count) * FINE
    if cursor.part == DRUMS:
        return np.zeros(count, bool)  # drums are told without
    good: Mask = (values <= _left(cursor, frame)) & (values + cursor.duration > 0)
    if not good.any():
        good[1] = True  # less than a unit is left: the note is cut when it is written
    return good


def _long(cursor: Cursor, frame: Frame) -> Mask:
    low, count = KINDS["long"]
    sizes = LONG * 2.0 ** np.arange(low, low + count)
    good: Mask = (sizes <= _left(cursor, frame) - FINE) & (cursor.part != DRUMS)
    return good


_RULES = {
    "shift": _shift,
    "pitch": _pitch,
    "drum": lambda cursor, frame: _more(cursor, frame),
    "velocity": _velocity,
    "duration": _duration,
    "long": _long,
}

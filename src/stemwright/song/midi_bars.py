"""The bars of a MIDI file whose meter changes, and how they are filled up to bars of one meter."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from stemwright.song.score import PPQ, Note

if TYPE_CHECKING:
    from stemwright.song.midi_read import MidiSong

_MAX_RUNS = 8


class Stretch(NamedTuple):
    """Ticks (96 a quarter note) of one meter, `n` / 2 ** `power`; `bar`: number (from 1) of its first bar."""

    start: int
    stop: int
    n: int
    power: int
    bar: int

    @property
    def length(self) -> int:
        """Ticks of a bar, at least 1."""
        return max(1, 4 * PPQ * self.n >> min(self.power, 16))

    @property
    def bars(self) -> int:
        """Bars that begin in it."""
        return -(-(self.stop - self.start) // self.length)

    def bar_at(self, tick: int) -> int:
        """The number of the bar that a tick of it lies in."""
        return self.bar + (tick - self.start) // self.length


def stretches(meters: Sequence[tuple[int, tuple[int, int]]], end: int) -> list[Stretch]:
    """The stretches of a file of `end` ticks: a new meter begins a new bar. `meters`: (tick, (n, power)),
    the first of which holds from the beginning.
    """
    out: list[Stretch] = []
    bar = 1
    for index, (tick, (n, power)) in enumerate(meters or [(0, (4, 2))]):
        stop = meters[index + 1][0] if index + 1 < len(meters) else max(end, tick + 1)
        out.append(Stretch(tick if index else 0, stop, n, power, bar))
        bar += out[-1].bars
    return out


def bar_at(found: Sequence[Stretch], tick: int) -> int:
    """The number, from 1, of the bar that a tick lies in."""
    place = bisect_right(found, tick, key=lambda stretch: stretch.start) - 1
    return found[max(0, place)].bar_at(tick)


def bars_text(numbers: Iterable[int]) -> str:
    """Bars as runs: "3, 5-8"; of many runs the first ones."""
    runs = []
    for _, group in groupby(enumerate(sorted(set(numbers))), key=lambda item: item[1] - item[0]):
        run = [number for _, number in group]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    more = f" and {len(runs) - _MAX_RUNS} more" if len(runs) > _MAX_RUNS else ""
    return ", ".join(runs[:_MAX_RUNS]) + more


class Filled:
    """Where ticks come to lie if every stretch begins on a bar line of one meter, `bar` ticks a bar.

    Rests fill what is left of the bar before it; a first stretch of less than a bar is a pickup, which they
    come before.
    """

    def __init__(self, found: Sequence[Stretch], bar: int) -> None:
        self.starts = [stretch.start for stretch in found]
        first = found[0].stop
        self.shifts = [-first % bar if len(found) > 1 and first < bar else 0]
        for start in self.starts[1:]:
            at = start + self.shifts[-1]
            self.shifts.append(self.shifts[-1] + -at % bar)

    def begin(self, tick: int) -> int:
        """Where something that begins at a tick does so."""
        return tick + self.shifts[max(0, bisect_right(self.starts, tick) - 1)]

    def end(self, tick: int) -> int:
        """Where something that ends at a tick does so: at the end of a stretch, before the rests."""
        return tick + self.shifts[max(0, bisect_left(self.starts, tick) - 1)]


def fill_up(midi: MidiSong) -> bool:
    """Put every stretch of a file on the bar lines of its one meter; whether that moved anything."""
    filled = Filled(stretches(midi.meters, midi.end_ticks), midi.meter.ticks_per_bar)
    if not any(filled.shifts):
        return False
    for track in midi.tracks:
        track.notes = [_moved(note, filled) for note in track.notes]
        track.pedal = [(filled.begin(down), filled.end(up)) for down, up in track.pedal]
    midi.markers = [(filled.begin(tick), text) for tick, text in midi.markers]
    midi.chords = [(filled.begin(tick), chord) for tick, chord in midi.chords]
    midi.length_ticks = filled.end(midi.length_ticks)
    return True


def _moved(note: Note, filled: Filled) -> Note:
    onset = filled.begin(note.onset)
    return replace(note, onset=onset, duration=filled.end(note.end) - onset)

"""The bars of a MIDI file whose meter changes, and how they are filled up to bars of one meter."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from stemwright.song.bar_lines import BarLines
from stemwright.song.bar_map import plain
from stemwright.song.meter import MAX_BEATS, Meter
from stemwright.song.midi_meta import is_meter, meter_of
from stemwright.song.rhythm import STEP_TICKS
from stemwright.song.score import PPQ, Note

if TYPE_CHECKING:
    from stemwright.song.midi_read import MidiSong

_MAX_RUNS = 8
BESIDE = 6
"""Ticks beside a bar line at which a change of meter is meant for the line."""


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


def fill_up(midi: MidiSong, bar: int) -> bool:
    """Put every stretch of a file on bar lines, one every `bar` ticks; whether that moved anything."""
    filled = Filled(stretches(midi.meters, midi.end_ticks), bar)
    if not any(filled.shifts):
        return False
    for track in midi.tracks:
        track.notes = [_moved(note, filled) for note in track.notes]
        track.pedal = [(filled.begin(down), filled.end(up)) for down, up in track.pedal]
    midi.markers = [(filled.begin(tick), text) for tick, text in midi.markers]
    midi.chords = [(filled.begin(tick), chord) for tick, chord in midi.chords]
    midi.tempos = [(filled.begin(tick), bpm) for tick, bpm in midi.tempos]
    midi.meters = [(filled.begin(tick), meter) for tick, meter in midi.meters]
    midi.length_ticks = filled.end(midi.length_ticks)
    return True


def own_bars(midi: MidiSong) -> tuple[BarLines, list[str]]:
    """The bars of a file, each in its own meter, and what is to be told of them.

    A bar that a change cuts short has the meter of what is left of it. That is whole sixteenths: where it is
    not, rests fill one up. Changes to a meter that no song can have are passed over.
    """
    remarks = []
    passed = sorted({f"{n}/{2 ** min(power, 12)}" for _, (n, power) in midi.meters if not is_meter(n, power)})
    if passed:
        remarks.append(
            f"meter {', '.join(passed)} passed over, which no song can have: the one before goes on"
        )
    midi.meters = _on_bar_lines([(tick, value) for tick, value in midi.meters if is_meter(*value)])
    if fill_up(midi, STEP_TICKS):
        remarks.append("meter: changes between two sixteenths are put on the later one, after a rest")
    found: list[tuple[int, Meter]] = []
    bar = 0
    parts = stretches(midi.meters, midi.end_ticks)
    for stretch in parts:
        meter = meter_of(stretch.n, stretch.power, "")
        whole, rest = divmod(stretch.stop - stretch.start, meter.ticks_per_bar)
        if stretch is parts[-1]:
            whole, rest = stretch.bars, 0
        found += [(bar, meter)] if whole else []
        bar += whole
        while rest:
            short = _short(rest, meter)
            found.append((bar, short))
            bar, rest = bar + 1, rest - short.ticks_per_bar
    (_, first), *changes = found
    return BarLines(first, plain(first, changes, "meter", bar + 1)), remarks


def _on_bar_lines(meters: Sequence[tuple[int, tuple[int, int]]]) -> list[tuple[int, tuple[int, int]]]:
    """The changes of meter, those right beside a bar line on it."""
    out: list[tuple[int, tuple[int, int]]] = []
    for tick, value in meters:
        if out and value == out[-1][1]:
            continue
        if out:
            last = Stretch(out[-1][0], tick, *out[-1][1], 1)
            over = (tick - last.start) % last.length
            tick += -over if over <= BESIDE else last.length - over if last.length - over <= BESIDE else 0
        if out and tick == out[-1][0]:
            out.pop()
        out.append((tick if out else 0, value))
    return out


def _short(ticks: int, usual: Meter) -> Meter:
    """The meter of a bar of so many ticks, in the beats of the usual one if it can be; of too many the bar
    is the longest one of sixteenths that there is.
    """
    for d in (usual.d, 4, 8, 16, 2):
        beat = Meter(1, d).ticks_per_beat
        if ticks % beat == 0 and ticks // beat <= MAX_BEATS:
            return Meter(ticks // beat, d)
    return Meter(MAX_BEATS, 16)


def _moved(note: Note, filled: Filled) -> Note:
    onset = filled.begin(note.onset)
    return replace(note, onset=onset, duration=filled.end(note.end) - onset)

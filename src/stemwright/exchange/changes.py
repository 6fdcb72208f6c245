"""Changes of tempo and meter in a MIDI file as a song's: at bars, each in its meter, at one tempo a bar.

What cannot be held so, or is dropped because the user says so, is told.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument
from stemwright.song.bar_lines import BarLines
from stemwright.song.bar_map import Changes, plain
from stemwright.song.meter import parse_meters
from stemwright.song.midi_bars import bar_at, bars_text, fill_up, own_bars, stretches
from stemwright.song.midi_tempos import bar_tempos
from stemwright.song.tempo import MAX_BPM, MIN_BPM, bpm_text, parse_tempos

if TYPE_CHECKING:
    from stemwright.song.midi import MidiSong

Tempos = tuple[Fraction, Changes[Fraction]]


def bars_of(midi: MidiSong, given: str | None, flatten: bool) -> tuple[BarLines, list[str]]:
    """The bars of a file, and remarks: each in its own meter; as the user says, beats being counted anew; or
    to `flatten` all in the meter that holds longest, others filled up so that later ones still begin on bar
    lines.
    """
    if given is None and not flatten:
        return own_bars(midi)
    found = stretches(midi.meters, midi.end_ticks)
    lines = BarLines(*parse_meters(given)) if given is not None else BarLines(midi.meter)
    if not midi.meter_changes:
        return lines, []
    length = midi.meter.ticks_per_bar
    other = [stretch for stretch in found if stretch.length != length]
    bars = bars_text(bar for one in other for bar in range(one.bar, one.bar + one.bars))
    rests = ", filled up with rests to whole bars" if given is None and fill_up(midi, length) else ""
    what = f"{midi.meter_changes} meter change(s) dropped, in bar(s) {bars}"
    return lines, [f"{what}: {given or midi.meter} throughout{rests}"]


def tempos_of(
    midi: MidiSong, given: str | None, flatten: bool, lines: BarLines, bars: int, name: str
) -> tuple[Tempos, list[str]]:
    """The tempo of a file and its changes, over so many bars, and remarks: as the user says, to `flatten` the
    one that holds longest, else one a bar. UsageError where no song can have what holds longest.
    """
    if given is not None:
        return parse_tempos(given), _dropped(midi, given)
    if midi.tempo_is_zero or not MIN_BPM <= midi.bpm <= MAX_BPM:
        said = "has a tempo of 0" if midi.tempo_is_zero else f"is at {bpm_text(midi.bpm)} BPM"
        raise UsageError(
            f"{name}: {said}, a song is at {MIN_BPM} to {MAX_BPM}; "
            f"say at which with {argument('bpm')} N, which keeps the beats"
        )
    if flatten:
        return (midi.bpm, ()), _dropped(midi, f"{bpm_text(midi.bpm)} BPM")
    found = bar_tempos(midi.tempos or [(0, midi.bpm)], lines, bars)
    remarks = []
    if found.mapped:
        remarks.append(
            f"tempo: {found.inside} change(s) inside bars mapped to {len(found.mapped)} bar(s), each at its "
            f"mean: {bars_text(bar + 1 for bar in found.mapped)}"
        )
    kept = [max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), bpm)) for bpm in found.tempos]
    beyond = [bar + 1 for bar, (a, b) in enumerate(zip(kept, found.tempos, strict=True)) if a != b]
    if beyond:
        remarks.append(f"tempo: kept within {MIN_BPM} to {MAX_BPM} BPM in bar(s) {bars_text(beyond)}")
    return (kept[0], plain(kept[0], list(enumerate(kept))[1:], "bpm", bars)), remarks


def key_remarks(midi: MidiSong) -> list[str]:
    """A song has one key: what is to be told of a file's others."""
    return [f"{midi.key_changes} key change(s) dropped"] if midi.key_changes else []


def _dropped(midi: MidiSong, instead: str) -> list[str]:
    """What is told of tempo changes that another tempo stands for."""
    if not midi.tempo_changes:
        return []
    found = stretches(midi.meters, midi.end_ticks)
    ends = [*(tick for tick, _ in midi.tempos[1:]), midi.end_ticks]
    other = [(a, b) for (a, bpm), b in zip(midi.tempos, ends, strict=True) if bpm != midi.bpm]
    bars = bars_text(bar for a, b in other for bar in range(bar_at(found, a), bar_at(found, b - 1) + 1))
    return [f"{midi.tempo_changes} tempo change(s) dropped, in bar(s) {bars}: {instead} throughout"]

"""Changes of tempo, meter and key in a MIDI file; a song has one of each: refused, or dropped and told."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument
from stemwright.song.midi_bars import Stretch, bar_at, bars_text, fill_up, stretches
from stemwright.song.state import MAX_BPM, MIN_BPM, bpm_text, parse_bpm

if TYPE_CHECKING:
    from stemwright.song.midi import MidiSong

STEADY = Fraction(9, 10)
"""Share of the music in one tempo from which other tempos, as a last bar that slows down, may go unasked."""


def tempo_of(midi: MidiSong, given: str | None, name: str) -> Fraction:
    """The BPM of a new song: as given, else the file's. UsageError where no song can have that."""
    if given is not None:
        return parse_bpm(given)
    if midi.tempo_is_zero or not MIN_BPM <= midi.bpm <= MAX_BPM:
        said = "has a tempo of 0" if midi.tempo_is_zero else f"is at {bpm_text(midi.bpm)} BPM"
        raise UsageError(
            f"{name}: {said}, a song is at {MIN_BPM} to {MAX_BPM}; "
            f"say at which with {argument('bpm')} N, which keeps the beats"
        )
    return midi.bpm


def drop_changes(midi: MidiSong, bpm: str | None, meter: str | None, name: str, flatten: bool) -> list[str]:
    """Remarks on changes that are dropped. UsageError where the user must say that they may go.

    `bpm`, `meter`: what the user says; `flatten`: that all may go. Of a file whose meter changes, bars in
    another one are then filled up, so that later ones still begin on bar lines; a meter that the user says
    counts the beats anew.
    """
    found = stretches(midi.meters, midi.end_ticks)
    remarks: list[str] = []
    if midi.tempo_changes:
        usual = f"{bpm_text(midi.bpm)} BPM"
        bars, share = _other_tempos(midi, found)
        what = f"{midi.tempo_changes} tempo change(s)"
        if not flatten and bpm is None and share > 1 - STEADY:
            raise _refused(name, f"{what}, in bar(s) {bars}", "tempo", argument("bpm"), usual)
        remarks.append(f"{what} dropped, in bar(s) {bars}: {bpm or usual} throughout")
    if midi.meter_changes:
        usual = str(midi.meter)
        bars = bars_text(
            bar
            for stretch in found
            if stretch.length != midi.meter.ticks_per_bar
            for bar in range(stretch.bar, stretch.bar + stretch.bars)
        )
        what = f"{midi.meter_changes} meter change(s)"
        if not flatten and meter is None:
            raise _refused(name, f"{what}, in bar(s) {bars}", "meter", argument("meter"), usual)
        rests = ", filled up with rests to whole bars" if meter is None and fill_up(midi) else ""
        remarks.append(f"{what} dropped, in bar(s) {bars}: {meter or usual} throughout{rests}")
    if midi.key_changes:
        remarks.append(f"{midi.key_changes} key change(s) dropped")
    return remarks


def _refused(name: str, what: str, part: str, option: str, usual: str) -> UsageError:
    return UsageError(
        f"{name}: has {what}, and a song has one {part}; say which with {option}, "
        f"or add {argument('ignore_tempo_changes')} to keep the beats and "
        f"drop the changes ({usual} throughout"
        + (", other bars filled up with rests)" if part == "meter" else ")")
    )


def _other_tempos(midi: MidiSong, found: list[Stretch]) -> tuple[str, Fraction]:
    """The bars in which the tempo is another than the song's, and the share of the music that they are."""
    ends = [*(tick for tick, _ in midi.tempos[1:]), midi.end_ticks]
    other = [(a, b) for (a, bpm), b in zip(midi.tempos, ends, strict=True) if bpm != midi.bpm]
    bars = (bar for a, b in other for bar in range(bar_at(found, a), bar_at(found, b - 1) + 1))
    return bars_text(bars), Fraction(sum(b - a for a, b in other), max(1, midi.end_ticks))

"""Printed music as `import` takes it: played out, on a song's bars, its parts as tracks.

What a sheet holds is put into the same value as what a MIDI file holds, so that everything after that (which
track is which layer, what the user overrules, what is told) is one way for both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from stemwright.errors import UsageError, argument
from stemwright.notation.keys import chosen_key, keys_of, named_key
from stemwright.notation.meters import of_length
from stemwright.notation.sheet import Bar, Part, Printed, Sheet, Syllable
from stemwright.notation.unfold import unfold
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.midi import MidiSong, MidiTrack
from stemwright.song.midi_meta import signature_of, style_of
from stemwright.song.rhythm import STEP_TICKS, STRAIGHT, swung
from stemwright.song.score import MAX_NOTES
from stemwright.song.state import MAX_BARS

OURS = "Stemwright"
"""How the program is called that wrote a sheet of ours."""
_Moved = Callable[[int], int]


@dataclass(slots=True)
class Played:
    """A sheet as it is played: what `import` goes on with; its title; the syllables of each track."""

    midi: MidiSong
    title: str = ""
    syllables: list[tuple[Syllable, ...]] = field(default_factory=list)


def played(sheet: Sheet, name: str, split_voices: bool = False, strict: bool = False) -> Played:
    """What sounds of a sheet. `split_voices`: each voice of a part is a track of its own. `strict`: what
    could not be read is refused. UsageError (naming the file `name`) where no song can hold it.
    """
    if strict and sheet.remarks:
        raise UsageError(f"{name}: {sheet.remarks[0]}; mend it, or leave {argument('strict')} out")
    if not sheet.bars:
        raise UsageError(f"{name}: has no measures; give a score with notes")
    try:
        sheet = unfold(sheet, MAX_BARS + 1)
    except UsageError as error:
        raise UsageError(f"{name}: {error.marked}") from None
    if len(sheet.bars) > MAX_BARS:
        raise UsageError(f"{name}: plays over {MAX_BARS} bars, more than a song can have; cut it")
    if sum(len(part.notes) for part in sheet.parts) > MAX_NOTES:
        raise UsageError(f"{name}: has over {MAX_NOTES} notes; split it")
    sheet = _swung(_on_sixteenths(sheet))
    parts = [
        part for part in sheet.parts for part in (_voices(part) if split_voices else [part]) if part.notes
    ]
    tracks = [_track(part, number) for number, part in enumerate(parts, 1)]
    midi = _midi(sheet, tracks)
    return Played(midi, sheet.facts.get("title", ""), [tuple(part.syllables) for part in parts])


def _midi(sheet: Sheet, tracks: list[MidiTrack]) -> MidiSong:
    meters = _meters(sheet.bars)
    tempos = _changes(sheet.tempos)
    ends = [*(tick for tick, _ in meters[1:]), sheet.end]
    lengths: dict[tuple[int, int], int] = {}
    for (start, meter), end in zip(meters, ends, strict=True):
        lengths[meter] = lengths.get(meter, 0) + end - start
    n, power = max(lengths, key=lambda meter: lengths[meter])
    ours = sheet.facts.get("software", "").startswith(OURS)
    key = _key(sheet, tracks, ours)
    signatures = [bar.fifths for bar in sheet.bars if bar.fifths is not None]
    return MidiSong(
        tracks,
        _longest(tempos, sheet.end),
        Meter(n, 2**power),
        key,
        tempo_changes=max(0, len(tempos) - 1),
        meter_changes=max(0, len(meters) - 1),
        key_changes=sum(a != b for a, b in pairwise(signatures)),
        tempos=tempos,
        meters=meters,
        markers=sheet.sections,
        chords=sheet.chords,
        says={"meter", *(["bpm"] if tempos else []), *(["key"] if key else [])},
        is_ours=ours,
        style=style_of(sheet.facts.get("style", "")) if ours else "",
        length_ticks=sheet.end,
        faults=list(sheet.remarks),
    )


def _key(sheet: Sheet, tracks: list[MidiTrack], ours: bool) -> Key | None:
    """The key that is named, or of the two keys of the signature the one that chords and notes are in."""
    first = next((bar for bar in sheet.bars if bar.fifths is not None), None)
    if first is None:
        return None
    if ours and (named := _noted(sheet.facts.get("key", ""), first.fifths)) is not None:
        return named
    if ours and first.key is not None:
        return first.key
    both = keys_of([first])
    weights = [0.0] * 12
    for track in tracks:
        for note in () if track.is_drums else track.notes:
            weights[note.pitch % 12] += note.duration
    chords = [chord for _, chord in sheet.chords]
    return named_key(sheet.bars) or (chosen_key(both, chords, weights) if both else None)


def _noted(text: str, fifths: int | None) -> Key | None:
    """The key that we noted, where it still fits the signature."""
    try:
        key = Key.parse(text)
    except UsageError:
        return None
    return key if signature_of(key)[0] == fifths else None


def _changes(tempos: list[tuple[int, Fraction]]) -> list[tuple[int, Fraction]]:
    """Tempi, each another than the one before; of several at one tick the last."""
    out: list[tuple[int, Fraction]] = []
    for tick, bpm in dict(tempos).items():
        bpm = Fraction(round(bpm * 10**6), 10**6)
        if not out or out[-1][1] != bpm:
            out.append((tick, bpm))
    return out


def _longest(tempos: list[tuple[int, Fraction]], end: int) -> Fraction:
    lasting: dict[Fraction, int] = {}
    for (start, bpm), (stop, _) in pairwise([*tempos, (end, STRAIGHT)]):
        lasting[bpm] = lasting.get(bpm, 0) + stop - start
    return max(lasting, key=lambda bpm: lasting[bpm], default=Fraction(120))


def _meters(bars: list[Bar]) -> list[tuple[int, tuple[int, int]]]:
    """Where which meter begins, as (n, power of two): that of each bar's length."""
    out: list[tuple[int, tuple[int, int]]] = []
    for bar in bars:
        at = bar.start
        for meter in _bar_meters(bar):
            value = meter.n, meter.d.bit_length() - 1
            if not out or out[-1][1] != value:
                out.append((at, value))
            at += meter.ticks_per_bar
    return out


def _bar_meters(bar: Bar) -> list[Meter]:
    """The meter of a bar as long as it is; one that is too long becomes several."""
    if bar.whole:
        return [bar.meter]
    found = of_length(bar.length, bar.meter)
    if found is not None:
        return [found]
    usual = bar.meter if bar.meter.ticks_per_bar < bar.length else Meter(4, 4)
    count, rest = divmod(bar.length, usual.ticks_per_bar)
    return [usual] * count + ([of_length(rest, usual) or Meter(rest // STEP_TICKS, 16)] if rest else [])


def _on_sixteenths(sheet: Sheet) -> Sheet:
    """The sheet with every bar a whole number of sixteenths long: rests fill up those that are not."""
    if not any(bar.length % STEP_TICKS for bar in sheet.bars):
        return sheet
    bars: list[Bar] = []
    for bar in sheet.bars:
        start = bars[-1].end if bars else 0
        bars.append(replace(bar, start=start, length=-(-bar.length // STEP_TICKS) * STEP_TICKS))
    starts = [bar.start for bar in sheet.bars]

    def moved(tick: int) -> int:
        place = max(0, bisect_right(starts, tick) - 1)
        return bars[place].start + tick - starts[place]

    return _mapped(replace(sheet, bars=bars), moved)


def _swung(sheet: Sheet) -> Sheet:
    """The sheet with straight notes where they sound, as its swing says; compound bars never swing."""
    if not any(swing != STRAIGHT for _, swing in sheet.swings):
        return sheet
    ticks, starts = [tick for tick, _ in sheet.swings], [bar.start for bar in sheet.bars]

    def moved(tick: int) -> int:
        place = bisect_right(ticks, tick) - 1
        bar = sheet.bars[max(0, bisect_right(starts, tick) - 1)]
        if place < 0 or bar.meter.d > 4:
            return tick
        return bar.start + swung(tick - bar.start, sheet.swings[place][1])

    return _mapped(sheet, moved, notes_only=True)


def _mapped(sheet: Sheet, moved: _Moved, notes_only: bool = False) -> Sheet:
    """The sheet with everything, or the notes alone, at other ticks."""

    def note(one: Printed) -> Printed:
        onset = moved(one.note.onset)
        return one._replace(note=replace(one.note, onset=onset, duration=max(1, moved(one.note.end) - onset)))

    parts = [
        replace(
            part,
            notes=[note(one) for one in part.notes],
            syllables=[replace(one, tick=moved(one.tick)) for one in part.syllables],
        )
        for part in sheet.parts
    ]
    if notes_only:
        return replace(sheet, parts=parts)
    return replace(
        sheet,
        parts=parts,
        chords=[(moved(tick), chord) for tick, chord in sheet.chords],
        tempos=[(moved(tick), bpm) for tick, bpm in sheet.tempos],
        swings=[(moved(tick), swing) for tick, swing in sheet.swings],
        sections=[(moved(tick), name) for tick, name in sheet.sections],
    )


def _voices(part: Part) -> list[Part]:
    """Each voice of each staff as a part of its own, named after it where there are several."""
    found: dict[tuple[int, str], list[Printed]] = {}
    for one in part.notes:
        found.setdefault((one.staff, one.voice), []).append(one)
    if len(found) < 2:
        return [part]
    return [
        replace(part, name=f"{part.name} staff {staff} voice {voice}".strip(), notes=found[staff, voice])
        for staff, voice in sorted(found)
    ]


def _track(part: Part, number: int) -> MidiTrack:
    notes = sorted({one.note for one in part.notes})
    return MidiTrack(
        part.name or f"Part {number}",
        part.program or 0,
        part.is_drums,
        notes,
        says_program=part.program is not None and not part.is_drums,
    )

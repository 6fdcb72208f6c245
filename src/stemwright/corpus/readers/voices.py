"""Printed music's tracks as layers: a tune over a bass, with everything else between.

The first track that has a tune (the singer, the right hand, the sopranos) is the lead with its top voice; the
lowest track (the left hand, the basses) has the bass; all other notes are the harmony, each once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from stemwright.song.meter import Meter
from stemwright.song.score import Note

SYMBOLS = 0.9
"""Share of a track's onsets with three notes or more from which it is chord symbols, played as blocks: they
say again what is printed in the parts.
"""
LEAP = 4
"""Semitones above the bar's last bass note from which a chord is an afterbeat, and not a bass."""
Notes = list[Note]


def layers_of(tracks: Sequence[Notes], meter: Meter) -> dict[str, Notes]:
    """Layer -> notes of printed tracks in the score's order; layers without any are left out."""
    parts = [notes for notes in tracks if notes]
    written = [notes for notes in parts if not _symbols(notes)]
    if len(written) >= 2:
        parts = written
    if not parts:
        return {}
    tune = next(iter(written or parts))
    lead = top_voice(tune)
    low: Notes = min(parts, key=_middle)
    bass = [] if low is tune or low not in written else bass_of(low, meter)
    taken = {_place(n) for n in (*lead, *bass)}
    rest = {_place(n): n for notes in parts for n in notes if _place(n) not in taken}
    found = {"lead": lead, "bass": bass, "harmony": sorted(rest.values())}
    return {layer: notes for layer, notes in found.items() if notes}


def _symbols(notes: Notes) -> bool:
    together = Counter(n.onset for n in notes)
    return sum(count >= 3 for count in together.values()) >= SYMBOLS * len(together)


def _place(note: Note) -> tuple[int, int]:
    return note.onset, note.pitch


def _middle(notes: Notes) -> int:
    return sorted(n.pitch for n in notes)[len(notes) // 2]


def top_voice(notes: Iterable[Note]) -> Notes:
    """The notes over which no other begins with them or sounds on."""
    out: Notes = []
    held: Notes = []
    for chord in _chords(notes):
        onset, top = chord[0].onset, chord[-1]
        held = [n for n in held if n.end > onset]
        if all(n.pitch <= top.pitch for n in held):
            out.append(top)
        held += chord
    return out


def lowest_of_beats(notes: Iterable[Note], ticks_per_beat: int) -> Notes:
    """The notes under which nothing else begins or sounds in their beat."""
    found = sorted(notes, key=lambda n: (n.onset, n.pitch))
    lowest: dict[int, int] = {}  # beat -> lowest pitch that begins or sounds in it
    for n in found:
        for beat in range(n.onset // ticks_per_beat, (n.end - 1) // ticks_per_beat + 1):
            lowest[beat] = min(n.pitch, lowest.get(beat, 127))
    return [n for n in found if n.pitch == lowest[n.onset // ticks_per_beat]]


def bass_of(notes: Sequence[Note], meter: Meter) -> Notes:
    """The bass of a left hand or of low voices: the lowest of its beats, but for the afterbeats of a waltz, a
    march or a rag, which are chords well above a bass note (alone or in octaves) earlier in their bar.
    """
    bass: Notes = []
    last: tuple[int, int] | None = None  # (bar, pitch) of the last note or octave that stood alone
    for chord in _chords(notes):
        bar, low = chord[0].onset // meter.ticks_per_bar, chord[0].pitch
        alone = len({n.pitch % 12 for n in chord}) == 1
        after = last is not None and last[0] == bar and low - last[1] > LEAP
        if alone and not after:
            last = bar, low
        if alone or not after:
            bass.append(chord[0])
    lowest = {_place(n) for n in lowest_of_beats(notes, meter.ticks_per_beat)}
    return [n for n in bass if _place(n) in lowest]


def _chords(notes: Iterable[Note]) -> Iterator[Notes]:
    """The notes that begin together, from the lowest; of equal ones the longest."""
    ordered = sorted(notes, key=lambda n: (n.onset, n.pitch, -n.duration))
    for _, group in groupby(ordered, key=lambda n: n.onset):
        chord: Notes = []
        for n in group:
            if not chord or chord[-1].pitch != n.pitch:
                chord.append(n)
        yield chord

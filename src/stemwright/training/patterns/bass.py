"""Learning the table "bass" from the basses of bands: rhythm, degrees of the chord, approaches, the kick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from stemwright.compose.grid import STEP, grid_of
from stemwright.compose.learned.bass import (
    INSIDE,
    LAST,
    NEW,
    degree_contexts,
    kick_contexts,
)
from stemwright.compose.learned.counts import Counting
from stemwright.corpus.song import CorpusSong
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.harmony import Chord
from stemwright.training.patterns.learned import Learned, Material, bits_a_symbol
from stemwright.training.patterns.lines import Seen, bars_seen, by_step, count

BANDS = ("freedoom", "easyrpg", "own")
"""Sources in which a bass plays with drums."""
_LEAST = {"bar": 3, "degree": 6, "kick": 1, "again": 1, "approach": 6}
_MARKS = {0: "1", 7: "5", 6: "5", 8: "5", 3: "3", 4: "3", 10: "7", 11: "7", 9: "6", 5: "4", 1: "2", 2: "2"}
"""Semitones above the root -> mark of a degree, where the chord does not say otherwise."""


def learn_bass(material: Material) -> Learned:
    """Count the basses of bands."""
    counting: dict[str, Counting] = defaultdict(Counting)
    songs = list(_bands(material.train))
    for song in songs:
        for subject, seen in _seen(song):
            count(counting[subject], seen)
    counts = {
        name: own.done(_LEAST[name], lambda context: context == "" or context.count(" ") == 1)
        for name, own in counting.items()
    }
    held: dict[str, list[Seen]] = defaultdict(list)
    for song in _bands(material.valid):
        for subject, seen in _seen(song):
            held[subject].append(seen)
    figures: dict[str, float] = {}
    for name, seen_there in held.items():
        figures[f"{name} bits"] = bits_a_symbol(counts[name], seen_there)
        figures[f"{name} order 0 bits"] = bits_a_symbol(counts[name], [([""], s) for _, s in seen_there])
    return Learned(counts, frozenset(song.source for song in songs), figures)


def _bands(songs: Iterable[CorpusSong]) -> Iterator[CorpusSong]:
    for song in songs:
        if song.source in BANDS and song.scores.get("bass") and song.scores["bass"].notes:
            yield song


def _seen(song: CorpusSong) -> Iterator[tuple[str, Seen]]:
    yield from bars_seen(song, "bass")
    yield from _beside_kick(song)
    if song.state.chords:
        yield from _degrees(song)
        yield from _approaches(song)


def _beside_kick(song: CorpusSong) -> Iterator[tuple[str, Seen]]:
    if "drums" not in song.scores:
        return
    drums = by_step(song, "drums")
    for number, bar in enumerate(by_step(song, "bass")):
        kicks = {
            step
            for step, notes in drums[number].items()
            if any(note.pitch == PIECE_PITCH["kick"] for note in notes)
        }
        if not bar or not kicks:
            continue
        for step, strength in enumerate(grid_of(song.state.meter_of(number)).strengths):
            near = step - 1 in kicks or step + 1 in kicks
            yield "kick", (kick_contexts(strength, step in kicks, near), "x" if step in bar else ".")


def _line(song: CorpusSong) -> Iterator[tuple[int, int, int, Chord | None]]:
    """Bar, step, lowest pitch and chord of each of the bass's onsets."""
    for number, bar in enumerate(by_step(song, "bass")):
        start = song.state.bar_tick(number)
        for step in sorted(bar):
            yield number, step, min(n.pitch for n in bar[step]), song.state.chord_at_tick(start + step * STEP)


def _degrees(song: CorpusSong) -> Iterator[tuple[str, Seen]]:
    line = list(_line(song))
    marks, floor = "", 0
    for place, (bar, step, pitch, chord) in enumerate(line):
        before = line[place - 1] if place else None
        after = line[place + 1] if place + 1 < len(line) else None
        if before is None or before[0] != bar:
            marks = ""
        if chord is None:
            continue
        fresh = before is None or before[3] != chord
        where = NEW if fresh else LAST if after is not None and after[3] != chord else INSIDE
        if fresh:
            floor = pitch if pitch % 12 == chord.bass_pc else pitch - (pitch - chord.root_pc) % 12
        mark = _mark(pitch, floor, chord)
        strength = grid_of(song.state.meter_of(bar)).strengths[step]
        yield "degree", (degree_contexts(where, strength, marks), mark)
        marks += mark


def _mark(pitch: int, floor: int, chord: Chord) -> str:
    above = (pitch - chord.root_pc) % 12
    if above == 0:
        return "8" if pitch - floor >= 12 else "1"
    return _MARKS[above]


def _approaches(song: CorpusSong) -> Iterator[tuple[str, Seen]]:
    line = list(_line(song))
    for (bar, step, pitch, chord), (bar2, step2, root, after) in pairwise(line):
        if chord is None or after is None or chord == after or root % 12 != after.bass_pc:
            continue
        gap = (song.state.bar_tick(bar2) - song.state.bar_tick(bar)) // STEP + step2 - step
        offset = (pitch - root + 6) % 12 - 6
        if gap <= 4 and pitch % 12 not in (chord.root_pc, root % 12) and pitch % 12 != chord.bass_pc:
            yield "approach", (("",), str(offset))

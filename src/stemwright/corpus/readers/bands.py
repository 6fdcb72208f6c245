"""Full-band MIDI as layers: who plays what, in which key, over which chords.

The assignment is simple: channel 10 is drums; the bass is the part with a bass program (33-40 in General
MIDI), or else the one with the lowest mean pitch; the lead is the highest mostly one-voiced part of the
rest; the harmony is the most polyphonic of what remains. Key and chords are found by
`compose.analysis`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from stemwright.compose.analysis import find_chords, find_key, profile
from stemwright.compose.tracks import polyphony
from stemwright.errors import UsageError
from stemwright.song.bar_lines import BarLines
from stemwright.song.drums import DRUM_PIECES, PIECE_PITCH, piece_of
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section
from stemwright.song.tempo import MAX_BPM, MIN_BPM

if TYPE_CHECKING:
    from stemwright.song.midi import MidiSong, MidiTrack

FOLD = {"bass": (24, 60), "harmony": (36, 96), "lead": (45, 96)}
_MIN_NOTES = 12
_MAX_BARS = 400


def _mean_pitch(track: MidiTrack) -> float:
    return sum(n.pitch for n in track.notes) / len(track.notes)


def fold(score: Score, low: int, high: int) -> Score:
    """Notes outside ``low``..``high`` moved by octaves into it."""
    out = []
    for n in score.notes:
        pitch = n.pitch
        while pitch < low:
            pitch += 12
        while pitch > high:
            pitch -= 12
        out.append(Note(n.onset, n.duration, pitch, n.velocity))
    return Score.from_notes(out).without_overlaps()


def band_tracks(midi: MidiSong) -> dict[str, MidiTrack]:
    """The track of each pitched layer; a layer without a fitting one is left out."""
    rest = [t for t in midi.tracks if not t.is_drums and len(t.notes) >= _MIN_NOTES and t.program < 112]
    chosen: dict[str, MidiTrack] = {}
    if rest:
        basses = [t for t in rest if 32 <= t.program <= 39]
        low = max(basses, key=lambda t: len(t.notes)) if basses else min(rest, key=_mean_pitch)
        if basses or _mean_pitch(low) < 52:
            chosen["bass"] = low
            rest = [t for t in rest if t is not low and not 32 <= t.program <= 39]
    single = [t for t in rest if polyphony(t.notes) < 1.25]
    if single:
        chosen["lead"] = max(single, key=_mean_pitch)
        rest = [t for t in rest if t is not chosen["lead"]]
    if rest:
        chosen["harmony"] = max(rest, key=lambda t: polyphony(t.notes))
    return chosen


def band_layers(midi: MidiSong) -> dict[str, Score]:
    """The layers of a full-band MIDI file; a layer without a fitting part is left out."""
    out: dict[str, Score] = {}
    drums = [n for t in midi.tracks if t.is_drums for n in t.notes]
    if len(drums) >= _MIN_NOTES:
        out["drums"] = Score.from_notes(drums)
    for name, track in band_tracks(midi).items():
        out[name] = fold(Score.from_notes(track.notes).without_overlaps(), *FOLD[name])
    return out


def playable_bpm(bpm: Fraction) -> Fraction:
    """A tempo in range by doubling or halving, on two decimals."""
    while bpm < MIN_BPM:
        bpm *= 2
    while bpm > MAX_BPM:
        bpm /= 2
    return max(Fraction(MIN_BPM), min(Fraction(MAX_BPM), Fraction(round(bpm * 100), 100)))


def band_state(midi: MidiSong, scores: dict[str, Score]) -> GlobalState | None:
    """Tempo and meter of the file, key and chords of its notes; None where it has under two bars."""
    end = max((s.end_tick for s in scores.values()), default=0)
    bars = min(_MAX_BARS, end // midi.meter.ticks_per_bar)
    if bars < 2:
        return None
    try:
        key = find_key(profile(scores))
        chords = find_chords(scores, BarLines(midi.meter), bars, key)
        return GlobalState(
            playable_bpm(midi.bpm), midi.meter, key, (Section("song", bars),), chords, style="game"
        )
    except UsageError:
        return None


def canonical_drums(notes: tuple[Note, ...] | list[Note]) -> Score:
    """Any General MIDI drum notes on the pitches that stand for the drum pieces."""
    mapped = (
        Note(n.onset, n.duration, PIECE_PITCH[DRUM_PIECES[piece_of(n.pitch)]], n.velocity) for n in notes
    )
    return Score.from_notes(mapped).without_overlaps()

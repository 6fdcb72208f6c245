"""Full-band MIDI (Freedoom, EasyRPG, Tanner Helland) as songs: tracks become layers, and each stretch of one
meter a song.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from stemwright.compose.analysis import find_key, profile
from stemwright.compose.tracks import assign
from stemwright.corpus.readers.fitting import canonical_drums, fitted, playable_bpm
from stemwright.corpus.readers.form import form_of
from stemwright.corpus.readers.parts import hand_over
from stemwright.corpus.readers.printed import MAX_BARS, MIN_NOTES
from stemwright.corpus.song import CorpusSong
from stemwright.notation.sheet import Bar
from stemwright.song.meter import Meter
from stemwright.song.midi import MidiSong, read_midi
from stemwright.song.midi_events import META
from stemwright.song.midi_file import parse_file
from stemwright.song.midi_meta import METER, meter_of
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState

MIN_BARS = 4
STYLE = "game"
_ON_GRID = 0.95


def band_songs(path: Path, composers: tuple[str, ...]) -> Iterator[CorpusSong]:
    """The songs of a file, one for each stretch of one meter. UsageError where it cannot be read.

    Tempo: the one that holds longest, doubled or halved into a song's range; 120 where the file has none.
    """
    midi = read_midi(path)
    bar = midi.meter.ticks_per_bar
    layers = hand_over(midi.tracks, assign(midi.tracks, bar), bar)
    for number, (start, end, meter) in enumerate(stretches_of(path, midi), 1):
        bars = min(MAX_BARS, (end - start) // meter.ticks_per_bar)
        end = start + bars * meter.ticks_per_bar
        scores = {layer: _score(notes, layer, start, end) for layer, notes in layers.items()}
        scores = {layer: score for layer, score in scores.items() if len(score.notes) >= MIN_NOTES}
        if bars < MIN_BARS or not scores:
            continue
        name = path.stem + (f"#{number}" if number > 1 else "")
        state = _state(midi, meter, bars, scores)
        timing = "grid" if on_grid(scores) else "human"
        yield CorpusSong(
            state,
            scores,
            source=path.parent.name,
            name=name,
            composers=composers,
            timing=timing,
            layers="guessed",
        )


def _state(midi: MidiSong, meter: Meter, bars: int, scores: dict[str, Score]) -> GlobalState:
    length = meter.ticks_per_bar
    grid = [Bar(i * length, length, meter) for i in range(bars)]
    sections = form_of(scores, meter, grid)
    return GlobalState(playable_bpm(midi.bpm), meter, find_key(profile(scores)), sections, style=STYLE)


def _score(notes: list[Note], layer: str, start: int, end: int) -> Score:
    inside = Score.from_notes(notes).slice(start, end)
    if layer == "drums":
        return canonical_drums(inside.notes)
    return fitted(inside.without_overlaps(), layer)


def stretches_of(path: Path, midi: MidiSong) -> Iterator[tuple[int, int, Meter]]:
    """(first tick, end, meter) of each stretch of one meter, in ticks of 96 a quarter note."""
    end = max((n.end for track in midi.tracks for n in track.notes), default=0)
    if not midi.meter_changes:
        yield 0, end, midi.meter
        return
    raw = parse_file(path.read_bytes(), path.name)
    changes: dict[int, Meter] = {0: Meter(4, 4)}
    for tick, status, data in sorted(event for track in raw.tracks for event in track.events):
        if status == META and data[0] == METER and len(data) >= 3:
            changes[round(tick * PPQ / raw.division)] = meter_of(data[1], data[2], path.name)
    held = [(tick, meter) for tick, meter in sorted(changes.items()) if tick < end]
    plain = [held[0]]
    for tick, meter in held[1:]:
        if meter != plain[-1][1]:
            plain.append((tick, meter))
    for (start, meter), (stop, _) in pairwise([*plain, (end, midi.meter)]):
        if stop > start:
            yield start, stop, meter


def on_grid(scores: dict[str, Score]) -> bool:
    """Whether 95% of the notes begin on a 32nd or on a triplet's 16th, as those that were played do not."""
    onsets = [n.onset for score in scores.values() for n in score.notes]
    exact = sum(onset % 12 == 0 or onset % 8 == 0 for onset in onsets)
    return exact >= _ON_GRID * len(onsets)

"""Where training scores come from: the arranger, etudes, GMD drums and full-band MIDI.

Every source yields :class:`SourceSong`: a global state and the scores of some layers. Songs are cut into
windows of whole bars with :func:`windows`; a window's state is that window's own, so a clip looks like a
short song.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

from stemwright.corpus.readers.bands import band_layers, band_state, canonical_drums
from stemwright.dataset.etudes import etude
from stemwright.errors import UsageError
from stemwright.song.harmony import Key
from stemwright.song.layers import LAYERS
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section, parse_form

METERS = ("4/4",) * 14 + ("3/4",) * 3 + ("6/8",) * 2 + ("5/4", "7/8", "12/8")
MODES = ("major",) * 6 + ("minor",) * 6 + ("dorian", "mixolydian", "phrygian", "lydian")
STYLES = (
    "pop",
    "rock",
    "funk",
    "jazz",
    "bossa",
    "house",
    "hiphop",
    "ballad",
    "reggae",
    "metal",
    "blues",
    "country",
    "",
)
FORMS = (
    "intro:4 verse:8 chorus:8", "verse:8 chorus:8", "verse:16 chorus:8", "verse:8",
    "intro:2 verse:8 bridge:4 chorus:8 outro:4", "verse:8 chorus:8 verse:8 chorus:8",
    "intro:4 verse:12 chorus:12", "chorus:8 bridge:8 chorus:8",
    "intro:8 verse:16", "verse:12 solo:12 outro:4", "intro:4 chorus:16 outro:4",
)  # fmt: skip
WINDOW_BARS = (2, 3, 4, 6, 8, 12, 16)
WINDOW_SECONDS = (9.0, 30.0)


@dataclass(frozen=True, slots=True)
class SourceSong:
    """A song of a source: its name, its state and the scores it has."""

    source: str
    name: str
    state: GlobalState
    scores: dict[str, Score]


@dataclass(frozen=True, slots=True)
class Window:
    """Some bars of a song as a short song of their own."""

    song: SourceSong
    first_bar: int
    state: GlobalState
    scores: dict[str, Score]


def random_state(rng: Random, form: str | None = None) -> GlobalState:
    """A random state: tempo 60-180 BPM, mostly 4/4, all keys, modes and styles; chords and rhythm open."""
    slow, fast = rng.choice(((60, 180), (80, 140)))
    bpm = rng.choice((Fraction(rng.randint(slow, fast)), Fraction(rng.randint(slow * 10, fast * 10), 10)))
    key = Key.from_pc(rng.randrange(12), rng.choice(MODES))
    meter = Meter.parse(rng.choice(METERS))
    return GlobalState(bpm, meter, key, parse_form(form or rng.choice(FORMS)), style=rng.choice(STYLES))


def windows(song: SourceSong, rng: Random) -> Iterator[Window]:
    """Cut a song into windows of 9-30 s one after the other; a rest of under 3 s is left out."""
    bar_seconds = float(song.state.timebase.bar_seconds)
    fitting = [b for b in WINDOW_BARS if WINDOW_SECONDS[0] <= b * bar_seconds <= WINDOW_SECONDS[1]] or [2]
    at, total, tick = 0, song.state.bars, song.state.bar_tick
    while at < total:
        bars = min(rng.choice(fitting), total - at)
        if bars * bar_seconds < 3.0 and at:
            return
        scores = {k: s.slice(tick(at), tick(at + bars)) for k, s in song.scores.items()}
        yield Window(song, at, song.state.slice(at, bars), scores)
        at += bars


def arranged(rng: Random, layers: tuple[str, ...] = LAYERS) -> SourceSong:
    """A song from the arranger with a random state: often one usual for its style, else any."""
    from stemwright.compose.arranger import arrange
    from stemwright.compose.randomstate import random_state as usual_state

    seed = rng.getrandbits(32)
    state = usual_state(seed) if rng.random() < 0.6 else random_state(rng)
    made = arrange(state, layers, seed)
    return SourceSong("arranger", f"arranger-{seed:08x}", made.state, dict(made.scores))


def etudes(rng: Random, layers: tuple[str, ...] = LAYERS) -> SourceSong:
    """A random song for every layer (the layers have nothing to do with each other)."""
    name = f"etude-{rng.getrandbits(32):08x}"
    state = random_state(rng, "etude:16")
    return SourceSong("etudes", name, state, {layer: etude(state, layer, rng) for layer in layers})


def gmd_song(folder: Path, row: dict[str, str]) -> SourceSong | None:
    """One GMD performance with its human timing; None where it is under two bars."""
    from stemwright.song.midi import read_midi

    meter = Meter.parse(row["time_signature"].replace("-", "/"))
    midi = read_midi(folder / row["midi_filename"])
    score = canonical_drums([n for t in midi.tracks for n in t.notes])
    bars = max((n.onset for n in score.notes), default=0) // meter.ticks_per_bar
    if bars < 2:
        return None
    style = row["style"].lower().replace("/", " ")
    state = GlobalState(
        Fraction(row["bpm"]), meter, Key("C", "major"), (Section("groove", bars),), style=style
    )
    return SourceSong("gmd", row["id"], state, {"drums": score.slice(0, state.total_ticks)})


def band_song(path: Path) -> SourceSong | None:
    """A full-band MIDI file as layers; None where it cannot be read or is under two bars."""
    from stemwright.song.midi import read_midi

    try:
        midi = read_midi(path)
    except UsageError:
        return None
    scores = {
        name: canonical_drums(s.notes) if name == "drums" else s for name, s in band_layers(midi).items()
    }
    state = band_state(midi, scores)
    if state is None:
        return None
    cut = {name: score.slice(0, state.total_ticks) for name, score in scores.items()}
    return SourceSong(path.parent.name, path.stem, state, cut)


def retempo(song: SourceSong, factor: float) -> SourceSong:
    """The same song at another tempo (kept in 40..250 BPM)."""
    bpm = Fraction(round(float(song.state.bpm) * factor * 100), 100)
    return SourceSong(
        song.source, song.name, song.state.with_(bpm=max(Fraction(40), min(Fraction(250), bpm))), song.scores
    )


def transposed(song: SourceSong, semitones: int) -> SourceSong:
    """The same song in another key; drums stay."""
    key = song.state.key.transposed(semitones)
    chords = tuple(c.transposed(semitones, key) if c is not None else None for c in song.state.chords)
    scores = {
        name: score
        if name == "drums"
        else Score.from_notes(Note(n.onset, n.duration, n.pitch + semitones, n.velocity) for n in score.notes)
        for name, score in song.scores.items()
    }
    return SourceSong(song.source, song.name, song.state.with_(key=key, chords=chords), scores)

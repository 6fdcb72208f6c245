"""States and scores of any kind, for what has to hold of all of them."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

from stemwright.exchange.imports import read_piece
from stemwright.notation.grid import gridded
from stemwright.song.harmony import MODES, QUALITIES, Chord, Key
from stemwright.song.meter import Meter
from stemwright.song.piece import Piece
from stemwright.song.rhythm import RhythmMap, swung
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section

METERS = [
    Meter(4, 4),
    Meter(3, 4),
    Meter(6, 8),
    Meter(2, 2),
    Meter(5, 4),
    Meter(7, 8),
    Meter(12, 8),
    Meter(3, 16),
]
TONICS = ["C", "G", "D", "A", "E", "F", "Bb", "Eb", "Ab", "F#", "B", "Db"]
ROOTS = [*TONICS, "C#", "G#", "Gb", "Cb", "E#"]
RANGES = {"lead": (55, 90), "harmony": (40, 84), "bass": (28, 55), "drums": (35, 59)}


@st.composite
def chords(draw: st.DrawFn) -> Chord | None:
    if draw(st.integers(0, 9)) == 0:
        return None
    quality = draw(st.sampled_from(sorted(QUALITIES)))
    return Chord(draw(st.sampled_from(ROOTS)), quality, draw(st.sampled_from([None, None, *TONICS])))


@st.composite
def states(draw: st.DrawFn, swung: bool = True) -> GlobalState:
    """Up to six bars, with or without changes of meter and tempo, chords and a swing."""
    bars = draw(st.integers(1, 6))
    first = draw(st.integers(1, bars))
    names = st.sampled_from(["intro", "verse", "chorus-2"])
    sections = [Section(draw(names), first)] + ([Section(draw(names), bars - first)] if bars > first else [])
    changes = [bar for bar in range(1, bars) if draw(st.integers(0, 3)) == 0]
    meters = tuple((bar, draw(st.sampled_from(METERS))) for bar in changes)
    tempos = tuple((bar, Fraction(draw(st.integers(3000, 20000)), 100)) for bar in changes)
    key = draw(
        st.builds(Key, st.sampled_from(TONICS), st.sampled_from(sorted(MODES))).filter(
            lambda k: abs(k.fifths) <= 7
        )
    )
    bpm = Fraction(draw(st.integers(60, 180)))
    state = GlobalState(
        bpm, draw(st.sampled_from(METERS)), key, tuple(sections), tempos=tempos, meters=meters
    )
    if draw(st.booleans()):
        found = draw(st.lists(chords(), min_size=state.total_beats, max_size=state.total_beats))
        state = state.with_(chords=tuple(found))
    if swung and draw(st.booleans()):
        steps = tuple("5" * state.meter_of(bar).steps_per_bar for bar in range(state.bars))
        state = state.with_(rhythm=RhythmMap(Fraction(2, 3), steps))
    return state


@st.composite
def scores(draw: st.DrawFn, state: GlobalState, layer: str, most: int = 24) -> Score:
    low, high = RANGES[layer]
    end = state.total_ticks
    notes = draw(
        st.lists(
            st.tuples(
                st.integers(0, end - 1), st.integers(1, 500), st.integers(low, high), st.integers(1, 127)
            ),
            min_size=1,
            max_size=most,
        )
    )
    return Score.from_notes(Note(at, min(long, end - at), pitch, v) for at, long, pitch, v in notes)


@st.composite
def pieces(
    draw: st.DrawFn, layers: tuple[str, ...] = ("lead", "harmony", "bass", "drums"), swung: bool = True
):
    state = draw(states(swung))
    return state, {
        layer: draw(scores(state, layer)) for layer in layers if draw(st.integers(0, 4)) or layer == "lead"
    }


def sounding(score: Score, state: GlobalState, drums: bool) -> list[Note]:
    """The notes as they are written, where they sound."""
    swing = Fraction(1, 2) if state.rhythm is None else state.rhythm.swing

    def moved(tick: int) -> int:
        bar = state.bar_of_tick(tick)
        start = state.bar_tick(bar)
        return tick if state.meter_of(bar).d > 4 else start + swung(tick - start, swing)

    written = gridded(score, state, drums).score.notes
    return sorted(Note(moved(n.onset), moved(n.end) - moved(n.onset), n.pitch, n.velocity) for n in written)


def read_back(data: bytes, ending: str) -> Piece:
    """The piece that `import` makes of a file of these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"song{ending}"
        file.write_bytes(data)
        return read_piece(file)[0]

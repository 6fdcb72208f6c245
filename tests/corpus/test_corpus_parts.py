from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.tracks import assign
from stemwright.corpus.measure import (
    by_value,
    every_track,
    handed_over,
    layer_errors,
    note_errors,
    put_together,
)
from stemwright.corpus.readers.bandsongs import band_songs, on_grid
from stemwright.corpus.readers.parts import hand_over
from stemwright.errors import UsageError
from stemwright.song.layers import LAYERS
from stemwright.song.meter import Meter
from stemwright.song.midi import MidiTrack
from stemwright.song.score import Note
from support import midi as m

BAR = 384
TUNE = [72, 74, 76, 79, 77, 74, 71, 72, 76, 74, 69, 67, 72, 71, 74, 72]


def track(
    program: int, pitches: list[int], name: str = "t", step: int = 96, drums: bool = False, start: int = 0
) -> MidiTrack:
    notes = [Note(start + i * step, step, pitch, 90) for i, pitch in enumerate(pitches)]
    return MidiTrack(name, program, drums, notes)


def chords(program: int = 48, name: str = "t") -> MidiTrack:
    return MidiTrack(
        name, program, False, [Note(b * BAR, BAR, q, 70) for b in range(16) for q in (60, 64, 67)]
    )


BASS = track(33, [36, 36, 43, 43] * 16)
DRUMS = track(0, [36, 42, 38, 42] * 16, drums=True)
LEAD = track(80, TUNE * 4)
ARPEGGIO = track(80, [60, 64, 67, 72] * 64, step=24)
BELLS = track(80, [96, 96, 96, 98] * 16)


def test_each_layer_gets_its_track_whatever_their_order() -> None:
    tracks = [ARPEGGIO, chords(), BELLS, LEAD, DRUMS, BASS]
    chosen = assign(tracks, BAR)
    assert {layer: numbers[0] for layer, numbers in chosen.items()} == {
        "drums": 5, "bass": 6, "harmony": 2, "lead": 4
    }  # fmt: skip


def test_names_speak_where_programs_do_not() -> None:
    one = track(0, TUNE * 4, "Solo")
    other = track(0, [pitch - 5 for pitch in reversed(TUNE)] * 4, "Rhythm Guitar")
    assert assign([other, one, BASS], BAR)["lead"][0] == 2


def test_effects_and_empty_files_have_no_layers() -> None:
    assert assign([track(119, TUNE), track(47, TUNE), track(80, [60] * 3)], BAR) == {}
    assert assign([], BAR) == {} and hand_over([], {}, BAR) == {}


def test_one_polyphonic_part_is_harmony() -> None:
    assert assign([chords(0)], BAR) == {"harmony": [1]}


def test_a_silent_layer_is_handed_over_and_a_short_rest_is_not() -> None:
    first = track(80, TUNE[:8])  # bars 1 and 2
    later = track(81, TUNE, start=4 * BAR)  # bars 5 to 8: bar 3 and 4 rest, with nobody else in them
    gap = track(81, TUNE[:4], start=2 * BAR)  # bar 3, inside a rest of two bars
    notes = hand_over([first, later, gap], {"lead": [1, 2, 3]}, BAR)["lead"]
    assert sorted({n.onset // BAR for n in notes}) == [0, 1, 4, 5, 6, 7]


numbers = st.integers(0, 127)
some_notes = st.lists(
    st.tuples(st.integers(0, 20 * BAR), st.integers(1, 500), numbers), min_size=1, max_size=40
)


@given(st.lists(st.tuples(numbers, st.booleans(), some_notes), max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_note_is_in_two_layers_and_none_is_made_up(
    found: list[tuple[int, bool, list[tuple[int, int, int]]]],
) -> None:
    # Velocities tell the tracks apart.
    tracks = [
        MidiTrack(f"t{i}", program, drums, [Note(o, d, pitch, i + 1) for o, d, pitch in rows])
        for i, (program, drums, rows) in enumerate(found)
    ]
    made = hand_over(tracks, assign(tracks, BAR), BAR)
    assert set(made) <= set(LAYERS)
    heard = Counter((n, id(t)) for t in tracks for n in t.notes)
    given_out = Counter(n for notes in made.values() for n in notes)
    for n, count in given_out.items():
        assert count <= sum(times for (note, _), times in heard.items() if note == n)


def in_meter(n: int, pitches: list[int]) -> list[tuple[int, bytes]]:
    """A meter of n quarters, then a note a quarter."""
    return [(0, bytes((0xFF, 0x58, 4, n, 2, 24, 8))), *m.notes(pitches, ticks=96)]


def test_a_change_of_meter_makes_two_songs(tmp_path: Path) -> None:
    path = tmp_path / "freedoom" / "d_x.mid"
    path.parent.mkdir()
    path.write_bytes(m.file(m.chunk(in_meter(4, TUNE * 2) + in_meter(3, TUNE[:12] * 2))))
    songs = list(band_songs(path, ("X",)))
    assert [(s.name, str(s.state.meter), s.state.bars) for s in songs] == [
        ("d_x", "4/4", 8), ("d_x#2", "3/4", 8)
    ]  # fmt: skip
    assert all(s.source == "freedoom" and s.layers == "guessed" and s.composers == ("X",) for s in songs)
    assert songs[0].state.bpm == Fraction(120) and songs[0].timing == "grid"
    assert min(n.onset for n in songs[1].scores["lead"].notes) == 0
    assert Meter(3, 4) == songs[1].state.meter
    path.write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"d_x\.mid"):
        list(band_songs(path, ()))


def test_played_onsets_are_told_from_printed_ones() -> None:
    from stemwright.song.score import Score

    exact = Score.from_notes(Note(12 * i, 12, 60, 80) for i in range(100))
    late = Score.from_notes(Note(12 * i + 5 * (i % 10 == 0), 12, 60, 80) for i in range(100))
    assert on_grid({"lead": exact}) and not on_grid({"lead": late})


def test_errors_count_first_choices_and_notes(tmp_path: Path) -> None:
    (tmp_path / "a.mid").write_bytes(m.file(m.chunk(in_meter(4, TUNE * 4))))
    right = {"a.mid": {"bass": [0], "lead": [1]}}
    for choose in (by_value, every_track):
        assert layer_errors(tmp_path, right, choose) == {"bass": 0.0, "lead": 0.0}
        assert layer_errors(tmp_path, {"a.mid": {"bass": [1]}}, choose) == {"bass": 1.0}
    for give in (handed_over, put_together):
        assert note_errors(tmp_path, right, give) == {"bass": 0.0, "lead": 0.0}
        assert note_errors(tmp_path, {"a.mid": {"lead": [0]}}, give) == {"lead": 1.0}


def test_the_list_made_by_hand_is_whole() -> None:
    made = json.loads((Path(__file__).parent / "band_layers.json").read_text(encoding="utf-8"))
    assert len(made["held_out"]) >= 25 and not set(made["held_out"]) & set(made["looked_at"])
    for files in made.values():
        for fitting in files.values():
            assert set(fitting) == {"bass", "harmony", "lead"} and all(fitting.values())

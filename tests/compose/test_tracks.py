"""Which track is which layer, where every track has to be one's: names, sounds, and nothing lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.tracks import measured, share_out
from stemwright.song.layers import LAYERS
from stemwright.song.midi import MidiTrack
from stemwright.song.score import PPQ, Note

BAR = 4 * PPQ
TUNE = [72, 74, 76, 79, 77, 74, 71, 72, 76, 74, 69, 67, 72, 71, 74, 72]

some_notes = st.lists(
    st.tuples(st.integers(0, 20 * BAR), st.integers(1, 500), st.integers(0, 127)), min_size=1, max_size=20
).map(lambda rows: sorted(Note(onset, length, pitch, 90) for onset, length, pitch in rows))
names = st.sampled_from(("", "Melody", "Bass", "Piano", "harmony", "Lead 2", "Track 3", "drums"))
tracks = st.lists(
    st.builds(MidiTrack, names, st.integers(0, 127), st.booleans(), some_notes), min_size=1, max_size=8
)


@given(tracks)
@settings(max_examples=60, deadline=None)
def test_every_track_is_in_one_layer(found: list[MidiTrack]) -> None:
    made = share_out(found, BAR)
    assert sorted(n for numbers in made.values() for n in numbers) == list(range(1, len(found) + 1))
    assert list(made) == [layer for layer in LAYERS if layer in made] and all(made.values())
    drums = {n for n, track in enumerate(found, 1) if track.is_drums}
    assert set(made.get("drums", [])) == drums
    for number, track in enumerate(found, 1):
        if not track.is_drums and track.name in ("harmony", "Lead 2", "Bass"):
            assert number in made[track.name.split()[0].lower()]


def line(pitches: list[int], step: int = PPQ, name: str = "t", program: int = 0) -> MidiTrack:
    return MidiTrack(name, program, False, [Note(i * step, step, p, 90) for i, p in enumerate(pitches)])


def test_a_tune_is_the_lead_though_another_track_comes_first() -> None:
    arpeggio = line([60, 64, 67, 72] * 64, step=24, program=80)
    chords = MidiTrack("t", 48, False, [Note(b * BAR, BAR, q, 70) for b in range(16) for q in (60, 64, 67)])
    bells = line([96, 96, 96, 98] * 16, program=14)
    made = share_out([arpeggio, chords, bells, line(TUNE * 4, program=73), line([36, 43] * 32)], BAR)
    assert made == {"bass": [5], "harmony": [2, 1, 3], "lead": [4]}


def test_names_that_stemwright_writes_are_kept() -> None:
    names = ("bass", TUNE), ("lead", [36] * 16), ("harmony 2", TUNE)
    made = share_out([line(pitches, name=name) for name, pitches in names], BAR)
    assert made == {"bass": [1], "harmony": [3], "lead": [2]}


def test_a_note_of_many_hours_is_measured_at_once() -> None:
    part = measured(1, MidiTrack("t", 0, False, [Note(i, 2**29, 60, 90) for i in range(50)]), 2**30, BAR)
    assert abs(part.share - 0.5) < 1e-6 and part.voices > 49


def test_a_piano_in_both_hands_is_harmony_and_a_tune_on_it_the_lead() -> None:
    hands = MidiTrack("", 0, False, [
        note for i, pitch in enumerate(TUNE * 4)
        for note in (Note(i * 48, 48, pitch, 90), Note(i * 48, 40, 48, 60))
    ])  # fmt: skip
    assert share_out([hands], BAR) == {"harmony": [1]}
    assert share_out([line(TUNE * 4)], BAR) == {"lead": [1]}
    thirds = MidiTrack("Melody", 0, False, hands.notes)
    assert share_out([thirds], BAR) == {"lead": [1]}

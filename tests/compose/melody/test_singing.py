"""What every melody keeps, and what its form does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange, decide
from stemwright.compose.groove import choose_grooves
from stemwright.compose.lead import write_lead
from stemwright.compose.plan import plan_song
from stemwright.compose.scales import chord_scale, chord_tones
from stemwright.compose.styles import BOOK, style_of
from stemwright.song.form import parse_form
from stemwright.song.harmony import MODES, Chord, Key
from stemwright.song.meter import Meter
from stemwright.song.score import Note
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:8 chorus:8 verse:8 chorus:8"
METERS = ("4/4", "3/4", "6/8", "5/4", "7/8", "12/8", "2/2", "1/4", "5/16")


def state(form: str = FORM, style: str = "pop", meter: str = "4/4", key: str = "C major") -> GlobalState:
    return GlobalState(Fraction(100), Meter.parse(meter), Key.parse(key), parse_form(form), style=style)


def lead(song: GlobalState, seed: int = 1) -> tuple[GlobalState, list[Note]]:
    piece = arrange(song, ("lead",), seed)
    return piece.state, sorted(piece.scores["lead"].notes)


def rows(song: GlobalState, notes: list[Note], first: int, bars: int) -> list[tuple[int, int]]:
    """(sixteenth from the first bar, pitch) of the notes of some bars."""
    start, end = song.bar_tick(first), song.bar_tick(first + bars - 1) + song.meter.ticks_per_bar
    return [
        ((note.onset - start + 12) // 24, note.pitch) for note in notes if start - 12 <= note.onset < end - 12
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(BOOK),
    st.sampled_from(METERS),
    st.sampled_from(tuple(MODES)),
    st.integers(0, 11),
    st.integers(0, 999),
)
def test_a_melody_can_be_sung(style: str, meter: str, mode: str, tonic: int, seed: int) -> None:
    song = replace(state(style=style, meter=meter), key=Key.from_pc(tonic, mode))
    song, notes = lead(song, seed)
    pitches = [note.pitch for note in notes]
    assert max(pitches) - min(pitches) <= 19  # a twelfth
    assert all(one.end <= two.onset for one, two in pairwise(notes))
    assert notes[-1].end <= song.total_ticks
    assert notes[-1].pitch % 12 in chord_tones(song.key, song.chords[-1])
    longest = max(two.onset - one.onset for one, two in pairwise(notes))
    assert longest <= max(5 * song.meter.ticks_per_bar, 10 * 96)


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("form", ["verse:1", "verse:1 chorus:1", "intro:1 verse:3 outro:1", "verse:7"])
def test_short_and_odd_forms_have_a_melody_that_comes_home(form: str, meter: str) -> None:
    song, notes = lead(state(form, meter=meter))
    assert notes
    assert notes[-1].pitch % 12 in chord_tones(song.key, song.chords[-1])


def test_three_hundred_bars_come_back_to_what_they_said() -> None:
    song, notes = lead(state("verse:300"))
    bars = [tuple(rows(song, notes, bar, 1)) for bar in range(300)]
    assert 200 < len(notes) < 3000
    assert 20 < len(set(bars)) < 280


def test_a_section_that_returns_sings_the_same_and_may_add_to_it_but_for_its_end() -> None:
    added = 0
    for seed in range(4):
        song, notes = lead(state("verse:8 chorus:8 verse:8 chorus:8"), seed)
        verse, again = (set(rows(song, notes, first, 6)) for first in (0, 16))
        assert verse <= again
        added += len(again - verse)
        assert rows(song, notes, 8, 6) == rows(song, notes, 24, 6)  # choruses stay as they are
    assert 0 < added < 16


def test_a_chorus_lies_higher_than_its_verse() -> None:
    higher = 0
    for seed in range(12):
        song, notes = lead(state("verse:8 chorus:8"), seed)
        verse, chorus = ([pitch for _, pitch in rows(song, notes, first, 8)] for first in (0, 8))
        higher += sum(chorus) * len(verse) > sum(verse) * len(chorus)
    assert higher >= 10


def test_no_held_note_stays_against_chords_that_change_each_beat() -> None:
    chords = tuple(Chord.parse(name) for name in ("C", "Ab", "E7", "Bbm", "F#", "D", "Ebm7", "G"))
    song, notes = lead(replace(state("verse:8"), chords=chords * 4))
    for note in notes:
        for beat in range((note.onset + 12) // 96, (note.end - 24) // 96 + 1):
            assert note.pitch % 12 in chord_scale(song.key, song.chords[beat])


def test_a_section_has_begun_by_the_middle_of_its_first_bar() -> None:
    for meter, middle in (("4/4", 8), ("12/8", 12), ("5/4", 12), ("3/4", 12)):
        for seed in range(6):
            song, notes = lead(state("verse:4 chorus:4", meter=meter), seed)
            for first in (0, 4):
                assert rows(song, notes, first, 1)[0][0] <= middle


def test_without_chords_the_tonic_is_home() -> None:
    song, notes = lead(replace(state("verse:4"), chords=(None,) * 16))
    assert len(notes) > 6
    assert notes[-1].pitch % 12 == song.key.tonic_pc
    held = [note for note in notes if note.duration > 150]
    assert all(note.pitch % 12 in chord_tones(song.key, None) for note in held)


def test_a_borrowed_note_leads_on_by_a_semitone() -> None:
    found = 0
    for seed in range(30):
        song = decide(state("verse:8 chorus:8", "jazz", key="F major"), seed)
        song, notes = lead(song, seed)
        for one, two in pairwise(notes):
            chord = song.chord_at_tick(one.onset + 24)
            if one.pitch % 12 not in chord_scale(song.key, chord) | set(chord_tones(song.key, chord)):
                found += abs(two.pitch - one.pitch) == 1
                assert abs(two.pitch - one.pitch) <= 1
    assert found


def test_what_a_style_says_of_its_rhythms_is_played() -> None:
    own = [0, 6, 8]
    style = replace(style_of("pop"), motifs=("x-----x-x-------",), learned=0)
    song = decide(state("verse:8"), 3)
    plan = plan_song(song, style, 3, lambda: choose_grooves(song, style, 3))
    found = [[step for step, _ in rows(song, sorted(write_lead(plan).notes), bar, 1)] for bar in range(7)]
    assert sum(steps == own for steps in found) >= 5

"""Chords drawn from a table: what every song keeps, whatever its form, meter, key and style."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange, decide
from stemwright.compose.charting import Charting
from stemwright.compose.chords import compose_chords, in_meter
from stemwright.compose.degrees import bar_slots
from stemwright.compose.form import material
from stemwright.compose.learned.counts import Counts
from stemwright.compose.learned.tables import table
from stemwright.compose.palette import Palette, lasting
from stemwright.compose.style import GENRES
from stemwright.compose.styles import BOOK, style_of
from stemwright.song.form import parse_form
from stemwright.song.harmony import MODES, Key
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState, Section

SMALL = {
    "loop": Counts({"verse|8": {"4+1": 1}, "phrases 2": {"a b": 1}, "": {"2+0": 1}}),
    "bar": Counts(
        {
            "major|verse|4": {"1": 1},
            "major|4.1|1": {"5": 1},
            "major|4.2|1|5": {"6:m": 1},
            "major|4.3|5|6:m": {"4": 1},
            "major": {"2:m": 1, "4": 1},
        }
    ),
    "tail": Counts({"major|0|4": {"5": 1}, "major|0": {"4 5": 1}}),
    "relation": Counts({"chorus|verse": {"verse=": 1}, "verse chorus": {"new": 1}}),
    "end": Counts({"major": {"5": 1}}),
    "colour": Counts(
        {"major|5": {"7": 1, "maj7": 9}, "major|1": {"7": 9, "sus4": 9, "6": 1}, ":m": {"m7": 1}}
    ),
    "palette": Counts({"major": {"1": 100, "5": 60, "4": 60, "6:m": 30, "2:m": 30, "b2": 1}}),
}


def chart(form: str, seed: int = 0) -> list[str]:
    return Charting(SMALL, "pop", "major", seed).chart(parse_form(form))


def test_a_loop_repeats_and_leads_on() -> None:
    assert chart("verse:8 bridge:8")[:8] == ["1", "5", "6:m", "4", "1", "5", "6:m", "4 5"]


def test_a_chorus_may_share_the_verses_loop_and_a_song_ends_on_its_tonic() -> None:
    bars = chart("verse:8 chorus:8")
    assert bars[8:] == ["1", "5", "6:m", "4", "1", "5", "5", "1"]


def test_colours_are_the_tables_where_it_has_some() -> None:
    drawn = Charting(SMALL, "pop", "major", 0)
    assert [drawn.colour(chord) for chord in ("5", "6:m", "4")] == ["7", "m7", None]
    assert drawn.colour("5", ("9",)) is None


def test_what_lasts_is_no_suspension_and_no_sevenths_that_lead_on() -> None:
    assert {Charting(SMALL, "country", "major", seed).colour("1") for seed in range(20)} == {"6"}
    bluesy = {Charting(SMALL, "soul", "major", seed).colour("1") for seed in range(20)}
    assert "7" in bluesy and "sus4" not in bluesy
    assert lasting("5", "7sus4", False) and not lasting("1", "7sus4", True)
    assert lasting("4", "maj7", False) and not lasting("2", "maj7", False) and lasting("2", "7", False)
    assert lasting("1", "5", False) and lasting("1:m", "m7", False)


def test_jazz_plays_its_solos_over_the_theme() -> None:
    for seed in range(6):
        bars = Charting(table("chords"), "jazz", "major", seed).chart(parse_form("verse:8 solo:8 verse:8"))
        assert bars[8:12] == bars[:4] and len(set(bars[:8])) > 1


def test_a_song_keeps_to_its_chords() -> None:
    row = {"1": 1000, "5": 500, "b7": 8, "b2": 1}
    palettes = [Palette(row, seed) for seed in range(40)]
    assert all("1 . 5 1" in palette and "b2" not in palette for palette in palettes)
    some = sum("1 b7" in palette for palette in palettes)
    assert 0 < some < 30


forms = st.lists(
    st.builds(
        Section,
        st.sampled_from(
            ("verse", "chorus", "bridge", "intro", "solo2", "outro", "part", "prechorus", "build")
        ),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(forms, st.sampled_from(GENRES), st.sampled_from(("major", "minor")), st.integers(0, 99))
def test_any_form_has_a_bar_of_chords_each_and_its_returns(
    sections: list[Section], genre: str, mode: str, seed: int
) -> None:
    drawn = Charting(table("chords"), genre, mode, seed)
    bars = drawn.chart(sections)
    assert len(bars) == sum(section.bars for section in sections)
    assert bars[-1] == drawn.home and all(len(bar_slots(bar)) == 4 for bar in bars)
    heard: dict[str, list[str]] = {}
    at = 0
    for section in sections[:-1]:
        own = bars[at : at + section.bars]
        at += section.bars
        before = heard.setdefault(material(section.name), own)
        kept = max(0, min(len(own), len(before)) - 4)
        assert own[:kept] == before[:kept]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(BOOK),
    st.builds(Key.from_pc, st.integers(0, 11), st.sampled_from(sorted(MODES))),
    st.sampled_from(("4/4", "3/4", "6/8", "5/4", "7/8", "12/8", "2/2", "1/4", "11/16")),
    st.integers(0, 9),
)
def test_every_beat_has_a_chord_in_every_meter_and_key(style: str, key: Key, meter: str, seed: int) -> None:
    state = GlobalState.create("120", str(key), meter, "verse:3 chorus:5 verse:1", style)
    chords = compose_chords(state, style_of(style), seed)
    assert len(chords) == state.total_beats
    assert chords[-1].root_pc == key.tonic_pc


def test_bars_in_meters() -> None:
    slots = ("a", "b", "c", "d")
    assert in_meter(slots, Meter(4, 4)) == ["a", "b", "c", "d"]
    assert in_meter(("a", None, "c", None), Meter(4, 4)) == ["a", "a", "c", "c"]
    assert in_meter(slots, Meter(12, 8)) == [*"aaabbbcccddd"]
    assert in_meter(slots, Meter(5, 4)) == [*"abbcd"]
    assert in_meter(("a", None, "c", None), Meter(6, 8)) == [*"aaaccc"]
    assert in_meter(slots, Meter(1, 4)) == ["d"]


@pytest.mark.parametrize(
    "form", ["verse:1", "verse:300", " ".join(f"{n}:{b}" for n, b in [("verse", 2)] * 40)]
)
def test_forms_of_all_sizes_are_played(form: str) -> None:
    made = arrange(GlobalState.create("120", "E", "4/4", form, "pop"), seed=3)
    assert all(score.notes for score in made.scores.values())


def test_the_share_of_drawn_chords_is_of_songs() -> None:
    state = GlobalState.create("120", "C", "4/4", "verse:8 chorus:8", "blues")
    assert style_of("blues").learned == 0
    assert decide(state, 1).chords == compose_chords(state, style_of("blues"), 1)


def test_a_key_of_a_mode_keeps_its_progressions() -> None:
    state = GlobalState.create("120", "D dorian", "4/4", "verse:8", "pop")
    for seed in range(12):
        inside = set(state.key.pitch_classes)
        assert all(
            set(chord.pitch_classes) <= inside for chord in compose_chords(state, style_of("pop"), seed)
        )


def test_the_same_seed_the_same_chords() -> None:
    state = GlobalState.create("120", "A minor", "4/4", "intro:4 verse:16 chorus:8", "soul")
    one, other = (compose_chords(state, style_of("soul"), seed) for seed in (4, 5))
    assert one == compose_chords(state, style_of("soul"), 4) and one != other
    assert state.bpm == Fraction(120)

"""Tempo and meter maps: bars on frames without drift, ticks, beats and bars there and back, slices, JSON."""

import json
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.bar_lines import BarLines
from stemwright.song.bar_map import map_text, parse_map, plain, told
from stemwright.song.document import Song, dumps, loads
from stemwright.song.harmony import Chord, Key
from stemwright.song.meter import Meter, parse_meters
from stemwright.song.rhythm import RhythmMap
from stemwright.song.state import GlobalState, Section, bpm_text, parse_bpm
from stemwright.song.tempo import parse_tempos
from stemwright.song.timebase import Timebase

BARS = 40
HALF = Fraction(1, 2)
bpms = st.decimals(30, 300, places=6).map(Fraction) | st.integers(30, 300).map(Fraction)
meters = st.builds(Meter, st.integers(1, 32), st.sampled_from((2, 4, 8, 16)))


def maps(values: st.SearchStrategy[Any], bars: int = BARS) -> st.SearchStrategy[Any]:
    """A first value and changes of it."""
    later = st.dictionaries(st.integers(1, bars - 1), values, max_size=8)
    return st.builds(
        lambda first, found: (first, plain(first, sorted(found.items()), "map", bars)), values, later
    )


@st.composite
def timebases(draw: st.DrawFn) -> Timebase:
    (bpm, tempos), (meter, changes) = draw(maps(bpms)), draw(maps(meters))
    return Timebase(bpm, meter, tempos, changes)


def value_at(first: Any, changes: Any, bar: int) -> Any:
    """The last value that was set by then, by a formula of its own."""
    return [first, *(value for at, value in changes if at <= bar)][-1]


def exact_frames(base: Timebase, bars: int) -> Fraction:
    """Frames of the first bars: quarters a bar, times seconds a quarter, times 75, one by one."""
    total = Fraction(0)
    for bar in range(bars):
        meter = value_at(base.meter, base.meters, bar)
        total += Fraction(4 * meter.n, meter.d) * 60 / value_at(base.bpm, base.tempos, bar) * 75
    return total


@settings(max_examples=60)
@given(timebases())
def test_no_bar_drifts_however_often_tempo_and_meter_change(base: Timebase) -> None:
    for bar in range(BARS + 5):
        exact = exact_frames(base, bar)
        assert base.bar_frame(bar) == round(exact)  # half to even
        assert base.tick_seconds(base.lines.tick(bar)) * 75 == exact
    assert all(base.bar_frame(bar) < base.bar_frame(bar + 1) for bar in range(BARS + 5))


@given(timebases(), st.integers(0, 60_000), st.integers(0, 60_000))
def test_ticks_and_frames_are_there_and_back(base: Timebase, tick: int, other: int) -> None:
    place = base.tick_frame(tick)
    assert abs(place - base.tick_seconds(tick) * 75) <= HALF
    assert base.tick_sample(tick) == round(place * 320) and base.frame_tick(place) == tick
    assert place < base.tick_frame(tick + 1)
    since, until = sorted((tick, other))
    assert base.tick_seconds(until, since) == base.tick_seconds(until) - base.tick_seconds(since)


@given(timebases(), st.integers(0, 20_000))
def test_a_frame_lies_in_its_bar(base: Timebase, frame: int) -> None:
    bar = base.bar_of_frame(frame)
    assert base.bar_frame(bar) <= frame < base.bar_frame(bar + 1)


@given(bpms, meters, st.integers(0, 300), st.integers(0, 100_000))
def test_changes_to_come_change_nothing_before_them(bpm: Fraction, meter: Meter, bar: int, tick: int) -> None:
    plain_base = Timebase(bpm, meter)
    later = Timebase(bpm, meter, ((bar + 1, bpm / 2 + 30),), ((bar + 1, Meter(meter.n % 32 + 1, meter.d)),))
    assert later.bar_frame(bar) == plain_base.bar_frame(bar)
    if tick < plain_base.lines.tick(bar + 1):
        assert later.tick_sample(tick) == plain_base.tick_sample(tick)
        assert later.lines.bar_of_tick(tick) == tick // meter.ticks_per_bar


@given(maps(meters), st.integers(0, 60))
def test_bars_ticks_and_beats_agree(changing: Any, bar: int) -> None:
    lines = BarLines(*changing)
    meter = value_at(*changing, bar)
    first, stop = lines.tick(bar), lines.tick(bar + 1)
    assert lines.meter_of(bar) == meter and stop - first == meter.ticks_per_bar
    assert {lines.bar_of_tick(tick) for tick in range(first, stop)} == {bar}
    beats = range(lines.beat(bar), lines.beat(bar + 1))
    ticks = [lines.beat_tick(beat) for beat in beats]
    assert ticks == list(range(first, stop, meter.ticks_per_beat))
    assert [lines.beat_of_tick(tick) for tick in ticks] == list(beats)
    assert [lines.beat_of_tick(tick + meter.ticks_per_beat - 1) for tick in ticks] == list(beats)
    assert lines.bars_to(stop) == bar + 1 == lines.bars_to(first + 1) and lines.bars_to(0) == 0
    assert lines.nearest_bar(first + meter.ticks_per_bar // 2) == bar + 1
    assert lines.nearest_bar(first + (meter.ticks_per_bar - 1) // 2) == bar


@given(maps(meters))
def test_stretches_are_all_bars_each_of_one_meter(changing: Any) -> None:
    lines = BarLines(*changing)
    parts = lines.stretches(BARS)
    assert [bar for part in parts for bar in part] == list(range(BARS))
    assert all(len({lines.meter_of(bar) for bar in part}) == 1 for part in parts)
    assert all(lines.meter_of(a[0]) != lines.meter_of(b[0]) for a, b in pairwise(parts))


@given(maps(bpms), maps(meters))
def test_what_is_written_is_read_again(tempo: Any, meter: Any) -> None:
    assert parse_tempos(map_text(*tempo, bpm_text)) == tempo
    assert parse_meters(map_text(*meter)) == meter


def test_texts() -> None:
    assert parse_tempos("112") == (112, ()) and parse_tempos(" 112 ,9:126, 12 : 97.3 ") == (
        112,
        ((8, 126), (11, Fraction(973, 10))),
    )
    assert told(Meter(), ((8, Meter(3, 4)),)) == "4/4 (3/4 from bar 9)"
    many = tuple((bar, Fraction(bar)) for bar in range(30, 40))
    assert told(Fraction(112), many, bpm_text) == (
        "112 (30 from bar 31, 31 from bar 32, 32 from bar 33, 33 from bar 34, and 6 more)"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("112, 9: 126, 130", r"^bpm: '130' has no bar; write changes as \"9: VALUE\"$"),
        ("112, 1: 126", r"^bpm: bar 1 in '1: 126' is out of order; give a bar from 2 on"),
        ("112, 9: 126, 9: 130", r"^bpm: bar 9 in '9: 130' is out of order; give a bar after"),
        ("112, 9: 12", r"^bpm: ' 12' is not a tempo; give a number from 30 to 300"),
        ("9: 112", r"^bpm: '9: 112' is not a tempo"),
        ("97,3", r"^bpm: '97,3' is not a tempo; give a number from 30 to 300, e\.g\. 97\.3$"),
        (", 9: 126", r"^bpm: '' is not a tempo"),
    ],
)
def test_bad_texts(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_map(text, "bpm", parse_bpm)


def test_a_change_must_lie_in_the_song() -> None:
    with pytest.raises(UsageError, match=r"^bpm: changes at bar 9, which is outside the song; .* 1 to 8"):
        GlobalState.create("112, 9: 126", form="a:8")
    with pytest.raises(UsageError, match=r"^meter: changes at bar 3, which is not after bar 3"):
        GlobalState.create(form="a:8").with_(meters=((2, Meter(3, 4)), (2, Meter(2, 4))))
    with pytest.raises(UsageError, match=r"^bpm: '29' is not a tempo"):
        GlobalState.create(form="a:8").with_(tempos=((2, Fraction(29)),))
    with pytest.raises(UsageError, match="last over 2 hours"):
        GlobalState.create("300, 2: 30", meter="32/2", form="a:99")


@st.composite
def states(draw: st.DrawFn) -> GlobalState:
    (bpm, tempos), (meter, changes) = draw(maps(bpms, 9)), draw(maps(meters, 9))
    sections = (Section("a", 4), Section("b", 5))
    bare = GlobalState(bpm, meter, Key("D"), sections, tempos=tempos, meters=changes)
    rows = tuple(draw(st.sampled_from("0123456789")) * bare.meter_of(bar).steps_per_bar for bar in range(9))
    palette = (None, Chord("C"), Chord("F#", "m7b5", "A"))
    chords = tuple(palette[beat % 3] for beat in range(bare.total_beats))
    return bare.with_(chords=chords, rhythm=RhythmMap.straight(rows))


@settings(max_examples=50)
@given(states(), st.integers(0, 8), st.integers(1, 9))
def test_a_slice_is_the_song_of_its_bars(state: GlobalState, first: int, bars: int) -> None:
    bars = min(bars, 9 - first)
    part = state.slice(first, bars)
    assert part.bars == bars and part.key == state.key
    for bar in range(bars):
        assert part.meter_of(bar) == state.meter_of(first + bar)
        assert part.timebase.bpm_of(bar) == state.timebase.bpm_of(first + bar)
        assert part.chords_of(bar) == state.chords_of(first + bar)
        assert part.rhythm is not None and state.rhythm is not None
        assert part.rhythm.bars[bar] == state.rhythm.bars[first + bar]
        assert part.section_of_bar(bar)[1].name == state.section_of_bar(first + bar)[1].name
    assert part.total_ticks == state.bar_tick(first + bars) - state.bar_tick(first)
    assert state.slice(0, 9) == state


@settings(max_examples=50)
@given(states(), st.integers(0, 60_000))
def test_json_round_trip_and_the_chord_at_a_tick(state: GlobalState, tick: int) -> None:
    assert GlobalState.from_json(json.loads(json.dumps(state.to_json()))) == state
    spans = [
        (state.bar_tick(bar) + beat * state.meter_of(bar).ticks_per_beat, chord)
        for bar in range(9)
        for beat, chord in enumerate(state.chords_of(bar))
    ]
    inside = [chord for start, chord in spans if start <= tick] if tick < state.total_ticks else []
    assert state.chord_at_tick(tick) == (inside[-1] if inside else None)


def test_only_a_song_with_changes_needs_the_newest_schema() -> None:
    song = Song("A", GlobalState.create("112, 5: 126", meter="4/4, 3: 3/4", form="a:8"))
    written = json.loads(dumps(song))
    assert written["schema"] == 3 and loads(dumps(song)) == song
    assert written["state"]["tempos"] == [{"bar": 5, "bpm": 126}]
    assert written["state"]["meters"] == [{"bar": 3, "meter": "3/4"}]
    same = Song("A", GlobalState.create("112, 5: 112", meter="4/4, 3: 4/4", form="a:8"))
    assert same.state == GlobalState.create("112", form="a:8")
    assert json.loads(dumps(same))["schema"] == 1 and "tempos" not in json.loads(dumps(same))["state"]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("tempos", 5, r"state\.tempos: should be a list"),
        ("tempos", [{"bar": 1, "bpm": 100}], r"state\.tempos\.bar: 1 should be"),
        ("tempos", [{"bar": 2}], r"state\.tempos\.bpm: is missing"),
        ("tempos", [{"bar": 2, "bpm": "fast"}], r"state\.tempos\.bpm: 'fast' is not a number"),
        ("meters", [{"bar": 2, "meter": 4}], r"state\.meters\.meter: should be a text"),
        ("meters", [{"bar": 99, "meter": "3/4"}], r"meter: changes at bar 99, which is outside"),
    ],
)
def test_bad_json(name: str, value: object, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        GlobalState.from_json({**GlobalState.create(form="a:4").to_json(), name: value})


def test_a_long_map_is_built_fast_and_exact() -> None:
    """As many tempos as bars, none of them round: one denominator for all would take minutes to reduce."""
    tempos = tuple((bar, Fraction(60_000_000 + 7919 * bar, 10**6)) for bar in range(1, 2000))
    base = Timebase(Fraction(60), Meter(), tempos)
    exact = sum((240 * 75 / bpm for bpm in (Fraction(60), *(bpm for _, bpm in tempos[:99]))), Fraction(0))
    assert base.bar_frame(100) == round(exact)
    steady = 500 * 240 * 75 / tempos[-1][1]
    assert abs(base.bar_frame(2500) - base.bar_frame(2000) - steady) <= 1

"""Bass and chords of whole songs: what their writers keep."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import _plan, arrange
from stemwright.compose.bass import write_bass
from stemwright.compose.bass_lines import Lines
from stemwright.compose.bass_pitch import approach, degree, fifth_below, roots
from stemwright.compose.comping import PUSH, figure, pushed
from stemwright.compose.grid import STEP
from stemwright.compose.harmony import write_harmony
from stemwright.compose.plan import SongPlan
from stemwright.compose.streams import Stream
from stemwright.compose.style import Comp, Style
from stemwright.compose.styles import style_of
from stemwright.song.harmony import Chord
from stemwright.song.state import GlobalState

FORM = "verse:8 chorus:8 verse:8 chorus:8"


def plan_of(style: Style, meter: str = "4/4", seed: int = 1, form: str = FORM) -> SongPlan:
    return _plan(GlobalState.create("110", "C major", meter, form, style.name), style, seed)


@given(st.sampled_from(("pop", "jazz", "waltz", "rock")), st.integers(0, 200))
@settings(max_examples=12, deadline=None)
def test_roots_are_near_each_other(style: str, seed: int) -> None:
    values = [value for bar in roots(plan_of(style_of(style), seed=seed)) for value in bar]
    assert all(value is not None and 28 <= value <= 43 for value in values)
    found = [value for value in values if value is not None]
    assert max(abs(a - b) for a, b in pairwise(found)) <= 11
    leaps = [abs(a - b) for a, b in pairwise(found) if a != b]
    assert not leaps or sum(leaps) / len(leaps) <= 7


def test_degrees_are_those_of_the_chord() -> None:
    plan = plan_of(style_of("pop"))
    chord = Chord("C", "m7")
    assert [degree(mark, chord, 36, plan) for mark in "135782"] == [36, 39, 43, 46, 48, 38]
    assert fifth_below(chord, 36) == 31 and fifth_below(Chord("E", "m"), 28) == 35


def test_a_leading_note_is_near_the_root_and_no_repetition() -> None:
    plan = plan_of(style_of("rock"))
    for number in range(40):
        pitch = approach(plan, Chord("C"), 41, 36, Stream(number, "approach"))
        assert pitch not in (36, 41) and abs(pitch - 41) <= 5


@pytest.mark.parametrize("meter", ["4/4", "3/4", "5/4", "12/8", "7/8", "16/16", "2/4"])
@pytest.mark.parametrize("style", ["rock", "ballad", "salsa", "funk", "waltz"])
def test_learned_bars_fill_every_meter(meter: str, style: str) -> None:
    all_learned = replace(style_of(style), bass_learned=100, comp_learned=100)
    plan = plan_of(all_learned, meter)
    for bar in plan.bars:
        hits = figure(plan, bar).hits
        assert all(a.step + a.length <= b.step for a, b in pairwise(hits))
        assert not hits or hits[-1].step + hits[-1].length <= bar.grid.steps


@pytest.mark.parametrize("meter", ["5/4", "12/8"])
def test_the_last_eighth_of_long_bars_is_played_at_times(meter: str) -> None:
    made = arrange(GlobalState.create("110", "C major", meter, FORM, "rock"), seed=2)
    ticks = made.state.meter.ticks_per_bar
    for layer in ("bass", "harmony"):
        assert any((note.onset + 6) % ticks >= ticks - 2 * STEP for note in made.scores[layer].notes)


def test_bass_and_chords_push_together() -> None:
    found = 0
    for seed in range(6):
        plan = plan_of(replace(style_of("pop"), push=100), seed=seed)
        bass, chords = write_bass(plan).notes, write_harmony(plan).notes
        for bar in plan.bars:
            if not pushed(plan, bar):
                continue
            found += 1
            last = figure(plan, bar).hits[-1]
            assert (last.step, last.mark) == (bar.grid.steps - PUSH, "n")
            line = plan.bars[bar.index + 1].start
            for notes in (bass, chords):
                assert any(line - 3 * STEP < note.onset < line - STEP < note.end for note in notes)
            assert not any(abs(note.onset - line) <= 8 for note in bass)
    assert found


def test_pads_tie_what_stays() -> None:
    style = style_of("ambient")
    held = replace(
        style, comps={level: (style_of("ambient").comps["sparse"][0],) for level in style.comps}, motion=0
    )
    state = GlobalState.create("80", "C major", "4/4", "verse:4", "ambient")
    chords = tuple(Chord.parse(name) for name in ("C", "Am", "F", "C") for _ in range(4))
    plan = _plan(replace(state, chords=chords), held, 0)
    score = write_harmony(plan)
    assert max(note.duration for note in score.notes) > state.meter.ticks_per_bar


def test_a_return_is_fuller_and_a_chorus_higher() -> None:
    made = arrange(GlobalState.create("110", "C major", "4/4", FORM, "country"), seed=4)
    ticks = 8 * made.state.meter.ticks_per_bar
    kept = ticks * 3 // 4
    notes = [n for n in made.scores["harmony"].notes if n.onset % ticks < kept]
    parts = [[n for n in notes if n.onset // ticks == i] for i in range(4)]
    means = [sum(n.pitch for n in part) / len(part) for part in parts]
    assert means[1] > means[0] + 1
    assert len(parts[2]) > len(parts[0])


def test_a_strum_begins_with_its_first_string() -> None:
    plan = plan_of(replace(style_of("folk"), spread=4))
    notes = write_harmony(plan).notes
    onsets = sorted({note.onset for note in notes})
    assert any(0 < b - a <= 6 for a, b in pairwise(onsets))


def test_a_kick_under_a_held_note_is_held_as_long() -> None:
    lines = {level: ("1---------------",) for level in style_of("pop").bass}
    style = replace(style_of("pop"), bass=lines, bass_turns=(), bass_lock=100, bass_learned=0, push=0)
    plan = plan_of(style)
    for bar in plan.bars:
        hits = Lines(plan).hits(bar)
        assert sum(hit.length for hit in hits) == bar.grid.steps
    assert any(len(Lines(plan).hits(bar)) > 1 for bar in plan.bars)


def test_a_broken_chord_that_is_pushed_lets_nothing_older_ring_on() -> None:
    arps = {level: (Comp("x-x-x-x-x-x-x-x-", "arp"),) for level in style_of("pop").comps}
    style = replace(style_of("pop"), comps=arps, comp_turns=(), comp_learned=0, push=100, motion=0)
    for seed in range(4):
        plan = plan_of(style, seed=seed)
        assert any(pushed(plan, bar) for bar in plan.bars)
        last = plan.bars[-1].start
        assert all(
            n.duration <= plan.state.meter.ticks_per_bar for n in write_harmony(plan).notes if n.onset < last
        )

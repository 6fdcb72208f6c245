"""How hands play chords: what a strike sounds, how chords are broken."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import _plan
from stemwright.compose.hands import HIGHEST, Breaking, struck
from stemwright.compose.harmony import write_harmony
from stemwright.compose.patterns import Hit
from stemwright.compose.plan import SongPlan
from stemwright.compose.style import Comp
from stemwright.compose.styles import style_of
from stemwright.song.harmony import Chord
from stemwright.song.state import GlobalState

C = (55, 60, 64)


def plan_of(seed: int, pattern: str = "x---x---x---x---", how: str = "block", style: str = "pop") -> SongPlan:
    """Four bars of C and F by one figure."""
    own = style_of(style)
    comps = {level: (Comp(pattern, how),) for level in own.comps}
    state = GlobalState.create("110", "C major", "4/4", "verse:4", style)
    chords = tuple(Chord(root) for root in "CFCC" for _ in range(4))
    own = replace(own, comps=comps, comp_turns=(), comp_learned=0, motion=0, push=0)
    return _plan(replace(state, chords=chords), own, seed)


@given(st.integers(0, 200), st.integers(0, 15), st.sampled_from("xsX"))
@settings(max_examples=60, deadline=None)
def test_a_strike_sounds_voices_of_its_chord(seed: int, step: int, mark: str) -> None:
    plan = plan_of(seed)
    found = struck(plan, plan.bars[0], Hit(step, 1, mark), C, "block")
    assert found and list(found) == sorted(set(found))
    assert {pitch % 12 for pitch in found} <= {0, 4, 7} and found[-1] <= HIGHEST
    assert not step or max(abs(found[0] - C[0]), abs(found[-1] - C[-1])) <= 12


def test_the_first_strike_of_a_chord_has_all_voices() -> None:
    for seed in range(20):
        plan = plan_of(seed)
        assert struck(plan, plan.bars[0], Hit(0, 4, "x"), C, "block") == C


def test_a_chord_that_comes_again_is_not_always_the_same() -> None:
    found = {
        tuple(struck(plan, plan.bars[0], Hit(step, 2, "x"), C, "block") for step in (4, 8, 12))
        for plan in map(plan_of, range(30))
    }
    assert (C, C, C) in found and len(found) >= 3


def test_what_would_leap_beyond_an_octave_is_played_whole() -> None:
    for plan in map(plan_of, range(30)):
        for step in (4, 8, 12):
            found = struck(plan, plan.bars[0], Hit(step, 2, "x"), C, "block", (46, 53, 62))
            assert found[0] - 46 <= 12


@pytest.mark.parametrize(("mark", "voices"), [("l", C[:1]), ("u", C[1:]), ("m", C[1:2]), ("h", C[2:])])
def test_marks_name_their_voices(mark: str, voices: tuple[int, ...]) -> None:
    plan = plan_of(0)
    assert struck(plan, plan.bars[0], Hit(4, 2, mark), C, "block") == voices


@given(st.integers(0, 500), st.integers(0, 15), st.integers(0, 16), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_broken_chord_stays_within_reach(seed: int, count: int, before: int, second: bool) -> None:
    plan = plan_of(seed)
    breaking = Breaking.of(plan, plan.bars[0])
    for stack in ((60, 67), C, (57, 60, 64, 69)):
        found = breaking.voices(plan.bars[second], count, before, stack)
        assert 1 <= len(found) <= 2 and list(found) == sorted(set(found))
        assert all(pitch % 12 in {own % 12 for own in stack} for pitch in found)
        assert stack[0] <= found[0] and found[-1] <= HIGHEST


def test_paths_differ_from_song_to_song_and_run_over_two_bars() -> None:
    lines = set()
    unlike = 0
    for seed in range(40):
        notes = write_harmony(plan_of(seed, "x-x-x-x-x-x-x-x-", "arp")).notes
        bars = [
            tuple(note.pitch for note in sorted(notes) if 384 * b - 12 <= note.onset < 384 * b + 372)
            for b in range(2)
        ]
        lines.add(bars[0])
        first, second = (tuple(pitch - bar[0] for pitch in bar) for bar in bars)
        unlike += [a > b for a, b in pairwise(first)] != [a > b for a, b in pairwise(second)]
    assert len(lines) > 8
    assert 10 <= unlike <= 36

"""Voicings and voice leading: what they keep whatever the chords."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.leading import Returns, join, lead, move
from stemwright.compose.voicing import HIGH, KINDS, LOW, Manner, layouts, tones
from stemwright.song.harmony import QUALITIES, Chord, Key

KEY = Key("C", "major")
CHORDS = st.builds(
    Chord, st.sampled_from(("C", "Db", "D", "F#", "G", "Bb")), st.sampled_from(tuple(QUALITIES))
)
MANNERS = st.builds(Manner, st.sampled_from(KINDS), st.integers(3, 4), st.integers(58, 65))


@given(st.lists(CHORDS, min_size=1, max_size=8), MANNERS, st.integers(-3, 3))
@settings(max_examples=40, deadline=None)
def test_voices_stay_in_range_in_order_and_within_an_octave(
    chords: list[Chord], manner: Manner, wish: int
) -> None:
    found = lead(tuple(chords), (), manner, KEY, (wish,) * len(chords))
    assert len(found) == len(chords)
    for stack in found:
        assert all(LOW <= low < high <= HIGH for low, high in pairwise(stack))
    for before, after in pairwise(found):
        assert abs(after[0] - before[0]) <= 12 and abs(after[-1] - before[-1]) <= 12


@given(CHORDS, MANNERS)
@settings(max_examples=60, deadline=None)
def test_a_layout_has_the_chords_third_and_seventh(chord: Chord, manner: Manner) -> None:
    above = {(pc - chord.root_pc) % 12 for pc in chord.pitch_classes}
    played = {(pc - chord.root_pc) % 12 for pc in tones(chord, manner, KEY)}
    if manner.kind != "power":
        for guides in ({3, 4}, {10, 11}):
            assert not above & guides or played & guides
        assert played <= above | {2}
    assert all({p % 12 for p in stack} for _, stack in layouts(chord, manner, KEY))


def test_common_tones_stay() -> None:
    manner = Manner("close", 3, 60)
    first, second = lead((Chord("C"), Chord("A", "m")), (), manner, KEY, (0, 0))
    assert len({*first} & {*second}) == 2


def test_a_rootless_seventh_takes_the_keys_ninth_but_not_beside_a_minor_third() -> None:
    manner = Manner("rootless", 4, 60)
    assert tones(Chord("G", "7"), manner, KEY) == (11, 5, 9, 2)
    assert 4 not in tones(Chord("D", "m7"), manner, KEY)


def test_power_chords_are_root_fifth_and_octave() -> None:
    stacks = [stack for _, stack in layouts(Chord("A", "5"), Manner("power", 3, 60), KEY)]
    assert stacks and all(b - a == 7 and c - a == 12 for a, b, c in stacks)


def test_the_first_chord_of_a_return_is_reached_without_a_leap() -> None:
    manner = Manner("close", 3, 60)
    played = lead((Chord("C"), Chord("F")), (), manner, KEY, (0, 0))
    far = tuple(pitch - 14 for pitch in played[0])
    found = join(far, Chord("C"), played, manner, KEY)
    assert abs(found[-1] - far[-1]) < abs(played[0][-1] - far[-1])
    assert join(played[1], Chord("C"), played, manner, KEY) == played[0]


def test_a_return_begins_as_its_first_did() -> None:
    asked: list[int] = []

    def solve(chords: object, before: int | None, start: int) -> list[int]:
        asked.append(start)
        return [(before or 0) + 1 + i for i in range(len(chords))]  # type: ignore[arg-type]

    returns = Returns[int](solve)
    c, f, g = Chord("C"), Chord("F"), Chord("G")
    first = returns.section("verse", [c, f, g])
    other = returns.section("chorus", [g, c])
    assert returns.section("verse", [c, f, c]) == [*first[:2], first[1] + 1]
    assert first != other and asked == [0, 0, 2]


@pytest.mark.parametrize("step", [1, 2])
def test_a_top_that_goes_on_by_step_is_cheaper_than_one_that_leaps(step: int) -> None:
    before = (55, 60, 64)
    assert move(before, (55, 60, 64 + step)) < move(before, (55, 60, 69))

"""The coordinates of melodies transpose."""

from hypothesis import given
from hypothesis import strategies as st

from stemwright.compose.grid import grid_of
from stemwright.compose.learned import lead as coords
from stemwright.song.harmony import MODES, QUALITIES, Chord, Key
from stemwright.song.meter import Meter

PITCHES = st.integers(30, 90)


def test_degrees_count_the_scale() -> None:
    key = Key.parse("D major")
    assert [coords.degree(key, pitch) - coords.degree(key, 62) for pitch in (62, 64, 66, 74, 61, 60)] == [
        0, 1, 2, 7, -1, -2,
    ]  # fmt: skip
    assert coords.degree(key, 65) == coords.degree(key, 64)  # between two tones: the lower one's


@given(PITCHES, PITCHES, st.sampled_from(tuple(MODES)), st.integers(0, 11))
def test_moves_are_the_same_in_every_key(one: int, other: int, mode: str, up: int) -> None:
    key = Key.from_pc(0, mode)
    moved = Key.from_pc(up, mode)
    assert coords.move(coords.degree(key, one), coords.degree(key, other)) == coords.move(
        coords.degree(moved, one + up), coords.degree(moved, other + up)
    )


@given(st.sampled_from(tuple(QUALITIES)), st.integers(0, 11))
def test_tones_are_told_alike_in_every_key(quality: str, up: int) -> None:
    here, there = Key.from_pc(0), Key.from_pc(up)
    assert coords.tone_contexts(
        "song", here, Chord("G", quality), 3, 2, False, False
    ) == coords.tone_contexts("song", there, Chord("G", quality).transposed(up, there), 3, 2, False, False)


def test_families_and_how_busy_a_section_is() -> None:
    assert [coords.family_of(style) for style in ("swing", "pop", "classical", "game")] == [
        "jazz", "song", "art", "game",
    ]  # fmt: skip
    assert [coords.density(onsets, 64) for onsets in (4, 12, 20, 30)] == ["0", "1", "2", "3"]


def test_the_next_cell_hangs_on_all_of_the_bar_first_then_on_less() -> None:
    contexts = coords.rhythm_contexts(grid_of(Meter(3, 4)), "song", "1", 5, True, ["x---"])
    assert contexts == (
        "asong|444|1|1|-|x---",
        "bsong|444|1|1|x---",
        "c444|1|-|x---",
        "d4|1|2|x---",
        "e4|1",
    )

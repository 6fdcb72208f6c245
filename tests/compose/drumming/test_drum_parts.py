"""Fills and feel in songs: sections end in fills, crashes open them, strokes stay near their places."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.drumming.feel import sixteenth
from stemwright.compose.grid import grid_of
from stemwright.song.drums import DRUM_PIECES, piece_of
from stemwright.song.meter import Meter
from stemwright.song.score import Note
from stemwright.song.state import GlobalState

FORM = "verse:4 chorus:4 verse:4 chorus:4"
LATE = 8 + 4  # ticks of a drummer, and of a style's lean


def drums(style: str, seed: int, meter: str = "4/4", form: str = FORM) -> list[Note]:
    state = GlobalState.create("110", "C major", meter, form, style)
    return list(arrange(state, ("drums",), seed=seed).scores["drums"].notes)


def pieces(notes: list[Note]) -> list[str]:
    return [DRUM_PIECES[piece_of(note.pitch)] for note in notes]


@pytest.mark.parametrize("style", ["rock", "funk", "punk", "reggae"])
def test_sections_end_in_fills(style: str) -> None:
    fills = 0
    for seed in range(4):
        notes = drums(style, seed)
        for bar in (3, 7, 11):
            last = [note for note in notes if 384 * bar + 192 <= note.onset + 8 < 384 * (bar + 1)]
            fills += sum(piece.endswith("_tom") or piece in ("snare", "rim") for piece in pieces(last)) >= 3
    assert fills >= 9


def test_crashes_open_sections_alone() -> None:
    for seed in range(6):
        crashes = [note.onset // 384 for note in drums("rock", seed) if note.pitch == 49]
        assert set(crashes) <= {0, 4, 8, 12, 15}


@pytest.mark.parametrize("style", ["rock", "country", "afrobeat"])
def test_strokes_are_late_or_early_by_little_and_not_all_alike(style: str) -> None:
    off = [(note.onset + LATE) % 24 - LATE for note in drums(style, 1)]
    assert max(map(abs, off)) <= LATE
    assert len(set(off)) > 3


def test_ghosts_are_far_softer_than_backbeats() -> None:
    notes = [note for seed in range(6) for note in drums("funk", seed) if note.pitch == 38]
    back = [note.velocity for note in notes if (note.onset + 8) % 384 // 24 in (4, 12)]
    beside = [note.velocity for note in notes if (note.onset + 8) % 384 // 24 in (7, 9)]
    assert sum(back) / len(back) > sum(beside) / len(beside) + 25


def test_a_machine_plays_on_time() -> None:
    assert all(note.onset % 24 == 0 for note in drums("techno", 2))


@pytest.mark.parametrize("meter", ["3/4", "6/8", "5/4", "7/8", "12/8", "2/2", "1/4"])
@pytest.mark.parametrize("style", ["rock", "jazz", "bossa"])
def test_every_meter(style: str, meter: str) -> None:
    assert drums(style, 1, meter, "verse:3 chorus:2 verse:3")


def test_long_and_short_songs() -> None:
    assert drums("pop", 1, form="verse:1")
    assert len({note.onset // 384 for note in drums("pop", 1, form="verse:300")}) == 300


def test_sixteenths_of_other_meters() -> None:
    waltz, jig = grid_of(Meter(3, 4)), grid_of(Meter(6, 8))
    assert [sixteenth(waltz, step) for step in range(12)] == [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15]
    assert [sixteenth(jig, step) for step in (0, 3, 6, 9)] == [0, 2, 4, 6]
